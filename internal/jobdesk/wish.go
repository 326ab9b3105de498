package jobdesk

import (
	"errors"
	"net/http"
	"strings"
)

// conditional are fields of requests whose answers depend on what a client has
// already, or on its connection: no outcome to be kept.
var conditional = [...]string{
	"Range", "Expect", "Upgrade", "If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since", "If-Range", "If",
}

// isNoJob tells requests that are never jobs: what goes on as a stream, what is
// only about a connection or about what the client has already, and what has no
// outcome that a GET could tell.
func isNoJob(r *http.Request) bool {
	switch r.Method {
	case http.MethodConnect, http.MethodHead, http.MethodTrace, http.MethodOptions:
		return true
	}
	for _, name := range conditional {
		if len(r.Header[name]) > 0 {
			return true
		}
	}
	for _, line := range r.Header["Accept"] {
		if strings.Contains(line, "text/event-stream") {
			return true
		}
	}
	return isStream(r.Header)
}

// isStream reports whether the fields of a message say that it goes on for as long
// as it likes.
func isStream(h http.Header) bool {
	contentType := h["Content-Type"]
	return len(contentType) > 0 &&
		(strings.HasPrefix(contentType[0], "application/grpc") || strings.HasPrefix(contentType[0], "text/event-stream"))
}

// ErrKey says that an Idempotency-Key field is none.
var ErrKey = errors.New("the field Idempotency-Key is not one text of 1 to 255 visible characters")

// maxKey is how long an idempotency key may be.
const maxKey = 255

// idempotencyKey reads the field (draft-ietf-httpapi-idempotency-key-header). Its
// value is a quoted string; most clients leave the quotes out.
func idempotencyKey(lines []string) (string, error) {
	if len(lines) != 1 {
		return "", ErrKey
	}
	key := strings.TrimSpace(lines[0])
	if len(key) >= 2 && key[0] == '"' && key[len(key)-1] == '"' {
		key = strings.ReplaceAll(strings.ReplaceAll(key[1:len(key)-1], `\"`, `"`), `\\`, `\`)
	}
	if key == "" || len(key) > maxKey || strings.ContainsFunc(key, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return "", ErrKey
	}
	return key, nil
}
