package backend

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"
)

// Header marks every response of a backend, so that it can be told from the
// gateway's.
const Header = "X-Backend"

// body is what a page weighs.
const body = 512

// maxBlob bounds the size that a request may ask for.
const maxBlob = 16 << 20

// Server is a backend with its two ports.
type Server struct {
	pool    *Pool
	service *http.Server
	control *http.Server
	cancel  context.CancelFunc // ends the event streams
}

// Addresses are where a backend listens.
type Addresses struct {
	Service string // the port that is overloaded
	Control string // the port for the experiment: GET and PUT /settings, GET /stats
}

// Serve starts a backend on two ports of the loopback interface. Close ends it.
func Serve(listen Addresses, settings Settings) (*Server, Addresses, error) {
	pool, err := NewPool(settings)
	if err != nil {
		return nil, Addresses{}, err
	}
	service, err := net.Listen("tcp", listen.Service)
	if err != nil {
		return nil, Addresses{}, err
	}
	control, err := net.Listen("tcp", listen.Control)
	if err != nil {
		_ = service.Close()
		return nil, Addresses{}, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	s := &Server{pool: pool, cancel: cancel}
	base := func(net.Listener) context.Context { return ctx }
	s.service = &http.Server{Handler: s.pages(), BaseContext: base, ReadHeaderTimeout: time.Minute}
	s.control = &http.Server{Handler: s.switches(), BaseContext: base, ReadHeaderTimeout: time.Minute}
	go func() { _ = s.service.Serve(service) }() // ends by Close
	go func() { _ = s.control.Serve(control) }()
	return s, Addresses{Service: service.Addr().String(), Control: control.Addr().String()}, nil
}

// Close ends the backend and all its connections.
func (s *Server) Close() {
	s.cancel()
	s.pool.Close()
	_ = s.service.Close()
	_ = s.control.Close()
}

// pages is what the gateway sees.
func (s *Server) pages() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/", s.page)
	mux.HandleFunc("/instant", func(w http.ResponseWriter, _ *http.Request) { reply(w, http.StatusOK, body) })
	mux.HandleFunc("/events", s.events)
	return mux
}

// page is served by a worker. The query may ask for a size in bytes.
func (s *Server) page(w http.ResponseWriter, r *http.Request) {
	size := body
	if text := r.URL.Query().Get("size"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 || n > maxBlob {
			reply(w, http.StatusBadRequest, 0)
			return
		}
		size = n
	}
	switch s.pool.Do(r.Context()) {
	case Served:
		reply(w, http.StatusOK, size)
	case Failed:
		reply(w, http.StatusInternalServerError, body)
	case Refused:
		reply(w, http.StatusServiceUnavailable, body)
	case Gone:
		panic(http.ErrAbortHandler)
	}
}

var blank = make([]byte, 32<<10)

func reply(w http.ResponseWriter, status, size int) {
	header := w.Header()
	header.Set(Header, "1")
	header.Set("Content-Type", "application/octet-stream")
	header.Set("Content-Length", strconv.Itoa(size))
	w.WriteHeader(status)
	for size > 0 {
		n, err := w.Write(blank[:min(size, len(blank))])
		if err != nil {
			return
		}
		size -= n
	}
}

// events is a stream that says something each second until the client goes.
func (s *Server) events(w http.ResponseWriter, r *http.Request) {
	s.pool.stream(1)
	defer s.pool.stream(-1)
	w.Header().Set(Header, "1")
	w.Header().Set("Content-Type", "text/event-stream")
	control := http.NewResponseController(w)
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		if _, err := io.WriteString(w, "data: tick\n\n"); err != nil || control.Flush() != nil {
			return
		}
		select {
		case <-tick.C:
		case <-r.Context().Done():
			return
		}
	}
}

func (p *Pool) stream(n int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.stats.Streams += n
}

// switches is what the experiment sees.
func (s *Server) switches() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /settings", func(w http.ResponseWriter, _ *http.Request) { answer(w, s.pool.Settings()) })
	mux.HandleFunc("PUT /settings", func(w http.ResponseWriter, r *http.Request) {
		var settings Settings
		if err := json.NewDecoder(r.Body).Decode(&settings); err != nil || settings.Workers < 0 || settings.Mean < 0 {
			http.Error(w, fmt.Sprintf("no settings: %v", err), http.StatusBadRequest)
			return
		}
		s.pool.Set(settings)
		answer(w, settings)
	})
	mux.HandleFunc("GET /stats", func(w http.ResponseWriter, r *http.Request) {
		answer(w, s.pool.Stats(r.URL.Query().Has("reset")))
	})
	return mux
}

func answer(w http.ResponseWriter, value any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(value) // the experiment sees a body that breaks off
}
