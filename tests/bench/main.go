// Command bench measures what a request costs a gateway, beside its rivals, and
// prints what it comes to as Markdown. It builds Caddy from this repository first.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"regexp"
	"syscall"

	"github.com/statusgate/statusgate/tests/bench/experiment"
)

func main() {
	// SIGINT and SIGTERM call the experiments off; what they have started is ended.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	err := run(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	options := experiment.Options{Module: ".", Log: os.Stderr}
	flag.BoolVar(&options.Short, "short", false, "leave out what takes long")
	only := flag.String("only", "", "make only the experiments whose names match this `regexp`")
	flag.IntVar(&options.Rounds, "rounds", 0, "measure each so `many` times (default 6, short 3)")
	flag.StringVar(&options.Out, "out", "", "draw the plots into this `folder`, and write the report there, too")
	flag.StringVar(&options.Caddy, "caddy", "", "take this Caddy with Statusgate, a `file`, instead of building one")
	list := flag.Bool("list", false, "print the names of the experiments")
	flag.Parse()
	if *list {
		for _, e := range experiment.All() {
			fmt.Println(e.Name)
		}
		return nil
	}
	pattern, err := regexp.Compile(*only)
	if err != nil {
		return err
	}
	if options.Out != "" {
		if err := os.MkdirAll(options.Out, 0o750); err != nil {
			return err
		}
	}
	lab, err := experiment.Open(ctx, options)
	if err != nil {
		return err
	}
	defer lab.Close()
	reports, err := lab.Run(ctx, pattern)
	if err != nil {
		return err
	}
	return lab.Write(os.Stdout, reports)
}
