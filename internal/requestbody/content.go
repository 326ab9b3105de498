package requestbody

import (
	"io"
	"net/http"
)

// HasContent reports whether the request has content (RFC 9110 §6.4): a length
// above zero, or a body of unknown length. HTTP/3 gives every request without
// Content-Length a body of unknown length, so there the body itself is asked;
// the handler behind still reads it whole.
func HasContent(r *http.Request) bool {
	if r.Method == http.MethodConnect {
		return false // a tunnel (RFC 9110 §9.3.6)
	}
	if r.ContentLength >= 0 || r.ProtoMajor < 3 || r.Body == nil {
		return r.ContentLength != 0
	}
	var first [1]byte
	n, err := io.ReadFull(r.Body, first[:])
	if n == 0 {
		if err == io.EOF {
			r.ContentLength = 0
		}
		return false // nothing came; the backend will meet the error, if it is one
	}
	r.Body = &peeked{first: first, ReadCloser: r.Body}
	return true
}

// peeked is a request body whose first byte has been looked at.
type peeked struct {
	first [1]byte
	given bool
	io.ReadCloser
}

// Read implements [io.Reader].
func (b *peeked) Read(p []byte) (int, error) {
	if b.given || len(p) == 0 {
		return b.ReadCloser.Read(p)
	}
	b.given = true
	return copy(p, b.first[:]), nil
}
