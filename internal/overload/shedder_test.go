package overload_test

import (
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/statusgate/statusgate/internal/overload"
	"github.com/statusgate/statusgate/shed"
)

// Caddy provisions servers in no order: of two limiters that go by the name of their
// gates, each may find what the other has learned.
func TestLimitersOfGatesOfOneNameAreWarnedOf(t *testing.T) {
	reg := prometheus.NewRegistry()
	for _, tt := range []struct{ gate, name, warned string }{
		{"orders", "", ""}, {"orders", "", "orders#2"}, {"orders", "shared", ""}, {"orders", "shared", ""}, {"stock", "", ""},
	} {
		core, logs := observer.New(zap.WarnLevel)
		s, err := overload.New(reg, &overload.Options{Name: tt.name, Gate: tt.gate, Config: shed.Defaults(), Logger: zap.New(core)})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
		var warned string
		for _, entry := range logs.All() {
			warned, _ = entry.ContextMap()["limiter"].(string)
		}
		if warned != tt.warned {
			t.Errorf("gate %q, limiter %q: warned of %q, want %q", tt.gate, tt.name, warned, tt.warned)
		}
	}
}
