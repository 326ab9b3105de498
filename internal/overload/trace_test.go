package overload_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"

	"github.com/caddyserver/caddy/v2"

	"github.com/statusgate/statusgate/internal/overload"
	"github.com/statusgate/statusgate/shed"
)

// The admin endpoint has what a limiter has recorded.
func TestTraceOfALimiter(t *testing.T) {
	config := shed.Defaults()
	config.Record = 100
	s, err := overload.New(prometheus.NewRegistry(), &overload.Options{
		Name: "shop & co", Gate: "edge", Config: config, ClientKey: "{http.auth.user.id}", Logger: zap.NewNop(),
	})
	if err != nil {
		t.Fatal(err)
	}
	ask := func(method, path string) (*httptest.ResponseRecorder, int) {
		w := httptest.NewRecorder()
		err := overload.ServeTrace(w, httptest.NewRequest(method, path, nil))
		if refused, ok := errors.AsType[caddy.APIError](err); ok {
			return w, refused.HTTPStatus
		} else if err != nil {
			t.Fatal(err)
		}
		return w, w.Code
	}
	var visit overload.Visit
	if _, err := visit.Enter(s, &overload.Request{Request: httptest.NewRequest(http.MethodGet, "/a", nil), Replacer: caddy.NewReplacer()}); err != nil {
		t.Fatal(err)
	}
	visit.Leave(nil, nil)
	w, status := ask(http.MethodGet, overload.TracePath+"shop%20&%20co/trace")
	if status != http.StatusOK || w.Header().Get("Content-Type") != "application/jsonl" {
		t.Fatalf("status %d, %v", status, w.Header())
	}
	trace, err := shed.ReadTrace(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	seen := make(map[shed.EventKind]int)
	for i := range trace.Events {
		seen[trace.Events[i].What]++
	}
	if seen[shed.EventArrived] != 1 || seen[shed.EventReleased] != 1 || seen[shed.EventFrame] != 1 {
		t.Errorf("the trace has %v", seen)
	}
	for _, path := range []string{"nobody/trace", "/trace", "shop%20&%20co", ""} {
		if _, status := ask(http.MethodGet, overload.TracePath+path); status != http.StatusNotFound {
			t.Errorf("%s%s: status %d, want 404", overload.TracePath, path, status)
		}
	}
	if w, status := ask(http.MethodPost, overload.TracePath+"x/trace"); status != http.StatusMethodNotAllowed || w.Header().Get("Allow") != "GET, HEAD" {
		t.Errorf("POST: status %d, Allow %q", status, w.Header().Get("Allow"))
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, status := ask(http.MethodGet, overload.TracePath+"shop%20&%20co/trace"); status != http.StatusNotFound {
		t.Errorf("the limiter has gone, but its trace has status %d", status)
	}
}
