package simulated_test

import (
	"flag"
	"fmt"
	"io"
	"os"
	"regexp"
	"testing"

	"github.com/statusgate/statusgate/shed/simulate"
	"github.com/statusgate/statusgate/tests/overload/simulated"
)

var (
	table = flag.Bool("table", false, "print the table of all limiters")
	only  = flag.String("only", ".", "the cells of the table, a regular expression for experiment/cell")
	seeds = flag.Int("seeds", 3, "runs of each cell of the table and the plots")
	long  = flag.Bool("long", false, "also the cells that take long")
)

// TestCompare prints the targets' figures for all limiters.
func TestCompare(t *testing.T) {
	if !*table {
		t.Skip("asked for with -args -table")
	}
	cells, err := regexp.Compile(*only)
	if err != nil {
		t.Fatal(err)
	}
	players := simulated.Players()
	fmt.Fprint(os.Stdout, "| figure: mean (worst) | target |")
	for _, p := range players {
		fmt.Fprintf(os.Stdout, " %s |", p.Name)
	}
	fmt.Fprint(os.Stdout, "\n|---|---|")
	for range players {
		fmt.Fprint(os.Stdout, "---|")
	}
	fmt.Fprintln(os.Stdout)
	for _, e := range simulate.Experiments() {
		if e.Variation && !*long {
			continue
		}
		writeRows(os.Stdout, compare(t, &e, players, cells))
	}
}

// Compare gives the rows of an experiment by limiter.
func compare(t *testing.T, e *simulate.Experiment, players []simulated.Player, cells *regexp.Regexp) [][]simulate.Row {
	rows := make([][]simulate.Row, 0, len(players))
	for _, p := range players {
		rows = append(rows, e.Measure(&simulate.Options{
			Seeds: *seeds, First: 1, Long: *long, Only: cells,
			Play: func(sc *simulate.Scenario, m simulate.Maker, seed uint64) *simulate.Result {
				if m != nil { // one that the experiment compares with
					return simulate.Run(sc, m, seed, nil)
				}
				return p.Play(t, sc, seed)
			},
		}))
	}
	return rows
}

func writeRows(w io.Writer, rows [][]simulate.Row) {
	for i := range rows[0] {
		first := &rows[0][i]
		f := &first.Figure
		fmt.Fprintf(w, "| %s: %s | %s |", first.Experiment, f.Name, f.Targets())
		for _, r := range rows {
			if r[i].Runs == 0 {
				fmt.Fprint(w, " - |")
				continue
			}
			fmt.Fprintf(w, " %s (%s) |", f.Format(r[i].Mean), f.Format(r[i].Worst))
		}
		fmt.Fprintln(w)
	}
}
