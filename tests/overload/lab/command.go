package lab

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"regexp"
	"syscall"
)

// Command is a program that makes experiments and prints what they come to.
type Command struct {
	Name  string
	Names []string // of the experiments
	Flags func(*Options)
	Open  func(context.Context, Options) (Opened, error)
}

// Main is the program. It does not return before all that was started has
// ended.
func (c Command) Main() {
	// Signals call the experiments off; what they have started is ended.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	err := c.run(ctx)
	if err != nil && ctx.Err() != nil {
		err = errors.New("called off") // what came of it does not matter
	}
	stop()
	if err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", c.Name, err)
		os.Exit(1)
	}
}

func (c Command) run(ctx context.Context) error {
	options := Options{Module: ".", Log: os.Stderr}
	flag.BoolVar(&options.Short, "short", false, "leave out what takes long")
	only := flag.String("only", "", "make only the experiments whose names match this `regexp`")
	flag.StringVar(&options.Out, "out", "", "draw the plots into this `folder`, and write the report there, too")
	flag.StringVar(&options.Caddy, "caddy", "", "take this Caddy with Statusgate, a `file`, instead of building one")
	list := flag.Bool("list", false, "print the names of the experiments")
	if c.Flags != nil {
		c.Flags(&options)
	}
	flag.Parse()
	if *list {
		for _, name := range c.Names {
			fmt.Println(name)
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
	lab, err := c.Open(ctx, options)
	if err != nil {
		return err
	}
	defer lab.Close()
	reports, err := lab.Run(ctx, pattern)
	if len(reports) > 0 { // what was made before something failed counts
		err = errors.Join(err, lab.Write(os.Stdout, reports))
	}
	return err
}
