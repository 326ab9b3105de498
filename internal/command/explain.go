package command

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/statusgate/statusgate/internal/dryrun"
)

func init() { subcommands = append(subcommands, explainCommand) }

// explain is what the flags of the command say.
type explain struct {
	source
	headers, fields     []string
	body, answered, raw string
	status              int
	failure, gate       string
	json                bool
}

func explainCommand() *cobra.Command {
	e := new(explain)
	cmd := &cobra.Command{
		Use:   "explain [flags] METHOD URL",
		Short: "Tells why a response comes out as it does",
		Long: `
Takes one exchange through the gates of the configuration and prints its way: the
site and the gate that take the request, each check of it, each rule that was
tried with the value that made it hold or not, what the status owes, what becomes
of the body, and the answer that the client gets.

The backend is not asked. It answers as the flags say, by default an empty 200.
A URL may be a path if only one site has a gate.`,
		Example: `  caddy statusgate explain GET /orders --status 520
  caddy statusgate explain POST https://api.example.com/orders \
      -H 'Content-Type: application/json' --body order.json \
      --status 200 -R 'Content-Type: application/json' --response-body answer.json
  caddy statusgate explain GET /orders --error refused
  curl -i http://127.0.0.1:8081/orders | caddy statusgate explain GET /orders --response -`,
	}
	e.source.flags(cmd)
	f := cmd.Flags()
	f.StringArrayVarP(&e.headers, "header", "H", nil, "Field of the request, 'Name: value'; repeatable")
	f.StringVar(&e.body, "body", "", "File with the content of the request, - for standard input")
	f.IntVar(&e.status, "status", 200, "What the backend answers")
	f.StringArrayVarP(&e.fields, "response-header", "R", nil, "Field of the backend's answer, 'Name: value'; repeatable")
	f.StringVar(&e.answered, "response-body", "", "File with the body of the backend's answer, - for standard input")
	f.StringVar(&e.failure, "error", "", "What happens in place of an answer: refused, dns, timeout, incomplete, malformed or canceled")
	f.StringVar(&e.raw, "response", "", "File with a whole HTTP/1.1 answer, as 'curl -i' saves it, - for standard input")
	f.StringVar(&e.gate, "gate", "", "Name of the gate, where several are on the way")
	f.BoolVar(&e.json, "json", false, "Print one JSON document")
	return runs(cmd, 2, 2, e.run)
}

// run explains an exchange. It is as wanted if a gate was met.
func (e *explain) run(cmd *cobra.Command, args []string) (bool, error) {
	script, err := e.script(cmd)
	if err != nil {
		return false, err
	}
	req := &dryrun.Request{Method: args[0], URL: args[1], Gate: e.gate}
	if req.Fields, err = fields(e.headers); err != nil {
		return false, err
	}
	if req.Body, err = content(cmd, e.body); err != nil {
		return false, err
	}
	stage, err := e.load(cmd)
	if err != nil {
		return false, err
	}
	defer stage.Close() //nolint:errcheck // the process ends
	result, err := stage.Run(cmd.Context(), req, script)
	if err != nil {
		return false, err
	}
	x, err := newExplanation(req, result, e.gate)
	if err != nil {
		return false, err
	}
	if e.json {
		return x.passage != nil, x.writeJSON(cmd.OutOrStdout())
	}
	return x.passage != nil, x.write(newPrinter(cmd.OutOrStdout()))
}

// script is what the flags say of the backend.
func (e *explain) script(cmd *cobra.Command) (*dryrun.Script, error) {
	f := cmd.Flags()
	parts := f.Changed("status") || f.Changed("response-header") || f.Changed("response-body")
	switch {
	case e.failure != "" && (parts || e.raw != ""), e.raw != "" && parts:
		return nil, errors.New("--error, --response and the parts of an answer are three ways to say what the backend does: use one")
	case e.failure != "":
		failure, err := dryrun.ParseFailure(e.failure)
		if err != nil {
			return nil, fmt.Errorf("--error: %w", err)
		}
		return &dryrun.Script{Failure: failure}, nil
	case e.raw != "":
		raw, err := content(cmd, e.raw)
		if err != nil {
			return nil, err
		}
		return dryrun.ParseScript(raw)
	case !parts:
		return new(dryrun.Script), nil
	}
	sent, err := fields(e.fields)
	if err != nil {
		return nil, err
	}
	body, err := content(cmd, e.answered)
	if err != nil {
		return nil, err
	}
	return dryrun.NewScript(e.status, sent, body), nil
}

// fields reads header fields.
func fields(texts []string) (list []dryrun.Field, err error) {
	for _, text := range texts {
		field, err := dryrun.ParseField(text)
		if err != nil {
			return nil, err
		}
		list = append(list, field)
	}
	return list, nil
}

// content reads a file that a flag names, nil for none.
func content(cmd *cobra.Command, file string) ([]byte, error) {
	switch file {
	case "":
		return nil, nil
	case "-":
		return io.ReadAll(cmd.InOrStdin())
	}
	return os.ReadFile(file) //nolint:gosec // the file that a person names
}
