package exchange_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/caddyserver/caddy/v2/modules/caddyhttp"

	"github.com/statusgate/statusgate"
	"github.com/statusgate/statusgate/internal/telemetry"
)

// observed makes a gate whose log is in a buffer, a JSON object a line.
func observed(t *testing.T, h statusgate.Handler) (*statusgate.Handler, *bytes.Buffer) {
	t.Helper()
	gate := newGate(t, newContext(t), h)
	var b bytes.Buffer
	config := zapcore.EncoderConfig{MessageKey: "msg", LevelKey: "level", EncodeLevel: zapcore.LowercaseLevelEncoder}
	gate.Gate().Telemetry.SetLogger(zap.New(zapcore.NewCore(zapcore.NewJSONEncoder(config), zapcore.AddSync(&b), zapcore.DebugLevel)))
	return gate, &b
}

// spoken reads and empties a log.
func spoken(t *testing.T, b *bytes.Buffer) []map[string]any {
	t.Helper()
	var lines []map[string]any
	for line := range strings.Lines(b.String()) {
		var entry map[string]any
		if err := json.Unmarshal([]byte(line), &entry); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		lines = append(lines, entry)
	}
	b.Reset()
	return lines
}

func TestTheLogSpeaksOncePerKindOfEvent(t *testing.T) {
	for _, c := range []struct {
		name    string
		behind  caddyhttp.HandlerFunc
		level   string
		message string // a part of it
		field   string
		value   any
	}{
		{"a status that nobody knows", sends(777, ""), "warn", "nobody knows", "received_status", 777.0},
		{"a malformed status", sends(20, ""), "warn", "malformed", "received_status", 20.0},
		{"201 without Location", sends(201, ""), "warn", "owes", "violation", "created_without_location"},
		{"202 without Location", sends(202, ""), "warn", "owes", "violation", "accepted_without_location"},
		{"405 without Allow", sends(405, ""), "warn", "owes", "violation", "method_not_allowed_without_allow"},
		{"no backend", returns(caddyhttp.Error(502, errors.New("oh"))), "error", "answered", "reason", "backend_unreachable"},
		{"no answer in time", returns(caddyhttp.Error(504, nil)), "error", "answered", "reason", "backend_timeout"},
		{"a malformed answer", returns(caddyhttp.Error(502, errors.New("malformed HTTP response"))), "error", "answered", "reason", "malformed"},
		{"an abort", func(http.ResponseWriter, *http.Request) error { panic(http.ErrAbortHandler) }, "error", "answered", "error", "the backend broke off its answer"},
		{"an error of a handler", returns(errors.New("secret")), "error", "answered", "error", "secret"},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h, log := observed(t, statusgate.Handler{Name: "edge"})
				for range 5 {
					_, _ = through(t, h, get("/"), c.behind)
				}
				said := spoken(t, log)
				if len(said) != 1 {
					t.Fatalf("five of a kind: got %d lines, want one: %v", len(said), said)
				}
				message, _ := said[0]["msg"].(string)
				if said[0]["level"] != c.level || !strings.Contains(message, c.message) || said[0][c.field] != c.value || said[0]["gate"] != "edge" {
					t.Errorf("got %v, want level %s, %q in the message, %s=%v, gate=edge", said[0], c.level, c.message, c.field, c.value)
				}
				if unsaid, ok := said[0]["unsaid"]; ok {
					t.Errorf("the first says that it left out %v", unsaid)
				}

				time.Sleep(telemetry.Quiet) // of the bubble's clock
				_, _ = through(t, h, get("/"), c.behind)
				if said = spoken(t, log); len(said) != 1 || said[0]["unsaid"] != 4.0 {
					t.Errorf("a while later: got %v, want one line that tells of 4 unsaid", said)
				}
			})
		})
	}
}

func TestTheLogIsSilentWhereNothingIsAmiss(t *testing.T) {
	h, log := observed(t, statusgate.Handler{Methods: []string{"GET"}, Map: []statusgate.Rule{{From: []statusgate.Word{"777"}, To: "400"}}})
	for _, status := range []int{200, 204, 302, 404, 410, 500, 520, 777} {
		_, _ = through(t, h, get("/"), sends(status, ""))
	}
	r := get("/")
	r.Method = http.MethodDelete
	_, _ = through(t, h, r, sends(200, ""))
	_, _ = through(t, h, get("/"), returns(caddyhttp.Error(499, nil)))
	if said := spoken(t, log); len(said) > 0 {
		t.Errorf("got %v, want silence", said)
	}
}

// Two gates of one name on the way of a request count into the same series. That
// is said once, when the first request comes.
func TestNestedGatesOfOneName(t *testing.T) {
	for name, want := range map[string]int{"edge": 1, "inner": 0} {
		inner, log := observed(t, statusgate.Handler{Name: name})
		outer := newGate(t, newContext(t), statusgate.Handler{Name: "edge"})
		for range 3 {
			_, _ = through(t, outer, get("/"), func(w http.ResponseWriter, r *http.Request) error {
				return inner.ServeHTTP(w, r, sends(200, "ok"))
			})
		}
		if said := spoken(t, log); len(said) != want {
			t.Errorf("a gate %q in a gate \"edge\": got %v, want %d lines", name, said, want)
		}
	}
}
