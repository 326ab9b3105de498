package exchange_test

import (
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/caddyserver/caddy/v2/modules/caddyhttp"

	"github.com/statusgate/statusgate"
)

// Whatever a handler does, its exchange is counted, and once.
func TestTheSumOfResponsesIsThatOfRequests(t *testing.T) {
	handlers := map[string]caddyhttp.HandlerFunc{
		"an answer":              sends(200, "ok"),
		"a panic":                func(http.ResponseWriter, *http.Request) error { panic("oh") },
		"a panic behind a head":  func(w http.ResponseWriter, _ *http.Request) error { w.WriteHeader(200); panic("oh") },
		"a panic behind a 520":   func(w http.ResponseWriter, _ *http.Request) error { w.WriteHeader(520); panic("oh") },
		"an abort":               func(http.ResponseWriter, *http.Request) error { panic(http.ErrAbortHandler) },
		"an abort behind a head": func(w http.ResponseWriter, _ *http.Request) error { w.WriteHeader(200); panic(http.ErrAbortHandler) },
		"a connection taken over": func(w http.ResponseWriter, _ *http.Request) error {
			conn, _, err := http.NewResponseController(w).Hijack()
			if err == nil {
				_ = conn.Close()
			}
			return err
		},
		"a connection taken over behind a head": func(w http.ResponseWriter, _ *http.Request) error {
			w.WriteHeader(101)
			conn, _, err := http.NewResponseController(w).Hijack()
			if err == nil {
				_ = conn.Close()
			}
			return err
		},
		"nothing": returns(nil),
	}
	for name, handler := range handlers {
		ctx := newContext(t)
		h := newGate(t, ctx, statusgate.Handler{})
		server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			defer func() { _ = recover() }()
			r, _ = prepared(t, r, w)
			_ = h.ServeHTTP(w, r, handler)
		}))
		server.Start()
		if resp, err := server.Client().Get(server.URL); err == nil {
			_ = resp.Body.Close()
		}
		server.Close()
		sum := 0
		for series, value := range series(t, ctx.GetMetricsRegistry(), false) {
			if strings.HasPrefix(series, "responses_total") {
				n, _ := strconv.Atoi(value)
				sum += n
			}
		}
		if sum != 1 {
			t.Errorf("%s: counted %d times, want once", name, sum)
		}
	}
}
