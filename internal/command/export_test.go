package command

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/statusgate/statusgate/accesslog"
)

// Run runs caddy statusgate with arguments.
func Run(stdin string, args ...string) (stdout, stderr string, status int) {
	cmd, sub := &cobra.Command{Use: "caddy", SilenceUsage: true}, &cobra.Command{Use: "statusgate <command>"}
	build(sub)
	cmd.AddCommand(sub)
	var out, errs bytes.Buffer
	cmd.SetIn(strings.NewReader(stdin))
	cmd.SetOut(&out)
	cmd.SetErr(&errs)
	cmd.SetArgs(append([]string{"statusgate"}, args...))
	if err := cmd.Execute(); err != nil {
		if _, scanErr := fmt.Sscanf(err.Error(), "exiting with status %d", &status); scanErr != nil {
			fmt.Fprintln(&errs, err)
			status = -1
		}
	}
	return out.String(), errs.String(), status
}

// Coloured is a text in a colour, as a terminal gets it.
func Coloured(text string) string { return (&printer{colour: true}).in(red, text) }

// Printed is a text as people get it, in colour or without.
func Printed(text string, colour bool) string {
	var b strings.Builder
	(&printer{w: &b, colour: colour}).printf("%s", text)
	return b.String()
}

// ProgressLine says how far a reading is after some time.
func ProgressLine(at accesslog.Progress, took time.Duration) string { return progressLine(at, took) }

// Moment reads a time.
func Moment(text string, now time.Time) (time.Time, error) { return moment(text, now) }
