package overload

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"sync"
)

// claims are the names of the limiters that one configuration has.
type claims struct {
	mu     sync.Mutex
	byName map[string]claim
	own    map[string]int // limiters without a name, by gate
}

// claim is the first gate that has a limiter.
type claim struct {
	gate     string
	own      bool // nobody else may have it
	settings Settings
}

// claim gives a gate's limiter its name. Gates that share one have to agree on
// its Settings.
func (c *claims) claim(name, gate string, s Settings) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if name == "" {
		name = gate
		if c.own[gate]++; c.own[gate] > 1 {
			name += "#" + strconv.Itoa(c.own[gate])
		}
		if other, ok := c.byName[name]; ok {
			return "", ambiguous(name, gate, other.gate)
		}
		c.byName[name] = claim{gate: gate, own: true}
		return name, nil
	}
	first, ok := c.byName[name]
	switch {
	case !ok:
		c.byName[name] = claim{gate: gate, settings: s}
	case first.own:
		return "", ambiguous(name, first.gate, gate)
	default:
		var errs []error
		for _, option := range s.Differ(first.settings) {
			errs = append(errs, fmt.Errorf("shed %q: %s is %s for gate %q, but %s for gate %q, which shares the limiter",
				name, option, s[option], gate, first.settings[option], first.gate))
		}
		return name, errors.Join(errs...)
	}
	return name, nil
}

func ambiguous(name, own, other string) error {
	return fmt.Errorf("shed: the limiter of gate %q has no name, and would be called %q as the one that gate %q shares: name it", own, name, other)
}

// Settings are what all who share a limiter must agree on, by option, each as a
// text.
type Settings map[string]string

// Differ are the options that two have different values of.
func (s Settings) Differ(other Settings) []string {
	var different []string
	for _, option := range slices.Sorted(maps.Keys(s)) {
		if s[option] != other[option] {
			different = append(different, option)
		}
	}
	return different
}
