package normalize

import (
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"
)

// Protocol is a way to use HTTP whose clients act on statuses that the contract
// does not have.
type Protocol struct {
	Name  string // the word for it
	About string // what it is
	Uses  []Use  // by status, then by client
}

// Use is what one client does with one status. It was seen, with the client and
// the version that it names.
type Use struct {
	Status int
	Client string
	Acts   string // what the client does on the status
	Else   string // what it does on what the contract puts in its place
}

// Statuses lists the statuses that the protocol needs, in order.
func (p *Protocol) Statuses() []int {
	statuses := make([]int, 0, len(p.Uses))
	for _, use := range p.Uses {
		statuses = append(statuses, use.Status)
	}
	slices.Sort(statuses)
	return slices.Compact(statuses)
}

// Protocols yields the protocols that can be let through by their names.
func Protocols() iter.Seq[Protocol] {
	return func(yield func(Protocol) bool) {
		for _, p := range allowances {
			p.Uses = slices.Clone(p.Uses)
			if !yield(p) {
				return
			}
		}
	}
}

// ParseAllow reads a word of what passes in any profile: a status from 200 to 999,
// or the name of a protocol, which is all the statuses that its clients need. The
// list is the caller's own.
func ParseAllow(word string) ([]int, error) {
	for i := range allowances {
		if allowances[i].Name == word {
			return allowances[i].Statuses(), nil
		}
	}
	status, err := strconv.Atoi(word)
	switch {
	case err != nil:
		var names strings.Builder
		for _, p := range allowances[:len(allowances)-1] {
			names.WriteString(p.Name + ", ")
		}
		return nil, fmt.Errorf("%q is no status and no protocol: want 200 to 999, %sor %s", word, names.String(), allowances[len(allowances)-1].Name)
	case status < 200 || status > 999:
		return nil, fmt.Errorf("%d is not a status that can be let through: want 200 to 999", status)
	}
	return []int{status}, nil
}
