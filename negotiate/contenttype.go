package negotiate

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Ranges is the set of media types that a resource consumes, as ranges. Build it
// with NewRanges.
type Ranges struct {
	ranges []contentRange
	list   []string
	text   string
	params bool // some range has parameters
}

// contentRange matches an essence by its parts; an empty part matches anything.
type contentRange struct {
	typ     string // "application"
	subtype string // "json"
	suffix  string // "+json", when subtype is empty
	params  []rawParam
}

// NewRanges builds the set from a/b, a/*, */*, a/*+suffix and */*+suffix, each
// with or without parameters. Suffixes are those of structured syntaxes (RFC 6838
// §4.2.8); HTTP itself has no such ranges. Mistakes are other uses of "*", the
// parameter q, a parameter name twice, more than 16 parameters, a range that is
// already there, and more than 256 ranges; all come in one error, each with its
// value. No ranges at all make an empty set.
func NewRanges(ranges ...string) (*Ranges, error) {
	r := new(Ranges)
	var mistakes []error
	for _, s := range ranges {
		c, m, err := parseContentRange(s)
		if err != nil {
			mistakes = append(mistakes, err)
			continue
		}
		if i := slices.IndexFunc(r.ranges, c.equal); i >= 0 {
			mistakes = append(mistakes, fmt.Errorf("media range %q is already there as %q", s, r.list[i]))
			continue
		}
		r.ranges = append(r.ranges, c)
		r.list = append(r.list, m.String())
		r.params = r.params || len(c.params) > 0
	}
	if len(ranges) > maxSet {
		mistakes = append(mistakes, fmt.Errorf("%d media ranges are more than %d", len(ranges), maxSet))
	}
	if mistakes != nil {
		return nil, errors.Join(mistakes...)
	}
	r.text = strings.Join(r.list, ", ")
	return r, nil
}

func parseContentRange(s string) (c contentRange, m MediaType, err error) {
	if m, err = ParseMediaType(s); err != nil {
		return c, m, err
	}
	if err = checkParams(s, m); err != nil {
		return c, m, err
	}
	c = contentRange{typ: m.Type, subtype: m.Subtype, params: m.target().params}
	if suffix, ok := strings.CutPrefix(m.Subtype, "*"); ok {
		c.subtype, c.suffix = "", suffix
	}
	switch {
	case strings.Contains(c.suffix, "*") || strings.Contains(c.subtype, "*"),
		c.suffix != "" && (c.suffix[0] != '+' || c.suffix == "+"):
		return c, m, fmt.Errorf(`media range %q has "*" where only "*" or "*+suffix" can stand for subtypes`, s)
	case m.Type == "*" && c.subtype == "":
		c.typ = ""
	case strings.Contains(m.Type, "*"):
		return c, m, fmt.Errorf(`media range %q has "*" for a type, which goes with "*/*" or "*/*+suffix" only`, s)
	}
	return c, m, nil
}

func (c contentRange) equal(d contentRange) bool {
	return c.typ == d.typ && c.subtype == d.subtype && c.suffix == d.suffix &&
		len(c.params) == len(d.params) && containsParams(c.params, d.params)
}

// Contains reports whether the request's media type, given by its Content-Type
// field lines, is in the set. Parameters of the request's type are ignored,
// except that a range with parameters matches only a type that has all of them.
// Those that can't be read count as not there; a value that is no token, as in
// boundary=b/Qe or type=application/json, is read up to the next ";".
//
// The field has one value (RFC 9110 §8.3). Without one, with one that has no type
// and subtype or "*" in them, and with field lines that differ, the type is unknown
// and thus in no set, not even that of */*.
func (r *Ranges) Contains(contentType []string) bool {
	if r == nil || len(contentType) == 0 {
		return false
	}
	value := trimOWS(contentType[0])
	for _, line := range contentType[1:] {
		if trimOWS(line) != value {
			return false
		}
	}
	essence, slash, rest, err := consumeEssence(value)
	if err != nil || !isConcrete(essence) {
		return false
	}
	if rest == "" {
		return r.contain(essence[:slash], essence[slash+1:], nil)
	}
	var buf [maxParams]rawParam
	n, ok := consumeLooseParams(rest, &buf)
	return ok && r.contain(essence[:slash], essence[slash+1:], buf[:n])
}

func (r *Ranges) contain(typ, subtype string, params []rawParam) bool {
	for i := range r.ranges {
		if c := &r.ranges[i]; c.matches(typ, subtype) && containsParams(params, c.params) {
			return true
		}
	}
	return false
}

func (c *contentRange) matches(typ, subtype string) bool {
	if c.typ != "" && !equalFold(c.typ, typ) {
		return false
	}
	if c.subtype != "" {
		return equalFold(c.subtype, subtype)
	}
	// Something must stand before the suffix, as in every registered name.
	at := len(subtype) - len(c.suffix)
	return c.suffix == "" || at > 0 && equalFold(c.suffix, subtype[at:])
}

// String lists the ranges in the operator's order, separated by ", ", as the
// value of an Accept field in a response (RFC 9110 §12.5.1, §15.5.16).
//
// application/*+json stands there as it was written. RFC 9110 has no suffix
// ranges, but "*+json" is a token, so the field is valid; clients that know the
// notation learn what is meant, others see a type that they do not have. Widening
// it to application/* would promise what the resource does not take.
func (r *Ranges) String() string {
	if r == nil {
		return ""
	}
	return r.text
}

// List lists the ranges in the operator's order, each as MediaType.String writes
// it. The list is the caller's own.
func (r *Ranges) List() []string {
	if r == nil {
		return nil
	}
	return slices.Clone(r.list)
}
