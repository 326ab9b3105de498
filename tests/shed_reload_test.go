package tests

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

const admitted = `requests_total{class="normal",limiter="statusgate",mode="enforce",outcome="admitted"}`

// A reload changes nothing for those in flight, those who wait and streams, and
// the backend never gets twice the requests.
func TestALimiterSurvivesAReload(t *testing.T) {
	s := prepareShedStage(t)
	const shed = "shed {\n\tfixed 1\n\tpatience 1m\n\tmax_streams 1\n\tcritical path /stream\n}"
	reload := func(more string) { s.load(s.site("localhost", shed+more)) }
	startCaddy(t, scenarioGlobal, s.site("localhost", shed)+s.metrics())

	first := s.ask("GET", "/first")
	held := s.reached("/first")
	second := s.ask("GET", "/second")
	s.await(queued, 1)
	stream := s.ask("GET", "/stream")
	s.await(waiting("critical"), 1)
	reload("\nretry_after 7s")
	samples := s.series()
	for name, want := range map[string]float64{inflight: 1, queued: 1, waiting("critical"): 1, admitted: 1} {
		if samples[name] != want {
			t.Errorf("after a reload %s is %v, want %v", name, samples[name], want)
		}
	}
	third := s.ask("GET", "/third") // of the new configuration
	s.await(queued, 2)
	held.answer(200, "ok")
	first.want(200)

	held = s.reached("/stream")
	end := make(chan struct{})
	held.do(func() error {
		held.w.Header().Set("Content-Type", "text/event-stream")
		held.w.WriteHeader(200)
		<-end
		return nil
	})
	s.await(`streams{limiter="statusgate",mode="enforce"}`, 1)
	held = s.reached("/second")
	reload("\nretry_after 8s")
	s.await(inflight, 1)
	held.answer(200, "ok")
	second.want(200)
	s.reached("/third").answer(200, "ok")
	third.want(200)
	s.await(inflight, 0)
	s.await(`streams{limiter="statusgate",mode="enforce"}`, 1)
	close(end)
	stream.want(200)
	s.await(`streams{limiter="statusgate",mode="enforce"}`, 0)
}

// New settings come into force with the first request of their configuration.
func TestAReloadChangesTheSettings(t *testing.T) {
	s := newShedStage(t, onePlace)
	first := s.ask("GET", "/first")
	heldFirst := s.reached("/first")
	s.ask("GET", "/second").want(503)
	s.load(s.site("localhost", "shed {\n\tfixed 2\n\tqueue 0\n}"))
	second := s.ask("GET", "/second")
	heldSecond := s.reached("/second")
	s.ask("GET", "/third").want(503)
	heldFirst.answer(200, "ok")
	heldSecond.answer(200, "ok")
	first.want(200)
	second.want(200)
	s.await(inflight, 0)
	s.await(`limit{limiter="statusgate",mode="enforce"}`, 2)
}

// A configuration that is refused, or only tried, has no influence.
func TestAReloadThatFailsKeepsTheSettings(t *testing.T) {
	s := newShedStage(t, onePlace)
	config, err := adapt(fmt.Sprintf(globalOptions, scenarioGlobal) + s.site("localhost", "shed {\n\tfixed 7\n}") +
		s.site("other.test", "name later\nshed {\n\tfixed 7\n}") + s.metrics())
	if err != nil {
		t.Fatal(err)
	}
	broken := strings.Replace(string(config), `"name":"later"`, `"name":"later","contract":"none"`, 1)
	first := s.ask("GET", "/first")
	held := s.reached("/first")
	for range 3 { // one reference too many given back would take the limiter away
		if err := load(broken); err == nil || !strings.Contains(err.Error(), "contract") {
			t.Fatalf("loading %s: got %v, want an error about the contract", broken, err)
		}
		validate(t, config)
	}
	s.await(inflight, 1)
	s.await(`limit{limiter="statusgate",mode="enforce"}`, 1)
	s.ask("GET", "/second").want(503)
	held.answer(200, "ok")
	first.want(200)
	s.await(inflight, 0)
}

// Those who wait for a limiter that a reload renames or removes wait on, until
// there is a place or their patience is over.
func TestThoseWhoWaitForALimiterThatIsGoneWaitOn(t *testing.T) {
	const global = scenarioGlobal + "\tgrace_period 30s\n"
	for name, next := range map[string]string{"removed": "", "renamed": "name other\nshed {\n\tfixed 1\n}"} {
		t.Run(name, func(t *testing.T) {
			s := prepareShedStage(t)
			startCaddy(t, global, s.site("localhost", "shed {\n\tfixed 1\n\tpatience 1m\n}")+s.metrics())
			first := s.ask("GET", "/first")
			held := s.reached("/first")
			second := s.ask("GET", "/second")
			s.await(queued, 1)
			s.again.Store(true)
			loaded := make(chan struct{})
			go func() { // it waits for the requests of the configuration before it
				defer close(loaded)
				loadCaddy(t, global, s.site("localhost", next)+s.metrics())
			}()
			s.awaitGone(inflight)
			held.answer(200, "ok")
			first.want(200)
			s.reached("/second").answer(200, "ok")
			second.want(200)
			within(t, patience, "the reload", loaded)
		})
	}
}

// Gates of one name in JSON have to agree, too.
func TestGatesThatDisagreeOnTheirLimiter(t *testing.T) {
	site := func(host, gate string, max int) string {
		return fmt.Sprintf(`{"match":[{"host":[%q]}],"handle":[{"handler":"statusgate","name":%q,"shed":{"name":"backend","max":%d,"critical":[{"path":["/%s"]}]}}]}`, host, gate, max, gate)
	}
	config := fmt.Sprintf(`{"admin":{"disabled":true,"config":{"persist":false}},"apps":{"http":{"servers":{"a":{"listen":["127.0.0.1:%d"],"automatic_https":{"disable":true},"routes":[%s,%s]}}}}}`,
		freePort(t), site("a.test", "one", 5), site("b.test", "two", 6))
	err := load(config)
	for _, want := range []string{`shed "backend"`, `max is 6 for gate "two", but 5 for gate "one"`, `critical is [{"path":["/two"]}]`} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("no %q in %v", want, err)
		}
	}
}

// While the configuration changes again and again, no request is shed of those
// that come one after the other, and no place gets lost.
func TestNoPlaceIsLostWhileTheConfigurationChanges(t *testing.T) {
	port := freePort(t)
	s := &shedStage{t: t, port: port}
	config := func(i int) string {
		options := []string{"shed {\n\tfixed 2\n}", "", "shed {\n\tfixed 3\n}", "shed {\n\tmax 50\n}"}[i%4]
		return scenarioSite("localhost", port, options, "", "respond ok")
	}
	startCaddy(t, scenarioGlobal, config(0))
	stop, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		transport := scenarioTransport(t, port, "h1")
		for {
			select {
			case <-stop:
				return
			default:
			}
			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, fmt.Sprintf("http://localhost:%d/", port), nil)
			if err != nil {
				t.Error(err)
				return
			}
			resp, err := transport.RoundTrip(req)
			if err != nil {
				continue // where a reload takes the listener over, see requestDuringReload
			}
			resp.Body.Close()
			if resp.StatusCode != 200 {
				t.Errorf("got %s, want 200", resp.Status)
				return
			}
		}
	}()
	for i := 1; i <= 20; i++ {
		s.load(config(i))
	}
	close(stop)
	within(t, patience, "the end of the client", done)
	s.await(inflight, 0)
}
