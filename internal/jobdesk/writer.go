package jobdesk

import (
	"bufio"
	"errors"
	"io"
	"maps"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/caddyserver/caddy/v2/modules/caddyhttp"

	"github.com/statusgate/statusgate/jobs"
)

// side says for whom an answer is.
type side int32

const (
	undecided side = iota // nobody has been answered
	attached              // the answer is the client's
	both                  // it is the client's, and kept as well
	detached              // it is kept; the client has another answer, or has left
)

// Writer is what a gate answers to that may have a job. It goes to the client from
// the first byte on, unless the client has its 202 by then. Its fields are not the
// client's until then. Any goroutine may call its methods; between them, those who
// write have to take turns, as with any [http.ResponseWriter].
type Writer struct {
	client http.ResponseWriter
	header http.Header
	side   atomic.Int32

	mu      sync.Mutex
	kept    kept
	settled bool // the handlers have ended: the client waits for no more
}

// kept is an answer that is kept.
type kept struct {
	run    *jobs.Run
	status int
	header http.Header
	stop   func()        // the work is in vain
	admit  func() func() // waits for room for the content of an answer without a client
	leave  func()        // gives the room back
}

// attached reports whether the answer is the client's.
func (w *Writer) attached() bool {
	s := side(w.side.Load())
	return s == attached || s == both
}

// keep has the answer kept for a job as well, from the first byte on.
func (w *Writer) keep(run *jobs.Run, stop func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.kept.run, w.kept.stop = run, stop
}

// detach takes the client away: what is written from now on is kept for a job. It
// is false where an answer has begun, unless that is kept from its first byte on.
func (w *Writer) detach(run *jobs.Run, stop func()) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch side(w.side.Load()) {
	case undecided:
		w.kept.run, w.kept.stop = run, stop
	case both:
		if w.settled {
			return false
		}
	default:
		return false
	}
	w.side.Store(int32(detached))
	return true
}

// leave takes the client away for good: others may answer it now.
func (w *Writer) leave() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.side.Store(int32(detached))
}

// Header gives the fields of the answer.
func (w *Writer) Header() http.Header { return w.header }

// WriteHeader begins the answer. Informational ones go to the client as long as it
// has no answer (RFC 9110 §15.2).
func (w *Writer) WriteHeader(status int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if status >= 100 && status < 200 && status != http.StatusSwitchingProtocols {
		w.inform(status)
		return
	}
	w.begin(status)
}

// begin decides for whom the answer is, and gives it its head.
func (w *Writer) begin(status int) {
	switch side(w.side.Load()) {
	case undecided:
		to := attached
		if w.kept.run != nil {
			to = both
		}
		w.handOver()
		w.side.Store(int32(to))
		w.client.WriteHeader(status)
	case attached, both:
		w.client.WriteHeader(status) // net/http tells that it is one too many
	case detached:
		if w.kept.status == 0 && w.kept.admit != nil {
			w.kept.leave = w.kept.admit()
		}
	}
	if w.kept.run != nil && w.kept.status == 0 {
		w.kept.status, w.kept.header = status, w.header.Clone()
	}
}

// handOver makes the fields the client's.
func (w *Writer) handOver() {
	fields := w.client.Header()
	clear(fields)
	maps.Copy(fields, w.header)
}

func (w *Writer) inform(status int) {
	if side(w.side.Load()) == detached {
		return
	}
	fields := w.client.Header()
	before := maps.Clone(fields)
	w.handOver()
	w.client.WriteHeader(status)
	clear(fields)
	maps.Copy(fields, before)
}

// Write sends a part of the answer, or keeps it.
func (w *Writer) Write(p []byte) (int, error) {
	if side(w.side.Load()) == attached {
		return w.client.Write(p)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	s := side(w.side.Load())
	if s == undecided || s == detached && w.kept.status == 0 {
		w.begin(http.StatusOK)
		s = side(w.side.Load())
	}
	if s == attached || s == both {
		n, err := w.client.Write(p)
		if s == attached {
			return n, err
		}
	}
	return w.keepPart(p, s)
}

// keepPart keeps a part of the answer. That it can't be kept is nothing to a client
// that gets it.
func (w *Writer) keepPart(p []byte, s side) (int, error) {
	n, err := w.kept.run.Spool().Write(p)
	if err != nil && s == both {
		return len(p), nil
	}
	if err != nil && w.kept.stop != nil {
		w.kept.stop()
	}
	return n, err
}

// ReadFrom sends what a reader has. What goes to the client alone takes the fast
// path of its connection.
func (w *Writer) ReadFrom(r io.Reader) (int64, error) {
	if side(w.side.Load()) == attached {
		return (&caddyhttp.ResponseWriterWrapper{ResponseWriter: w.client}).ReadFrom(r)
	}
	return io.Copy(onlyWriter{w}, r)
}

// onlyWriter hides ReadFrom from [io.Copy].
type onlyWriter struct{ w *Writer }

// Write implements [io.Writer].
func (o onlyWriter) Write(p []byte) (int, error) { return o.w.Write(p) }

// withClient calls something for the client, if the answer is its.
func (w *Writer) withClient(call func(*http.ResponseController) error) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.attached() {
		return nil
	}
	return call(http.NewResponseController(w.client))
}

// FlushError sends what has been written so far.
func (w *Writer) FlushError() error {
	if side(w.side.Load()) == attached {
		return http.NewResponseController(w.client).Flush()
	}
	w.mu.Lock()
	if side(w.side.Load()) == undecided {
		w.begin(http.StatusOK)
	}
	w.mu.Unlock()
	return w.withClient((*http.ResponseController).Flush)
}

// SetReadDeadline sets that of the client's connection once the answer is its.
func (w *Writer) SetReadDeadline(t time.Time) error {
	return w.withClient(func(c *http.ResponseController) error { return c.SetReadDeadline(t) })
}

// SetWriteDeadline sets that of the client's connection once the answer is its.
func (w *Writer) SetWriteDeadline(t time.Time) error {
	return w.withClient(func(c *http.ResponseController) error { return c.SetWriteDeadline(t) })
}

// EnableFullDuplex does so for the client's connection once the answer is its.
func (w *Writer) EnableFullDuplex() error {
	return w.withClient((*http.ResponseController).EnableFullDuplex)
}

// errDetached is what a handler gets that wants a connection which is not its own
// any more.
var errDetached = errors.New("the client is not waiting for this answer any more")

// Hijack hands the connection of the client over.
func (w *Writer) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if s := side(w.side.Load()); s == detached || w.kept.run != nil {
		return nil, nil, errDetached
	}
	if side(w.side.Load()) == undecided {
		w.handOver()
		w.side.Store(int32(attached))
	}
	return http.NewResponseController(w.client).Hijack()
}

// Unwrap gives the client's writer once the answer is its alone.
func (w *Writer) Unwrap() http.ResponseWriter {
	if side(w.side.Load()) == attached {
		return w.client
	}
	return nowhere(w.header)
}

// nowhere is a writer that has no client.
type nowhere http.Header

// Header implements [http.ResponseWriter].
func (n nowhere) Header() http.Header { return http.Header(n) }

// Write implements [http.ResponseWriter].
func (nowhere) Write([]byte) (int, error) { return 0, errDetached }

// WriteHeader implements [http.ResponseWriter].
func (nowhere) WriteHeader(int) {}

// settle gives the client what was set behind the content, where the answer is its.
// Where none has begun, there will be none from these handlers: it is the client's,
// too.
func (w *Writer) settle() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if side(w.side.Load()) == undecided {
		to := attached
		if w.kept.run != nil {
			to = both
		}
		w.handOver()
		w.side.Store(int32(to))
	}
	if !w.attached() {
		return false
	}
	if !w.settled {
		w.settled = true
		w.trail()
	}
	return true
}

// trail hands the trailers over to the client that were set behind the content.
func (w *Writer) trail() {
	names := w.header["Trailer"]
	fields := w.client.Header()
	for _, line := range names {
		for name := range strings.SplitSeq(line, ",") {
			name = http.CanonicalHeaderKey(strings.TrimSpace(name))
			if values, ok := w.header[name]; ok {
				fields[name] = values
			}
		}
	}
	for name, values := range w.header {
		if strings.HasPrefix(name, http.TrailerPrefix) {
			fields[name] = values
		}
	}
}

// Interface guards
var (
	_ http.ResponseWriter             = (*Writer)(nil)
	_ http.Hijacker                   = (*Writer)(nil)
	_ io.ReaderFrom                   = (*Writer)(nil)
	_ interface{ FlushError() error } = (*Writer)(nil)
)
