package exchange

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/statusgate/statusgate/inspect"
	"github.com/statusgate/statusgate/internal/overload"
	"github.com/statusgate/statusgate/internal/requestbody"
	"github.com/statusgate/statusgate/internal/telemetry"
	"github.com/statusgate/statusgate/normalize"
)

// exchange is one request on its way through a gate, and the response on its
// way back. It is pooled; nothing of it outlives the exchange.
type exchange struct {
	gate       *Gate
	request    request
	record     telemetry.Record
	visit      overload.Visit
	judgement  judgement
	sender     sender
	inspection *inspection // a body that is held, or was
	idle       idle        // where bodies may be held
	watched    bool        // the body may be worth a look, which its first bytes tell
	look       *look       // what is kept of it then
}

var exchanges = sync.Pool{New: func() any { return new(exchange) }}

// begin begins an exchange. What stands in the context is asked for now: behind
// the backend's answer nothing of it is left in the processor's caches.
func begin(g *Gate, w http.ResponseWriter, r *http.Request) *exchange {
	x := exchanges.Get().(*exchange) // zero but for a buffer
	fields := w.Header()
	x.gate = g
	x.record = g.Telemetry.Record(r)
	x.request = newRequest(g, r, &x.record)
	x.judgement.gate, x.judgement.request, x.judgement.fields = g, &x.request, fields
	s := &x.sender
	s.gate, s.request, s.record = g, &x.request, &x.record
	s.head.fields = fields
	s.body.client, s.body.visit, s.body.room.gate = w, &x.visit, g
	return x
}

// release ends the measurement and gives the exchange back. One is left alone
// whose connection was taken over, whose timer may still run, or that a call of
// its handler may still use.
func (x *exchange) release(alone bool) {
	x.gate.Telemetry.Took(&x.record.Watch, &x.request)
	if !alone || x.sender.body.state == hijacked || !x.inspection.release() {
		return
	}
	x.sender.body.linger(&x.request, x.sender.head.fields)
	kept := x.sender.body.kept[:0]
	if cap(kept) > keptScratch {
		kept = nil
	}
	*x = exchange{}
	x.sender.body.kept = kept
	exchanges.Put(x)
}

// admit prepares a request for the backend. It is not ok where the request was
// answered without it.
func (x *exchange) admit(r *http.Request) (ok bool, err error) {
	if ok, err = x.check(r); ok && x.gate.Shedder != nil {
		return x.enter()
	}
	return ok, err
}

// check holds a request against what its resource takes.
func (x *exchange) check(r *http.Request) (ok bool, err error) {
	g := x.gate
	if !g.Report || g.Resources.Checks {
		x.request.upload = requestbody.Watch(x.sender.body.client, r, g.Report)
	}
	if g.apart() {
		x.idle = idleOf(r)
		offerDecodable(r)
	}
	if g.Resources.Checks {
		o, ok := g.Resources.check(&x.request)
		switch {
		case ok: // nothing speaks against it
		case g.Report:
			x.sender.refused, x.judgement.mute = o, true
		case o.Sent < 400:
			// The gate tells which methods a resource has (RFC 9110 §9.3.7).
			x.sender.head.set("Allow", x.request.methods().Allow())
			o.Verbatim = true
			x.request.trace.planned("the gate answers OPTIONS")
			x.sender.drop(o)
			return false, nil
		default:
			return false, x.sender.fail(o, nil)
		}
	}
	return true, nil
}

// enter asks the limiter for a place, and waits for one where there is hope. It
// is false if the request is not to go on: it has its answer then.
func (x *exchange) enter() (ok bool, err error) {
	running := x.record.Watch
	x.record.Watch.Pause()
	verdict, err := x.visit.Enter(x.gate.Shedder, &overload.Request{
		Request: x.request.Request, Replacer: x.request.replacer, Route: x.request.resource.Route,
		WebSocket: isWebSocket(x.request.Request), Preflight: isPreflight(x.request.Request), Logged: x.record.Logged(),
	})
	place := x.visit.Place()
	x.request.trace.overload(place, verdict)
	if place != nil {
		x.record.PublishShed(place)
	}
	if place != nil && place.Wait > 0 {
		x.record.Watch.Resume()
	} else {
		x.record.Watch = running // nobody waited: what it took is the gate's
	}
	switch {
	case err != nil:
		return false, x.finish(err)
	case verdict == overload.Abandoned:
		x.sender.conclude(normalize.Left(normalize.NotAsked))
		return false, nil
	case verdict == overload.Shed:
		h := &x.sender.head
		h.set("Retry-After", decimal(x.visit.RetryAfter()))
		h.set("Cache-Control", "no-store")
		return false, x.sender.fail(overloaded, nil)
	case verdict == overload.WouldShed && x.gate.Report && x.sender.refused.Sent == 0:
		x.sender.refused = overloaded
	}
	return true, nil
}

// apart reports whether the handler has a header map of its own.
func (g *Gate) apart() bool { return g.Inspection.Plan != nil && !g.Report }

// writeHeader takes the status from behind. Informational responses pass
// (RFC 9110 §15.2); 101 ends the exchange of HTTP messages.
func (x *exchange) writeHeader(status int) {
	s := &x.sender
	if x.inspection != nil || s.body.state != pending {
		return
	}
	if status == http.StatusContinue && x.request.isAsked() && !x.gate.Report {
		return
	}
	s.head.handOn()
	x.visit.Head(status, s.head.fields)
	switch {
	case status == http.StatusSwitchingProtocols:
		s.conclude(switched)
		s.body.become(hijacked)
		s.body.client.WriteHeader(status)
	case status >= 100 && status < 200:
		// The Location of a 104 is where an upload goes on, as that of a final
		// response.
		if x.gate.Owed.Public && !x.gate.Report && len(s.head.fields["Location"]) > 0 {
			publishLocation(x.gate, &x.request, s.head.fields)
		}
		s.body.client.WriteHeader(status)
	case status == normalize.ClientGone && x.request.left(): // how reverse_proxy tells the access log
		s.conclude(normalize.Left(normalize.NotAsked))
		if x.request.mayStillRead(x.gate.Report) {
			s.outcome = x.leftWhileWorking()
			s.body.become(refusing)
			return
		}
		s.body.become(passing)
		s.body.client.WriteHeader(status)
	default:
		x.record.Watch.Resume()
		x.judge(status)
		x.record.Watch.Pause()
	}
}

// judge decides on a status from behind, or holds the response back.
func (x *exchange) judge(status int) {
	s := &x.sender
	x.watched = x.mayLook(status)
	o, undecided := x.judgement.begin(status, normalize.SourceBackend)
	s.head.varies = !undecided && x.judgement.varies()
	switch {
	case undecided:
		x.inspection = inspectBody(&x.judgement, s, x.idle)
	case x.gate.Report:
		s.report(o)
		s.body.become(passing)
		s.body.client.WriteHeader(status)
	default:
		s.respond(o, false)
	}
}

// write takes a part of the body from behind.
func (x *exchange) write(p []byte) (int, error) {
	if x.inspection == nil && x.sender.body.state == pending {
		x.writeHeader(http.StatusOK)
	}
	if x.sees() {
		x.see(p)
	}
	if x.inspection != nil {
		return x.inspection.write(p)
	}
	return x.sender.write(p)
}

const (
	// firstRead is how much is read of a body before its head is decided on,
	// where the handler leaves that to the body.
	firstRead = 512
	// heldRead is how much of a body is read at a time while it is held. What
	// comes after the decision takes the fast path of the connection.
	heldRead = 4 << 10
)

// readFrom takes the body from behind. As in net/http, nothing is decided before
// there is a first byte: a reader that fails at once leaves the handler free to
// send an error.
func (x *exchange) readFrom(r io.Reader) (n int64, err error) {
	to := writeOnly{x}
	if x.inspection == nil && x.sender.body.state == pending {
		if n, err = io.CopyN(to, r, firstRead); err != nil {
			return n, endOf(err)
		}
	}
	for x.inspection.holds() {
		part, err := io.CopyN(to, r, heldRead)
		n += part
		if err != nil {
			return n, endOf(err)
		}
	}
	seen, err := x.seeFrom(to, r)
	if n += seen; err != nil {
		return n, endOf(err)
	}
	var rest int64
	if x.sender.body.state == passing && passes(x.inspection) {
		rest, err = x.sender.body.readFrom(r)
	} else {
		rest, err = io.Copy(to, r)
	}
	return n + rest, err
}

// endOf is no error where a reader has come to its end.
func endOf(err error) error {
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

// writeOnly hides ReadFrom from [io.Copy].
type writeOnly struct{ x *exchange }

// Write implements [io.Writer].
func (w writeOnly) Write(p []byte) (int, error) { return w.x.write(p) }

// flush flushes what has been decided.
func (x *exchange) flush() error {
	if x.inspection == nil && x.sender.body.state == pending {
		x.writeHeader(http.StatusOK)
	}
	if x.inspection != nil {
		return x.inspection.flush()
	}
	return x.sender.body.flush()
}

// hijack hands the connection over.
func (x *exchange) hijack() (net.Conn, *bufio.ReadWriter, error) {
	defer unlock(lock(x.inspection))
	conn, rw, err := http.NewResponseController(x.sender.body.client).Hijack()
	if err != nil {
		return conn, rw, err
	}
	if !passes(x.inspection) {
		x.inspection.giveUp()
	}
	x.sender.conclude(switched)                                       // unless the handler has sent a head
	x.visit.Head(http.StatusSwitchingProtocols, x.sender.head.fields) // where the handler writes it itself
	x.sender.body.become(hijacked)
	return conn, rw, nil
}

// switched is the outcome of an exchange that goes on in another protocol.
var switched = normalize.Outcome{
	Received: http.StatusSwitchingProtocols, Sent: http.StatusSwitchingProtocols, Reason: normalize.ReasonProtocol, Rule: -1,
}

// offerDecodable leaves the backend only the codings that can be looked into
// (RFC 9110 §12.5.3).
func offerDecodable(r *http.Request) {
	lines := r.Header["Accept-Encoding"]
	if len(lines) == 0 {
		return
	}
	var offered []string
	for _, member := range normalize.List(lines) {
		coding, _, _ := strings.Cut(member, ";")
		if coding = strings.ToLower(strings.TrimSpace(coding)); coding == "x-gzip" || slices.Contains(inspect.Codings(), coding) {
			offered = append(offered, member)
		}
	}
	if len(offered) == 0 {
		offered = []string{"identity"}
	}
	r.Header["Accept-Encoding"] = []string{strings.Join(offered, ", ")}
}
