package exchange_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

// A handler that uses its writer after it has returned reaches no other exchange:
// neither its body, nor its fields, nor its connection.
func TestAWriterOutlivesNoExchange(t *testing.T) {
	h, _ := inspecting(t, badlyOK)
	var late http.ResponseWriter
	var fields http.Header
	_, _ = through(t, h, get("/first"), func(w http.ResponseWriter, _ *http.Request) error {
		late, fields = w, w.Header()
		_, err := io.WriteString(w, "first")
		return err
	})
	for range 10 { // the first of them gets what is used again
		w, err := through(t, h, get("/other"), func(w http.ResponseWriter, _ *http.Request) error {
			fields.Set("X-Late", "1")
			late.Header().Set("X-Late", "1")
			late.WriteHeader(http.StatusTeapot)
			if _, err := io.WriteString(late, "late"); err == nil {
				t.Error("a late write: no error")
			}
			if _, err := late.(io.ReaderFrom).ReadFrom(strings.NewReader("late")); err == nil {
				t.Error("a late copy: no error")
			}
			flush(late)
			if _, _, err := http.NewResponseController(late).Hijack(); err == nil {
				t.Error("a late hijack: no error")
			}
			_, err := io.WriteString(w, "mine")
			return err
		})
		if w.Code != 200 || w.Body.String() != "mine" || w.Header().Get("X-Late") != "" || err != nil {
			t.Fatalf("got %d %q %v, %v, want what the handler of this exchange sent", w.Code, w.Body, w.Header(), err)
		}
	}
}
