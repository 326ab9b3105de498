// Command overload makes the overload experiments and prints what they come to
// as Markdown. It builds Caddy from this repository first.
package main

import (
	"context"

	"github.com/statusgate/statusgate/tests/overload/experiment"
	"github.com/statusgate/statusgate/tests/overload/lab"
)

func main() {
	lab.Command{Name: "overload", Names: lab.Names(experiment.All()), Open: open}.Main()
}

func open(ctx context.Context, options lab.Options) (lab.Opened, error) {
	opened, err := experiment.Open(ctx, options)
	if err != nil {
		return nil, err // not a nil *Lab in an interface that is not nil
	}
	return opened, nil
}
