package accesslog

import (
	"bytes"
	"errors"
)

// Entry is one request as a log tells of it. Its slices belong to the line or to
// the [Parser]: they are valid until the next call of Parse.
type Entry struct {
	// Time is when the request was logged, in nanoseconds since 1970 UTC, 0 where
	// the line does not say, or not in a way that is known.
	Time int64
	// Method is nil for what was no HTTP request, such as a TLS handshake.
	Method []byte
	// Target is path and query as the client sent them, still escaped (RFC 9112
	// §3.2): without the origin that proxies put in front, nil where Method is.
	Target []byte
	// Protocol is "HTTP/1.1" or what the server calls it, nil where it says nothing.
	Protocol []byte
	// Host is what was asked for it, with the port where that was logged.
	Host []byte
	// Accept is the field value, nil where it was not logged.
	Accept []byte
	// Status is what the client got: any integer, 0 where the server logged that
	// it sent none.
	Status int
	// Backend is what the server behind answered, 0 where the line does not say.
	Backend int
	// Bytes is the size of the answer, -1 where the line does not say.
	Bytes int64
}

// Path is the target without its query, nil where the target is no path (RFC 9112
// §3.2.3, §3.2.4).
func (e *Entry) Path() []byte {
	if len(e.Target) == 0 || e.Target[0] != '/' {
		return nil
	}
	if i := bytes.IndexByte(e.Target, '?'); i >= 0 {
		return e.Target[:i]
	}
	return e.Target
}

// Received is the status that came from behind: Backend, or Status where the line
// tells only that.
func (e *Entry) Received() int {
	if e.Backend != 0 {
		return e.Backend
	}
	return e.Status
}

// ErrNoEntry is what Parse returns for a line that is right but tells of no
// request: a blank one, or a directive such as "#Version: 1.0".
var ErrNoEntry = errors.New("no entry")

// Why a line can't be read. These are values and not made for each line, so that a
// log full of them costs no memory.
var (
	errFormat    = errors.New("no format that is known")
	errRequest   = errors.New("no quoted request after the time in brackets")
	errClient    = errors.New("no client before the time in brackets")
	errStatus    = errors.New("no status")
	errShort     = errors.New("not enough fields")
	errColumns   = errors.New("not as many fields as #Fields names")
	errNoColumns = errors.New("no #Fields line before, and not the fields that are usual")
	errJSON      = errors.New("not a JSON object")
	errNoRequest = errors.New("a JSON object, but not of a request")
	errSyslog    = errors.New("no syslog prefix")
	errContainer = errors.New("no prefix of a container's log")
	errPartial   = errors.New("a piece of a line that the container runtime has cut")
	errBracket   = errors.New("no time in brackets")
	errType      = errors.New("no type of load balancer connection")
	errTooLong   = errors.New("longer than 256 KiB")
)
