package tests

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// stageFor starts a stage for one scenario and makes its backend known.
func stageFor(t *testing.T, c *scenario) *scenarioStage {
	t.Helper()
	if c.method == "" {
		c.method = http.MethodGet
	}
	stage := newScenarioStage(t, []scenario{*c})
	backends.Store(t.Name(), c.behind)
	t.Cleanup(func() { backends.Delete(t.Name()) })
	return stage
}

// everyWay calls f for each protocol and way to the backend.
func everyWay(f func(protocol, way string)) {
	for _, protocol := range []string{"h1", "h2"} {
		for _, way := range []string{"direct", "proxy"} {
			f(protocol, way)
		}
	}
}

// endless writes without end, until the handler is told to stop.
func endless(status int, fields ...string) backend {
	return func(w http.ResponseWriter, r *http.Request) error {
		setFields(w, fields)
		w.WriteHeader(status)
		chunk := []byte(strings.Repeat("x", 32<<10))
		for {
			if _, err := w.Write(chunk); err != nil {
				return err
			}
		}
	}
}

// drips writes a little and then nothing until the client has what it needs.
func dripping(done <-chan struct{}, status int, first string, fields ...string) backend {
	return func(w http.ResponseWriter, r *http.Request) error {
		setFields(w, fields)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, first)
		_ = http.NewResponseController(w).Flush()
		select {
		case <-done:
		case <-r.Context().Done():
		}
		return nil
	}
}

func TestAnEndlessErrorIsAnsweredAtOnce(t *testing.T) {
	c := scenario{behind: endless(500, asText), want: explains(500, "")}
	stage := stageFor(t, &c)
	everyWay(func(protocol, way string) {
		for range 2 { // the connection is as good as before
			stage.compare(t, &c, protocol, way, stage.play(t, &c, protocol, way, http.MethodGet))
		}
	})
}

func TestAnErrorThatDripsForEverIsAnsweredAtOnce(t *testing.T) {
	for name, fields := range map[string][]string{
		"of unknown length": {asText},
		"of great length":   {asText, "Content-Length: 10000000"},
		"of little length":  {asText, "Content-Length: 100"},
		"with a head only":  {asText, "Content-Length: 100"},
	} {
		t.Run(name, func(t *testing.T) {
			done := make(chan struct{})
			first := "Exception in"
			if name == "with a head only" {
				first = ""
			}
			c := scenario{behind: dripping(done, 500, first, fields...)}
			stage := stageFor(t, &c)
			defer close(done)
			everyWay(func(protocol, way string) {
				// Its length is all that the client needs: HTTP/2 ends a
				// response only when its handler does.
				resp := open(t, stage, protocol, way)
				defer resp.Body.Close()
				body := make([]byte, resp.ContentLength)
				_, err := io.ReadFull(resp.Body, body)
				got, want := scenarioInstance.ReplaceAllString(string(body), scenarioUUID), explains(500, "").body
				if resp.StatusCode != 500 || got != want || err != nil {
					t.Errorf("%s, %s: got %d %q, %v, want 500 %q", protocol, way, resp.StatusCode, got, err, want)
				}
			})
		})
	}
}

func TestEventsArriveOneByOne(t *testing.T) {
	next := make(chan string)
	c := scenario{behind: func(w http.ResponseWriter, r *http.Request) error {
		setFields(w, []string{"Content-Type: text/event-stream"})
		control := http.NewResponseController(w)
		if err := control.Flush(); err != nil {
			return err
		}
		for event := range next {
			if _, err := io.WriteString(w, event); err != nil {
				return err
			}
			if err := control.Flush(); err != nil {
				return err
			}
		}
		return nil
	}}
	stage := stageFor(t, &c)
	everyWay(func(protocol, way string) {
		next = make(chan string)
		resp := open(t, stage, protocol, way)
		body := bufio.NewReader(resp.Body)
		for i := range 3 {
			event := fmt.Sprintf("data: %d\n", i)
			next <- event // the next is sent only when this one has arrived
			if got, err := body.ReadString('\n'); got != event || err != nil {
				t.Errorf("%s, %s: got event %q, %v, want %q", protocol, way, got, err, event)
			}
		}
		close(next)
		if rest, err := io.ReadAll(body); len(rest) > 0 || err != nil {
			t.Errorf("%s, %s: after the events: got %q, %v, want the end", protocol, way, rest, err)
		}
		resp.Body.Close()
	})
}

// open makes a request and returns the response with its body unread.
func open(t *testing.T, s *scenarioStage, protocol, way string) *http.Response {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	t.Cleanup(cancel)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, fmt.Sprintf("http://g0.%s.test:%d/thing", way, s.port), nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("X-Scenario", t.Name())
	resp, err := s.transports[protocol].RoundTrip(req)
	if err != nil {
		t.Fatalf("%s, %s: no answer: %v", protocol, way, err)
	}
	return resp
}

// withTrailers announces one trailer and sends another one unannounced.
func withTrailers(status int, parts []string, fields ...string) backend {
	return func(w http.ResponseWriter, r *http.Request) error {
		w.Header().Set("Trailer", "X-Sum")
		err := streams(status, parts, fields...)(w, r)
		w.Header().Set("X-Sum", "7")
		w.Header().Set(http.TrailerPrefix+"X-Late", "1")
		return err
	}
}

func TestTrailersGoWithTheirBody(t *testing.T) {
	kept := []string{"X-Late: 1", "X-Sum: 7"}
	const doc = `{"title":"Taken","status":409}`
	for _, c := range []scenario{
		{
			name: "with a success", behind: withTrailers(200, []string{"hello"}, asText),
			want: want{status: 200, body: "hello", fields: []string{asText}, chunked: true, trailer: kept},
		},
		{
			name: "with an error that is kept", behind: withTrailers(410, []string{"{}"}, asJSON),
			want: want{status: 404, body: "{}", fields: []string{asJSON, after(410)}, chunked: true, trailer: kept},
		},
		{name: "not with a body that is replaced", behind: withTrailers(500, []string{"<h1>"}, asHTML), want: explains(500, "")},
		{name: "not with a body that did not come", behind: withTrailers(404, nil, asJSON), want: explains(404, "")},
		{
			name: "not with a problem that is brought in line", behind: withTrailers(409, []string{doc}, asProblem),
			want: gets(400, `{"title":"Taken","status":400}`, asProblem, after(409)),
		},
		{name: "not with a problem that is none", behind: withTrailers(409, []string{"{"}, asProblem), want: explains(400, "", after(409))},
	} {
		t.Run(c.name, func(t *testing.T) {
			stage := stageFor(t, &c)
			everyWay(func(protocol, way string) {
				stage.compare(t, &c, protocol, way, stage.play(t, &c, protocol, way, http.MethodGet))
			})
		})
	}
}

func TestAnAbortAfterTheFirstByteBreaksTheAnswer(t *testing.T) {
	c := scenario{behind: func(w http.ResponseWriter, r *http.Request) error {
		_ = streams(200, []string{"hello"}, asText)(w, r)
		panic(http.ErrAbortHandler)
	}}
	stage := stageFor(t, &c)
	everyWay(func(protocol, way string) {
		resp := open(t, stage, protocol, way)
		b, err := io.ReadAll(resp.Body)
		if string(b) != "hello" || err == nil || resp.StatusCode != 200 {
			t.Errorf("%s, %s: got %d, %q, %v, want 200, hello and an error", protocol, way, resp.StatusCode, b, err)
		}
		resp.Body.Close()
	})
}

func TestAnErrorAfterTheFirstByteIsNoSecondAnswer(t *testing.T) {
	c := scenario{
		behind: func(w http.ResponseWriter, r *http.Request) error {
			_ = streams(200, []string{"hello"}, asText)(w, r)
			return errors.New("too late")
		},
		want: want{status: 200, body: "hello", fields: []string{asText}, chunked: true},
	}
	stage := stageFor(t, &c)
	for _, protocol := range []string{"h1", "h2"} {
		stage.compare(t, &c, protocol, "direct", stage.play(t, &c, protocol, "direct", http.MethodGet))
	}
}

func TestOtherPanicsGoOn(t *testing.T) {
	c := scenario{behind: func(w http.ResponseWriter, r *http.Request) error { panic("a bug") }}
	stage := stageFor(t, &c)
	for _, protocol := range []string{"h1", "h2"} {
		req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, fmt.Sprintf("http://g0.direct.test:%d/", stage.port), nil)
		req.Header.Set("X-Scenario", t.Name())
		if resp, err := stage.transports[protocol].RoundTrip(req); err == nil {
			t.Errorf("%s: got %s, want a broken connection", protocol, resp.Status)
			resp.Body.Close()
		}
	}
}

// echo switches protocols and sends back what it is sent.
func echo(w http.ResponseWriter, r *http.Request) error {
	w.Header().Set("Connection", "Upgrade")
	w.Header().Set("Upgrade", "echo")
	w.WriteHeader(http.StatusSwitchingProtocols)
	conn, rw, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return err
	}
	defer conn.Close()
	line, err := rw.ReadString('\n')
	if err != nil {
		return nil
	}
	_, _ = rw.WriteString("echo " + line)
	return rw.Flush()
}

func TestAnUpgradeHandsTheConnectionOver(t *testing.T) {
	c := scenario{behind: func(w http.ResponseWriter, r *http.Request) error { return echo(w, r) }, options: "contract strict"}
	stage := stageFor(t, &c)
	for _, way := range []string{"proxy"} {
		conn, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", stage.port))
		if err != nil {
			t.Fatal(err)
		}
		_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
		fmt.Fprintf(conn, "GET /thing HTTP/1.1\r\nHost: g0.%s.test:%d\r\nX-Scenario: %s\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n", way, stage.port, t.Name())
		r := bufio.NewReader(conn)
		resp, err := http.ReadResponse(r, nil)
		if err != nil {
			t.Fatalf("%s: %v", way, err)
		}
		if resp.StatusCode != 101 || resp.Header.Get("Upgrade") != "echo" {
			t.Errorf("%s: got %s, Upgrade %q, want 101 and echo", way, resp.Status, resp.Header.Get("Upgrade"))
		}
		fmt.Fprint(conn, "hello\n")
		if got, err := r.ReadString('\n'); got != "echo hello\n" {
			t.Errorf("%s: got %q, %v, want the echo", way, got, err)
		}
		conn.Close()
	}
}

// A keep-alive connection serves replaced, kept and rejected answers in turn.
func TestOneConnectionServesThemAll(t *testing.T) {
	c := scenario{options: "methods GET POST\nconsumes application/json", behind: func(w http.ResponseWriter, r *http.Request) error {
		switch r.URL.Path {
		case "/page":
			return answers(500, "<h1>oops</h1>", asHTML)(w, r)
		case "/gone":
			return answers(410, "", asJSON)(w, r)
		case "/problem":
			return streams(409, []string{`{"title":`, `"x"}`}, asProblem)(w, r)
		}
		return answers(200, "fine", asText)(w, r)
	}}
	stage := stageFor(t, &c)
	everyWay(func(protocol, way string) {
		var got []int
		for range 3 {
			for _, target := range []string{"GET /page", "GET /gone", "POST /text", "GET /problem", "PUT /", "GET /fine", "HEAD /page"} {
				c.method, c.path, _ = strings.Cut(target, " ")
				c.content = ""
				if c.path == "/text" {
					c.content = "not JSON"
				}
				got = append(got, stage.play(t, &c, protocol, way, c.method).StatusCode)
			}
		}
		want := slices.Repeat([]int{500, 404, 415, 400, 405, 200, 500}, 3)
		if !slices.Equal(got, want) {
			t.Errorf("%s, %s: got %v, want %v", protocol, way, got, want)
		}
	})
}
