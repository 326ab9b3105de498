package normalize_test

import (
	"slices"
	"testing"

	"github.com/statusgate/statusgate/normalize"
)

func TestWhatAnOutcomeMeansForTheResponse(t *testing.T) {
	for _, c := range []struct {
		name                     string
		outcome                  normalize.Outcome
		changed, internal, stale bool
	}{
		{"a success that passes", normalize.Outcome{Received: 200, Sent: 200}, false, false, false},
		{"an error that passes", normalize.Outcome{Received: 404, Sent: 404}, false, false, false},
		{"an error of the client's, rewritten", normalize.Outcome{Received: 410, Sent: 404}, true, false, false},
		{"a failure", normalize.Outcome{Received: 500, Sent: 500}, false, true, false},
		{"a failure that a rule makes a client's fault", normalize.Outcome{Received: 503, Sent: 404}, true, true, false},
		{"a status that is none", normalize.Outcome{Received: 0, Sent: 400}, true, true, true},
		{"an error found in a success", normalize.Outcome{Received: 200, Sent: 404}, true, false, true},
		{"a failure of the gateway", normalize.Outcome{Received: 502, Sent: 503, Gateway: true}, true, true, true},
		{"a failure after a success had begun", normalize.Outcome{Received: 200, Sent: 503, Gateway: true}, true, true, true},
		{"a request that was refused", normalize.Outcome{Received: normalize.NotAsked, Sent: 405, Gateway: true, Reason: normalize.ReasonMethod}, true, true, false},
		{"a client that has left", normalize.Left(200), true, false, true},
	} {
		o := c.outcome
		if o.Changed() != c.changed || o.Internal() != c.internal || o.Stale() != c.stale {
			t.Errorf("%s: changed %t, internal %t, stale %t, want %t, %t, %t", c.name, o.Changed(), o.Internal(), o.Stale(), c.changed, c.internal, c.stale)
		}
	}
	if got, want := normalize.Left(200), (normalize.Outcome{Received: 200, Sent: 499, Reason: normalize.ReasonClientGone, Rule: -1}); got != want {
		t.Errorf("Left(200): got %+v, want %+v", got, want)
	}
}

func TestOwedFieldsAreNamedInTheirOrder(t *testing.T) {
	for _, c := range []struct {
		owed normalize.Owed
		want []string
	}{
		{0, nil},
		{normalize.OwedUpgrade | normalize.OwedLocation, []string{"Location", "Upgrade"}},
		{normalize.OwedChallenge | normalize.OwedAllow | normalize.OwedAccept | normalize.OwedRetryAfter, []string{"WWW-Authenticate", "Allow", "Accept", "Retry-After"}},
	} {
		if got := c.owed.Fields(); !slices.Equal(got, c.want) {
			t.Errorf("fields of %06b: got %q, want %q", c.owed, got, c.want)
		}
	}
}
