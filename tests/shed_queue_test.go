package tests

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/caddyserver/caddy/v2"
)

const classes = `critical path /checkout/*
	background path /export/*
	exempt path /health /checkout/health`

func waiting(class string) string {
	return fmt.Sprintf("queued{class=%q,limiter=%q,mode=%q}", class, "statusgate", "enforce")
}

// The most important of those who wait are served first.
func TestTheMoreImportantAreServedFirst(t *testing.T) {
	s := newShedStage(t, "shed {\n\tfixed 1\n\tpatience 1m\n\t"+classes+"\n}")
	first := s.ask("GET", "/first")
	held := s.reached("/first")
	waits := map[string]*pending{"/export/1": s.ask("GET", "/export/1")}
	s.await(waiting("background"), 1)
	waits["/page"] = s.ask("GET", "/page")
	s.await(waiting("normal"), 1)
	waits["/checkout/1"] = s.ask("GET", "/checkout/1")
	s.await(waiting("critical"), 1)
	for _, path := range []string{"/health", "/checkout/health"} { // exempt comes before critical
		health := s.ask("GET", path)
		s.reached(path).answer(200, "ok")
		health.want(200)
	}
	held.answer(200, "ok")
	first.want(200)
	for _, path := range []string{"/checkout/1", "/page", "/export/1"} {
		s.reached(path).answer(200, "ok")
		waits[path].want(200)
	}
	s.await(inflight, 0)
	samples := s.series()
	for name, want := range map[string]float64{
		`requests_total{class="critical",limiter="statusgate",mode="enforce",outcome="queued"}`:   1,
		`requests_total{class="normal",limiter="statusgate",mode="enforce",outcome="queued"}`:     1,
		`requests_total{class="normal",limiter="statusgate",mode="enforce",outcome="admitted"}`:   1,
		`requests_total{class="background",limiter="statusgate",mode="enforce",outcome="queued"}`: 1,
		`requests_total{class="exempt",limiter="statusgate",mode="enforce",outcome="admitted"}`:   2,
		`queue_wait_seconds_count{class="critical",limiter="statusgate",mode="enforce"}`:          1,
		`queue_wait_seconds_count{class="exempt",limiter="statusgate",mode="enforce"}`:            0,
	} {
		if samples[name] != want {
			t.Errorf("%s is %v, want %v", name, samples[name], want)
		}
	}
}

// Nobody waits longer than the operator's patience.
func TestPatienceEnds(t *testing.T) {
	s := newShedStage(t, "shed {\n\tfixed 1\n\tpatience 20ms\n}")
	first := s.ask("GET", "/first")
	held := s.reached("/first")
	a := s.ask("GET", "/second").want(503)
	if a.Header.Get("Retry-After") == "" {
		t.Errorf("no Retry-After in %v", a.Header)
	}
	samples := s.series()
	for _, name := range []string{
		`requests_total{class="normal",limiter="statusgate",mode="enforce",outcome="timeout"}`, `reject_reason_total{class="normal",limiter="statusgate",mode="enforce",reason="patience"}`,
		`retry_after_seconds_count{limiter="statusgate",mode="enforce"}`, `queue_wait_seconds_count{class="normal",limiter="statusgate",mode="enforce"}`,
	} {
		if samples[name] != 1 {
			t.Errorf("%s is %v, want 1", name, samples[name])
		}
	}
	held.answer(200, "ok")
	first.want(200)
}

// Exempt requests never wait, but there is a ceiling for them, too.
func TestExemptRequestsHaveACeiling(t *testing.T) {
	s := newShedStage(t, "shed {\n\tfixed 1\n\tmax 2\n\tqueue 0\n\texempt path /health\n}")
	page := s.ask("GET", "/page")
	heldPage := s.reached("/page")
	health := s.ask("GET", "/health")
	heldHealth := s.reached("/health")
	s.ask("GET", "/page").want(503)
	s.ask("GET", "/health").want(503)
	s.await(inflight, 2)
	heldPage.answer(200, "ok")
	heldHealth.answer(200, "ok")
	page.want(200)
	health.want(200)
	s.await(inflight, 0)
}

// Two gates in front of one backend share its places.
func TestGatesThatShareALimiter(t *testing.T) {
	s := prepareShedStage(t)
	const shed = "shed backend {\n\tfixed 1\n\tqueue 0\n}"
	startCaddy(t, scenarioGlobal, s.site("a.test", "name a\n"+shed)+s.site("b.test", "name b\n"+shed)+s.site("own.test", "name own\nshed {\n\tfixed 1\n\tqueue 0\n}")+
		s.site("own2.test", "name own\nshed {\n\tfixed 1\n\tqueue 0\n}")+s.metrics())
	a := s.askHost("a.test", "GET", "/a")
	held := s.reached("/a")
	s.askHost("b.test", "GET", "/b").want(503)
	for _, host := range []string{"own.test", "own2.test"} { // two limiters, though their gates have one name
		own := s.askHost(host, "GET", "/own")
		defer s.reached("/own").answer(200, "ok")
		defer own.leave()
	}
	s.await(`inflight{limiter="backend",mode="enforce"}`, 1)
	s.await(`inflight{limiter="own",mode="enforce"}`, 1)
	s.await(`inflight{limiter="own#2",mode="enforce"}`, 1)
	held.answer(200, "ok")
	a.want(200)
	b := s.askHost("b.test", "GET", "/b")
	s.reached("/b").answer(200, "ok")
	b.want(200)
}

// In report mode everything is decided and counted, and nothing done.
func TestReportShedsNothing(t *testing.T) {
	const rejected = `requests_total{class="normal",limiter="statusgate",mode="report",outcome="rejected"}`
	for name, tt := range map[string]struct {
		options, counted string
	}{
		"of the limiter": {
			"shed {\n\tfixed 1\n\tqueue 0\n\treport\n}", responsesSeries("statusgate", "enforce", "200", "200", "documented"),
		},
		"of the gate": {"report\n" + onePlace, responsesSeries("statusgate", "report", "200", "503", "overload")},
	} {
		t.Run(name, func(t *testing.T) {
			s := newShedStage(t, tt.options)
			first := s.ask("GET", "/first")
			held := s.reached("/first")
			second := s.ask("GET", "/second")
			heldSecond := s.reached("/second")
			heldSecond.answer(200, "ok")
			if a := second.want(200); a.body != "ok" || a.Header.Get("Retry-After") != "" || a.Header.Get("Proxy-Status") != "" {
				t.Errorf("got %v %s", a.Header, a.body)
			}
			s.await(rejected, 1)
			if got := s.responses(); got[tt.counted] != "1" {
				t.Errorf("got %v, want one of %s", got, tt.counted)
			}
			held.answer(200, "ok")
			first.want(200)
			s.await(`inflight{limiter="statusgate",mode="report"}`, 0)
		})
	}
}

// What was only reported shares no series with what is done, though the limiter is
// the same one before and after the reload that takes report out.
func TestReportedAndRealShedsShareNoSeries(t *testing.T) {
	const (
		rejected = `requests_total{class="normal",limiter="statusgate",mode="%s",outcome="rejected"}`
		capacity = `reject_reason_total{class="normal",limiter="statusgate",mode="%s",reason="capacity"}`
	)
	s := newShedStage(t, "shed {\n\tfixed 1\n\tqueue 0\n\treport\n}")
	first := s.ask("GET", "/first")
	held := s.reached("/first")
	for range 2 {
		second := s.ask("GET", "/second")
		s.reached("/second").answer(200, "ok")
		second.want(200)
	}
	samples := s.series()
	for _, series := range []string{rejected, capacity} {
		if got := samples[fmt.Sprintf(series, "report")]; got != 2 {
			t.Errorf("in report mode "+series+" is %v, want 2", "report", got)
		}
	}
	for name := range samples {
		if strings.Contains(name, `mode="enforce"`) {
			t.Errorf("a limiter that only reports has %s", name)
		}
	}
	s.load(s.site("localhost", onePlace))
	s.ask("GET", "/second").want(503)
	samples = s.series()
	for mode, want := range map[string]float64{"report": 2, "enforce": 1} {
		for _, series := range []string{rejected, capacity} {
			if got := samples[fmt.Sprintf(series, mode)]; got != want {
				t.Errorf(series+" is %v, want %v", mode, got, want)
			}
		}
	}
	if got := samples[`retry_after_seconds_count{limiter="statusgate",mode="enforce"}`]; got != 1 {
		t.Errorf("%v were told when to come back, want 1", got)
	}
	held.answer(200, "ok")
	first.want(200)
}

// A matcher that fails takes the way of every other error.
func TestAMatcherOfAClassFails(t *testing.T) {
	s := newShedStage(t, "shed {\n\tfixed 1\n\tcritical `int({http.request.uri.query.n}) > 0`\n}")
	for _, n := range []string{"1", "0"} {
		p := s.ask("GET", "/thing?n="+n)
		s.reached("/thing").answer(200, "ok")
		p.want(200)
	}
	a := s.ask("GET", "/thing?n=x").want(500)
	isProblem(t, a, 500)
	samples := s.series()
	for _, class := range []string{"critical", "normal"} {
		if name := fmt.Sprintf("requests_total{class=%q,limiter=%q,mode=%q,outcome=%q}", class, "statusgate", "enforce", "admitted"); samples[name] != 1 {
			t.Errorf("%s is %v, want 1", name, samples[name])
		}
	}
	s.await(inflight, 0)
}

// What the limiter makes of a request is known to the handlers behind the gate,
// and to those in front.
func TestPlaceholdersOfShedding(t *testing.T) {
	s := prepareShedStage(t)
	const seen = "{http.statusgate.shed_class}|{http.statusgate.shed_outcome}|{http.statusgate.shed_wait}"
	startCaddy(t, scenarioGlobal, scenarioSite("localhost", s.port, "shed {\n\tfixed 1\n\tpatience 1m\n\t"+classes+"\n}", "header >X-Seen `"+seen+"`", "scenario")+s.metrics())
	first := s.ask("GET", "/export/1")
	held := s.reached("/export/1")
	if got := placeholders(held.Request, seen); got != "background|admitted|0s" {
		t.Errorf("behind the gate: got %s", got)
	}
	second := s.ask("GET", "/checkout/1")
	s.await(waiting("critical"), 1)
	held.answer(200, "ok")
	if got := first.want(200).Header.Get("X-Seen"); got != "background|admitted|0s" {
		t.Errorf("in front of the gate: got %s", got)
	}
	held = s.reached("/checkout/1")
	class, wait, _ := strings.Cut(placeholders(held.Request, seen), "|queued|")
	if class != "critical" || wait == "0s" || wait == "" {
		t.Errorf("of one that waited: got %s and %s", class, wait)
	}
	held.answer(200, "ok")
	second.want(200)
}

// So they are of requests that are shed.
func TestPlaceholdersOfAShedRequest(t *testing.T) {
	s := prepareShedStage(t)
	startCaddy(t, scenarioGlobal, scenarioSite("localhost", s.port, onePlace,
		"header >X-Seen {http.statusgate.shed_class}|{http.statusgate.shed_outcome}|{http.statusgate.shed_wait}|{http.statusgate.reason}", "scenario")+s.metrics())
	first := s.ask("GET", "/first")
	held := s.reached("/first")
	if got := s.ask("GET", "/second").want(503).Header.Get("X-Seen"); got != "normal|rejected|0s|overload" {
		t.Errorf("got %s", got)
	}
	held.answer(200, "ok")
	first.want(200)
}

func placeholders(r *http.Request, template string) string {
	replacer, _ := r.Context().Value(caddy.ReplacerCtxKey).(*caddy.Replacer)
	return replacer.ReplaceAll(template, "")
}
