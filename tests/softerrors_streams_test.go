package tests

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

const okRule = "map 200 400 when json /ok false"

// What a backend flushes and then holds back reaches the client, whatever
// stands between them.
func TestAStalledBodyReachesTheClient(t *testing.T) {
	for _, c := range []struct{ name, options, contentType, first string }{
		{"JSON that is undecided", okRule, "application/json", `{"a":1,`},
		{"JSON that is decided", okRule, "application/json", `{"ok":true,`},
		{"JSON in a report", "report\n" + okRule, "application/json", `{"a":1,`},
		{"events", "soft_errors\n" + okRule, "text/event-stream", "data: {\"ok\":false}\n\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			resume := make(chan struct{}, 4)
			sc := scenario{options: c.options, method: http.MethodGet, behind: func(w http.ResponseWriter, r *http.Request) error {
				w.Header().Set("Content-Type", c.contentType)
				_, _ = io.WriteString(w, c.first)
				_ = http.NewResponseController(w).Flush()
				select {
				case <-resume:
				case <-r.Context().Done():
				}
				_, err := io.WriteString(w, "end")
				return err
			}}
			stage := stageFor(t, &sc)
			everyWay(func(protocol, way string) {
				start := time.Now()
				resp := open(t, stage, protocol, way)
				defer resp.Body.Close()
				got := make([]byte, len(c.first))
				done := make(chan struct{})
				var err error
				go func() {
					defer close(done)
					_, err = io.ReadFull(resp.Body, got)
				}()
				within(t, 5*time.Second, "the first part", done)
				t.Logf("%s, %s: the first part after %v", protocol, way, time.Since(start))
				resume <- struct{}{}
				rest, restErr := io.ReadAll(resp.Body)
				if err = errors.Join(err, restErr); err != nil || string(got) != c.first || string(rest) != "end" {
					t.Errorf("%s, %s: got %q, then %q, error %v", protocol, way, got, rest, err)
				}
			})
		})
	}
}

func TestABackendThatBreaksOffABodyThatIsHeld(t *testing.T) {
	brokenOff := incomplete(noStore)
	runScenarios(t, []scenario{
		{
			name: "behind a proxy", options: okRule, only: "proxy get",
			behind: func(w http.ResponseWriter, _ *http.Request) error {
				w.Header().Set("Content-Type", "application/json")
				w.Header().Set("Content-Length", "100")
				w.Header().Set("Set-Cookie", "a=b")
				_, _ = io.WriteString(w, `{"a":`)
				_ = http.NewResponseController(w).Flush()
				panic(http.ErrAbortHandler)
			},
			want: brokenOff,
		},
		{
			name: "chunked behind a proxy", options: okRule, only: "proxy get",
			behind: func(w http.ResponseWriter, _ *http.Request) error {
				_ = streams(200, []string{`{"a":`}, asJSON)(w, nil)
				panic(http.ErrAbortHandler)
			},
			want: brokenOff,
		},
	})
}

// A client that leaves takes what is held for it along.
func TestAClientThatLeavesWhileItsBodyIsHeld(t *testing.T) {
	held, gone := make(chan struct{}, 8), make(chan struct{}, 8)
	sc := scenario{options: okRule, behind: func(w http.ResponseWriter, r *http.Request) error {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", "100")
		_, _ = io.WriteString(w, `{"a":`)
		held <- struct{}{}
		<-r.Context().Done()
		gone <- struct{}{}
		return nil
	}}
	stage := stageFor(t, &sc)
	everyWay(func(protocol, way string) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, fmt.Sprintf("http://g0.%s.test:%d/", way, stage.port), nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("X-Scenario", t.Name())
		done := make(chan struct{})
		go func() {
			defer close(done)
			if resp, err := stage.transports[protocol].RoundTrip(req); err == nil {
				resp.Body.Close()
				t.Errorf("%s, %s: got %d", protocol, way, resp.StatusCode)
			}
		}()
		for _, c := range []<-chan struct{}{held, nil, done, gone} {
			if c == nil {
				cancel()
				continue
			}
			select {
			case <-c:
			case <-time.After(10 * time.Second):
				t.Fatalf("%s, %s: nothing happened", protocol, way)
			}
		}
	})
}

// A connection that is taken over is out of reach of every rule.
func TestAnUpgradeIsNotRead(t *testing.T) {
	sc := scenario{options: "soft_errors\nmap any 500 when body_contains echo\nmap any 500 when empty_body", behind: echo}
	stage := stageFor(t, &sc)
	for _, way := range []string{"proxy"} { // a handler of Caddy's own takes the connection over
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, fmt.Sprintf("http://g0.%s.test:%d/", way, stage.port), nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header = http.Header{"Connection": {"Upgrade"}, "Upgrade": {"echo"}, "X-Scenario": {t.Name()}}
		resp, err := stage.transports["h1"].RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		conn, ok := resp.Body.(io.ReadWriteCloser)
		if resp.StatusCode != http.StatusSwitchingProtocols || !ok {
			t.Fatalf("%s: got %d", way, resp.StatusCode)
		}
		_, _ = io.WriteString(conn, "echo\n")
		if line, err := bufio.NewReader(conn).ReadString('\n'); !strings.Contains(line, "echo") || err != nil {
			t.Errorf("%s: got %q, error %v", way, line, err)
		}
		conn.Close()
	}
}

// The backend is offered only what can be looked into.
func TestTheBackendIsOfferedCodingsThatCanBeDecoded(t *testing.T) {
	var table []scenario
	for _, c := range [][2]string{
		{"gzip, deflate, br, zstd", "gzip, deflate, zstd"}, {"br", "identity"}, {"*", "identity"}, {"gzip;q=0.5, br;q=1", "gzip;q=0.5"}, {"identity", "identity"}, {"GZIP", "GZIP"},
	} {
		behind := func(w http.ResponseWriter, r *http.Request) error {
			return answers(200, strings.Join(r.Header["Accept-Encoding"], "|"), asText)(w, r)
		}
		table = append(table,
			scenario{name: c[0], options: okRule, request: []string{"Accept-Encoding", c[0]}, behind: behind, want: gets(200, c[1], asText)},
			scenario{name: c[0] + " where no body is read", options: "map 200 400 when header X", request: []string{"Accept-Encoding", c[0]}, behind: behind, want: gets(200, c[0], asText)},
			scenario{name: c[0] + " in a report", options: "report\n" + okRule, request: []string{"Accept-Encoding", c[0]}, behind: behind, want: gets(200, c[0], asText)},
		)
	}
	runScenarios(t, table)
}
