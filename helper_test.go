package statusgate

import (
	"context"
	"testing"

	"github.com/caddyserver/caddy/v2"
)

// provisioned is a handler as Caddy would run it.
func provisioned(tb testing.TB, h *Handler) *Handler {
	tb.Helper()
	ctx, cancel := caddy.NewContext(caddy.Context{Context: context.Background()})
	tb.Cleanup(cancel)
	if err := h.Provision(ctx); err != nil {
		tb.Fatal(err)
	}
	return h
}
