package tests

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

const shedDetail = "More is asked of this server than it can do at the moment; it has time again when Retry-After says."

// A request that is shed gets all that a 503 owes, in the format of its choice.
func TestTheAnswerToAShedRequest(t *testing.T) {
	s := newShedStage(t, onePlace)
	first := s.ask("GET", "/first")
	held := s.reached("/first")
	for _, method := range []string{"GET", "HEAD"} {
		for accept, want := range map[string]struct {
			contentType string
			has         []string
		}{
			"application/json": {problemType, []string{`"status":503`, `"detail":"` + shedDetail + `"`, `"retry_after":`, `"instance":"urn:uuid:`}},
			"application/xml":  {"application/problem+xml", []string{"<status>503</status>", shedDetail, "<retry_after>"}},
			"text/html":        {"text/html; charset=utf-8", []string{"503", shedDetail}},
			"text/plain":       {"text/plain; charset=utf-8", []string{"503", shedDetail}},
			"image/png":        {problemType, []string{`"status":503`}},
		} {
			t.Run(method+" "+accept, func(t *testing.T) {
				a := s.ask(method, "/second", "Accept", accept).want(503)
				after, err := strconv.Atoi(a.Header.Get("Retry-After"))
				if err != nil || after < 1 || after > 120 {
					t.Errorf("got Retry-After %q, want 1 to 120", a.Header.Get("Retry-After"))
				}
				if method == "GET" && a.Header.Get("Content-Length") != fmt.Sprint(len(a.body)) {
					t.Errorf("got Content-Length %s and %d bytes", a.Header.Get("Content-Length"), len(a.body))
				}
				for _, name := range []string{"Date", "Retry-After", "Content-Length", "Server"} {
					if len(a.Header[name]) != 1 {
						t.Errorf("got %s %q", name, a.Header[name])
					}
					a.Header.Del(name)
				}
				fields := http.Header{
					"Content-Type": {want.contentType}, "Vary": {"Accept"}, "Cache-Control": {"no-store"},
					"Proxy-Status": {"statusgate; error=connection_limit_reached"},
				}
				if !maps.EqualFunc(a.Header, fields, func(x, y []string) bool { return fmt.Sprint(x) == fmt.Sprint(y) }) || a.Close {
					t.Errorf("got %v, close %v, want %v", a.Header, a.Close, fields)
				}
				if method == "HEAD" {
					if a.body != "" {
						t.Errorf("HEAD got a body: %s", a.body)
					}
					return
				}
				for _, part := range want.has {
					if !strings.Contains(a.body, part) {
						t.Errorf("no %q in %s", part, a.body)
					}
				}
				if accept == "application/json" && !strings.Contains(a.body, fmt.Sprintf(`"retry_after":%d`, after)) {
					t.Errorf("Retry-After is %d, but: %s", after, a.body)
				}
			})
		}
	}
	held.answer(200, "ok")
	first.want(200)
}

// Those who come back are spread over the seconds to come.
func TestAppointmentsAreSpread(t *testing.T) {
	s := newShedStage(t, "shed {\n\tfixed 1\n\tqueue 0\n\tretry_after_max 5s\n}")
	first := s.ask("GET", "/first")
	held := s.reached("/first")
	seen := make(map[string]bool)
	for range 20 {
		after := s.ask("GET", "/second").want(503).Header.Get("Retry-After")
		seen[after] = true
		if n, err := strconv.Atoi(after); err != nil || n < 1 || n > 5 {
			t.Errorf("got Retry-After %q, want 1 to 5", after)
		}
	}
	if len(seen) < 3 {
		t.Errorf("all are told to come back at the same time: %v", seen)
	}
	held.answer(200, "ok")
	first.want(200)
}

// With problems off the refusal is an error for handle_errors, with its fields.
func TestAShedRequestWithProblemsOff(t *testing.T) {
	s := prepareShedStage(t)
	startCaddy(t, scenarioGlobal, scenarioSite("localhost", s.port, onePlace+"\nproblems off", "handle_errors {\n\trespond `busy: {err.status_code} {err.message}`\n}", "scenario")+s.metrics())
	first := s.ask("GET", "/first")
	held := s.reached("/first")
	a := s.ask("GET", "/second").want(503)
	if !strings.HasPrefix(a.body, "busy: 503") || a.Header.Get("Retry-After") == "" || a.Header.Get("Cache-Control") != "no-store" ||
		a.Header.Get("Proxy-Status") != "statusgate; error=connection_limit_reached" {
		t.Errorf("got %v %s", a.Header, a.body)
	}
	held.answer(200, "ok")
	first.want(200)
}

// A request whose body is still to come is refused before that, and its
// connection ends; one whose body is there keeps it.
func TestAShedRequestWithABody(t *testing.T) {
	s := newShedStage(t, onePlace)
	first := s.ask("GET", "/first")
	held := s.reached("/first")
	t.Run("that is still to come", func(t *testing.T) {
		c := dialGate(t, fmt.Sprintf("http://127.0.0.1:%d", s.port))
		c.send("POST /second HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\nhalf")
		a := c.receive()
		if a.StatusCode != 503 || !a.Close {
			t.Errorf("got %s, close %v", a.Status, a.Close)
		}
		c.send(smuggled)
		c.CloseWrite()
		c.nothingElse()
	})
	t.Run("that is there", func(t *testing.T) {
		c := dialGate(t, fmt.Sprintf("http://127.0.0.1:%d", s.port))
		for range 3 {
			c.send("POST /second HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n\r\nbody")
			if a := c.receive(); a.StatusCode != 503 || a.Close {
				t.Errorf("got %s, close %v", a.Status, a.Close)
			}
		}
	})
	t.Run("none", func(t *testing.T) {
		c := dialGate(t, fmt.Sprintf("http://127.0.0.1:%d", s.port))
		for range 3 {
			c.send("GET /second HTTP/1.1\r\nHost: localhost\r\n\r\n")
			if a := c.receive(); a.StatusCode != 503 || a.Close {
				t.Errorf("got %s, close %v", a.Status, a.Close)
			}
		}
	})
	held.answer(200, "ok")
	first.want(200)
}

// An overload must not become one of the logs: one line in a second.
func TestTheAccessLogOfAnOverload(t *testing.T) {
	s := prepareShedStage(t)
	dir := t.TempDir()
	access, others := filepath.Join(dir, "access.log"), filepath.Join(dir, "gate.log")
	logging := fmt.Sprintf("log {\n\toutput file %s\n\tformat json\n}\n", access)
	global := "\tservers {\n\t\tprotocols h1 h2c\n\t}\n" + fmt.Sprintf("\tlog {\n\t\toutput file %s\n\t\tformat json\n\t\tlevel WARN\n\t}\n", others)
	startCaddy(t, global, scenarioSite("localhost", s.port, "name edge\n"+onePlace, logging, "scenario")+s.metrics())
	first := s.ask("GET", "/first")
	held := s.reached("/first")
	const rejected = 50
	for range rejected {
		s.ask("GET", "/second").want(503)
	}
	held.answer(200, "ok")
	first.want(200)
	var shed int
	clients := make(map[string]bool)
	for text := range strings.Lines(awaitLines(t, access, 2)) {
		var line logged
		if err := json.Unmarshal([]byte(text), &line); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		want := map[string]any{"gate": "edge", "received_status": 200.0, "sent_status": 200.0, "reason": "documented", "shed_class": "normal", "shed_outcome": "admitted", "shed_wait": 0.0}
		if line.Request.URI == "/second" {
			shed++
			want = map[string]any{
				"gate": "edge", "sent_status": 503.0, "reason": "overload", "error": "connection_limit_reached",
				"shed_class": "normal", "shed_outcome": "rejected", "shed_wait": 0.0, "shed_reason": "capacity",
			}
			client, _ := line.Statusgate["shed_client"].(string)
			clients[client] = true
			delete(line.Statusgate, "shed_client")
		}
		if !maps.Equal(line.Statusgate, want) {
			t.Errorf("%s: got %v, want %v", line.Request.URI, line.Statusgate, want)
		}
	}
	if shed < 1 || shed > rejected/5 {
		t.Errorf("%d lines for %d requests that were shed, want one in a second", shed, rejected)
	}
	said := 0
	for text := range strings.Lines(awaitLines(t, others, 1)) {
		var line struct {
			Msg, Gate, Limiter, Class, Reason, Client string

			Requests, Limit, Queued int
			InFlight                int `json:"in_flight"`
		}
		if err := json.Unmarshal([]byte(text), &line); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if !strings.HasPrefix(line.Msg, "shedding") {
			continue
		}
		said++
		clients[line.Client] = true
		if line.Class != "normal" || line.Reason != "capacity" {
			t.Errorf("it does not tell why: %s", text)
		}
		if line.Gate != "edge" || line.Limiter != "edge" || line.Requests < 1 || line.Limit != 1 || line.InFlight != 1 || line.Queued != 0 {
			t.Errorf("got %+v of %s", line, text)
		}
	}
	if said != shed {
		t.Errorf("%d summaries and %d lines in the access log, want as many", said, shed)
	}
	for client := range clients {
		if len(clients) != 1 || len(client) != 8 {
			t.Errorf("one client is called %v", clients)
		}
	}
}

// What is only reported says so in the access log, with the reason that a request
// would have been told nothing of.
func TestTheAccessLogOfAReport(t *testing.T) {
	s := prepareShedStage(t)
	access := filepath.Join(t.TempDir(), "access.log")
	logging := fmt.Sprintf("log {\n\toutput file %s\n\tformat json\n}\n", access)
	startCaddy(t, "\tservers {\n\t\tprotocols h1 h2c\n\t}\n",
		scenarioSite("localhost", s.port, "shed {\n\tfixed 1\n\tqueue 0\n\treport\n}", logging, "scenario")+s.metrics())
	first := s.ask("GET", "/first")
	held := s.reached("/first")
	second := s.ask("GET", "/second")
	s.reached("/second").answer(200, "ok")
	second.want(200)
	held.answer(200, "ok")
	first.want(200)
	for text := range strings.Lines(awaitLines(t, access, 2)) {
		var line logged
		if err := json.Unmarshal([]byte(text), &line); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		want := map[string]any{
			"gate": "statusgate", "received_status": 200.0, "sent_status": 200.0, "reason": "documented",
			"shed_class": "normal", "shed_outcome": "admitted", "shed_wait": 0.0, "shed_mode": "report",
		}
		if line.Request.URI == "/second" {
			want["shed_outcome"], want["shed_reason"] = "rejected", "capacity"
			if client, _ := line.Statusgate["shed_client"].(string); len(client) != 8 {
				t.Errorf("the client is called %q", client)
			}
			delete(line.Statusgate, "shed_client")
		}
		if !maps.Equal(line.Statusgate, want) {
			t.Errorf("%s: got %v, want %v", line.Request.URI, line.Statusgate, want)
		}
	}
}
