// Command bench measures what a request costs a gateway, beside its rivals, and
// prints what it comes to as Markdown. It builds Caddy from this repository first.
package main

import (
	"context"
	"flag"

	"github.com/statusgate/statusgate/tests/bench/experiment"
	"github.com/statusgate/statusgate/tests/overload/lab"
)

func main() {
	var update bool
	lab.Command{
		Name: "bench", Names: lab.Names(experiment.All()),
		Flags: func(options *lab.Options) {
			flag.IntVar(&options.Rounds, "rounds", 0, "measure each so `many` times (default 6, short 3)")
			flag.StringVar(&options.Lock, "lock", "", "measure only while this `file` is locked, as flock(1) does, so that others can have the machine in between")
			flag.IntVar(&options.Nice, "nice", 0, "run what is measured with this `niceness`; below 0, which takes the right to, it has its cores almost for itself")
			flag.BoolVar(&update, "update", false, "bring docs/bench and the figures of README.md and docs/performance.md up to date")
		},
		Open: func(ctx context.Context, options lab.Options) (lab.Opened, error) {
			return open(ctx, options, update)
		},
	}.Main()
}

func open(ctx context.Context, options lab.Options, update bool) (lab.Opened, error) {
	opened, err := experiment.Open(ctx, options, update)
	if err != nil {
		return nil, err // not a nil *Lab in an interface that is not nil
	}
	return opened, nil
}
