package shed_test

import (
	"testing"
	"time"

	"github.com/statusgate/statusgate/shed"
)

// One client that is rejected thousands of times does not fill the book: the
// others are told to come back as soon as there is time for them.
func TestAGreedyClientDoesNotFillTheBook(t *testing.T) {
	cfg := fixed(10)
	cfg.Queue = 0
	d := newDesk(t, cfg)
	d.served(50, 1, 100*ms)
	d.many(10, shed.Normal, shed.Admitted)
	latest := 0
	for range 20_000 {
		latest = max(latest, d.arrive(shed.Place{Class: shed.Normal, Client: 1}, shed.Rejected).RetryAfter)
	}
	if latest != int(cfg.RetryAfterMax/time.Second) {
		t.Errorf("the greedy client is told to come back in %d s at the latest, want all that may be: the test shows nothing", latest)
	}
	for client := range uint64(30) {
		if p := d.arrive(shed.Place{Class: shed.Normal, Client: 100 + client}, shed.Rejected); p.RetryAfter > 3 {
			t.Fatalf("client %d is told to come back in %d s: the book is full of another one's requests", client, p.RetryAfter)
		}
	}
}
