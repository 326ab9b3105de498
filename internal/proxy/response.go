package proxy

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
	"sync"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
)

// buffers are for bodies on their way.
var buffers = sync.Pool{New: func() any { return new([32 << 10]byte) }}

// respond gives the client the answer. One that breaks off ends in a panic with
// [http.ErrAbortHandler], as that of reverse_proxy.
func (x *exchange) respond(res *http.Response, sent time.Time) {
	if res.StatusCode == http.StatusSwitchingProtocols {
		// Nobody has asked for it. Nothing is said to the client.
		if c := x.logger.Check(zapcore.DebugLevel, "backend tried to switch to unexpected protocol via Upgrade header"); c != nil {
			c.Write(append(x.logFields(), zap.String("backend_upgrade", res.Header.Get("Upgrade")), zap.String("requested_upgrade", ""))...)
		}
		_ = res.Body.Close()
		return
	}
	h := x.w.Header()
	delete(h, "Server")
	h["Via"] = append(h["Via"], via(res.ProtoMajor, res.ProtoMinor))
	atOnce := x.atOnce || isIncremental(res.Header)
	if x.answerOps == nil {
		addFields(h, res.Header)
		atOnce = atOnce || isStream(res, res.Header)
	} else {
		fields := x.applied(res)
		addAll(h, fields)
		atOnce = atOnce || isStream(res, fields)
	}
	announced := len(res.Trailer)
	if announced > 0 {
		names := make([]string, 0, announced)
		for name := range res.Trailer {
			names = append(names, name)
		}
		h.Add("Trailer", strings.Join(names, ", "))
	}
	x.w.WriteHeader(res.StatusCode)
	err := x.copyBody(res.Body, atOnce)
	if errClose := res.Body.Close(); errClose != nil { // it fills in the trailers
		if c := x.logger.Check(zapcore.DebugLevel, "closed response body from upstream"); c != nil {
			c.Write(append(x.logFields(), zap.Error(errClose))...)
		}
	}
	if err != nil {
		x.abort(err)
	}
	if len(res.Trailer) > 0 {
		flush(x.w) // the body is chunked, then, however short it is
	}
	x.whole = time.Since(sent)
	if len(res.Trailer) == announced {
		addAll(h, res.Trailer)
		return
	}
	for name, values := range res.Trailer {
		for _, value := range values {
			h.Add(http.TrailerPrefix+name, value)
		}
	}
}

// abort drops a client whose answer can't be completed, after it got what there
// is.
func (x *exchange) abort(err error) {
	if c := x.logger.Check(zapcore.WarnLevel, "aborting with incomplete response"); c != nil {
		c.Write(append(x.logFields(), zap.Error(err))...)
	}
	flush(x.w)
	panic(http.ErrAbortHandler)
}

// isIncremental: the response asks not to be buffered.
func isIncremental(h http.Header) bool {
	_, ok := h["Incremental"]
	return ok && caddyhttp.IsIncremental(h)
}

// isStream tells of a response whose parts must not wait: its length is not known,
// or the fields, those after the options' operations, say so.
func isStream(res *http.Response, h http.Header) bool {
	if res.ContentLength == -1 || isIncremental(h) {
		return true
	}
	const events = "text/event-stream"
	contentType := h.Get("Content-Type")
	if len(contentType) < len(events) || !strings.Contains(strings.ToLower(contentType), events) {
		return false
	}
	media, _, err := mime.ParseMediaType(contentType)
	return err == nil && media == events
}

var errWriting = errors.New("writing")

// copyBody copies a body to the client.
func (x *exchange) copyBody(body io.Reader, atOnce bool) error {
	var to io.Writer = x.w
	if atOnce && body != http.NoBody {
		f := newFlushing(x.w)
		defer f.stop()
		to = f
	}
	buffer := buffers.Get().(*[32 << 10]byte)
	defer buffers.Put(buffer)
	for {
		n, errRead := body.Read(buffer[:])
		if n > 0 {
			written, err := to.Write(buffer[:n])
			if err != nil {
				return fmt.Errorf("%w: %w", errWriting, err)
			}
			if written != n {
				return io.ErrShortWrite
			}
		}
		if errRead == io.EOF { //nolint:errorlint // io.Reader's contract
			return nil
		}
		if errRead != nil {
			return fmt.Errorf("reading: %w", errRead)
		}
	}
}

// headDelay is how long a header waits for the first part of a body that is not to
// wait. Most often they leave together.
const headDelay = time.Millisecond

// flushing flushes each write, and the header if the first write is late.
type flushing struct {
	mu    sync.Mutex
	w     http.ResponseWriter
	timer *time.Timer
	begun bool
}

func newFlushing(w http.ResponseWriter) *flushing {
	f := &flushing{w: w}
	f.timer = time.AfterFunc(headDelay, func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		if !f.begun {
			flush(f.w)
		}
	})
	return f
}

// Write implements [io.Writer].
func (f *flushing) Write(p []byte) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.begun = true
	n, err := f.w.Write(p)
	flush(f.w)
	return n, err
}

func (f *flushing) stop() {
	f.timer.Stop()
	f.mu.Lock()
	f.begun = true
	f.mu.Unlock()
}

func flush(w http.ResponseWriter) { _ = http.NewResponseController(w).Flush() }

// addAll adds all fields.
func addAll(to, from http.Header) {
	for field, values := range from {
		for _, value := range values {
			to.Add(field, value)
		}
	}
}
