package command

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/spf13/cobra"

	"github.com/statusgate/statusgate/audit"
	"github.com/statusgate/statusgate/internal/dryrun"
	"github.com/statusgate/statusgate/internal/exchange"
	"github.com/statusgate/statusgate/normalize"
)

func init() { subcommands = append(subcommands, tableCommand) }

// oneGate is what the flags of a command say that is about one gate.
type oneGate struct {
	source
	gate, site string
}

// flags gives a command the flags of one gate.
func (o *oneGate) flags(cmd *cobra.Command) {
	o.source.flags(cmd)
	cmd.Flags().StringVar(&o.gate, "gate", "", "Name of the gate, where there are several")
}

// defaultGate is a gate without an option.
const defaultGate = "http://localhost {\n\tstatusgate\n}\n"

// load provisions the gate. Without a configuration it is one without options.
func (o *oneGate) load(cmd *cobra.Command) (*exchange.Gate, *dryrun.Stage, error) {
	src, err := dryrun.Read(o.config, o.adapter, cmd.InOrStdin())
	if o.config == "" && errors.Is(err, fs.ErrNotExist) {
		tell(cmd, "There is no Caddyfile here: this is what a gate without options does.\n")
		src, err = dryrun.Adapt("Caddyfile", "", []byte(defaultGate))
	}
	if err != nil {
		return nil, nil, err
	}
	stage, err := dryrun.Load(src)
	if err != nil {
		return nil, nil, err
	}
	gate, err := stage.GateOf(o.gate, o.site)
	if err != nil {
		return nil, nil, errors.Join(err, stage.Close())
	}
	return gate.Gate(), stage, nil
}

// decide asks a gate as an audit does.
func decide(g *exchange.Gate) audit.Decide {
	return func(r audit.Request) audit.Decision {
		o, template := g.Foresee(r.Method, r.Path, r.Accept, r.Received)
		return audit.Decision{
			Sent: o.Sent, Reason: o.Reason.String(), Refused: o.Received == normalize.NotAsked, Template: template,
		}
	}
}

// table is what the flags of the command say.
type table struct {
	oneGate
	out  string
	json bool
}

func tableCommand() *cobra.Command {
	t := new(table)
	cmd := &cobra.Command{
		Use:   "table [flags]",
		Short: "Prints what each status becomes",
		Long: `
Prints what each status that is known becomes under the configuration, or under a gate
without options if there is no Caddyfile.

With --out sql it is a query for DuckDB and ClickHouse, which counts what 'audit'
counts, in a database that already holds the logs. Its first lines say which table and
columns it reads.`,
		Example: `  caddy statusgate table > statuses.csv
  caddy statusgate table --out sql | duckdb logs.db`,
	}
	t.flags(cmd)
	cmd.Flags().StringVarP(&t.out, "out", "o", "csv", "What to print: csv, json or sql")
	cmd.Flags().BoolVar(&t.json, "json", false, "Print one JSON document")
	return runs(cmd, 0, 0, t.run)
}

// run prints the table.
func (t *table) run(cmd *cobra.Command, _ []string) (bool, error) {
	if t.json {
		t.out = "json"
	}
	write, ok := map[string]func(*audit.Table) error{
		"csv":  func(table *audit.Table) error { return table.WriteCSV(cmd.OutOrStdout()) },
		"json": func(table *audit.Table) error { return table.WriteJSON(cmd.OutOrStdout()) },
		"sql":  func(table *audit.Table) error { return table.WriteSQL(cmd.OutOrStdout()) },
	}[t.out]
	if !ok {
		return false, fmt.Errorf("--out: %q is not one of csv, json, sql", t.out)
	}
	gate, stage, err := t.load(cmd)
	if err != nil {
		return false, err
	}
	defer stage.Close() //nolint:errcheck // the process ends
	return true, write(audit.NewTable(decide(gate)))
}
