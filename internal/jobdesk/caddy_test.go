package jobdesk_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig"
	_ "github.com/caddyserver/caddy/v2/modules/standard"

	_ "github.com/statusgate/statusgate"
	"github.com/statusgate/statusgate/internal/freeport"
)

// There is one Caddy in a process, so tests that load a configuration take turns.
var caddyInUse sync.Mutex

// site is a Caddy with a gate that has jobs.
type site struct {
	t       *testing.T
	address string
	storage string
	client  *http.Client
}

// The parts of a Caddyfile: the folder of the storage, more global options, the
// address, what stands in front of the gate, what is in it, what is behind.
const caddyfile = `{
	admin off
	persist_config off
	auto_https off
	storage file_system %s
	%s
}
http://%s {
	%s
	route {
		statusgate {
			%s
		}
		%s
	}
}
`

// newSite starts a Caddy. In front are directives of the site, gate those of the
// gate, behind those of the handlers behind it.
func newSite(t *testing.T, gate, behind string, more ...string) *site {
	t.Helper()
	caddyInUse.Lock()
	s := &site{t: t, address: freeAddress(t), storage: t.TempDir(), client: &http.Client{Transport: &http.Transport{}}}
	t.Cleanup(func() {
		s.client.CloseIdleConnections()
		if err := caddy.Stop(); err != nil {
			t.Errorf("stopping Caddy: %v", err)
		}
		caddyInUse.Unlock()
	})
	s.load(gate, behind, more...)
	return s
}

// load loads a configuration. More are global options and what stands in front.
func (s *site) load(gate, behind string, more ...string) {
	s.t.Helper()
	more = append(more, "", "")
	text := fmt.Sprintf(caddyfile, s.storage, more[0], s.address, more[1], gate, behind)
	config, _, err := caddyconfig.GetAdapter("caddyfile").Adapt([]byte(text), nil)
	if err != nil {
		s.t.Fatalf("adapting: %v\n%s", err, text)
	}
	if err := caddy.Load(config, true); err != nil {
		s.t.Fatalf("loading: %v\n%s", err, text)
	}
}

func freeAddress(t *testing.T) string {
	t.Helper()
	address, err := freeport.Address()
	if err != nil {
		t.Fatal(err)
	}
	return address
}

// answer is a response whose content has been read.
type answer struct {
	*http.Response
	text string
}

// ask sends a request; fields are names and values.
func (s *site) ask(method, path, content string, fields ...string) answer {
	s.t.Helper()
	a, err := s.try(context.Background(), method, path, content, fields...)
	for tries := 0; err != nil && tries < 5; tries++ { // a server that shuts down hangs up
		a, err = s.try(context.Background(), method, path, content, fields...)
	}
	if err != nil {
		s.t.Fatalf("%s %s: %v", method, path, err)
	}
	return a
}

func (s *site) try(ctx context.Context, method, path, content string, fields ...string) (answer, error) {
	if !strings.HasPrefix(path, "http") {
		path = "http://" + s.address + path
	}
	r, err := http.NewRequestWithContext(ctx, method, path, strings.NewReader(content))
	if err != nil {
		return answer{}, err
	}
	for i := 0; i < len(fields); i += 2 {
		r.Header.Add(fields[i], fields[i+1])
	}
	if host := r.Header.Get("Host"); host != "" {
		r.Host = host
	}
	response, err := s.client.Do(r)
	if err != nil {
		return answer{}, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	return answer{response, string(text)}, err
}

// accepted sends a request that becomes a job, and gives its URI.
func (s *site) accepted(method, path, content string, fields ...string) string {
	s.t.Helper()
	a := s.ask(method, path, content, append(fields, "Prefer", "respond-async")...)
	if a.StatusCode != http.StatusAccepted {
		s.t.Fatalf("%s %s: got %d, want 202\n%s", method, path, a.StatusCode, a.text)
	}
	return a.Header.Get("Location")
}

// outcome waits until a job has ended, and gives what its resource answers.
func (s *site) outcome(job string, fields ...string) answer {
	s.t.Helper()
	for range 20 {
		if a := s.ask("GET", job, "", append(fields, "Prefer", "wait=10")...); a.StatusCode != http.StatusAccepted {
			return a
		}
	}
	s.t.Fatal("the job does not end")
	return answer{}
}

// state is the state of a job.
func (s *site) state(job string, fields ...string) (state string, doc map[string]any) {
	s.t.Helper()
	a := s.ask("GET", job+"/state", "", fields...)
	if a.StatusCode != http.StatusOK {
		s.t.Fatalf("the state of a job: got %d\n%s", a.StatusCode, a.text)
	}
	if err := json.Unmarshal([]byte(a.text), &doc); err != nil {
		s.t.Fatal(err)
	}
	state, _ = doc["state"].(string)
	return state, doc
}

// backend is a server whose answers wait until the test lets them go.
type backend struct {
	*httptest.Server
	began chan string   // the paths of requests that have come
	gone  chan string   // those whose client left
	free  chan struct{} // one answer each
}

// newBackend gives a backend. Its handler runs once the answer may go.
func newBackend(t *testing.T, handle http.HandlerFunc) *backend {
	t.Helper()
	b := &backend{began: make(chan string, 4096), gone: make(chan string, 4096), free: make(chan struct{}, 4096)}
	b.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		b.began <- r.URL.Path
		if strings.HasPrefix(r.URL.Path, "/slow") {
			select {
			case <-b.free:
			case <-r.Context().Done():
				b.gone <- r.URL.Path
				return
			}
		}
		handle(w, r)
	}))
	t.Cleanup(b.Close)
	return b
}

func (b *backend) proxy() string { return "reverse_proxy " + strings.TrimPrefix(b.URL, "http://") }

func within(t *testing.T, what string, ch <-chan string) string {
	t.Helper()
	select {
	case got := <-ch:
		return got
	case <-time.After(20 * time.Second):
		t.Fatalf("%s: nothing in 20 s", what)
		return ""
	}
}
