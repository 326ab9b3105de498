package lab

import (
	"context"
	"fmt"
	"io"
	"regexp"
	"time"
)

// Experiment is one that can be made in a lab of a kind.
type Experiment[L any] struct {
	Name  string
	Long  bool // left out of the short form, unless -only names it
	Extra bool // made only if -only names it
	Make  func(context.Context, L) (Report, error)
}

// Choose are those experiments that are asked for: all, or those whose names
// match. Nil matches all.
func Choose[L any](all []Experiment[L], only *regexp.Regexp, short bool) []Experiment[L] {
	named := only != nil && only.String() != ""
	var chosen []Experiment[L]
	for _, e := range all {
		if named && only.MatchString(e.Name) || !named && !e.Extra && !(short && e.Long) {
			chosen = append(chosen, e)
		}
	}
	return chosen
}

// Run makes the experiment and gives its report.
func (e Experiment[L]) Run(ctx context.Context, lab L, say func(format string, values ...any)) (Report, error) {
	begin := time.Now()
	report, err := e.Make(ctx, lab)
	report.Name = e.Name
	if err != nil {
		return report, fmt.Errorf("experiment %s: %w", e.Name, err)
	}
	say("%s took %.0f s", e.Name, time.Since(begin).Seconds())
	return report, nil
}

// Names are those of experiments, in order.
func Names[L any](all []Experiment[L]) []string {
	names := make([]string, len(all))
	for i, e := range all {
		names[i] = e.Name
	}
	return names
}

// Opened is a lab that has all it needs.
type Opened interface {
	Run(ctx context.Context, only *regexp.Regexp) ([]Report, error)
	Write(to io.Writer, reports []Report) error
	Close()
}
