// Command overload makes the overload experiments and prints what they come to
// as Markdown. It builds Caddy from this repository first.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"regexp"
	"syscall"

	"github.com/statusgate/statusgate/tests/overload/experiment"
)

func main() {
	// SIGINT and SIGTERM call the experiments off; what they have started is ended.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	err := run(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "overload:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	short := flag.Bool("short", false, "leave out what takes long")
	only := flag.String("only", "", "make only the experiments whose names match this `regexp`")
	out := flag.String("out", "", "draw the plots into this `folder`, and write the report there, too")
	caddy := flag.String("caddy", "", "take this Caddy, a `file`, instead of building one")
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
	if *out != "" {
		if err := os.MkdirAll(*out, 0o750); err != nil {
			return err
		}
	}
	lab, err := experiment.Open(ctx, experiment.Options{Module: ".", Caddy: *caddy, Out: *out, Short: *short, Log: os.Stderr})
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
