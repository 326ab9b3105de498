// Command overload makes the overload experiments and prints what they come to
// as Markdown. It builds Caddy from this repository first.
package main

import (
	"context"
	"flag"

	"github.com/statusgate/statusgate/tests/overload/experiment"
	"github.com/statusgate/statusgate/tests/overload/lab"
)

func main() {
	var update bool
	lab.Command{
		Name: "overload", Names: lab.Names(experiment.All()),
		Flags: func(*lab.Options) {
			flag.BoolVar(&update, "update", false, "bring the figures of docs/performance.md up to date")
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
