package command

import (
	"slices"
	"strconv"
	"time"

	"github.com/spf13/cobra"
)

func init() { subcommands = append(subcommands, suspectsCommand) }

// suspected is what the flags of the command say.
type suspected struct {
	running
	gate string
	json bool
}

func suspectsCommand() *cobra.Command {
	s := new(suspected)
	cmd := &cobra.Command{
		Use:   "suspects [flags]",
		Short: "Lists successes that look like errors",
		Long: `
Asks a Caddy that runs for the successes that look like errors and that no rule of
their gate decides: at which path, under which label, what was seen, how often and
since when. The last column is the line of a configuration that would catch it, which
explain and test take as it is. A gate remembers them with 'suspects on', and in
report mode.

The exit status is 1 if there are any.`,
		Example: `  caddy statusgate suspects
  caddy statusgate suspects --gate orders --address localhost:2019`,
	}
	s.flags(cmd)
	f := cmd.Flags()
	f.StringVar(&s.gate, "gate", "", "Name of the gate (default: all)")
	f.BoolVar(&s.json, "json", false, "Print one JSON document")
	return runs(cmd, 0, 0, s.run)
}

// suspect is a success that looks like an error, as the admin endpoint tells of it.
type suspect struct {
	Gate   string    `json:"gate"`
	Kind   string    `json:"kind"`
	Path   string    `json:"path"`
	Type   string    `json:"type"`
	Status int       `json:"status"`
	Seen   string    `json:"seen"`
	Rule   string    `json:"rule"`
	Count  int64     `json:"count"`
	First  time.Time `json:"first"`
	Last   time.Time `json:"last"`
}

// run prints what was seen. It is as wanted if there is nothing.
func (s *suspected) run(cmd *cobra.Command, _ []string) (bool, error) {
	if s.gate != "" {
		if err := s.mustKnow(s.gate); err != nil {
			return false, err
		}
	}
	var seen struct {
		Suspects []suspect `json:"suspects"`
	}
	if err := s.ask("/statusgate/suspects", &seen); err != nil {
		return false, err
	}
	seen.Suspects = slices.DeleteFunc(seen.Suspects, func(one suspect) bool { return s.gate != "" && s.gate != one.Gate })
	if s.json {
		return len(seen.Suspects) == 0, writeJSON(cmd.OutOrStdout(), seen)
	}
	if len(seen.Suspects) == 0 {
		tell(cmd, "No success looked like an error.\n")
		return true, nil
	}
	slices.SortStableFunc(seen.Suspects, func(a, b suspect) int { return int(b.Count - a.Count) })
	t := newGrid("COUNT", "SINCE", "GATE", "STATUS", "PATH", "TYPE", "SEEN", "RULE")
	for _, one := range seen.Suspects {
		t.row(strconv.FormatInt(one.Count, 10), one.First.Local().Format(time.DateTime), one.Gate, strconv.Itoa(one.Status), one.Path, one.Type, one.Seen, one.Rule)
	}
	return false, t.write(newPrinter(cmd.OutOrStdout()))
}
