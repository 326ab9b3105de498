package openapi

import (
	"slices"
	"strings"

	"github.com/statusgate/statusgate/negotiate"
)

// types are media types of a document.
type types struct {
	set    *negotiate.Ranges // those that can be read, nil for none
	unsure bool              // there are others
}

// mediaType is a media type where it stands.
type mediaType struct {
	text string
	at   value
}

// readTypes makes a set of media types. The charset does not count, and one that is
// there again counts once.
func (r *reader) readTypes(list []mediaType) (t types) {
	good := make([]string, 0, len(list))
	for _, m := range list {
		text, err := withoutCharset(m.text)
		if err == nil {
			_, err = negotiate.NewRanges(text)
		}
		if err != nil {
			r.warn(m.at, "%s is no media type", quoted(m.text))
			t.unsure = true
			continue
		}
		if !slices.Contains(good, text) {
			good = append(good, text)
		}
	}
	t.set = r.shared.rangesOf(good)
	t.unsure = t.unsure || t.set == nil && len(good) > 0
	return t
}

func withoutCharset(text string) (string, error) {
	m, err := negotiate.ParseMediaType(text)
	m.Params = slices.DeleteFunc(m.Params, func(p negotiate.Param) bool { return p.Name == "charset" })
	return m.String(), err
}

// checked is the set that requests are checked against: nil where a document does
// not say, or says it with "*/*" or so that it cannot be read.
func (t types) checked() *negotiate.Ranges {
	if t.unsure || slices.Contains(t.set.List(), "*/*") {
		return nil
	}
	return t.set
}

// shared are the things that many operations have in common.
type shared struct {
	parameters map[value]parameter
	bodies     map[value]body
	responses  map[value]Response
	lists      map[responseKey][]Response
	ranges     map[string]*negotiate.Ranges
	offers     map[string]*negotiate.Offers
}

// rangesOf is the set of media ranges; nil for none, or for more than a set holds.
func (s *shared) rangesOf(list []string) *negotiate.Ranges {
	if len(list) == 0 {
		return nil
	}
	key := strings.Join(list, "\n")
	set, ok := s.ranges[key]
	if !ok {
		set, _ = negotiate.NewRanges(list...) // nil for too many
		s.ranges[key] = set
	}
	return set
}

// offersOf is the set of produced types; nil for none, for more than a set holds,
// and where one is a range, of which nobody knows what it produces.
func (s *shared) offersOf(list []string) *negotiate.Offers {
	if len(list) == 0 {
		return nil
	}
	key := strings.Join(list, "\n")
	set, ok := s.offers[key]
	if !ok {
		set, _ = negotiate.NewOffers(list...)
		s.offers[key] = set
	}
	return set
}

// joined is the set of what either of two sets has; nil where one is nil, which
// says nothing, and for more than a set holds.
func joined(a, b *negotiate.Ranges) *negotiate.Ranges {
	if a == nil || b == nil {
		return nil
	}
	set, _ := negotiate.NewRanges(union(a.List(), b.List())...)
	return set
}

// joinedOffers is joined for what is produced.
func joinedOffers(a, b *negotiate.Offers) *negotiate.Offers {
	if a == nil || b == nil {
		return nil
	}
	set, _ := negotiate.NewOffers(union(a.Types(), b.Types())...)
	return set
}

// union adds to a list what it lacks of another.
func union(list, other []string) []string {
	for _, t := range other {
		if !slices.Contains(list, t) {
			list = append(list, t)
		}
	}
	return list
}
