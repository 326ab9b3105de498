package exchange_test

import (
	"net/http"
	"testing"

	"github.com/statusgate/statusgate"
)

// A placeholder that is empty must not leave a 401 without a challenge.
func TestAChallengeIsNeverEmpty(t *testing.T) {
	h := newGate(t, newContext(t), statusgate.Handler{Challenge: "{http.request.header.Missing}"})
	w, err := through(t, h, get("/"), sends(http.StatusUnauthorized, ""))
	if got := w.Header().Get("WWW-Authenticate"); got != "Bearer" || err != nil {
		t.Errorf("got %q (%v), want Bearer", got, err)
	}
}

// What a request brings stays within the quotes.
func TestAChallengeCannotBeBrokenOutOf(t *testing.T) {
	h := newGate(t, newContext(t), statusgate.Handler{Challenge: `Bearer realm="{http.request.uri.query.r}"`})
	w, err := through(t, h, get(`/?r=a%22%2C%20Basic%20realm%3D%22b%0D%0A`), sends(http.StatusUnauthorized, ""))
	if got, want := w.Header().Get("WWW-Authenticate"), `Bearer realm="a\", Basic realm=\"b"`; got != want || err != nil {
		t.Errorf("got %q (%v), want %q", got, err, want)
	}
}
