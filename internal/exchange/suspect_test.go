package exchange_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"

	"github.com/statusgate/statusgate"
)

// A body that is not looked at costs no allocation, and those that are looked at
// become so few that they do not count.
func TestSuspectsAllocateNothing(t *testing.T) {
	if raceDetector {
		t.Skip("the race detector empties pools")
	}
	without := prepareInspection(t, "", "application/json", kibibyte, 4096)
	with := prepareInspection(t, "suspects on", "application/json", kibibyte, 4096)
	without()
	for range 70_000 {
		with()
	}
	if n := testing.AllocsPerRun(1000, with) - testing.AllocsPerRun(1000, without); n > 0 {
		t.Errorf("%v allocations more", n)
	}
}

// Bodies that are looked at pass whole, whichever way they are written, and are
// suspects whether or not more was written than is kept.
func TestSuspectsChangeNoBody(t *testing.T) {
	short := []byte(`{"oops":1,"error":{"code":"X_Y"}}`)
	long := []byte(`{"oops":1,"error":{"code":"X_Y"},"rest":"` + strings.Repeat("x", 100<<10) + `"}`)
	for _, options := range []string{"suspects on", "suspects on\n" + sixRules, "report\n" + sixRules, "suspects on\ninspect 100 1MiB"} {
		var h statusgate.Handler
		if err := h.UnmarshalCaddyfile(caddyfile.NewTestDispenser("statusgate {\n" + options + "\n}")); err != nil {
			t.Fatal(err)
		}
		gated := provisioned(t, &h)
		wanted := int64(0)
		for _, body := range [][]byte{short, long} {
			for _, piece := range []int{0, 1, 100, 8 << 10, 32 << 10} {
				w := httptest.NewRecorder()
				err := gated.ServeHTTP(w, request("GET", "http://example.com/orders/17", http.Header{}), caddyhttp.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) error {
					w.Header().Set("Content-Type", "application/json")
					return inPieces(w, body, piece)
				}))
				if err != nil || w.Code != 200 || !bytes.Equal(w.Body.Bytes(), body) {
					t.Errorf("%s: %d bytes in pieces of %d: got %d, %d bytes, %v", options, len(body), piece, w.Code, w.Body.Len(), err)
				}
				wanted++
			}
		}
		list, count := gated.Gate().Suspects.List(), int64(0)
		for _, s := range list {
			count += s.Count
		}
		if len(list) != 1 || count != wanted || list[0].Seen != "json /error/code X_Y" {
			t.Errorf("%s: got %+v, want %d", options, list, wanted)
		}
	}
}

// inPieces writes a body in pieces of a length, or with ReadFrom where that is 0.
func inPieces(w http.ResponseWriter, body []byte, length int) error {
	if length == 0 {
		_, err := w.(io.ReaderFrom).ReadFrom(bytes.NewReader(body))
		return err
	}
	for len(body) > 0 {
		n := min(length, len(body))
		if _, err := w.Write(body[:n]); err != nil {
			return fmt.Errorf("%d bytes: %w", n, err)
		}
		body = body[n:]
	}
	return nil
}
