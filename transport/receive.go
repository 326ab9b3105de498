package transport

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/textproto"
	"os"
)

// roundTrip makes one attempt. If it fails, the connection is closed.
func (c *conn) roundTrip(x *exchange) (*http.Response, error) {
	c.begin(x)
	err := c.send(x)
	if c.reused && err != errStale { //nolint:errorlint // as the socket returns it
		c.d.counts.reused.Add(1)
	}
	if err != nil {
		return nil, c.fail(x, err)
	}
	if x.trace != nil && x.trace.GotFirstResponseByte != nil {
		x.trace.GotFirstResponseByte()
	}
	res, fine, err := c.head(x)
	if err != nil {
		return nil, c.fail(x, err)
	}
	c.sock.arrived(c.sock.Conn)
	c.left = unlimited
	res.TLS = c.tlsState
	if isSwitch(res) {
		c.stop()
		res.Body = &tunnel{c: c}
		return res, nil
	}
	keep := fine && c.mayKeep(x.req, res)
	if res.Body == http.NoBody {
		c.finish(keep)
		return res, nil
	}
	res.Body = &body{src: res.Body, c: c, ctx: x.ctx, keep: keep}
	return res, nil
}

// head reads header sections until that of the final response. It tells whether
// those before were what they may be.
func (c *conn) head(x *exchange) (res *http.Response, fine bool, err error) {
	fine = true
	for n := 0; ; n++ {
		if n > c.d.config.Limits.Interim {
			return nil, false, &ResponseError{Err: ErrTooManyInterim, kind: ErrTooManyInterim}
		}
		if res, err = http.ReadResponse(c.in, x.req); err != nil {
			return nil, false, c.headError(err)
		}
		status := res.StatusCode
		if status < 100 || status > 199 || status == http.StatusSwitchingProtocols {
			c.early = c.up.early()
			c.up.goAhead(!res.Close && !x.req.Close)
			return res, fine, nil
		}
		// RFC 9110 §15.2: an interim response has no content. Nobody knows what one
		// that announces some sends next.
		fine = fine && !announces(res) && !res.Close
		if err := c.interim(x, res); err != nil {
			return nil, false, err
		}
	}
}

// interim tells of a 1xx response.
func (c *conn) interim(x *exchange, res *http.Response) error {
	if res.StatusCode == http.StatusContinue && x.body != nil && expectsContinue(x.req) {
		c.up.goAhead(true)
		if x.trace != nil && x.trace.Got100Continue != nil {
			x.trace.Got100Continue()
		}
	}
	if x.trace != nil && x.trace.Got1xxResponse != nil {
		return x.trace.Got1xxResponse(res.StatusCode, textproto.MIMEHeader(res.Header))
	}
	return nil
}

// mayKeep: the connection can serve again once the response has come to its end.
func (c *conn) mayKeep(req *http.Request, res *http.Response) bool {
	if c.d.config.DisableKeepAlives || !c.sock.canLook() || req.Close || res.Close || res.StatusCode < 200 || req.Method == http.MethodConnect {
		return false
	}
	if hasToken(req.Header["Connection"], "close") {
		return false
	}
	// RFC 9110 §15.3.5: a 204 has no content, whatever it announces.
	return res.StatusCode != http.StatusNoContent || !announces(res)
}

// announces: the response says that it has content, which net/http does not believe
// where there can't be any.
func announces(res *http.Response) bool {
	return len(res.TransferEncoding) > 0 || res.Header.Get("Content-Length") != ""
}

// why finds out what has led to an error before the first byte of an answer.
func (c *conn) why(err error) error {
	if err == errStale { //nolint:errorlint // as the socket returns it
		return err
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return c.overdue(err)
	}
	if body, ok := errors.AsType[*bodyError](c.up.failure()); ok {
		return body
	}
	c.lost = c.reused && !c.any
	return err
}

// overdue tells whose deadline it was that ended a read.
func (c *conn) overdue(err error) error {
	if failed := c.up.failure(); failed != nil {
		return failed
	}
	if c.sock.expired() {
		return &TimeoutError{Awaited: "response headers"}
	}
	return err
}

// headError puts an error that a header section has led to.
func (c *conn) headError(err error) error {
	switch {
	case c.left <= 0:
		err = fmt.Errorf("server response headers exceeded %d bytes", c.d.config.Limits.ResponseHeader)
		return &ResponseError{Err: err, kind: ErrHeaderTooLarge}
	case errors.Is(err, os.ErrDeadlineExceeded):
		return c.overdue(err)
	case errors.Is(err, io.ErrUnexpectedEOF), c.broken != nil && errors.Is(err, c.broken):
		return &ResponseError{Err: err}
	}
	return &ResponseError{Err: err, kind: ErrMalformed}
}
