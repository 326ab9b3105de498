package exchange_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"

	"github.com/statusgate/statusgate"
)

// sixRules are rules that read bodies, as an operator may write them.
const sixRules = `
map 200 auto when soap_fault
map 200 auto when jsonrpc_error
map 200 auto when graphql_errors
map 200 400 when json /ok false
map 200 404 when json /error/code 404 NOT_FOUND
map 200 500 when html_page
`

// kibibyte is a success of 1 KiB that none of them matches.
var kibibyte = func() []byte {
	body := `{"items":[`
	for len(body) < 900 {
		body += `{"id":17,"name":"a thing","tags":["x","y"],"price":12.5,"error":null},`
	}
	body += `{}],"pad":"`
	return []byte(body + strings.Repeat("x", 1024-len(body)-2) + `"}`)
}()

// prepareInspection returns a function that repeats an exchange through a
// gate with rules, or without any.
func prepareInspection(tb testing.TB, rules, contentType string, body []byte, write int) (exchange func()) {
	tb.Helper()
	var h statusgate.Handler
	if err := h.UnmarshalCaddyfile(caddyfile.NewTestDispenser("statusgate {\n" + rules + "\n}")); err != nil {
		tb.Fatal(err)
	}
	gated := provisioned(tb, &h)
	r := request("GET", "http://example.com/orders/17", http.Header{"Accept": {"application/json"}})
	w := &sink{header: http.Header{}}
	label := []string{contentType}
	next := caddyhttp.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) error {
		w.Header()["Content-Type"] = label
		w.WriteHeader(http.StatusOK)
		for rest := body; len(rest) > 0; {
			n := min(write, len(rest))
			if _, err := w.Write(rest[:n]); err != nil {
				return err
			}
			rest = rest[n:]
		}
		return nil
	})
	return func() {
		w.reset()
		if err := gated.ServeHTTP(w, r, next); err != nil && !errors.Is(err, io.EOF) {
			tb.Fatal(err)
		}
	}
}

func BenchmarkInspection(b *testing.B) {
	long := []byte(`{"ok":true,"id":1,"rest":"` + strings.Repeat("x", 1<<20) + `"}`)
	for _, c := range []struct {
		name, rules, contentType string
		body                     []byte
		write                    int
	}{
		{"body=1KiB/rules=none", "", "application/json", kibibyte, 4096},
		{"body=1KiB/rules=six", sixRules, "application/json", kibibyte, 4096},
		{"body=1KiB/rules=six/label=charset", sixRules, "application/json; charset=utf-8", kibibyte, 4096},
		{"body=1KiB/rules=six/label=other", sixRules, "image/png", kibibyte, 4096},
		{"body=1MiB/rules=none", "", "application/json", long, 32 << 10},
		{"body=1MiB/rules=ruled-out", "map 200 400 when json /ok false\nmap 200 auto when soap_fault\nmap 200 500 when html_page", "application/json", long, 32 << 10},
		{"body=1MiB/rules=to-the-bound", sixRules, "application/json", long, 32 << 10},
	} {
		exchange := prepareInspection(b, c.rules, c.contentType, c.body, c.write)
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(c.body)))
			for b.Loop() {
				exchange()
			}
		})
	}
}

// Rules that look into a body cost the header map that the handler may keep, and
// nothing else.
func TestInspectionAllocatesAHeaderMap(t *testing.T) {
	if raceDetector {
		t.Skip("the race detector empties pools")
	}
	for _, contentType := range []string{"application/json", "application/json; charset=utf-8"} {
		without := prepareInspection(t, "", contentType, kibibyte, 4096)
		with := prepareInspection(t, sixRules, contentType, kibibyte, 4096)
		without()
		with() // fills the pools
		if n := testing.AllocsPerRun(1000, with) - testing.AllocsPerRun(1000, without); n > 2 {
			t.Errorf("%s: six rules cost %v allocations, want the 2 of a map", contentType, n)
		}
	}
}

// BenchmarkThroughput sends 1 MiB over a connection: a body that its first
// bytes rule out is as fast as one that no rule is for.
func BenchmarkThroughput(b *testing.B) {
	body := []byte(`{"ok":true,"id":1,"rest":"` + strings.Repeat("x", 1<<20) + `"}`)
	for _, c := range []struct{ name, rules string }{
		{"rules=none", ""},
		{"rules=ruled-out", "map 200 400 when json /ok false\nmap 200 auto when soap_fault\nmap 200 500 when html_page"},
	} {
		b.Run(c.name, func(b *testing.B) {
			var h statusgate.Handler
			if err := h.UnmarshalCaddyfile(caddyfile.NewTestDispenser("statusgate {\n" + c.rules + "\n}")); err != nil {
				b.Fatal(err)
			}
			gated := provisioned(b, &h)
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				_ = gated.ServeHTTP(w, r, caddyhttp.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) error {
					w.Header().Set("Content-Type", "application/json")
					w.Header().Set("Content-Length", strconv.Itoa(len(body)))
					for rest := body; len(rest) > 0; {
						n := min(32<<10, len(rest))
						if _, err := w.Write(rest[:n]); err != nil {
							return err
						}
						rest = rest[n:]
					}
					return nil
				}))
			}))
			defer server.Close()
			buf := make([]byte, 64<<10)
			b.SetBytes(int64(len(body)))
			b.ReportAllocs()
			for b.Loop() {
				resp, err := server.Client().Get(server.URL)
				if err != nil {
					b.Fatal(err)
				}
				if _, err := io.CopyBuffer(io.Discard, resp.Body, buf); err != nil {
					b.Fatal(err)
				}
				_ = resp.Body.Close()
			}
		})
	}
}
