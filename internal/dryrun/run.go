package dryrun

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/caddyserver/caddy/v2/modules/caddyhttp"

	"github.com/statusgate/statusgate/inspect"
	"github.com/statusgate/statusgate/internal/exchange"
)

// Request is a request of the client.
type Request struct {
	Method string
	// URL is whole, or a path, or begins with a host.
	URL string
	// Site is where a URL without a host is asked: a host, with a scheme or a port
	// where that is not clear; "" where there is only one site with a gate.
	Site   string
	Fields []Field
	Body   []byte
	// Gate is the name of a gate: "" for the outermost that is met.
	Gate string
}

// Result is what came of an exchange.
type Result struct {
	// URL is what was asked for.
	URL string
	// Site is the server that took the request, in words.
	Site string
	// Passages are the gates that were met, outermost first.
	Passages []*Passage
	// Backend is who answered behind the gates, "" if nobody was asked.
	Backend string
	// Static says that the backend is a handler that answers by itself and was not
	// told what.
	Static bool
	// Notes say what did not run.
	Notes []string
	// Answer is what the client gets, nil where the connection breaks.
	Answer *Answer
	// Cut says that the connection breaks within the body.
	Cut bool
}

// Passage is the way of an exchange through a gate.
type Passage struct {
	Gate  *Gate
	Trace *exchange.Trace
}

// Answer is what the client gets.
type Answer struct {
	Proto  string
	Status int
	// Phrase is the text behind the status.
	Phrase string
	Header http.Header
	Body   []byte
}

// Text is the body without its content coding, as far as that is known.
func (a *Answer) Text() []byte {
	coding := inspect.Coding(a.Header["Content-Encoding"]...)
	if coding == "" {
		return a.Body
	}
	if text, _, ok := inspect.Decode(coding, a.Body, bodyLimit, nil); ok {
		return text
	}
	return a.Body
}

// patience bounds an exchange, and bodyLimit what is read of an answer.
const (
	patience  = 10 * time.Second
	bodyLimit = 64 << 20
)

// run is an exchange that is under way. The goroutine of the handlers has it until
// done is closed.
type run struct {
	stage   *Stage
	target  *target
	script  *Script
	result  *Result
	inside  int  // gates that the request is in
	answers int  // of backends
	used    bool // the script was
	leave   context.CancelFunc
	handled atomic.Bool   // a handler was asked
	done    chan struct{} // closed once the handlers have ended, or were not asked
	ended   sync.Once
}

type runKey struct{}

func runOf(ctx context.Context) *run { return ctx.Value(runKey{}).(*run) }

// Run takes an exchange through the configuration. Its errors are mistakes of the
// request, or of the configuration.
func (s *Stage) Run(ctx context.Context, req *Request, script *Script) (*Result, error) {
	target, err := s.target(req)
	if err != nil {
		return nil, err
	}
	message, err := req.message(target)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	r := &run{
		stage: s, target: target, script: script, done: make(chan struct{}),
		result: &Result{URL: target.String(), Site: target.server.String()},
	}
	conn, err := target.server.dial(r)
	if err != nil {
		return nil, err
	}
	defer conn.Close() //nolint:errcheck // nobody is at its other end
	deadline := time.Now().Add(patience)
	if until, ok := ctx.Deadline(); ok && until.Before(deadline) {
		deadline = until
	}
	if err := conn.SetDeadline(deadline); err != nil {
		return nil, err
	}
	go func() { _, _ = conn.Write(message) }() // a gate may answer before it has read all
	r.result.Answer, r.result.Cut, err = readAnswer(bufio.NewReader(conn), req.Method)
	if err != nil {
		return nil, err
	}
	r.wait(conn)
	return r.result, nil
}

// end tells that the handlers have ended.
func (r *run) end() { r.ended.Do(func() { close(r.done) }) }

// settleWait is how long a handler may still work for an answer that is whole.
const settleWait = 100 * time.Millisecond

// wait waits for the handlers, which may wait for the client to hang up.
func (r *run) wait(conn net.Conn) {
	timer := time.NewTimer(settleWait)
	defer timer.Stop()
	select {
	case <-r.done:
	case <-timer.C:
		_ = conn.Close()
		<-r.done
	}
}

// message is the request on the connection.
func (req *Request) message(t *target) ([]byte, error) {
	if req.Method == "" || strings.ContainsFunc(req.Method, func(c rune) bool { return c <= ' ' || c >= 0x7f }) {
		return nil, fmt.Errorf("the method %q is no word", req.Method)
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s %s HTTP/1.1\r\n", req.Method, t.uri)
	if !has(req.Fields, "Host") {
		fmt.Fprintf(&b, "Host: %s\r\n", t.host)
	}
	for _, f := range req.Fields {
		fmt.Fprintf(&b, "%s: %s\r\n", f.Name, f.Value)
	}
	if len(req.Body) > 0 && !has(req.Fields, "Content-Length") && !has(req.Fields, "Transfer-Encoding") {
		fmt.Fprintf(&b, "Content-Length: %d\r\n", len(req.Body))
	}
	b.WriteString("\r\n")
	b.Write(req.Body)
	return b.Bytes(), nil
}

// readAnswer reads the final answer, nil where the connection ends without one.
func readAnswer(from *bufio.Reader, method string) (a *Answer, cut bool, err error) {
	for {
		response, err := http.ReadResponse(from, &http.Request{Method: method})
		var timeout net.Error
		switch {
		case errors.As(err, &timeout) && timeout.Timeout():
			return nil, false, fmt.Errorf("no answer within %v: does a handler wait for something?", patience)
		case err != nil:
			return nil, false, nil //nolint:nilerr // the connection broke: that is what the client gets
		case response.StatusCode < 200 && response.StatusCode != http.StatusSwitchingProtocols:
			continue
		}
		body, err := io.ReadAll(io.LimitReader(response.Body, bodyLimit))
		_ = response.Body.Close()
		_, phrase, _ := strings.Cut(response.Status, " ")
		return &Answer{
			Proto: response.Proto, Status: response.StatusCode, Phrase: phrase, Header: fieldsOf(response), Body: body,
		}, err != nil, nil
	}
}

// fieldsOf are the fields of an answer, with those that net/http takes out of them.
func fieldsOf(response *http.Response) http.Header {
	fields := response.Header
	if len(response.TransferEncoding) > 0 {
		fields["Transfer-Encoding"] = slices.Clone(response.TransferEncoding)
	}
	if response.Close && len(fields["Connection"]) == 0 {
		fields["Connection"] = []string{"close"}
	}
	return fields
}

// enter tells that a gate is entered. What it returns is to be called on the way out.
func (r *run) enter(place int) (leave func()) {
	gate := r.stage.gates[place]
	trace := new(exchange.Trace)
	gate.gate.Trace = trace
	r.result.Passages = append(r.result.Passages, &Passage{Gate: gate, Trace: trace})
	r.inside++
	return func() {
		r.inside--
		gate.gate.Trace = nil
		gate.locate(trace)
	}
}

// locate tells the steps where they stand.
func (g *Gate) locate(trace *exchange.Trace) {
	for i := range trace.Steps {
		step := &trace.Steps[i]
		switch step.Kind {
		case exchange.StepRule:
			step.At = g.where(fmt.Sprintf("map.%d", step.Rule))
		case exchange.StepResource:
			if at := slices.Index(g.resources, step.What); at >= 0 {
				step.At = g.where(fmt.Sprintf("resource.%d", at))
			}
		default: // of the gate as a whole
		}
	}
}

// atBackend reports whether who is asked now is the backend of the exchange.
func (r *run) atBackend() bool { return r.inside > 0 && !r.used }

// asked takes note of who answers behind the gates.
func (r *run) asked(who string, static bool) {
	r.answers++
	if r.result.Backend == "" && r.inside > 0 {
		r.result.Backend, r.result.Static = who, static
	}
}

// note says once what did not run.
func (r *run) note(format string, args ...any) {
	if text := fmt.Sprintf(format, args...); !slices.Contains(r.result.Notes, text) {
		r.result.Notes = append(r.result.Notes, text)
	}
}

// roundTrip asks the backend. The script is for the first that is asked.
func (r *run) roundTrip(req *http.Request, t *transport, who string) (*http.Response, error) {
	r.asked(who, false)
	if r.used {
		status := http.StatusOK
		if err, ok := req.Context().Value(caddyhttp.ErrorCtxKey).(caddyhttp.HandlerError); ok && err.StatusCode != 0 {
			status = err.StatusCode // of which the page is
		}
		r.note("%s, which is asked too, answers with an empty %d", who, status)
		return empty(req, status), nil
	}
	r.used = true
	if r.script.Failure == Canceled {
		r.leave()
	}
	return r.script.roundTrip(req, t)
}
