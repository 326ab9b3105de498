package command

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/statusgate/statusgate/openapi"
)

func init() { subcommands = append(subcommands, openapiCommand) }

// describe is what the flags of the command say.
type describe struct {
	base                       string
	check, caddyfile, document bool
	json                       bool
}

func openapiCommand() *cobra.Command {
	d := new(describe)
	cmd := &cobra.Command{
		Use:   "openapi [flags] FILE...",
		Short: "Tells what a gate makes of API descriptions",
		Long: `
Reads API descriptions (OpenAPI 2.0 to 3.2, JSON or YAML) as the option openapi of a
gate does, and lists the operations: method, path, media types, statuses.

With --check it lists what nothing is made of, with file, line and column. The exit
status is 1 if there is anything.

With --caddyfile it prints the resource blocks that say the same.

With --document it prints an OpenAPI Overlay for one file: the errors that a gate
answers by itself, for the documentation of your API.`,
		Example: `  caddy statusgate openapi api.yaml
  caddy statusgate openapi --check api.yaml
  caddy statusgate openapi --caddyfile api.yaml >> Caddyfile
  caddy statusgate openapi --document api.yaml > overlay.yaml`,
	}
	f := cmd.Flags()
	f.StringVar(&d.base, "base", "", "Path in front of those of the files, / for none (default: those of their servers)")
	f.BoolVar(&d.check, "check", false, "List what nothing is made of")
	f.BoolVar(&d.caddyfile, "caddyfile", false, "Print resource blocks")
	f.BoolVar(&d.document, "document", false, "Print an Overlay with what the gate adds")
	f.BoolVar(&d.json, "json", false, "Print one JSON document")
	cmd.MarkFlagsMutuallyExclusive("check", "caddyfile", "document")
	cmd.MarkFlagsMutuallyExclusive("caddyfile", "json")
	return runs(cmd, 1, -1, d.run)
}

// run reads the files. A file that cannot be used is not as wanted.
func (d *describe) run(cmd *cobra.Command, files []string) (bool, error) {
	if d.document && len(files) > 1 {
		return false, errors.New("--document: an Overlay is for one file")
	}
	c, err := openapi.Load(openapi.Options{Base: d.base}, files...)
	mistakes, ok := errors.AsType[openapi.LoadError](err)
	switch {
	case ok && d.check:
		return false, d.list(cmd.OutOrStdout(), mistakes, 0)
	case err != nil:
		return false, err
	case d.check:
		warnings, more := c.Warnings()
		return len(warnings) == 0, d.list(cmd.OutOrStdout(), warnings, more)
	case d.caddyfile:
		_, err = cmd.OutOrStdout().Write(c.Caddyfile())
		return true, err
	case d.document:
		return true, writeOverlay(cmd.OutOrStdout(), c.Overlay(files[0]), d.json)
	}
	return true, d.operations(cmd.OutOrStdout(), c)
}

// list prints what nothing is made of.
func (d *describe) list(w io.Writer, warnings []openapi.Warning, more int) error {
	if d.json {
		type warning struct {
			File   string `json:"file"`
			Line   int32  `json:"line"`
			Column int32  `json:"column"`
			Text   string `json:"text"`
		}
		list := make([]warning, len(warnings))
		for i, at := range warnings {
			list[i] = warning{at.At.File, at.At.Line, at.At.Column, at.Text}
		}
		return writeJSON(w, map[string]any{"warnings": list, "more": more})
	}
	p := newPrinter(w)
	for _, warning := range warnings {
		p.printf("%s: %s\n", p.in(bold, warning.At.String()), warning.Text)
	}
	if more > 0 {
		p.printf("and %d more\n", more)
	}
	return p.err
}

// listed is an operation as it is listed.
type listed struct {
	Method   string   `json:"method"`
	Paths    []string `json:"paths"`
	Consumes []string `json:"consumes"`
	Produces []string `json:"produces"`
	Statuses []string `json:"statuses"`
	At       string   `json:"at"`
}

// operations lists the operations in the order of the files.
func (d *describe) operations(w io.Writer, c *openapi.Contract) error {
	list := make([]listed, 0, len(c.Operations()))
	for _, o := range c.Operations() {
		l := listed{
			Method: o.Method, Paths: o.Templates, At: o.At.String(), Statuses: []string{},
			Consumes: append([]string{}, o.Consumes.List()...), Produces: append([]string{}, o.Produces.Types()...),
		}
		for i := range o.Responses {
			l.Statuses = append(l.Statuses, o.Responses[i].Code.String())
		}
		list = append(list, l)
	}
	if d.json {
		return writeJSON(w, map[string]any{"operations": list})
	}
	t := newGrid("METHOD", "PATH", "TAKES", "GIVES", "STATUSES")
	for _, l := range list {
		for _, path := range l.Paths {
			t.row(l.Method, path, strings.Join(l.Consumes, " "), strings.Join(l.Produces, " "), strings.Join(l.Statuses, " "))
		}
	}
	return t.write(newPrinter(w))
}

// writeJSON prints a JSON document.
func writeJSON(w io.Writer, document any) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(document)
}

// writeOverlay prints an Overlay, as YAML or JSON.
func writeOverlay(w io.Writer, o *openapi.Overlay, asJSON bool) error {
	write := o.YAML
	if asJSON {
		write = o.JSON
	}
	text, err := write()
	if err != nil {
		return fmt.Errorf("writing the Overlay: %w", err)
	}
	_, err = w.Write(text)
	return err
}
