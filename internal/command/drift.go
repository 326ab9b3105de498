package command

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	caddycmd "github.com/caddyserver/caddy/v2/cmd"

	"github.com/statusgate/statusgate/openapi"
)

func init() { subcommands = append(subcommands, driftCommand) }

// running is what the flags of a command say that asks a Caddy that runs.
type running struct {
	source
	address string
}

// flags gives a command the flags of a Caddy that runs.
func (r *running) flags(cmd *cobra.Command) {
	r.source.flags(cmd)
	cmd.Flags().Lookup("config").Usage = "Configuration file that has the address of the admin endpoint"
	cmd.Flags().StringVar(&r.address, "address", "", "Address of the admin endpoint (default: that of --config, else localhost:2019)")
}

// ask gets a JSON answer of the admin endpoint.
func (r *running) ask(path string, into any) error {
	address, err := caddycmd.DetermineAdminAPIAddress(r.address, nil, r.config, r.adapter)
	if err != nil {
		return err
	}
	resp, err := caddycmd.AdminAPIRequest(address, http.MethodGet, path, nil, nil)
	if err != nil {
		return fmt.Errorf("asking the Caddy at %s: %w", address, err)
	}
	defer resp.Body.Close() //nolint:errcheck // it was read
	if err := json.NewDecoder(resp.Body).Decode(into); err != nil {
		return fmt.Errorf("the Caddy at %s answers what is no JSON: %w", address, err)
	}
	return nil
}

// mustKnow refuses the name of a gate that the Caddy does not have, so that a slip of
// the pen is not taken for a gate without anything to tell.
func (r *running) mustKnow(gate string) error {
	var known struct {
		Gates []struct {
			Gate string `json:"gate"`
		} `json:"gates"`
	}
	if err := r.ask("/statusgate/gates", &known); err != nil {
		return err
	}
	var names []string
	for _, one := range known.Gates {
		if one.Gate == gate {
			return nil
		}
		if !slices.Contains(names, one.Gate) {
			names = append(names, one.Gate)
		}
	}
	return fmt.Errorf("--gate: no gate has the name %q: there is %s", gate, strings.Join(names, ", "))
}

// beside is what the flags of the command say.
type beside struct {
	running
	gate, document string
	overlay, json  bool
}

func driftCommand() *cobra.Command {
	d := new(beside)
	cmd := &cobra.Command{
		Use:   "drift [flags]",
		Short: "Lists what happens beside API descriptions",
		Long: `
Asks a Caddy that runs for what it has seen beside the API descriptions of its gates:
what kind of difference, at which operation, what was received, how often and since
when. It asks the admin endpoint, and nothing else of this command connects anywhere.

With --overlay it prints an OpenAPI Overlay that would document what was seen.

The exit status is 1 if there is any drift.`,
		Example: `  caddy statusgate drift
  caddy statusgate drift --gate orders --overlay --document api.yaml > overlay.yaml`,
	}
	d.flags(cmd)
	f := cmd.Flags()
	f.StringVar(&d.gate, "gate", "", "Name of the gate (default: all)")
	f.BoolVar(&d.overlay, "overlay", false, "Print an Overlay that would document it")
	f.StringVar(&d.document, "document", "", "The description that the Overlay is for, as the configuration names it")
	f.BoolVar(&d.json, "json", false, "Print one JSON document")
	return runs(cmd, 0, 0, d.run)
}

// sighting is a difference that was seen, as the admin endpoint tells of it.
type sighting struct {
	Gate      string    `json:"gate"`
	Kind      string    `json:"kind"`
	Operation string    `json:"operation"`
	Received  int       `json:"received"`
	Value     string    `json:"value,omitempty"`
	Count     int64     `json:"count"`
	First     time.Time `json:"first"`
	Last      time.Time `json:"last"`
}

// run prints what was seen. It is as wanted if there is nothing.
func (d *beside) run(cmd *cobra.Command, _ []string) (bool, error) {
	if d.overlay {
		var o openapi.Overlay
		query := url.Values{"gate": {d.gate}, "document": {d.document}}
		if err := d.ask("/statusgate/drift/overlay?"+query.Encode(), &o); err != nil {
			return false, err
		}
		return true, writeOverlay(cmd.OutOrStdout(), &o, d.json)
	}
	if d.gate != "" {
		if err := d.mustKnow(d.gate); err != nil {
			return false, err
		}
	}
	var seen struct {
		Drift []sighting `json:"drift"`
	}
	if err := d.ask("/statusgate/drift", &seen); err != nil {
		return false, err
	}
	seen.Drift = slices.DeleteFunc(seen.Drift, func(one sighting) bool { return d.gate != "" && d.gate != one.Gate })
	if d.json {
		return len(seen.Drift) == 0, writeJSON(cmd.OutOrStdout(), seen)
	}
	if len(seen.Drift) == 0 {
		tell(cmd, "Nothing was seen beside the descriptions.\n")
		return true, nil
	}
	slices.SortStableFunc(seen.Drift, func(a, b sighting) int { return int(b.Count - a.Count) })
	t := newGrid("COUNT", "SINCE", "GATE", "KIND", "RECEIVED", "OPERATION", "VALUE")
	for _, one := range seen.Drift {
		t.row(strconv.FormatInt(one.Count, 10), one.First.Local().Format(time.DateTime), one.Gate, one.Kind, strconv.Itoa(one.Received), one.Operation, one.Value)
	}
	return false, t.write(newPrinter(cmd.OutOrStdout()))
}
