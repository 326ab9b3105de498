package exchange

import (
	"io"
	"mime"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/statusgate/statusgate/inspect"
	"github.com/statusgate/statusgate/normalize"
	"github.com/statusgate/statusgate/suspects"
)

// Suspects remember successes that look like errors and that no rule decides.
type Suspects struct {
	suspects.Sampler
	suspects.Store

	looks atomic.Int32 // that are under way
}

// maxLooks bounds the bodies of a gate that are kept at a time to be looked at, each
// up to [suspects.Limit].
const maxLooks = 64

// look keeps the first bytes of a success on their way, to be judged when the
// exchange has ended. It belongs to the goroutine of the handler.
type look struct {
	weight  int64
	body    []byte
	decoded []byte
	long    bool // the body goes on behind what is kept
}

var looks = sync.Pool{New: func() any { return &look{body: make([]byte, 0, suspects.Limit)} }}

// mayLook reports whether a response may look like an error: a success with a body
// that can be read, and of a kind that says something.
func (x *exchange) mayLook(status int) bool {
	if x.gate.Suspects == nil || status < 200 || status > 299 || status == http.StatusPartialContent || x.request.method == http.MethodHead {
		return false
	}
	fields := x.sender.head.fields
	media := inspect.MediaOf(fields.Get("Content-Type"))
	return media != inspect.MediaStream && media != inspect.MediaOther && mayHaveBody(status, fields)
}

// see takes a part of a body. The first one decides whether it is worth a look.
func (x *exchange) see(p []byte) {
	if len(p) == 0 {
		return
	}
	if x.watched {
		x.watched = false
		g := x.gate.Suspects
		weight := g.Wants(suspects.Fingerprint(x.request.URL.Path, x.sender.head.fields.Get("Content-Type"), p))
		if weight == 0 {
			return
		}
		if g.looks.Add(1) > maxLooks {
			g.looks.Add(-1)
			return
		}
		x.look = looks.Get().(*look)
		x.look.weight = weight
	}
	l := x.look
	part := p[:min(len(p), x.lookLimit()-len(l.body))]
	l.body = append(l.body, part...)
	l.long = l.long || len(part) < len(p)
}

// lookLimit bounds what is kept of a body.
func (x *exchange) lookLimit() int { return min(suspects.Limit, x.gate.Inspection.Limit) }

// sees reports whether more of the body is wanted.
func (x *exchange) sees() bool { return x.watched || x.look != nil && !x.look.long }

// seeFrom takes the first parts of a body from a reader.
func (x *exchange) seeFrom(to writeOnly, r io.Reader) (n int64, err error) {
	for x.sees() {
		part, err := io.CopyN(to, r, heldRead)
		n += part
		if err != nil {
			return n, err
		}
	}
	return n, nil
}

// endLook judges what was seen of a body, where its handler has returned and no rule
// has decided. Alone says that no call of the handler may still use it.
func (x *exchange) endLook(returned, alone bool) {
	l := x.look
	x.watched, x.look = false, nil
	if l == nil {
		return
	}
	x.gate.Suspects.looks.Add(-1)
	if !alone {
		return
	}
	if returned && !x.sender.ruled {
		x.judgeLook(l)
	}
	*l = look{body: l.body[:0], decoded: l.decoded[:0]}
	if cap(l.decoded) <= 2*suspects.Limit {
		looks.Put(l)
	}
}

func (x *exchange) judgeLook(l *look) {
	g, fields := x.gate, x.sender.head.fields
	body, whole := l.body, !l.long
	if coding := inspect.Coding(fields["Content-Encoding"]...); coding != "" {
		out, complete, ok := inspect.Decode(coding, l.body, x.lookLimit(), l.decoded)
		if l.decoded = out; !ok && len(out) == 0 {
			return
		}
		body, whole = out, complete
	}
	contentType := fields.Get("Content-Type")
	status := x.judgement.response.Status
	f, ok := suspects.Look(status, contentType, body, whole)
	if !ok {
		return
	}
	g.Suspects.Add(f, x.judgement.template(), essence(contentType), status, l.weight, time.Now())
	g.Telemetry.Suspected(f.Kind, l.weight)
}

// essence is a media type without parameters, "other" for what is none or too long
// to be kept.
func essence(contentType string) string {
	media, _, _ := mime.ParseMediaType(contentType)
	if media == "" || len(media) > 100 || strings.Count(media, "/") != 1 {
		return "other"
	}
	return media
}

// rules notes whether a rule has decided, or that the outcome is an error anyway.
func (s *sender) rules(o *normalize.Outcome) {
	s.ruled = o.Reason == normalize.ReasonRule || o.Sent < 200 || o.Sent > 299
}
