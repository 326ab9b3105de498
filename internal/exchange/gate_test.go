package exchange_test

import (
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"

	"github.com/statusgate/statusgate"
)

// newContext is a configuration's context, with its metrics registry.
func newContext(t testing.TB) caddy.Context {
	t.Helper()
	ctx, cancel := caddy.NewContext(caddy.Context{Context: t.Context()})
	t.Cleanup(cancel)
	return ctx
}

// newGate provisions a handler.
func newGate(t testing.TB, ctx caddy.Context, h statusgate.Handler) *statusgate.Handler {
	t.Helper()
	if err := h.Provision(ctx); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cleanUp(t, &h) }) // else a later test has its limiter
	return &h
}

// prepared is a request as Caddy's server hands it on.
func prepared(t testing.TB, r *http.Request, w http.ResponseWriter) (*http.Request, *caddy.Replacer) {
	t.Helper()
	replacer := caddy.NewReplacer()
	return caddyhttp.PrepareRequest(r, replacer, w, nil), replacer
}

// replacerOf is that of a request.
func replacerOf(r *http.Request) *caddy.Replacer {
	return r.Context().Value(caddy.ReplacerCtxKey).(*caddy.Replacer)
}

// through takes a request through a gate and returns what the client gets
// and the error for Caddy.
func through(t testing.TB, h *statusgate.Handler, r *http.Request, next caddyhttp.HandlerFunc) (*httptest.ResponseRecorder, error) {
	t.Helper()
	w := httptest.NewRecorder()
	r, _ = prepared(t, r, w)
	err := h.ServeHTTP(w, r, next)
	return w, err
}

func get(target string) *http.Request { return httptest.NewRequest(http.MethodGet, target, nil) }

// sends answers with a status and a body.
func sends(status int, body string, fields ...string) caddyhttp.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) error {
		for _, field := range fields {
			name, value, _ := strings.Cut(field, ": ")
			w.Header().Add(name, value)
		}
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
		return nil
	}
}

// returns is a handler that fails.
func returns(err error) caddyhttp.HandlerFunc {
	return func(http.ResponseWriter, *http.Request) error { return err }
}

// series are the samples of the module's metrics by name and labels, as a
// scrape shows them. Those at zero are left out unless zero is set.
func series(t testing.TB, g prometheus.Gatherer, zero bool) map[string]string {
	t.Helper()
	w := httptest.NewRecorder()
	promhttp.HandlerFor(g, promhttp.HandlerOpts{}).ServeHTTP(w, get("/"))
	samples := make(map[string]string)
	for line := range strings.Lines(w.Body.String()) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), "} ")
		if strings.HasPrefix(name, "caddy_statusgate_") && (zero || value != "0") {
			samples[strings.TrimPrefix(name, "caddy_statusgate_")+"}"] = value
		}
	}
	return samples
}

// words are statuses as the configuration writes them.
func words(statuses ...int) (words []statusgate.Word) {
	for _, status := range statuses {
		words = append(words, statusgate.Word(strconv.Itoa(status)))
	}
	return words
}
