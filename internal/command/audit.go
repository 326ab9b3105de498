package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/caddyserver/caddy/v2"

	"github.com/statusgate/statusgate/accesslog"
	"github.com/statusgate/statusgate/audit"
)

func init() { subcommands = append(subcommands, auditCommand) }

// auditor is what the flags of the command say.
type auditor struct {
	oneGate
	format, out  string
	since, until string
	keys         []string
	top          int
	resources    bool
	json         bool
}

func auditCommand() *cobra.Command {
	a := new(auditor)
	cmd := &cobra.Command{
		Use:   "audit [flags] [FILE|DIR...|-]",
		Short: "Tells what the gate would have made of access logs",
		Long: `
Takes the requests of access logs through the gate of the configuration, or through one
without options if there is no Caddyfile: which statuses it would have sent and which
requests it would have refused, which statuses nobody knows, and which paths are
affected most.

The format of each file is found by itself: ` + strings.Join(accesslog.Formats(), ", ") + `. Files
may be compressed. A file - is standard input. A line that cannot be read is counted.`,
		Example: `  caddy statusgate audit /var/log/nginx/access.log*
  caddy statusgate audit --site api.example.com --out html /var/log/caddy > audit.html
  caddy statusgate audit --resources access.log >> resources.caddyfile
  caddy statusgate audit --format json --key status=http.code --key path=http.target app.log`,
	}
	a.flags(cmd)
	f := cmd.Flags()
	f.StringVar(&a.site, "site", "", "Only requests to this host, and its gate")
	f.StringVar(&a.format, "format", "", "Format of the logs, where it is not found by itself")
	f.StringArrayVar(&a.keys, "key", nil, "Where a JSON log has what: NAME=FIELD, such as status=http.code; repeatable")
	f.StringVar(&a.since, "since", "", "Only what was logged at this time or later: 2006-01-02, RFC 3339, or a duration ago such as 7d")
	f.StringVar(&a.until, "until", "", "Only what was logged before this time")
	f.IntVar(&a.top, "top", 0, "Rows of each list of the report (default: two screens in all)")
	f.StringVarP(&a.out, "out", "o", "text", "What to print: text, json, csv or html")
	f.BoolVar(&a.json, "json", false, "Print one JSON document")
	f.BoolVar(&a.resources, "resources", false, "Print the resource blocks that the traffic suggests")
	return runs(cmd, 0, -1, a.run)
}

// run audits. It is as wanted if all was read, and a request was found in it.
func (a *auditor) run(cmd *cobra.Command, files []string) (bool, error) {
	write, err := a.writer()
	if err != nil {
		return false, err
	}
	in, err := a.input(files, cmd.InOrStdin())
	if err != nil {
		return false, err
	}
	gate, stage, err := a.load(cmd)
	if err != nil {
		return false, err
	}
	defer stage.Close() //nolint:errcheck // the process ends
	ctx, stop := signal.NotifyContext(cmd.Context(), os.Interrupt)
	defer stop()
	bar := newProgress(cmd.ErrOrStderr())
	in.Progress = bar.show
	report, err := audit.Run(ctx, &audit.Options{Input: *in, Decide: decide(gate), Host: a.site, Top: a.top})
	bar.end()
	if report == nil {
		return false, err
	}
	if err != nil && !errors.Is(err, context.Canceled) {
		return false, err
	}
	if err != nil {
		tell(cmd, "Interrupted: this is what was read by then.\n")
	}
	return err == nil && report.Lines > report.Unread, write(report, cmd.OutOrStdout())
}

// writer is what prints the report.
func (a *auditor) writer() (func(*audit.Report, io.Writer) error, error) {
	if a.json {
		a.out = "json"
	}
	if a.resources {
		return (*audit.Report).WriteResources, nil
	}
	write, ok := map[string]func(*audit.Report, io.Writer) error{
		"text": (*audit.Report).WriteText, "json": (*audit.Report).WriteJSON,
		"csv": (*audit.Report).WriteCSV, "html": (*audit.Report).WriteHTML,
	}[a.out]
	if !ok {
		return nil, fmt.Errorf("--out: %q is not one of text, json, csv, html", a.out)
	}
	return write, nil
}

// input is what is read.
func (a *auditor) input(files []string, stdin io.Reader) (*accesslog.Input, error) {
	in := &accesslog.Input{Paths: files, Stdin: stdin}
	if a.config == "-" && (len(files) == 0 || slices.Contains(files, "-")) {
		return nil, errors.New("standard input can't be both the configuration and a log")
	}
	var err error
	if a.format != "" {
		if in.Format, err = accesslog.ParseFormat(a.format); err != nil {
			return nil, fmt.Errorf("--format: %w", err)
		}
	}
	for _, text := range a.keys {
		name, field, ok := strings.Cut(text, "=")
		if !ok {
			return nil, fmt.Errorf("--key: %q is not of the form NAME=FIELD", text)
		}
		if in.Keys == nil {
			in.Keys = make(accesslog.Keys)
		}
		in.Keys[name] = field
	}
	now := time.Now()
	if in.Since, err = moment(a.since, now); err != nil {
		return nil, fmt.Errorf("--since: %w", err)
	}
	if in.Until, err = moment(a.until, now); err != nil {
		return nil, fmt.Errorf("--until: %w", err)
	}
	return in, nil
}

// moment reads a time, in the local zone where it has none, or a duration before now.
// Nothing is the zero time.
func moment(text string, now time.Time) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if d, err := caddy.ParseDuration(text); err == nil {
		return now.Add(-d), nil
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02 15:04", time.DateOnly} {
		if t, err := time.ParseInLocation(layout, text, now.Location()); err == nil {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is neither a time such as 2006-01-02 nor a duration such as 7d", text)
}
