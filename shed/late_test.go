package shed_test

import (
	"testing"

	"github.com/statusgate/statusgate/shed"
)

// While most of those that end have nobody who waits for them, fewer are let in, whatever
// else is believed of the backend.
func TestFewerAreLetInWhileAnswersComeTooLate(t *testing.T) {
	adaptive, report := shed.Config{Max: 100}, shed.Config{Max: 100, Report: true}
	if limit, _ := shed.LateLimit(adaptive, 4, 10, 30, false); limit > 40*.7*.7*.7+.01 {
		t.Errorf("after four windows the limit is %v, which was 40", limit)
	}
	if _, probe := shed.LateLimit(adaptive, 4, 10, 30, true); probe > 20*.7 {
		t.Errorf("a probe lets %v in, which were 20", probe)
	}
	if limit, _ := shed.LateLimit(adaptive, 100, 10, 30, false); limit != 1 {
		t.Errorf("the limit is %v in the end, want 1", limit)
	}
	if limit, _ := shed.LateLimit(adaptive, 4, 36, 4, true); limit != 40 {
		t.Errorf("a tenth of the clients leave: the limit is %v, want 40", limit)
	}
	if limit, _ := shed.LateLimit(shed.Config{Max: 100, Fixed: 30}, 4, 10, 30, false); limit != 30 {
		t.Errorf("the limit is %v, which the operator has fixed at 30", limit)
	}
	was, _ := shed.LateLimit(report, 4, 40, 0, true)
	if limit, _ := shed.LateLimit(report, 4, 10, 30, true); limit != was {
		t.Errorf("the limit is %v where every request is let in, want %v", limit, was)
	}
}

// What a backend takes that has to do what nobody waits for is not what it takes when it is idle.
func TestAProbeWhileAnswersComeTooLateTellsNothing(t *testing.T) {
	if result, scale, congested := shed.LateProbe(true); result != shed.ProbeFailed || scale != 1 || !congested {
		t.Errorf("the probe is %v, the scale %v, congested: %v", result, scale, congested)
	}
	if result, scale, _ := shed.LateProbe(false); result != shed.ProbeMoved || scale != 5 {
		t.Errorf("without, the probe is %v, the scale %v", result, scale)
	}
}

// Not every client tells that it has left.
func TestRequestsThatTakeLongerThanClientsWaitAreLost(t *testing.T) {
	if got := shed.FloodedLost(30, 40, 1); got < .9 {
		t.Errorf("%v of them are lost, want nearly all", got)
	}
	if got := shed.FloodedLost(2, 40, 1); got != 0 {
		t.Errorf("after two windows %v of them are lost, want none", got)
	}
	if got := shed.FloodedLost(30, 40, 3); got != 0 {
		t.Errorf("clients wait longer: %v of them are lost, want none", got)
	}
	if got := shed.FloodedLost(30, 12, 1); got != 0 {
		t.Errorf("the backend is slow, not flooded: %v of them are lost, want none", got)
	}
}

// A pause of the machine is no slow backend.
func TestPausesAreCutOut(t *testing.T) {
	quiet := shed.StayWithPause(0)
	if paused := shed.StayWithPause(2); paused > 1.3*quiet {
		t.Errorf("with a pause of 2 s requests stay for %.3f s, without for %.3f s", paused, quiet)
	}
}

// One window alone shows nothing, whatever is seen in it.
func TestABackendHasNotChangedAfterOneWindow(t *testing.T) {
	for _, done := range []float64{0, 1, 10_000} {
		if got := shed.ChangedAfter(done); got < 2 || got > 4 {
			t.Errorf("%v done instead of 100: changed after %d windows", done, got)
		}
	}
	if got := shed.ChangedAfter(105); got != 0 {
		t.Errorf("changed after %d windows, though 105 are about 100", got)
	}
}
