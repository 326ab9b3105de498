package simulate

import "time"

// leavers are experiments with clients that ask and leave, before a limiter whose limit
// is fixed.
func leavers() []Experiment {
	return []Experiment{{
		Name: "100 clients ask and leave at once, fixed limit",
		Figures: []Figure{
			{Name: "success of the others", Unit: "%", High: true, Mean: .9, Worst: .9},
			{Name: "most in the backend, by the limit", Unit: "x", Mean: 1.25, Worst: 1.25},
		},
		Cells: []Cell{
			leaversCell("after 10 ms", 10*time.Millisecond, false),
			leaversCell("after 50 ms", 50*time.Millisecond, false),
			leaversCell("after 10 ms, and the backend does no more", 10*time.Millisecond, true),
		},
	}}
}

// leaversCell has others ask for a half of what the backend can do, and those who leave for
// one and a half times as much.
func leaversCell(name string, after time.Duration, cancels bool) Cell {
	z := size{4, 100 * time.Millisecond}
	sc := cold(z.steady(z.fifo(), Constant, 2))
	sc.Clients = Clients{Leavers: .75, LeaverCount: 100, LeaveAfter: after, Cancels: cancels}
	return Cell{Name: name, Scenario: sc, Measure: func(t *Trial) []float64 {
		res := t.With(Fixed())
		return []float64{res.OthersSuccess(), float64(res.Peak) / float64(t.Scenario.Backend.Servers)}
	}}
}
