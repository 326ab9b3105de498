package simulated

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/statusgate/statusgate/shed/simulate"
)

// Player plays a scenario for one of the limiters that are compared.
type Player struct {
	Name string
	Play func(t *testing.T, sc *simulate.Scenario, seed uint64) *simulate.Result
}

// Players are the limiters that are compared, ours first.
func Players() []Player {
	return []Player{
		ours("statusgate", simulate.Controller(nil)),
		ours("none", simulate.None()),
		ours("static, right", simulate.Static(1)),
		ours("static, right, CoDel", simulate.StaticCoDel()),
		ours("static, 10 times", simulate.Static(10)),
		theirs("failsafe-go", nil, false),
		theirs("failsafe-go, queue", queueing, true),
		theirs("failsafe-go, tuned", tuned, false),
		ours("Gradient2", simulate.Gradient2()),
		ours("AIMD", simulate.AIMD()),
	}
}

// Queueing is a queue as failsafe-go's documentation has it.
func queueing(_ *simulate.Scenario, b builder) { b.WithQueueing(2, 3) }

// Tuned is what one might set who knows how many servers there are.
func tuned(sc *simulate.Scenario, b builder) {
	c := uint(sc.Backend.Servers) //nolint:gosec // not negative
	b.WithLimits(1, 5*c, c)
}

// Ours is a limiter that takes its time from the simulator.
func ours(name string, m simulate.Maker) Player {
	return Player{name, func(_ *testing.T, sc *simulate.Scenario, seed uint64) *simulate.Result {
		return simulate.Run(sc, m, seed, nil)
	}}
}

// Theirs is failsafe-go's limiter, which takes it from a bubble.
func theirs(name string, configure func(*simulate.Scenario, builder), queues bool) Player {
	return Player{name, func(t *testing.T, sc *simulate.Scenario, seed uint64) *simulate.Result {
		var res *simulate.Result
		synctest.Test(t, func(*testing.T) {
			var f *failsafe
			start := time.Now()
			res = simulate.Run(sc, func(sc *simulate.Scenario, _ uint64, decided func(*simulate.Request)) simulate.Limiter {
				f = newFailsafe(sc, configure, queues, decided)
				return f
			}, seed, func(to time.Duration) {
				if wait := to - time.Since(start); wait > 0 {
					time.Sleep(wait)
				}
			})
			f.close()
		})
		return res
	}}
}
