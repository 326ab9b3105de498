package transport

import (
	"context"
	"errors"
	"fmt"
	"os"
)

// What is wrong with a response, for [errors.Is]. They come within a
// [ResponseError].
var (
	// ErrMalformed: what came is not HTTP/1.1 as [http.ReadResponse] takes it.
	ErrMalformed = errors.New("malformed response")

	// ErrHeaderTooLarge: the header sections are larger than the limit.
	ErrHeaderTooLarge = errors.New("server response headers exceeded the limit")

	// ErrTooManyInterim: more 1xx responses came than the limit allows.
	ErrTooManyInterim = errors.New("too many 1xx responses")
)

// ResponseError tells why the header section of a response could not be used.
type ResponseError struct {
	Err  error // what was noticed
	kind error // one of the above; nil if the connection broke
}

// Error implements error. net/http begins the same way, and some look for it.
func (e *ResponseError) Error() string {
	return fmt.Sprintf("HTTP/1.x transport connection broken: %v", e.Err)
}

// Unwrap gives what was noticed, and what kind of fault that is.
func (e *ResponseError) Unwrap() []error {
	if e.kind == nil || e.kind == e.Err { //nolint:errorlint // whether it is the very value
		return []error{e.Err}
	}
	return []error{e.Err, e.kind}
}

// DialError is the error of a connection that could not be opened, its TLS
// handshake not included.
type DialError struct {
	Err error

	// Untouched: nothing of the request was sent to any connection, and its body
	// was not read, so it can go elsewhere.
	Untouched bool
}

// Error implements error.
func (e *DialError) Error() string { return e.Err.Error() }

// Unwrap gives the error of Dial.
func (e *DialError) Unwrap() error { return e.Err }

// bodyError is an error of the request's own body, which the caller gets as it is.
type bodyError struct{ err error }

func (e *bodyError) Error() string { return e.err.Error() }

// TimeoutError is the end of a time limit of [Timeouts]. It implements
// [net.Error], and is [os.ErrDeadlineExceeded] and [context.DeadlineExceeded].
type TimeoutError struct {
	// Awaited is what did not happen in time.
	Awaited string
}

// Error implements error.
func (e *TimeoutError) Error() string { return "timeout awaiting " + e.Awaited }

// Timeout implements [net.Error].
func (e *TimeoutError) Timeout() bool { return true }

// Temporary implements [net.Error].
func (e *TimeoutError) Temporary() bool { return true }

// Is compares with the errors of the standard library for the same.
func (e *TimeoutError) Is(target error) bool {
	return target == os.ErrDeadlineExceeded || target == context.DeadlineExceeded
}

// errStale: the connection was not fit for another request. Nothing was sent.
var errStale = errors.New("the idle connection is closed or has received what was not asked for")

// errUnwanted ends a body that the backend has declined by a final response.
var errUnwanted = errors.New("the response came before the body was sent")

// errAbandoned ends a body whose exchange is over.
var errAbandoned = errors.New("the exchange is over")
