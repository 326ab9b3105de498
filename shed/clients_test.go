package shed_test

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/statusgate/statusgate/shed"
)

func TestCohortIsTheSameForAnEpoch(t *testing.T) {
	const seed = 1
	for client := range uint64(200) {
		changes, last := 0, shed.CohortOf(seed, client, 0)
		for now := time.Duration(0); now < 10*shed.Epoch; now += shed.Epoch / 100 {
			if c := shed.CohortOf(seed, client, now); c != last {
				changes, last = changes+1, c
			}
		}
		want := 10 // less where chance repeats a cohort
		if client == 0 {
			want = 0 // nobody knows whether it is the same one
		}
		if changes > want || changes < want-2 {
			t.Errorf("client %d changed %d times in 10 epochs, want %d", client, changes, want)
		}
	}
	if got := shed.CohortOf(seed, 0, 0); got != shed.Cohorts/2 {
		t.Errorf("unknown clients are in cohort %d, want the middle", got)
	}
}

func TestCohortsChangeOneAfterTheOther(t *testing.T) {
	const clients = 10_000
	for tenth := range 10 {
		from := 3*shed.Epoch + time.Duration(tenth)*shed.Epoch/10
		changed := 0
		for client := range uint64(clients) {
			if shed.CohortOf(1, client, from) != shed.CohortOf(1, client, from+shed.Epoch/10) {
				changed++
			}
		}
		if changed < clients/10*8/10 || changed > clients/10*12/10 {
			t.Errorf("tenth %d of an epoch: %d of %d clients change, want about a tenth", tenth, changed, clients)
		}
	}
}

func TestCohortsAreOfTheSameSize(t *testing.T) {
	for _, seed := range []uint64{0, 1, math.MaxUint64} {
		var got [shed.Cohorts]int
		const each = 1000
		for client := range uint64(each * shed.Cohorts) {
			got[shed.CohortOf(seed, client<<8+1, time.Hour)]++
		}
		squares := 0.0 // chi-squared, of 127 degrees of freedom
		for _, n := range got {
			squares += float64((n-each)*(n-each)) / each
		}
		if squares > 200 { // one in 40 000
			t.Errorf("seed %d: cohorts of the sizes %v", seed, got)
		}
	}
	if shed.CohortOf(1, 7, 0) == shed.CohortOf(2, 7, 0) && shed.CohortOf(1, 8, 0) == shed.CohortOf(2, 8, 0) {
		t.Error("the seed makes no difference")
	}
}

func TestBands(t *testing.T) {
	for _, test := range []struct {
		share float64
		want  int
	}{
		{0, 0},
		{.04, 0},
		{.041, 1},
		{.08, 1},
		{.1, 2},
		{.2, 3},
		{.5, 4},
		{.7, 5},
		{1, 5},
		{1.5, 6}, // more than there is, as rounding might have it
		{math.Inf(1), shed.Bands - 1},
		{math.NaN(), 0},
	} {
		if got := shed.BandOf(test.share); got != test.want {
			t.Errorf("a share of %v is in band %d, want %d", test.share, got, test.want)
		}
	}
}

func TestShareOfUsage(t *testing.T) {
	type grant struct {
		client uint64
		work   float64
		at     time.Duration
	}
	minutes := func(n int) time.Duration { return time.Duration(n) * time.Minute }
	tests := []struct {
		name   string
		grants []grant
		client uint64
		want   float64
	}{
		{"nobody had anything", nil, 1, 0},
		{"one had all", []grant{{1, 3, 0}}, 1, 1},
		{"another had all", []grant{{1, 3, 0}}, 2, 0},
		{"a part", []grant{{1, 3, 0}, {2, 1, 0}}, 1, .75},
		{"work counts, not requests", []grant{{1, 9, 0}, {2, .5, 0}, {2, .5, 0}}, 2, .1},
		{"who is unknown has no share", []grant{{0, 3, 0}, {1, 1, 0}}, 0, 0},
		{"nor takes from others", []grant{{0, 3, 0}, {1, 1, 0}}, 1, 1},
		{"half counts after the half-life", []grant{{1, 2, 0}, {2, 1, 10 * time.Second}}, 1, .5},
		{"a quarter after two", []grant{{1, 4, 0}, {2, 1, 20 * time.Second}}, 1, .5},
		{"work of nothing", []grant{{1, 0, 0}}, 1, 0},
		{"what was before is over after a while", []grant{{1, 1e6, 0}, {2, 1, minutes(10)}}, 1, 0},
		{"after a long while, too", []grant{{1, 1e6, 0}, {2, 1, minutes(17)}}, 1, 0},
		{"after years as well", []grant{{1, 1e6, 0}, {2, 1, 200 * 365 * 24 * time.Hour}}, 1, 0},
		{"and the new one has all", []grant{{1, 1e6, 0}, {2, 1, 200 * 365 * 24 * time.Hour}}, 2, 1},
		{"at the moment when the weights are renewed", []grant{{1, 2, minutes(5) - 10*time.Second}, {2, 1, minutes(5)}}, 1, .5},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var u shed.Usage
			for _, g := range test.grants {
				u.Add(g.client, g.work, g.at)
			}
			if got := u.Share(test.client); !(math.Abs(got-test.want) < 1e-4) {
				t.Errorf("after %v, client %d has a share of %v, want %v", test.grants, test.client, got, test.want)
			}
		})
	}
}

func TestUsageOfManyClients(t *testing.T) {
	var u shed.Usage
	const each, others = 100, 5000
	for round := range each {
		now := time.Duration(round) * 100 * time.Millisecond
		for client := range uint64(others) {
			u.Add(1<<32+client*7919, 1, now)
		}
		u.Add(42, others/4, now)
	}
	if got := u.Share(42); got < .19 || got > .21 {
		t.Errorf("the one with a fifth has a share of %v", got)
	}
	demoted := 0
	for client := range uint64(others) {
		if shed.BandOf(u.Share(1<<32+client*7919)) > 0 {
			demoted++
		}
	}
	if demoted > others/500 {
		t.Errorf("%d of %d other clients are taken for the one", demoted, others)
	}
}

func TestPageLivesOrDiesWhole(t *testing.T) {
	const client, other = 5, 5 + 4096 // share a slot
	type event struct {
		client uint64
		served bool
		at     time.Duration
	}
	served := func(at time.Duration) event { return event{client, true, at} }
	rejected := func(at time.Duration) event { return event{client, false, at} }
	const first, own, last = "the first", "its own", "the last"
	tests := []struct {
		name   string
		events []event
		at     time.Duration
		want   string // cohort
	}{
		{"a client that was never here", nil, 0, own},
		{"a page that was begun", []event{served(0)}, time.Second, first},
		{"until the client pauses", []event{served(0)}, 3 * time.Second, own},
		{"for as long as it goes on", []event{served(0), served(2 * time.Second), served(4 * time.Second)}, 6 * time.Second, first},
		{"but not for ever", []event{
			served(0), served(2 * time.Second), served(4 * time.Second), served(6 * time.Second), served(8 * time.Second),
			served(10 * time.Second), served(12 * time.Second), served(14 * time.Second), served(15 * time.Second),
		}, 15*time.Second + 1, own},
		{"a page that lost its first request", []event{rejected(0)}, time.Second, last},
		{"for a second", []event{rejected(0)}, time.Second + 1, own},
		{"which does not begin anew", []event{rejected(0), rejected(900 * time.Millisecond)}, time.Second + 1, own},
		{"unless it is over", []event{rejected(0), rejected(1100 * time.Millisecond)}, 2 * time.Second, last},
		{"a page that loses a part is lost", []event{served(0), rejected(1)}, 2, last},
		{"a page that gets a part is served", []event{rejected(0), served(1)}, 2, first},
		{"another client in the same slot", []event{served(0), {other, false, 1}}, 2, own},
		{"unknown clients have no pages", []event{{0, false, 0}}, 1, own},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var v shed.Visits
			for _, e := range test.events {
				v.Note(e.client, e.served, e.at)
			}
			want := map[string]int{first: 0, own: shed.CohortOf(9, client, test.at), last: shed.Cohorts - 1}[test.want]
			if got := v.Cohort(9, client, test.at); got != want {
				t.Errorf("after %v, at %v: cohort %d, want %s, %d", test.events, test.at, got, test.want, want)
			}
			if got := v.Refused(client, test.at); got != (test.want == last) {
				t.Errorf("after %v, at %v: refused %v, want %v", test.events, test.at, got, !got)
			}
		})
	}
	var v shed.Visits
	v.Note(0, false, 0)
	if v.Refused(0, 0) || v.Cohort(9, 0, 0) != shed.Cohorts/2 {
		t.Error("one unknown client answers for another")
	}
}

func TestOnlyVisitsAreInTheFirstAndTheLastCohort(t *testing.T) {
	var v shed.Visits
	for client := range uint64(10_000) {
		if c := v.Cohort(1, client, 0); c < 1 || c > shed.Cohorts-2 {
			t.Fatalf("client %d is in cohort %d", client, c)
		}
	}
}

func TestNames(t *testing.T) {
	for want, got := range map[string]fmt.Stringer{
		"critical": shed.Critical, "normal": shed.Normal, "background": shed.Background, "exempt": shed.Exempt,
		"admitted": shed.OutcomeAdmitted, "queued": shed.OutcomeQueued, "rejected": shed.OutcomeRejected,
		"evicted": shed.OutcomeEvicted, "timeout": shed.OutcomeTimeout, "abandoned": shed.OutcomeAbandoned,
		"capacity": shed.ReasonCapacity, "cohort": shed.ReasonCohort, "usage": shed.ReasonUsage, "patience": shed.ReasonPatience,
		"confirmed": shed.ProbeConfirmed, "moved": shed.ProbeMoved, "stale": shed.ProbeStale, "failed": shed.ProbeFailed,
	} {
		if got.String() != want {
			t.Errorf("%#v is called %q, want %q", got, got, want)
		}
	}
	if shed.Slot(3) != 3 || shed.Slot(shed.Slots+3) != 3 {
		t.Errorf("routes 3 and %d are kept in %d and %d", shed.Slots+3, shed.Slot(3), shed.Slot(shed.Slots+3))
	}
}
