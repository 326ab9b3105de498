package exchange

import (
	"maps"
	"net/http"
	"strings"

	"github.com/statusgate/statusgate/faults"
	"github.com/statusgate/statusgate/inspect"
	"github.com/statusgate/statusgate/normalize"
	"github.com/statusgate/statusgate/problem"
)

// document is what a body may turn out to be that is held whole: one that is
// worth more to the client than a problem of ours.
type document struct {
	kind   documentKind
	format problem.Format // of a problem
}

type documentKind uint8

const (
	noDocument      documentKind = iota
	problemDocument              // RFC 9457
	faultDocument                // an error of the client's own protocol
	connectDocument              // an error of Connect RPC, whose status belongs to it
)

// isNone reports whether a body can't be the error of a protocol, by its first
// byte: there are many traces and pages that need not be read to their end.
func (d document) isNone(before, next []byte, fields http.Header) bool {
	if d.kind != faultDocument || len(before) > 0 || len(next) == 0 || inspect.Coding(fields["Content-Encoding"]...) != "" {
		return false
	}
	switch next[0] {
	case '{', '[', '<', ' ', '\t', '\r', '\n', 0, 0xef, 0xfe, 0xff: // JSON or XML, white space, UTF-16, byte order marks
		return false
	}
	return true
}

// ruling is what becomes of a document.
type ruling uint8

const (
	rulePass     ruling = iota // it goes out as it came
	ruleReceived               // so does the status that was received
	ruleSend                   // what was made of it goes out
	ruleReplace                // a problem takes its place
	rulePlan                   // it is none, and goes the way of other bodies
)

// judge looks at a document, which may be in a content coding. What was made of
// it stands behind dst.
func (d document) judge(dst, body []byte, fields http.Header, o *normalize.Outcome) (ruling, []byte) {
	contentType := fields.Get("Content-Type")
	text, readable := decoded(fields, body)
	switch d.kind {
	case connectDocument:
		if readable && faults.IsConnectError(text, contentType) {
			return ruleReceived, nil
		}
		return rulePlan, nil
	case faultDocument:
		if readable {
			if out, ok := faults.Trim(dst, text, contentType); ok {
				return ruleSend, out
			}
		}
		return ruleReplace, nil
	default: // a problem
	}
	switch {
	case !readable && o.Sent < 500:
		return rulePass, nil // trusted
	case !readable:
		return ruleReplace, nil
	}
	r := problem.Response{Status: o.Sent, Gateway: problem.FromGateway(fields["Proxy-Status"])}
	if seconds, ok := normalize.RetryAfter(fields); ok && seconds > 0 {
		r.RetryAfter = seconds
	} else if o.Unknown || len(fields["Retry-After"]) > 0 {
		r.RetryAfter = problem.NoSeconds
	}
	if out, ok := r.Conform(dst, text, d.format); ok {
		return ruleSend, out
	}
	return ruleReplace, nil
}

// judgeDocument sends a document that was held, or what takes its place.
func (s *sender) judgeDocument() {
	kept, o := s.body.kept, &s.outcome
	if s.document.kind == problemDocument {
		oweRetryAfter(&s.head, s.gate, o) // the problem repeats it
	}
	r, out := s.document.judge(kept[len(kept):], kept, s.head.fields, o)
	if r == rulePlan {
		p := planBody(s.gate, s.request, s.head.fields, o, false)
		s.head.varies = s.head.varies || p.varies
		s.request.trace.planned(p.why)
		switch p.plan {
		case planHold:
			s.document = p.document
			r, out = s.document.judge(kept[len(kept):], kept, s.head.fields, o)
		case planReplace:
			r = ruleReplace
		default:
			r = rulePass
		}
	}
	trailers := s.head.takeTrailers()
	switch r {
	case ruleReceived:
		defer maps.Copy(s.head.fields, trailers)
		s.passKept(normalize.Outcome{Received: o.Received, Sent: o.Received, Reason: normalize.ReasonProtocol, Rule: -1, Verbatim: true})
	case ruleSend:
		s.head.sameType(o.Sent)
		s.request.trace.conformed(s.document)
		s.mend(o)
		s.send(o, out)
	case ruleReplace:
		s.replace(*o)
	default:
		defer maps.Copy(s.head.fields, trailers)
		s.passKept(*o)
	}
}

// passKept sends the head, and of the body what was kept.
func (s *sender) passKept(o normalize.Outcome) {
	kept := s.body.kept
	s.pass(o)
	_, _ = s.body.write(kept) // an error shows again at the next write
}

// decoded is the body without its content coding. It is not ok where that is not
// known, or stands for more than may be held.
func decoded(fields http.Header, body []byte) (text []byte, ok bool) {
	coding := inspect.Coding(fields["Content-Encoding"]...)
	if coding == "" {
		return body, true
	}
	text, complete, ok := inspect.Decode(coding, body, holdLimit, nil)
	return text, ok && complete
}

// isPage reports whether the body of an error has no label, but begins like a page
// for people, for which net/http would take it.
func isPage(s *sender, p []byte) bool {
	return s.outcome.Sent >= 400 && s.gate.Problems.Bodies == BodiesAuto && len(s.head.fields["Content-Type"]) == 0 &&
		strings.HasPrefix(http.DetectContentType(p), "text/html")
}
