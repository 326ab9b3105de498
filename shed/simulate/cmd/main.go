// Command cmd runs the experiments of package simulate and prints their table.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"maps"
	"math"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/statusgate/statusgate/shed/simulate"
)

func main() {
	log.SetFlags(0)
	run := flag.String("run", ".", "only cells whose `name` (experiment/cell) matches this regular expression")
	seeds := flag.Int("seeds", 3, "runs of each cell")
	first := flag.Uint64("first", 1, "the first seed")
	jobs := flag.Int("j", 1, "runs at a time")
	long := flag.Bool("long", false, "also the cells that take long")
	cells := flag.Bool("v", false, "also print each cell")
	list := flag.Bool("list", false, "only print the names of the cells")
	trace := flag.Bool("trace", false, "print one line per second of the first cell that matches")
	noise := flag.String("noise", "", "what the machine does: a `name`, or all, one after the other; see -list")
	record := flag.String("record", "", "with -trace: write what the limiter has recorded to a `file`")
	replay := flag.String("replay", "", "play what a limiter has recorded, in a `file`, for the shipped limiter, and compare")
	limiter := flag.String("limiter", "controller", "what is tested: "+strings.Join(names(), ", "))
	flag.Parse()
	if *replay != "" {
		if err := printReplay(*replay); err != nil {
			log.Fatal(err)
		}
		return
	}

	maker, ok := limiters()[*limiter]
	if !ok {
		log.Fatalf("unknown limiter %q", *limiter)
	}
	only, err := regexp.Compile(*run)
	if err != nil {
		log.Fatal(err)
	}
	o := &simulate.Options{Maker: maker, Seeds: *seeds, First: *first, Jobs: *jobs, Long: *long, Only: only}
	noises, err := chosenNoises(*noise)
	if err != nil {
		log.Fatal(err)
	}
	switch {
	case *list:
		printNames(o)
	case *trace:
		o.Noise = noises[0]
		printTrace(o, *record)
	default:
		met := true
		for _, n := range noises {
			if o.Noise = n; n != nil {
				fmt.Printf("\n%s\n", n.Name)
			}
			met = printTable(o, *cells) && met
		}
		if !met {
			os.Exit(1)
		}
	}
}

// ChosenNoises are those of a name; nil is what a scenario has itself.
func chosenNoises(name string) ([]*simulate.Noise, error) {
	if name == "" {
		return []*simulate.Noise{nil}, nil
	}
	var chosen []*simulate.Noise
	for _, n := range simulate.Noises() {
		if name == "all" || name == n.Name {
			chosen = append(chosen, &n)
		}
	}
	if chosen == nil {
		return nil, fmt.Errorf("unknown noise %q", name)
	}
	return chosen, nil
}

func limiters() map[string]simulate.Maker {
	return map[string]simulate.Maker{
		"controller":   simulate.Controller(nil),
		"fixed":        simulate.Fixed(),
		"none":         simulate.None(),
		"static":       simulate.Static(1),
		"static10":     simulate.Static(10),
		"static+codel": simulate.StaticCoDel(),
		"oracle+codel": simulate.StaticCoDel(),
		"gradient2":    simulate.Gradient2(),
		"aimd":         simulate.AIMD(),
	}
}

func names() []string {
	return slices.Sorted(maps.Keys(limiters()))
}

func printNames(o *simulate.Options) {
	for _, e := range simulate.Experiments() {
		for _, c := range e.Chosen(o) {
			fmt.Printf("%s/%s\n", e.Name, c.Name)
		}
	}
}

// PrintTable reports whether all targets were reached.
func printTable(o *simulate.Options, cells bool) bool {
	start := time.Now()
	met := true
	fmt.Printf("%-76s %10s %10s   %s\n", "", "mean", "worst", "targets")
	for _, e := range simulate.Experiments() {
		for _, row := range e.Measure(o) {
			met = met && row.Met()
			printRow(&row)
			for _, c := range row.Cells {
				if cells && c.Runs > 0 {
					printLine("    "+c.Name, &row.Figure, c.Summary, "")
				}
			}
		}
	}
	fmt.Printf("%.1f s\n", time.Since(start).Seconds())
	return met
}

func printRow(row *simulate.Row) {
	f := &row.Figure
	target := ""
	if !math.IsNaN(f.Mean) || !math.IsNaN(f.Worst) {
		target = "ok  "
		if !row.Met() {
			target = "MISS"
		}
		target += " " + f.Targets()
	}
	printLine(row.Experiment+": "+f.Name, f, row.Summary, target)
}

func printLine(name string, f *simulate.Figure, s simulate.Summary, target string) {
	fmt.Printf("%-76s %10s %10s   %s\n", name, f.Format(s.Mean), f.Format(s.Worst), target)
}

func printTrace(o *simulate.Options, record string) {
	for _, e := range simulate.Experiments() {
		for _, c := range e.Chosen(o) {
			fmt.Printf("%s/%s, seed %d\n", e.Name, c.Name, o.First)
			traceCell(c, o, record)
			return
		}
	}
	log.Print("no cell matches")
}

func traceCell(c *simulate.Cell, o *simulate.Options, record string) {
	sc := c.Scenario
	if o.Noise != nil {
		sc.Noise = *o.Noise
	}
	if record != "" {
		sc.Record = 1 << 20
	}
	var limiter simulate.Limiter
	res := simulate.Run(&sc, func(sc *simulate.Scenario, seed uint64, decided func(*simulate.Request)) simulate.Limiter {
		limiter = o.Maker(sc, seed, decided)
		return limiter
	}, o.First, nil)
	if t, ok := limiter.(interface {
		Trace(now time.Duration, w io.Writer) error
	}); ok && record != "" {
		f, err := os.Create(record) //nolint:gosec // the user's own
		if err == nil {
			err = errors.Join(t.Trace(sc.Long(), f), f.Close())
		}
		if err != nil {
			log.Fatal(err)
		}
	}
	fmt.Printf("%4s %8s %8s %8s %8s %8s %8s %8s %8s %8s %8s %6s\n",
		"s", "offered", "shed", "good", "late", "gone", "limit", "inflight", "queued", "p50 ms", "p99 ms", "eff")
	if res.Restless > 0 {
		log.Printf("Next was not later than Advance %d times", res.Restless)
	}
	for i := range res.Seconds {
		s := &res.Seconds[i]
		ms := func(q float64) float64 { return float64(s.Latency.Quantile(q)) / float64(time.Millisecond) }
		fmt.Printf("%4d %8d %8d %8d %8d %8d %8.1f %8.1f %8.1f %8.1f %8.1f %6.3f\n",
			i, s.Offered, s.Rejected, s.Good, s.Late, s.Gone, s.Limit, s.InFlight, s.Queued, ms(.5), ms(.99),
			res.EfficiencyIn(i, i+1))
	}
}
