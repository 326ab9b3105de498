package main

import (
	"fmt"
	"os"
	"time"

	"github.com/statusgate/statusgate/shed"
	"github.com/statusgate/statusgate/shed/simulate"
)

// printReplay compares what is recorded in a file with what the shipped limiter does.
func printReplay(name string) error {
	f, err := os.Open(name) //nolint:gosec // the operator's own
	if err != nil {
		return err
	}
	defer f.Close() //nolint:errcheck // only read
	trace, err := shed.ReadTrace(f)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	played, err := simulate.Replay(trace, nil)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	fmt.Printf("from %v to %v\n%-12s %10s %10s\n", played.From.Round(time.Millisecond), played.To.Round(time.Millisecond), "", "recorded", "now")
	for o := range shed.Outcome(shed.Outcomes) {
		fmt.Printf("%-12v %10d %10d\n", o, played.Was.Outcomes[o.String()], played.Is.Outcomes[o.String()])
	}
	fmt.Printf("%-12s %10d %10d\n", "served", played.Was.Served, played.Is.Served)
	fmt.Printf("%-12s %10d %10d\n", "left", played.Was.Left, played.Is.Left)
	fmt.Printf("%-12s %10v %10v\n\n%12s %10s %10s\n", "mean wait", mean(&played.Was), mean(&played.Is), "second", "limit", "now")
	for i, l := range played.Limits {
		fmt.Printf("%12d %10d %10d\n", i, l.Was, l.Is)
	}
	return nil
}

// mean is how long one waited that was admitted.
func mean(c *simulate.Course) time.Duration {
	n := c.Outcomes[shed.OutcomeAdmitted.String()] + c.Outcomes[shed.OutcomeQueued.String()]
	return (c.Waited / time.Duration(max(n, 1))).Round(time.Microsecond)
}
