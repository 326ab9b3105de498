// Command cmd runs the experiments of package simulate and prints their table.
package main

import (
	"flag"
	"fmt"
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
	limiter := flag.String("limiter", "controller", "what is tested: "+strings.Join(names(), ", "))
	flag.Parse()

	maker, ok := limiters()[*limiter]
	if !ok {
		log.Fatalf("unknown limiter %q", *limiter)
	}
	only, err := regexp.Compile(*run)
	if err != nil {
		log.Fatal(err)
	}
	o := &simulate.Options{Maker: maker, Seeds: *seeds, First: *first, Jobs: *jobs, Long: *long, Only: only}
	switch {
	case *list:
		printNames(o)
	case *trace:
		printTrace(o)
	default:
		if !printTable(o, *cells) {
			os.Exit(1)
		}
	}
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

func printTrace(o *simulate.Options) {
	for _, e := range simulate.Experiments() {
		for _, c := range e.Chosen(o) {
			fmt.Printf("%s/%s, seed %d\n", e.Name, c.Name, o.First)
			traceCell(c, o)
			return
		}
	}
	log.Print("no cell matches")
}

func traceCell(c *simulate.Cell, o *simulate.Options) {
	res := simulate.Run(&c.Scenario, o.Maker, o.First, nil)
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
