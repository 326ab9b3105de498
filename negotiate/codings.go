package negotiate

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Codings is the set of content codings that a resource consumes (RFC 9110
// §8.4.1). Build it with NewCodings.
type Codings struct {
	list []string // lower case, no aliases
	text string
}

// identity is the coding that is none (RFC 9110 §12.5.3).
const identity = "identity"

// NewCodings builds the set. Names are tokens whose case does not count, x-gzip
// is gzip and x-compress is compress (RFC 9110 §8.4.1). identity may be written,
// to say that the resource takes no coded content, and is always in the set.
// "*", names that are not tokens and repeated ones are mistakes; all come in one
// error, each with its value. No codings at all make the set of identity.
func NewCodings(codings ...string) (*Codings, error) {
	c := new(Codings)
	var mistakes []error
	for _, s := range codings {
		name := canonicalCoding(strings.ToLower(s))
		switch {
		case s == "*":
			mistakes = append(mistakes, fmt.Errorf("content coding %q is no coding; name those that the resource takes", s))
		case !isToken(s):
			mistakes = append(mistakes, fmt.Errorf("content coding %q is not a token", s))
		case slices.Contains(c.list, name):
			mistakes = append(mistakes, fmt.Errorf("content coding %q is already there as %q", s, name))
		default:
			c.list = append(c.list, name)
		}
	}
	if mistakes != nil {
		return nil, errors.Join(mistakes...)
	}
	c.text = strings.Join(c.list, ", ")
	return c, nil
}

// canonicalCoding resolves the aliases that recipients have to know (RFC 9110
// §8.4.1.1 and §8.4.1.3).
func canonicalCoding(name string) string {
	switch {
	case equalFold(name, "x-gzip"):
		return "gzip"
	case equalFold(name, "x-compress"):
		return "compress"
	}
	return name
}

// Contains reports whether every coding that the Content-Encoding field lines
// name is in the set. Without any the answer is yes. It is no if a member is not
// a token, and if there are more than 16: nobody compresses that often but to
// make the decoder work.
func (c *Codings) Contains(contentEncoding []string) bool {
	applied := 0
	for _, line := range contentEncoding {
		for line = consumeEmptyMembers(line); line != ""; {
			name, rest := consumeToken(line)
			rest = consumeOWS(rest)
			if rest != "" && rest[0] != ',' || !c.contains(name) {
				return false
			}
			if applied++; applied > maxApplied {
				return false
			}
			line = consumeEmptyMembers(rest)
		}
	}
	return true
}

func (c *Codings) contains(name string) bool {
	name = canonicalCoding(name)
	if equalFold(name, identity) {
		return true
	}
	if c == nil {
		return false
	}
	for _, coding := range c.list {
		if equalFold(name, coding) {
			return true
		}
	}
	return false
}

// String lists the codings in the operator's order, separated by ", ", as the
// value of an Accept-Encoding field in a response (RFC 9110 §12.5.3, §15.5.16).
// The set without any is "identity".
func (c *Codings) String() string {
	if c == nil || c.text == "" {
		return identity
	}
	return c.text
}

// List lists the codings in the operator's order, in lower case and without
// aliases. The list is the caller's own.
func (c *Codings) List() []string {
	if c == nil {
		return nil
	}
	return slices.Clone(c.list)
}
