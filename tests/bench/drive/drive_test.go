//go:build linux

package drive_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/statusgate/statusgate/tests/bench/drive"
)

func plan(server *httptest.Server) drive.Plan {
	return drive.Plan{
		Address: strings.TrimPrefix(server.URL, "http://"), Request: drive.Request{Path: "/"}, Connections: 4,
		Window: 100 * time.Millisecond, Want: http.StatusOK, PID: os.Getpid(),
	}
}

func TestAnswersAreCounted(t *testing.T) {
	long := strings.Repeat("x", 100<<10)
	for name, handler := range map[string]http.HandlerFunc{
		"with a length": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "5")
			_, _ = w.Write([]byte("hello"))
		},
		"longer than the buffer": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "102400")
			_, _ = w.Write([]byte(long))
		},
		"in chunks": func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write([]byte("hel"))
			w.(http.Flusher).Flush()
			_, _ = w.Write([]byte("lo"))
		},
		"with an end": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Connection", "close")
			_, _ = w.Write([]byte("hello"))
		},
	} {
		t.Run(name, func(t *testing.T) {
			var asked atomic.Int64
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				asked.Add(1)
				handler(w, r)
			}))
			defer server.Close()
			m, err := plan(server).Run()
			if err != nil {
				t.Fatal(err)
			}
			if m.Requests == 0 || m.Requests > asked.Load() || m.Others > 0 || m.Failures > 0 {
				t.Errorf("got %+v of %d", m, asked.Load())
			}
			if m.CPU <= 0 || m.Peak == 0 || m.P50 <= 0 || m.P99 < m.P50 {
				t.Errorf("got %+v", m)
			}
		})
	}
}

func TestARateIsKept(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Content-Length", "0") }))
	defer server.Close()
	p := plan(server)
	p.Rate, p.Window = 200, time.Second
	m, err := p.Run()
	if err != nil {
		t.Fatal(err)
	}
	if got := m.Rate(); got > 300 {
		t.Errorf("%.0f requests in a second, want about 200", got)
	}
}

func TestAnotherStatusIsNoAnswer(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	defer server.Close()
	if m, err := plan(server).Run(); err == nil || m.Others == 0 {
		t.Errorf("got %+v, %v", m, err)
	}
}
