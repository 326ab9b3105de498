package simulate_test

import (
	"bytes"
	"io"
	"testing"
	"time"

	"github.com/statusgate/statusgate/shed"
	"github.com/statusgate/statusgate/shed/simulate"
)

// recordOf is what the shipped limiter records of a scenario.
func recordOf(t *testing.T, sc simulate.Scenario) *shed.Trace {
	t.Helper()
	sc.Record = 1 << 18
	var limiter simulate.Limiter
	simulate.Run(&sc, func(sc *simulate.Scenario, seed uint64, decided func(*simulate.Request)) simulate.Limiter {
		limiter = simulate.Controller(nil)(sc, seed, decided)
		return limiter
	}, 1, nil)
	var b bytes.Buffer
	err := limiter.(interface {
		Trace(now time.Duration, w io.Writer) error
	}).Trace(sc.Long(), &b)
	if err != nil {
		t.Fatal(err)
	}
	trace, err := shed.ReadTrace(&b)
	if err != nil {
		t.Fatal(err)
	}
	return trace
}

// cellOf is the scenario of a cell.
func cellOf(t *testing.T, name string) simulate.Scenario {
	t.Helper()
	for _, e := range simulate.Experiments() {
		for i := range e.Cells {
			if e.Name+"/"+e.Cells[i].Name == name {
				return e.Cells[i].Scenario
			}
		}
	}
	t.Fatalf("there is no cell %q", name)
	return simulate.Scenario{}
}

// Who replays what the same limiter has recorded sees about the same. The backend of a
// replay is no model, and the order in which it completes requests is a guess: a tenth
// is what there may be between them.
func TestReplayOfTheSameLimiter(t *testing.T) {
	for _, name := range []string{"C12 at 0.8x/exp", "noise, queueing backend/C12 4x exp, both stall, clients leave"} {
		t.Run(name, func(t *testing.T) {
			played, err := simulate.Replay(recordOf(t, cellOf(t, name)), nil)
			if err != nil {
				t.Fatal(err)
			}
			was, is := played.Was.Served, played.Is.Served
			if was < 1000 || is < was*90/100 || is > was*110/100 {
				t.Errorf("%d were served, %d when it was played", was, is)
			}
			count := func(c *simulate.Course) (n int) {
				for _, m := range c.Outcomes {
					n += m
				}
				return n
			}
			if a, b := count(&played.Was), count(&played.Is); a < b-50 || a > b+50 { // of the last ones some still wait
				t.Errorf("%d requests had an outcome, %d when it was played", a, b)
			}
			if len(played.Limits) < 50 {
				t.Errorf("limits of %d seconds", len(played.Limits))
			}
		})
	}
}

// What it shows depends on the limiter: with one place about half of them are rejected.
func TestReplayOfAnotherLimiter(t *testing.T) {
	trace := recordOf(t, cellOf(t, "C12 at 0.8x/exp"))
	played, err := simulate.Replay(trace, func(cfg *shed.Config) { cfg.Fixed, cfg.Queue = 1, 0 })
	if err != nil {
		t.Fatal(err)
	}
	if played.Is.Served > played.Was.Served*2/3 {
		t.Errorf("one place: %d were served and %v", played.Is.Served, played.Is.Outcomes)
	}
}

func TestReplayNeedsAFrameAndRequests(t *testing.T) {
	if _, err := simulate.Replay(new(shed.Trace), nil); err == nil {
		t.Error("a trace without a frame was played")
	}
	frame := shed.Event{What: shed.EventFrame, Known: new(shed.Knowledge)}
	if _, err := simulate.Replay(&shed.Trace{Events: []shed.Event{frame}}, nil); err == nil {
		t.Error("a trace without requests was played")
	}
}
