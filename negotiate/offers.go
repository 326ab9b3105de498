package negotiate

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// target is a concrete media type that ranges are compared with.
type target struct {
	essence string // type "/" subtype
	slash   int    // where the "/" is
	params  []rawParam
}

// Offers is the set of media types that a resource produces, in the operator's
// order of preference. Build it with NewOffers.
type Offers struct {
	targets []target
	types   []string
	text    string
}

// NewOffers builds the set of produced types. Each must be a concrete media type
// (RFC 9110 §8.3.1): no "*", no "q", no parameter name twice, at most 16
// parameters. Two that are the same but for case, quoting or the order of
// parameters are a mistake, as are more than 256. All mistakes come in one
// error, each with its value. No types at all make an empty set.
func NewOffers(types ...string) (*Offers, error) {
	o := new(Offers)
	var mistakes []error
	for _, s := range types {
		m, err := parseOffer(s)
		if err != nil {
			mistakes = append(mistakes, err)
			continue
		}
		t := m.target()
		if i := slices.IndexFunc(o.targets, t.equal); i >= 0 {
			mistakes = append(mistakes, fmt.Errorf("media type %q is already there as %q", s, o.types[i]))
			continue
		}
		o.targets = append(o.targets, t)
		o.types = append(o.types, m.String())
	}
	if len(types) > maxSet {
		mistakes = append(mistakes, fmt.Errorf("%d media types are more than %d", len(types), maxSet))
	}
	if mistakes != nil {
		return nil, errors.Join(mistakes...)
	}
	o.text = strings.Join(o.types, ", ")
	return o, nil
}

func parseOffer(s string) (MediaType, error) {
	m, err := ParseMediaType(s)
	if err != nil {
		return m, err
	}
	if strings.Contains(m.Type+m.Subtype, "*") {
		return m, fmt.Errorf("media type %q is a range; a resource produces concrete types", s)
	}
	return m, checkParams(s, m)
}

// checkParams refuses what a header field may hold but a configuration should
// not, because no request could ever match it.
func checkParams(s string, m MediaType) error {
	for i, p := range m.Params {
		if p.Name == "q" {
			return fmt.Errorf("media type %q has a weight; the order written is the order of preference", s)
		}
		if slices.ContainsFunc(m.Params[:i], func(q Param) bool { return q.Name == p.Name }) {
			return fmt.Errorf("media type %q has the parameter %q twice", s, p.Name)
		}
	}
	if len(m.Params) > maxParams {
		return fmt.Errorf("media type %q has %d parameters, more than %d", s, len(m.Params), maxParams)
	}
	return nil
}

func (m MediaType) target() target {
	t := target{essence: m.Type + "/" + m.Subtype, slash: len(m.Type)}
	for _, p := range m.Params {
		t.params = append(t.params, rawParam{name: p.Name, value: quote(p.Value)})
	}
	return t
}

func (t target) equal(u target) bool {
	return t.essence == u.essence && len(t.params) == len(u.params) && containsParams(t.params, u.params)
}

// Types lists the types in the operator's order, each as MediaType.String writes
// it. The list is the caller's own.
func (o *Offers) Types() []string {
	if o == nil {
		return nil
	}
	return slices.Clone(o.types)
}

// String lists the types in the operator's order, separated by ", ".
func (o *Offers) String() string {
	if o == nil {
		return ""
	}
	return o.text
}
