package experiment

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os/exec"
	"slices"
	"sync"
	"time"

	"github.com/statusgate/statusgate/tests/overload/backend"
	"github.com/statusgate/statusgate/tests/overload/load"
	"github.com/statusgate/statusgate/tests/overload/rival"
)

// neighbours are programs that share the machine with the gateway and the backend.
func neighbours(ctx context.Context, lab *Lab) (Report, error) {
	const runs, from, to = 3, 4 * time.Second, 20 * time.Second
	const workers, rate = 12, 480.0
	can := workers / (100 * time.Millisecond).Seconds()
	report := Report{
		Title: "The machine is shared",
		Text: fmt.Sprintf("%d workers of 100 ms get four times what they can do, while other programs compute on the same cores. "+
			"Answers within %v count, from second %.0f to %.0f.", workers, deadline, from.Seconds(), to.Seconds()),
	}
	table := Table{Columns: []string{"beside", "gateway", "goodput / capacity, median", "worst", "timeouts, worst"}}
	rivals := lab.ours("", "")[:1]
	if lab.host.Tools.HAProxy != "" {
		rivals = append(rivals, rival.HAProxy(fmt.Sprintf("HAProxy, maxconn %d", workers), workers))
	}
	for _, beside := range []struct {
		name string
		run  func(context.Context)
	}{{"nothing", nil}, {"six busy loops", func(ctx context.Context) { loops(ctx, 6) }}, {"bursts of 2 to 16 busy loops", bursts}} {
		for _, r := range rivals {
			var good, lost []float64
			for range runs {
				o, err := lab.beside(ctx, beside.run, trial{
					rival: r, alone: true,
					backend: backend.Settings{Workers: workers, Mean: 100 * time.Millisecond, Shape: backend.Exponential},
					load:    load.Config{Rate: rate, Duration: to},
				})
				if err != nil {
					return report, err
				}
				w := o.Window(from, to, nil)
				good, lost = append(good, w.Goodput/can), append(lost, w.Share(load.Timeout))
			}
			slices.Sort(good)
			table.Rows = append(table.Rows, []string{
				beside.name, r.Name, fmt.Sprintf("%.2f", good[len(good)/2]), fmt.Sprintf("%.2f", good[0]), percent(slices.Max(lost)),
			})
			if r.Sheds {
				report.AtLeast("goodput / capacity beside "+beside.name, "", good[len(good)/2], .95, .5)
			}
		}
	}
	report.Tables = append(report.Tables, table)
	return report, nil
}

// beside makes a trial while something else runs.
func (lab *Lab) beside(ctx context.Context, run func(context.Context), t trial) (outcome, error) {
	if run == nil {
		return lab.try(ctx, t)
	}
	beside, cancel := context.WithCancel(ctx)
	var wait sync.WaitGroup
	wait.Go(func() { run(beside) })
	defer wait.Wait()
	defer cancel()
	return lab.try(ctx, t)
}

// loops runs so many programs that do nothing but compute, until the context ends.
func loops(ctx context.Context, n int) {
	var wait sync.WaitGroup
	for range n {
		wait.Go(func() {
			_ = exec.CommandContext(ctx, "sh", "-c", "while :; do :; done").Run() // it is killed
		})
	}
	wait.Wait()
}

// bursts runs 2 to 16 such programs for up to a second, again and again.
func bursts(ctx context.Context) {
	for ctx.Err() == nil {
		burst, cancel := context.WithTimeout(ctx, 100*time.Millisecond+rand.N(900*time.Millisecond)) //nolint:gosec // no secret
		loops(burst, 2+rand.IntN(15))                                                                //nolint:gosec // likewise
		cancel()
		select {
		case <-ctx.Done():
		case <-time.After(rand.N(time.Second)): //nolint:gosec // likewise
		}
	}
}
