package exchange

import (
	"errors"
	"net/http"
	"time"

	"github.com/caddyserver/caddy/v2/modules/caddyhttp"

	"github.com/statusgate/statusgate/internal/telemetry"
	"github.com/statusgate/statusgate/normalize"
)

// sender is the one part that turns a decision into bytes. Whoever calls it
// belongs to the handler's goroutine, or holds the inspection's lock.
type sender struct {
	gate     *Gate
	request  *request
	record   *telemetry.Record
	head     head
	body     body
	outcome  normalize.Outcome // as it was decided, once it was
	refused  normalize.Outcome // in report mode: how the request would have been answered
	document document          // what a body that is held may turn out to be
	ruled    bool              // a rule has decided, or it is an error anyway
	drips    bool              // the backend's body may take its time after our own is ready
}

// respond carries out a decision on a response from behind, or puts it off
// until the body tells more. returned says that the handler has.
func (s *sender) respond(o normalize.Outcome, returned bool) {
	s.outcome = o
	if c := s.gate.CORS; c.answers(s.request.Request) && c.refused(&s.head, &o) {
		s.drop(c.allow(&s.head, s.request, o))
		return
	}
	s.drips = !returned && mayHaveBody(o.Received, s.head.fields)
	p := planBody(s.gate, s.request, s.head.fields, &o, true)
	s.head.varies = s.head.varies || p.varies
	s.request.trace.planned(p.why)
	switch p.plan {
	case planKeep:
		s.pass(o)
	case planDefer:
		s.body.become(deferred)
	case planHold:
		s.document = p.document
		s.body.become(holding)
		if s.request.method == http.MethodHead {
			s.head.sameType(o.Sent) // how long it would be for a GET, its body would have to tell
			s.body.become(discarding)
			s.commit(&o)
		}
	case planReplace:
		s.replace(o)
	case planDrop:
		s.drop(o)
	case planRefuse:
		s.body.become(refusing)
	}
}

// report makes a decision on a response from behind known that is not carried
// out.
func (s *sender) report(o normalize.Outcome) {
	p := planBody(s.gate, s.request, s.head.fields, &o, true)
	o.Replaced = p.plan == planReplace
	s.request.trace.reported(p)
	s.foresee(&o)
	s.conclude(o)
}

// foresee notes the fields that an answer would owe its client.
func (s *sender) foresee(o *normalize.Outcome) {
	if o.Verbatim || s.refused.Sent != 0 || !mayOwe(s.head.fields, o) {
		return
	}
	foreseen := head{fields: s.head.fields.Clone()}
	owe(&foreseen, s.gate, s.request, o)
	s.request.trace.foreseen(s.head.fields, foreseen.fields)
}

// conclude makes an outcome known that is not carried out here. In report mode
// a request that would have been refused has that as its outcome, with what the
// backend made of it.
func (s *sender) conclude(o normalize.Outcome) {
	if s.refused.Sent != 0 {
		received := o.Received
		o = s.refused
		o.Received = received
	}
	s.rules(&o)
	s.request.trace.concluded(s.gate, &o)
	s.record.Publish(&o)
	s.record.Count(&o, s.limited(), s.request)
}

// limited is what the limiter made of the request.
func (s *sender) limited() telemetry.Limited {
	return telemetry.Limited{Place: s.body.visit.Place(), Report: s.body.visit.Reported()}
}

// write takes a part of the backend's body the way that was decided.
func (s *sender) write(p []byte) (int, error) {
	switch s.body.state {
	case deferred:
		if len(p) == 0 {
			return 0, nil
		}
		if isPage(s, p) {
			s.replace(s.outcome)
			break
		}
		s.pass(s.outcome)
	case holding:
		switch {
		case s.document.isNone(s.body.kept, p, s.head.fields):
			s.body.discarded = len(s.body.kept)
			s.replace(s.outcome)
		case s.body.hold(p):
			return len(p), nil
		default:
			s.overflow()
		}
	default: // nothing to decide
	}
	return s.body.write(p)
}

// overflow ends the holding of a document that there is no room for. It is let
// go, or replaced where it must not be seen unchecked.
func (s *sender) overflow() {
	s.gate.Telemetry.Undecided(telemetry.TooLarge)
	if s.outcome.Internal() {
		s.body.discarded = len(s.body.kept)
		s.replace(s.outcome)
		return
	}
	s.passKept(s.outcome)
}

// mend makes a decision known and gives the head the fields that it owes.
func (s *sender) mend(o *normalize.Outcome) {
	s.rules(o)
	before := s.request.trace.before(s.head.fields)
	s.record.Publish(o)
	s.head.mend(s.gate, s.request, o)
	s.body.settle(s.request, s.head.fields, o.Gateway)
	s.request.trace.mended(s.gate, o, before, s.head.fields)
	s.record.Count(o, s.limited(), s.request)
}

// commit sends the head under the status that was decided.
func (s *sender) commit(o *normalize.Outcome) {
	s.mend(o)
	s.body.client.WriteHeader(o.Sent)
}

// pass sends the head; the backend's body follows.
func (s *sender) pass(o normalize.Outcome) {
	s.head.mendFraming(&o, s.request.ProtoMajor)
	s.request.trace.becomes("kept", "")
	s.body.become(passing)
	s.commit(&o)
}

// drop sends a head without a body; a 204 has not even the length of one
// (RFC 9110 §8.6).
func (s *sender) drop(o normalize.Outcome) {
	s.head.dropBody(o.Sent)
	if o.Sent != http.StatusNoContent {
		s.head.set("Content-Length", "0")
	}
	s.request.trace.becomes("none", "")
	s.body.become(discarding)
	s.commit(&o)
}

// replace sends our problem in place of the backend's body.
func (s *sender) replace(o normalize.Outcome) {
	o.Replaced = !o.Gateway
	s.head.dropBody(o.Sent)
	s.request.trace.replaced(s, &o)
	if o.Internal() {
		delete(s.head.fields, "Location") // leads to where the backend is, if anywhere
	}
	s.head.varies = s.head.varies || len(s.gate.Problems.Formats) > 1
	s.request.requestID() // of the problem, for those who count it, too
	s.mend(&o)            // the problem repeats what the fields say
	body, format := appendProblem(s.body.kept[:0], s.gate, s.request, s.head.fields, &o)
	s.body.kept = body
	s.head.set("Content-Type", format.ContentType())
	s.send(&o, body)
}

// send writes a whole answer of our own, whose head has been mended.
func (s *sender) send(o *normalize.Outcome, body []byte) {
	s.head.set("Content-Length", decimal(len(body)))
	s.body.become(discarding)
	client := s.body.client
	client.WriteHeader(o.Sent)
	if s.request.method != http.MethodHead {
		_, _ = client.Write(body) // a client that left is net/http's to notice
	}
	if s.drips { // HTTP/1.1 sends the same bytes either way
		s.body.until = time.Now().Add(discardWait)
		_ = http.NewResponseController(client).Flush()
	}
}

// fail answers in the gateway's own name: with a problem, or with an error for
// handle_errors where problems are off.
func (s *sender) fail(o normalize.Outcome, cause error) error {
	s.head.dropTrailers()
	if o.Received != normalize.NotAsked && s.body.begun() {
		delete(s.head.fields, "Set-Cookie") // of an answer that nobody gets
	}
	if c := s.gate.CORS; c.answers(s.request.Request) {
		s.drop(c.allow(&s.head, s.request, o))
		return nil
	}
	if !s.gate.Problems.Off {
		s.replace(o)
		return nil
	}
	// handle_errors answers, and finds the request's body as it was.
	s.request.upload.GiveBack()
	s.request.upload = nil
	s.head.dropBody(o.Sent)
	s.request.trace.becomes("none", "problems are off: handle_errors answers")
	s.mend(&o)
	return asHandlerError(o.Sent, cause)
}

// asHandlerError gives an error the status that Caddy is to answer with.
// [caddyhttp.Error] would keep the status of an error that has one, however
// deep it is wrapped.
func asHandlerError(status int, cause error) error {
	if he, ok := errors.AsType[caddyhttp.HandlerError](cause); ok {
		he.StatusCode = status
		return he
	}
	return caddyhttp.Error(status, cause)
}
