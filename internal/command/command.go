// Package command is `caddy statusgate`: it lets operators see what their gates do,
// and prove it. A sub-command of Caddy has the same modules and the same
// configuration as the gateway.
//
// Each sub-command is one file of this package, which adds it to the list. Results go
// to the standard output, everything else to the standard error. The exit status is
// 0 where things are as wanted, 1 where they are not, and 2 where the command could
// not run.
package command

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/caddyserver/caddy/v2"
	caddycmd "github.com/caddyserver/caddy/v2/cmd"

	"github.com/statusgate/statusgate/internal/dryrun"
)

func init() {
	caddycmd.RegisterCommand(caddycmd.Command{
		Name:  "statusgate",
		Usage: "<command>",
		Short: "Explains, tests and audits the gates of a configuration",
		Long: `
Answers the questions of an operator about the statusgate handlers of a
configuration: why a response comes out as it does, whether a change keeps what
it must, and what the gates would make of an access log.

Every command reads the configuration that --config names, as 'caddy run' does:
by default the Caddyfile in the working directory, or - for standard input. It
runs the code that serves requests, but it listens nowhere, connects to nothing
and writes no file that it was not told to write. Only 'drift' and 'suspects'
ask a Caddy that runs.

The exit status is 0 if things are as wanted, 1 if they are not, and 2 if the
command could not run.`,
		CobraFunc: build,
	})
}

// subcommands are what the files of this package add.
var subcommands []func() *cobra.Command

// build makes the command with its sub-commands.
func build(cmd *cobra.Command) {
	cmd.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error { return misused(cmd, err) })
	cmd.SilenceErrors = true
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) > 0 {
			return misused(cmd, fmt.Errorf("there is no command %q", args[0]))
		}
		return cmd.Help()
	}
	for _, sub := range subcommands {
		cmd.AddCommand(sub())
	}
}

// action is what a sub-command does. It reports whether things are as wanted.
type action func(cmd *cobra.Command, args []string) (wanted bool, err error)

// runs makes a sub-command run an action with so many arguments, at least and at
// most; most is -1 for any number.
func runs(cmd *cobra.Command, least, most int, do action) *cobra.Command {
	cmd.SilenceErrors, cmd.SilenceUsage = true, true
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) < least || most >= 0 && len(args) > most {
			return misused(cmd, fmt.Errorf("%s: got %d", wants(least, most), len(args)))
		}
		wanted, err := do(cmd, args)
		switch {
		case err != nil:
			tell(cmd, "caddy statusgate %s: %v\n", cmd.Name(), err)
			return exit(cmd, notRun)
		case !wanted:
			return exit(cmd, notWanted)
		}
		return nil
	}
	return cmd
}

// wants says how many arguments a command takes.
func wants(least, most int) string {
	switch {
	case most == 0:
		return "want no argument but flags"
	case most < 0:
		return fmt.Sprintf("want %d argument or more", least)
	}
	return fmt.Sprintf("want %d arguments", most)
}

// Exit statuses beside 0.
const (
	notWanted = 1
	notRun    = 2
)

// tell tells people what is no result.
func tell(cmd *cobra.Command, format string, args ...any) {
	_, _ = fmt.Fprintf(cmd.ErrOrStderr(), format, args...) // where else could an error go?
}

// misused tells how a command is used.
func misused(cmd *cobra.Command, err error) error {
	tell(cmd, "%s: %v\nUsage: %s\n", cmd.CommandPath(), err, cmd.UseLine())
	return exit(cmd, notRun)
}

// exit is an error that has been told of already, with an exit status.
func exit(cmd *cobra.Command, status int) error {
	cmd.SilenceErrors, cmd.SilenceUsage = true, true
	err := caddycmd.WrapCommandFuncForCobra(func(caddycmd.Flags) (int, error) { return status, nil })(cmd, nil)
	if err == nil {
		err = errNotWanted
	}
	return err
}

// errNotWanted makes Caddy exit with 1.
var errNotWanted = fmt.Errorf("exiting with status %d", caddy.ExitCodeFailedStartup)

// source is the configuration that the flags of a command name.
type source struct{ config, adapter string }

// flags gives a command the flags of a configuration.
func (s *source) flags(cmd *cobra.Command) {
	cmd.Flags().StringVarP(&s.config, "config", "c", "", "Configuration file, - for standard input (default \"Caddyfile\")")
	cmd.Flags().StringVarP(&s.adapter, "adapter", "a", "", "Name of config adapter to apply")
}

// load provisions the configuration.
func (s *source) load(cmd *cobra.Command) (*dryrun.Stage, error) {
	src, err := dryrun.Read(s.config, s.adapter, cmd.InOrStdin())
	if err != nil {
		return nil, err
	}
	return dryrun.Load(src)
}
