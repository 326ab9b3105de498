package normalize_test

import (
	"math/rand/v2"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/statusgate/statusgate/normalize"
)

func TestRetryAfterIsReadInSeconds(t *testing.T) {
	for _, c := range []struct {
		name    string
		values  []string
		seconds int
		ok      bool
	}{
		{"absent", nil, 0, false},
		{"seconds", []string{"120"}, 120, true},
		{"none", []string{"0"}, 0, true},
		{"with spaces", []string{" 7 "}, 7, true},
		{"the first line counts", []string{"1", "2"}, 1, true},
		{"a date", []string{"Fri, 31 Dec 1999 23:59:59 GMT"}, 0, false},
		{"negative", []string{"-1"}, 0, false},
		{"signed", []string{"+1"}, 0, false},
		{"a fraction", []string{"1.5"}, 0, false},
		{"empty", []string{""}, 0, false},
		{"the largest", []string{"2147483647"}, 2147483647, true},
	} {
		seconds, ok := normalize.RetryAfter(http.Header{"Retry-After": c.values})
		if ok != c.ok || seconds != c.seconds {
			t.Errorf("%s: RetryAfter %q: got %d, %v, want %d, %v", c.name, c.values, seconds, ok, c.seconds, c.ok)
		}
	}
	if seconds, ok := normalize.RetryAfter(http.Header{"Retry-After": {"2147483648"}}); ok {
		t.Errorf("68 years and more: got %d, want nothing", seconds)
	}
}

func TestOnlyARetryAfterThatClientsCanReadStays(t *testing.T) {
	const date = "Fri, 31 Dec 1999 23:59:59 GMT"
	for _, c := range []struct{ values, want []string }{
		{nil, nil},
		{[]string{}, nil},
		{[]string{"120"}, []string{"120"}},
		{[]string{"0"}, []string{"0"}},
		{[]string{"2147483647"}, []string{"2147483647"}},
		{[]string{date}, []string{date}},
		{[]string{"Friday, 31-Dec-99 23:59:59 GMT"}, []string{"Friday, 31-Dec-99 23:59:59 GMT"}}, // RFC 9110 §5.6.7
		{[]string{"120", "7"}, []string{"120"}},
		{[]string{"soon", "7"}, []string{"7"}},
		{[]string{""}, nil},
		{[]string{"0.493"}, nil},
		{[]string{"2.0"}, nil},
		{[]string{"2026-11-28T12:00:00Z"}, nil},
		{[]string{"120 seconds"}, nil},
		{[]string{"120s"}, nil},
		{[]string{"-1"}, nil},
		{[]string{"+1"}, nil},
		{[]string{"1e3"}, nil},
		{[]string{"2147483648"}, nil},
		{[]string{"99999999999999999999"}, nil},
		{[]string{"5, 10"}, nil},
	} {
		h := http.Header{"Retry-After": slices.Clone(c.values)}
		got := normalize.MendRetryAfter(h)
		if got != (c.want != nil) || !slices.Equal(h["Retry-After"], c.want) {
			t.Errorf("MendRetryAfter of %q: got %t, %q, want %q", c.values, got, h["Retry-After"], c.want)
		}
		if _, there := h["Retry-After"]; there != got {
			t.Errorf("MendRetryAfter of %q: the field is there: %t", c.values, there)
		}
	}
}

func TestADelayIsDrawnFromAllOfItsRange(t *testing.T) {
	for _, c := range []struct {
		low, high time.Duration
		want      normalize.Delay
	}{
		{5 * time.Second, 0, normalize.Delay{Low: 5, High: 10}},
		{5 * time.Second, 30 * time.Second, normalize.Delay{Low: 5, High: 30}},
		{5 * time.Second, 5 * time.Second, normalize.Delay{Low: 5, High: 5}},
		{1500 * time.Millisecond, 0, normalize.Delay{Low: 2, High: 4}},
		{time.Millisecond, 1100 * time.Millisecond, normalize.Delay{Low: 1, High: 2}},
		{0, 0, normalize.Delay{}},
		{-time.Second, 0, normalize.Delay{}},
	} {
		got := normalize.NewDelay(c.low, c.high)
		if got != c.want {
			t.Errorf("NewDelay(%v, %v): got %+v, want %+v", c.low, c.high, got, c.want)
		}
		seen := make(map[int]bool)
		for range 1000 {
			seconds := got.Draw(rand.IntN)
			if seconds < c.want.Low || seconds > c.want.High {
				t.Fatalf("%+v: drew %d", got, seconds)
			}
			seen[seconds] = true
		}
		if len(seen) != c.want.High-c.want.Low+1 {
			t.Errorf("%+v: drew only %d different numbers", got, len(seen))
		}
	}
}

func TestFieldsThatSayNothing(t *testing.T) {
	for _, c := range []struct {
		values            []string
		member, challenge bool
	}{
		{nil, false, false},
		{[]string{""}, false, false},
		{[]string{" ", ",, \t,"}, false, false},
		{[]string{"", "GET"}, true, true},
		{[]string{"application/json, text/plain"}, true, false},
		{[]string{"Bearer"}, true, true},
		{[]string{`Basic realm="a"`}, true, true},
		{[]string{", Negotiate,Basic"}, true, true},
		{[]string{`realm="a"`}, true, false},
		{[]string{`"Basic"`}, true, false},
		{[]string{"", "=", `Digest realm="x"`}, true, true},
	} {
		if got := normalize.HasMember(c.values); got != c.member {
			t.Errorf("HasMember(%q): got %t, want %t", c.values, got, c.member)
		}
		if got := normalize.HasChallenge(c.values); got != c.challenge {
			t.Errorf("HasChallenge(%q): got %t, want %t", c.values, got, c.challenge)
		}
	}
}

func TestWhatAProxyForwards(t *testing.T) {
	for _, c := range []struct {
		values       []string
		scheme, host string
	}{
		{nil, "", ""},
		{[]string{""}, "", ""},
		{[]string{"https"}, "https", "https"},
		{[]string{"HTTPS"}, "https", "HTTPS"},
		{[]string{"https, http"}, "https", "https"},
		{[]string{"http,https"}, "http", "http"},
		{[]string{" , HTTP ,https"}, "http", "HTTP"},
		{[]string{"", "https", "http"}, "https", "https"},
		{[]string{"wss"}, "https", "wss"},
		{[]string{"ws"}, "http", "ws"},
		{[]string{"httpsx"}, "", "httpsx"},
		{[]string{"api.example:8443, inner"}, "", "api.example:8443"},
		{[]string{"[::1]:80"}, "", "[::1]:80"},
		{[]string{"a.example/b"}, "", ""},
		{[]string{`a.example\b`}, "", ""},
		{[]string{"a@b"}, "", ""},
		{[]string{"größe.example"}, "", ""},
	} {
		if got, ok := normalize.ForwardedScheme(c.values); got != c.scheme || ok != (c.scheme != "") {
			t.Errorf("ForwardedScheme(%q): got %q, %t, want %q", c.values, got, ok, c.scheme)
		}
		if got, ok := normalize.ForwardedHost(c.values); got != c.host || ok != (c.host != "") {
			t.Errorf("ForwardedHost(%q): got %q, %t, want %q", c.values, got, ok, c.host)
		}
	}
}
