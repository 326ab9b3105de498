package faults

import (
	"net/http"
	"strings"

	"github.com/statusgate/statusgate/inspect"
	"github.com/statusgate/statusgate/internal/lex"
)

// IsConnectRequest tells whether a request speaks the Connect protocol: it has the field Connect-Protocol-Version, the
// parameter connect=v1 in its query, which is given as it was sent, or a media type of Connect's streams.
func IsConnectRequest(h http.Header, rawQuery string) bool {
	if h.Get("Connect-Protocol-Version") == "1" || IsConnectStream(h.Get("Content-Type")) {
		return true
	}
	for more := rawQuery != ""; more; {
		var param string
		if param, rawQuery, more = strings.Cut(rawQuery, "&"); param == "connect=v1" {
			return true
		}
	}
	return false
}

// IsConnectStream tells whether a body under such a Content-Type is a stream of Connect, application/connect+proto or
// another codec's. Its errors come in its last message.
func IsConnectStream(contentType string) bool {
	const begin = "application/connect+"
	return len(contentType) > len(begin) && strings.EqualFold(contentType[:len(begin)], begin)
}

// IsConnectError tells whether body, labelled with contentType, is an error of a unary call in the Connect protocol: a
// JSON object whose code is one of the sixteen words. Other APIs have such errors, too: the request has to tell.
func IsConnectError(body []byte, contentType string) bool {
	if inspect.MediaOf(contentType) != inspect.MediaJSON {
		return false
	}
	r := jsonReader{in: lex.NewJSON(body)}
	if r.in.Next() != lex.Object {
		return false
	}
	code, known := false, false
	for r.in.Next() == lex.Name {
		isCode := lex.EqualJSON(r.in.Bytes(), "code")
		isMessage, isDetails := lex.EqualJSON(r.in.Bytes(), "message"), lex.EqualJSON(r.in.Bytes(), "details")
		token := r.in.Next()
		switch {
		case isCode && (code || token != lex.String), isMessage && token != lex.String, isDetails && token != lex.Array:
			return false
		case isCode:
			code, known = true, isConnectCode(r.in.Bytes())
		}
		r.skip(token)
	}
	return known && r.in.Next() == lex.JSONEnd
}

var connectCodes = [...]string{
	"canceled", "unknown", "invalid_argument", "deadline_exceeded", "not_found", "already_exists", "permission_denied",
	"resource_exhausted", "failed_precondition", "aborted", "out_of_range", "unimplemented", "internal", "unavailable",
	"data_loss", "unauthenticated",
}

func isConnectCode(quoted []byte) bool {
	for _, code := range connectCodes {
		if lex.EqualJSON(quoted, code) {
			return true
		}
	}
	return false
}
