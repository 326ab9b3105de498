package tests

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// shedStage is a Caddy whose sites shed, with a metrics endpoint, and a backend
// that holds what it is asked until it is told to go on.
type shedStage struct {
	t     *testing.T
	port  int
	name  string            // of the scenario
	begun chan *heldRequest // requests that have reached the backend
	again atomic.Bool       // whether a connection that breaks is tried again
}

// heldRequest is a request in the backend.
type heldRequest struct {
	*http.Request
	w    http.ResponseWriter
	goOn chan func() error // what to do with it
}

// answer lets the backend answer.
func (h *heldRequest) answer(status int, body string, fields ...string) {
	h.do(func() error { return answers(status, body, fields...)(h.w, h.Request) })
}

// do lets the backend's handler do something, and end.
func (h *heldRequest) do(what func() error) { h.goOn <- what }

// newShedStage starts a Caddy with one gate.
func newShedStage(t *testing.T, options string) *shedStage {
	t.Helper()
	s := prepareShedStage(t)
	startCaddy(t, scenarioGlobal, s.site("localhost", options)+s.metrics())
	return s
}

// prepareShedStage makes a stage without starting its Caddy.
func prepareShedStage(t *testing.T) *shedStage {
	t.Helper()
	s := &shedStage{t: t, port: freePort(t), name: t.Name(), begun: make(chan *heldRequest, 100)}
	backends.Store(s.name, backend(func(w http.ResponseWriter, r *http.Request) error {
		h := &heldRequest{Request: r, w: w, goOn: make(chan func() error)}
		s.begun <- h
		select {
		case what := <-h.goOn:
			return what()
		case <-t.Context().Done():
			return nil
		}
	}))
	t.Cleanup(func() { backends.Delete(s.name) })
	return s
}

func (s *shedStage) site(host, options string) string {
	return scenarioSite(host, s.port, options, "", "scenario")
}

// load replaces the configuration by other sites. Caddy breaks connections then
// on which no request has begun.
func (s *shedStage) load(sites string) {
	s.t.Helper()
	s.again.Store(true)
	loadCaddy(s.t, scenarioGlobal, sites+s.metrics())
}

// roundTrip makes a request, again where that is due.
func (s *shedStage) roundTrip(transport http.RoundTripper, req *http.Request) (*http.Response, error) {
	resp, err := transport.RoundTrip(req)
	for tries := 0; err != nil && s.again.Load() && req.Context().Err() == nil && tries < 20; tries++ {
		resp, err = transport.RoundTrip(req)
	}
	return resp, err
}

// exposition is what the metrics endpoint shows.
func (s *shedStage) exposition() string {
	s.t.Helper()
	req := request(s.t, http.MethodGet, fmt.Sprintf("http://metrics.test:%d/metrics", s.port))
	resp, err := s.roundTrip(scenarioTransport(s.t, s.port, "h1"), req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return string(body)
}

func (s *shedStage) metrics() string {
	return fmt.Sprintf("http://metrics.test:%d {\n\tbind 127.0.0.1\n\tmetrics /metrics\n}\n", s.port)
}

// pending is a request that was made and the answer that it gets.
type pending struct {
	t      *testing.T
	leave  context.CancelFunc
	answer chan answer
	err    chan error
}

// ask makes a request without waiting for the answer.
func (s *shedStage) ask(method, path string, header ...string) *pending {
	s.t.Helper()
	return s.askHost("localhost", method, path, header...)
}

func (s *shedStage) askHost(host, method, path string, header ...string) *pending {
	s.t.Helper()
	ctx, cancel := context.WithCancel(s.t.Context())
	p := &pending{t: s.t, leave: cancel, answer: make(chan answer, 1), err: make(chan error, 1)}
	req, err := http.NewRequestWithContext(ctx, method, fmt.Sprintf("http://%s:%d%s", host, s.port, path), nil)
	if err != nil {
		s.t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		req.Header.Add(header[i], header[i+1])
	}
	req.Header.Set("X-Scenario", s.name)
	transport := scenarioTransport(s.t, s.port, "h1")
	go func() {
		defer cancel()
		resp, err := s.roundTrip(transport, req)
		if err != nil {
			p.err <- err
			return
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			p.err <- err
			return
		}
		p.answer <- answer{resp, string(body)}
	}()
	return p
}

// get waits for the answer.
func (p *pending) get() answer {
	p.t.Helper()
	select {
	case a := <-p.answer:
		return a
	case err := <-p.err:
		p.t.Fatalf("no answer: %v", err)
	case <-time.After(patience):
		p.t.Fatal("no answer in time")
	}
	return answer{}
}

// want waits for the answer and compares its status.
func (p *pending) want(status int) answer {
	p.t.Helper()
	a := p.get()
	if a.StatusCode != status {
		p.t.Fatalf("got %s, want %d: %v %s", a.Status, status, a.Header, a.body)
	}
	return a
}

// fails waits until the client knows that there is no answer.
func (p *pending) fails() {
	p.t.Helper()
	select {
	case a := <-p.answer:
		p.t.Fatalf("got %s, want none", a.Status)
	case <-p.err:
	case <-time.After(patience):
		p.t.Fatal("neither an answer nor an error in time")
	}
}

// reached waits for a request to reach the backend.
func (s *shedStage) reached(path string) *heldRequest {
	s.t.Helper()
	select {
	case h := <-s.begun:
		if h.URL.Path != path {
			s.t.Fatalf("%s has reached the backend, want %s", h.URL.Path, path)
		}
		return h
	case <-time.After(patience):
		s.t.Fatalf("%s has not reached the backend in time", path)
	}
	return nil
}

// series reads the samples of the limiters.
func (s *shedStage) series() map[string]float64 {
	s.t.Helper()
	samples := make(map[string]float64)
	for line := range strings.Lines(s.exposition()) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), "} ")
		if name, ok := strings.CutPrefix(name, "caddy_statusgate_shed_"); ok {
			samples[name+"}"], _ = strconv.ParseFloat(value, 64)
		}
	}
	return samples
}

// await reads the samples until one has a value.
func (s *shedStage) await(name string, want float64) {
	s.t.Helper()
	s.until(fmt.Sprintf("%s to be %v", name, want), func(samples map[string]float64) bool {
		got, ok := samples[name]
		return ok && got == want
	})
}

// awaitGone reads the samples until one is no more.
func (s *shedStage) awaitGone(name string) {
	s.t.Helper()
	s.until("no "+name, func(samples map[string]float64) bool { _, there := samples[name]; return !there })
}

func (s *shedStage) until(what string, done func(samples map[string]float64) bool) {
	s.t.Helper()
	again, late := time.NewTicker(2*time.Millisecond), time.After(patience)
	defer again.Stop()
	for {
		samples := s.series()
		if done(samples) {
			return
		}
		select {
		case <-again.C:
		case <-late:
			s.t.Fatalf("waited for %s among %v", what, samples)
		}
	}
}

const (
	inflight = `inflight{limiter="statusgate",mode="enforce"}`
	queued   = `queued{class="normal",limiter="statusgate",mode="enforce"}`
)

// responses reads the samples of responses that are not zero.
func (s *shedStage) responses() map[string]string {
	s.t.Helper()
	samples := make(map[string]string)
	for line := range strings.Lines(s.exposition()) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), "} ")
		if strings.HasPrefix(name, "caddy_statusgate_responses_total") && value != "0" {
			samples[name+"}"] = value
		}
	}
	return samples
}
