package simulate

import (
	"fmt"
	"log/slog"
	"math"
	"regexp"
	"sync"
)

// Experiment is a question about the limiter, and what the answer has to be.
type Experiment struct {
	Name      string
	Variation bool // it is not one of those the targets were made for: it shows that nothing is fitted to them
	Figures   []Figure
	Cells     []Cell
}

// Figure is a number that an experiment gives, and its targets.
type Figure struct {
	Name  string
	Unit  string  // "%": the figure is a share, shown in per cent; "s": seconds; "x": a ratio
	High  bool    // more is better
	Mean  float64 // what the mean over all runs has to reach, NaN if anything will do
	Worst float64 // what every run has to reach
}

// Met reports whether a mean and the worst of all runs reach the targets. Both
// may be off by as much as the display hides.
func (f *Figure) Met(mean, worst float64) bool {
	slack := map[string]float64{"%": 0.0005, "s": 0.05}[f.Unit]
	if f.Unit == "" || f.Unit == "x" {
		slack = 0.0005
	}
	reached := func(got, target float64) bool {
		if math.IsNaN(target) {
			return true
		}
		if f.High {
			return got >= target-slack
		}
		return got <= target+slack
	}
	return reached(mean, f.Mean) && reached(worst, f.Worst)
}

// Format writes a value of the figure.
func (f *Figure) Format(x float64) string {
	switch f.Unit {
	case "%":
		return fmt.Sprintf("%.2f%%", 100*x)
	case "s":
		return fmt.Sprintf("%.1fs", x)
	default:
		return fmt.Sprintf("%.3f", x)
	}
}

// Targets writes what the mean and the worst run have to reach.
func (f *Figure) Targets() string {
	bound := func(target float64) string {
		if math.IsNaN(target) {
			return "any"
		}
		if f.High {
			return ">=" + f.Format(target)
		}
		return "<=" + f.Format(target)
	}
	return bound(f.Mean) + " " + bound(f.Worst)
}

func (f *Figure) worse(a, b float64) bool {
	return a < b == f.High && a != b
}

// Cell is one scenario of an experiment.
type Cell struct {
	Name     string
	Long     bool // only in the long form
	Scenario Scenario
	Measure  func(*Trial) []float64 // the experiment's figures
}

// Trial is one run of a cell.
type Trial struct {
	*Result

	Scenario *Scenario
	Seed     uint64
	Options  *Options
}

// With plays the same scenario for another limiter.
func (t *Trial) With(m Maker) *Result { return t.Options.play(t.Scenario, m, t.Seed) }

// Play plays another scenario for the same limiter.
func (t *Trial) Play(sc *Scenario) *Result {
	return t.Options.play(sc, t.Options.Maker, t.Seed)
}

// Options say how experiments are run.
type Options struct {
	Maker Maker
	Seeds int            // how many runs of each cell
	First uint64         // the first seed
	Jobs  int            // how many runs at a time
	Long  bool           // all cells
	Noise *Noise         // of all scenarios, nil: each has its own
	Only  *regexp.Regexp // of the names "experiment/cell", nil for all

	// Play is called for each run instead of [Run], if it is not nil.
	Play func(sc *Scenario, m Maker, seed uint64) *Result
}

func (o *Options) play(sc *Scenario, m Maker, seed uint64) *Result {
	if o.Noise != nil {
		noisy := *sc
		noisy.Noise = *o.Noise
		sc = &noisy
	}
	if o.Play != nil {
		return o.Play(sc, m, seed)
	}
	return Run(sc, m, seed, nil)
}

// Row is the answer to an experiment in one figure.
type Row struct {
	Experiment string
	Figure     Figure
	Summary
	Cells []CellRow
}

// CellRow is the share that one cell has in a row.
type CellRow struct {
	Name string
	Summary
}

// Summary is what a number of runs gave. Those that did not measure the figure
// do not count.
type Summary struct {
	Runs        int
	Mean, Worst float64
}

// Met reports whether the targets of the row are reached.
func (r *Row) Met() bool { return r.Runs > 0 && r.Figure.Met(r.Mean, r.Worst) }

func (s *Summary) add(f *Figure, got float64) {
	if math.IsNaN(got) { // not measured
		return
	}
	s.Runs++
	s.Mean += (got - s.Mean) / float64(s.Runs)
	if s.Runs == 1 || f.worse(got, s.Worst) {
		s.Worst = got
	}
}

// Measure runs the experiment. It gives one row per figure, and none if no cell
// was to be run.
func (e *Experiment) Measure(o *Options) []Row {
	cells := e.Chosen(o)
	if len(cells) == 0 {
		return nil
	}
	got := runAll(cells, o)
	rows := make([]Row, len(e.Figures))
	for i := range rows {
		row := &rows[i]
		row.Experiment, row.Figure = e.Name, e.Figures[i]
		for c, cell := range cells {
			sum := CellRow{Name: cell.Name}
			for _, figures := range got[c] {
				row.add(&row.Figure, figures[i])
				sum.add(&row.Figure, figures[i])
			}
			row.Cells = append(row.Cells, sum)
		}
	}
	return rows
}

// Chosen are the cells that options choose.
func (e *Experiment) Chosen(o *Options) []*Cell {
	var cells []*Cell
	for i := range e.Cells {
		c := &e.Cells[i]
		if o.Only != nil && !o.Only.MatchString(e.Name+"/"+c.Name) || c.Long && !o.Long {
			continue
		}
		cells = append(cells, c)
	}
	return cells
}

// RunAll gives the figures by cell and seed.
func runAll(cells []*Cell, o *Options) [][][]float64 {
	got := make([][][]float64, len(cells))
	var group sync.WaitGroup
	places := make(chan struct{}, max(o.Jobs, 1))
	for c, cell := range cells {
		got[c] = make([][]float64, max(o.Seeds, 1))
		for i := range got[c] {
			places <- struct{}{}
			group.Go(func() {
				got[c][i] = cell.run(o, o.First+uint64(i)) //nolint:gosec // not negative
				<-places
			})
		}
	}
	group.Wait()
	return got
}

func (c *Cell) run(o *Options, seed uint64) []float64 {
	res := o.play(&c.Scenario, o.Maker, seed)
	if res.Restless > 0 {
		slog.Warn("the limiter's Next was not later than its Advance", "times", res.Restless, "cell", c.Name, "seed", seed)
	}
	return c.Measure(&Trial{
		Result:   res,
		Scenario: &c.Scenario,
		Seed:     seed,
		Options:  o,
	})
}
