package simulate_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/statusgate/statusgate/shed"
	"github.com/statusgate/statusgate/shed/simulate"
)

const mean = 100 * time.Millisecond

// Calm is a load that is served in the end, however long that takes.
func calm(b simulate.Backend, l simulate.Law, load float64, long time.Duration) *simulate.Scenario {
	return &simulate.Scenario{
		Backend:  b,
		Mix:      []simulate.Kind{{Share: 1, Mean: mean, Law: l, Class: shed.Normal}},
		Phases:   []simulate.Phase{{For: long, Load: load}},
		Deadline: time.Hour / 4,
		From:     long / 10,
	}
}

// ErlangC is the mean wait in a queue before c servers, in units of the mean work.
func erlangC(c int, load float64) float64 {
	offered := load * float64(c)
	blocked := 1.0 // Erlang's B formula, by its recursion
	for i := 1; i <= c; i++ {
		blocked = offered * blocked / (float64(i) + offered*blocked)
	}
	waits := blocked / (1 - load*(1-blocked))
	return waits / (float64(c) * (1 - load))
}

func TestMeanTimesAgreeWithTheory(t *testing.T) {
	if withRace {
		t.Skip("too slow with the race detector")
	}
	squares := math.E // the second moment of Lognormal with mean 1
	queue := func(c int) simulate.Backend { return simulate.Backend{Servers: c} }
	sharing := simulate.Backend{Servers: 1, Shared: true}
	tests := []struct {
		name string
		sc   *simulate.Scenario
		want float64 // in units of the mean work
	}{
		{"M/M/1", calm(queue(1), simulate.Exponential, .7, 20*time.Hour), 1 + erlangC(1, .7)},
		{"M/M/4", calm(queue(4), simulate.Exponential, .8, 8*time.Hour), 1 + erlangC(4, .8)},
		{"M/M/12", calm(queue(12), simulate.Exponential, .9, 6*time.Hour), 1 + erlangC(12, .9)},
		{"M/D/1, Pollaczek-Khinchine", calm(queue(1), simulate.Constant, .7, 20*time.Hour), 1 + .7/2/.3},
		{"M/G/1, Pollaczek-Khinchine", calm(queue(1), simulate.Lognormal, .5, 20*time.Hour), 1 + .5*squares/2/.5},
		{"M/M/1 shared", calm(sharing, simulate.Exponential, .7, 20*time.Hour), 1 / (1 - .7)},
		{"M/D/1 shared", calm(sharing, simulate.Constant, .7, 20*time.Hour), 1 / (1 - .7)},
		{"M/G/1 shared: any law gives the same", calm(sharing, simulate.Lognormal, .7, 20*time.Hour), 1 / (1 - .7)},
		{"M/G/oo", calm(simulate.Backend{Servers: 4, Boundless: true}, simulate.Lognormal, 2, time.Hour), 1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			res := simulate.Run(test.sc, simulate.None(), 1, nil)
			h := &res.Latency[shed.Normal]
			got := h.Mean().Seconds() / mean.Seconds()
			if math.Abs(got/test.want-1) > .04 {
				t.Errorf("the mean of %d requests took %.3f times their work, want %.3f", h.Len(), got, test.want)
			}
		})
	}
}

func TestServersDoNotIdle(t *testing.T) {
	for _, l := range []simulate.Law{simulate.Constant, simulate.Exponential, simulate.Lognormal} {
		for _, shared := range []bool{false, true} {
			sc := calm(simulate.Backend{Servers: 8, Shared: shared}, l, 2, 20*time.Minute)
			res := simulate.Run(sc, simulate.Static(3), 1, nil)
			if got := res.Utilization(); math.Abs(got-1) > .02 {
				t.Errorf("%v, shared %v: %.3f of the servers' time was used, want all", l, shared, got)
			}
		}
	}
}

func TestCapacityCollapses(t *testing.T) {
	for _, kappa := range []float64{.3, 1} {
		sc := calm(simulate.Backend{Servers: 10, Shared: true, Kappa: kappa}, simulate.Exponential, 20, 20*time.Minute)
		res := simulate.Run(sc, simulate.Static(2), 1, nil) // twice as many in flight as is good
		want := 1 / (1 + kappa)
		if got := res.Efficiency(); math.Abs(got/want-1) > .03 {
			t.Errorf("kappa %v: efficiency %.3f, want %.3f", kappa, got, want)
		}
	}
}

func TestOfferedLoad(t *testing.T) {
	sc := calm(simulate.Backend{Servers: 10}, simulate.Exponential, 1.5, 20*time.Minute)
	for _, page := range []int{1, 7} {
		sc.Page, sc.Gap = page, 10*time.Millisecond
		offered := 0
		for _, s := range simulate.Run(sc, simulate.Static(1), 1, nil).Seconds {
			offered += s.Offered
		}
		want := 1.5 * 10 / mean.Seconds() * (20 * time.Minute).Seconds()
		if math.Abs(float64(offered)/want-1) > .02 {
			t.Errorf("pages of %d: %d requests were offered, want about %.0f", page, offered, want)
		}
	}
}

func makers() map[string]simulate.Maker {
	return map[string]simulate.Maker{
		"none": simulate.None(), "static": simulate.Static(1), "static with CoDel": simulate.StaticCoDel(),
		"gradient2": simulate.Gradient2(), "aimd": simulate.AIMD(),
		"controller": simulate.Controller(nil), "fixed": simulate.Fixed(),
	}
}

func TestSameSeedSameResult(t *testing.T) {
	sc := eventful()
	for name, maker := range makers() {
		a, b := simulate.Run(sc, maker, 7, nil), simulate.Run(sc, maker, 7, nil)
		if !reflect.DeepEqual(a, b) {
			t.Errorf("%s: two runs with the same seed differ", name)
		}
		if c := simulate.Run(sc, maker, 8, nil); reflect.DeepEqual(a.Seconds, c.Seconds) {
			t.Errorf("%s: another seed makes no difference", name)
		}
	}
}

func TestAllLimitersGetTheSameRequests(t *testing.T) {
	sc := eventful()
	sc.Retry.Times = 0
	var want []int
	for name, maker := range makers() {
		var got []int
		for _, s := range simulate.Run(sc, maker, 7, nil).Seconds {
			got = append(got, s.Offered)
		}
		if want == nil {
			want = got
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s got other requests", name)
		}
	}
}

// Eventful is a scenario in which everything happens.
func eventful() *simulate.Scenario {
	kind := func(c shed.Class, share float64, l simulate.Law) simulate.Kind {
		return simulate.Kind{Share: share, Mean: mean, Law: l, Class: c, Route: uint64(c) + 1}
	}
	return &simulate.Scenario{
		Backend: simulate.Backend{Servers: 12, Room: 30, Failing: .05},
		Mix: []simulate.Kind{
			kind(shed.Critical, .2, simulate.Exponential),
			kind(shed.Normal, .5, simulate.Lognormal),
			kind(shed.Background, .2, simulate.Constant),
			kind(shed.Exempt, .1, simulate.Exponential),
		},
		Phases: []simulate.Phase{
			{For: 5 * time.Second, Load: .5},
			{For: 5 * time.Second, Load: 3},
			{For: 3 * time.Second, Load: 0},
			{For: 3 * time.Second, Load: 2, Stalled: true},
			{For: 5 * time.Second, Load: 2, Servers: 3, Slow: 2, Shares: []float64{0, 0, .5, .5}},
			{For: 4 * time.Second, Load: 1},
		},
		Deadline: time.Second,
		Gone:     true,
		Page:     3,
		Gap:      50 * time.Millisecond,
		Clients:  simulate.Clients{Hog: .3},
		Retry:    simulate.Retry{Times: 3, Wait: 200 * time.Millisecond, Grow: true, Honour: true},
	}
}

func TestAgendaIsSorted(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	var a simulate.Agenda
	var want []time.Duration
	for range 10_000 {
		if rng.IntN(3) > 0 || len(want) == 0 {
			at := time.Duration(rng.IntN(1000))
			a.Add(at)
			want = append(want, at)
			slices.Sort(want)
			continue
		}
		if got := a.Take(); got != want[0] {
			t.Fatalf("took %v, want %v", got, want[0])
		}
		want = want[1:]
	}
}

func TestHistogram(t *testing.T) {
	var h simulate.Histogram
	if h.Quantile(.5) != 0 || h.Mean() != 0 {
		t.Error("an empty histogram has quantiles")
	}
	for i := range 10_000 {
		h.Add(time.Duration(i+1) * time.Millisecond)
	}
	for _, q := range []float64{.01, .5, .9, .99, 1} {
		want := q * 10
		if got := h.Quantile(q).Seconds(); math.Abs(got/want-1) > .011 {
			t.Errorf("quantile %v is %.3f s, want %.3f", q, got, want)
		}
	}
	h.Merge(&h)
	if got := h.Mean(); got != 5000500*time.Microsecond || h.Len() != 20_000 {
		t.Errorf("the mean of %d is %v", h.Len(), got)
	}
}

func BenchmarkRun(b *testing.B) {
	for name, maker := range makers() {
		b.Run(name, func(b *testing.B) {
			sc := calm(simulate.Backend{Servers: 100}, simulate.Exponential, 2, time.Minute)
			sc.Deadline = time.Second
			requests := 0
			for b.Loop() {
				for _, s := range simulate.Run(sc, maker, 1, nil).Seconds {
					requests += s.Offered
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(requests), "ns/request")
		})
	}
}

func ExampleRun() {
	sc := &simulate.Scenario{
		Backend:  simulate.Backend{Servers: 10},
		Mix:      []simulate.Kind{{Share: 1, Mean: 50 * time.Millisecond, Law: simulate.Constant}},
		Phases:   []simulate.Phase{{For: time.Minute, Load: 2}},
		Deadline: time.Second,
	}
	for _, maker := range []simulate.Maker{simulate.None(), simulate.StaticCoDel()} {
		fmt.Printf("%.2f\n", simulate.Run(sc, maker, 1, nil).Efficiency())
	}
	// Output:
	// 0.00
	// 1.00
}
