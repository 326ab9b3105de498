package audit_test

import (
	"strings"
	"testing"

	"github.com/statusgate/statusgate/audit"
)

func TestMask(t *testing.T) {
	for path, want := range map[string]string{
		"":                 "/",
		"/":                "/",
		"/orders":          "/orders",
		"/orders/":         "/orders/",
		"/orders/17/items": "/orders/{…}/items",
		"/v2/users/3f2b8c1e-7a64-4f7e-9b1d-0c5a2e8d4f60": "/v2/users/{…}",
		"/reports/2026-11-28":                            "/reports/{…}",
		"/users/ann@example.com":                         "/users/{…}",
		"//a":                                            "//a",
		"/users/ann smith/caf\u00e9":                     "/users/{…}/caf\u00e9",
		"/a\x1b]0;root\x07/\u009b2J/\xff/\u202egpj/a\nb": "/{…}/{…}/{…}/{…}/{…}",
		"/orders(17)/x:cancel/$metadata":                 "/orders(17)/x:cancel/$metadata",
		"/" + strings.Repeat("x", 60):                    "/{…}",
		"/a/b/c/d/e/f/g/h/i/j":                           "/a/b/c/d/e/f/g/h/…",
	} {
		if got := audit.Mask(path); got != want {
			t.Errorf("%q: got %q, want %q", path, got, want)
		}
	}
	if n := len(audit.Mask(strings.Repeat("/"+strings.Repeat("ab", 24), 100))); n > 420 {
		t.Errorf("a mask of %d bytes", n)
	}
}
