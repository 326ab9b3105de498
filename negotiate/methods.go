package negotiate

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// Methods is the set of methods that a resource allows. Build it with NewMethods.
type Methods struct {
	declared []string
	allowed  []string // declared, then what they imply
	text     string
}

// registered are the methods of the IANA registry (RFC 9110 §16.1), by which a
// wrong case is recognized.
var registered = []string{
	"ACL", "BASELINE-CONTROL", "BIND", "CHECKIN", "CHECKOUT", "CONNECT", "COPY", "DELETE", "GET", "HEAD", "LABEL",
	"LINK", "LOCK", "MERGE", "MKACTIVITY", "MKCALENDAR", "MKCOL", "MKREDIRECTREF", "MKWORKSPACE", "MOVE", "OPTIONS",
	"ORDERPATCH", "PATCH", "POST", "PRI", "PROPFIND", "PROPPATCH", "PUT", "QUERY", "REBIND", "REPORT", "SEARCH",
	"TRACE", "UNBIND", "UNCHECKOUT", "UNLINK", "UNLOCK", "UPDATE", "UPDATEREDIRECTREF", "VERSION-CONTROL",
}

// RegisteredMethod reports whether method is in IANA's registry (RFC 9110 §16.1).
// One that is not may be a slip of the pen, such as GTE, or a resource's own.
func RegisteredMethod(method string) bool { return slices.Contains(registered, method) }

// NewMethods builds the set. Methods are tokens and their case counts (RFC 9110
// §9.1), so "get" would be another method than GET: for a registered method in
// the wrong case the error says what was meant. Names that are not tokens and
// repeated ones are mistakes too; all come in one error, each with its value. No
// methods at all make an empty set.
func NewMethods(methods ...string) (*Methods, error) {
	m := new(Methods)
	var mistakes []error
	for _, s := range methods {
		upper := strings.ToUpper(s)
		switch {
		case !isToken(s):
			mistakes = append(mistakes, fmt.Errorf("method %q is not a token", s))
		case s != upper && slices.Contains(registered, upper):
			mistakes = append(mistakes, fmt.Errorf("method %q must be written %q: the case of methods counts", s, upper))
		case slices.Contains(m.declared, s):
			mistakes = append(mistakes, fmt.Errorf("method %q is already there", s))
		default:
			m.declared = append(m.declared, s)
		}
	}
	if mistakes != nil {
		return nil, errors.Join(mistakes...)
	}
	m.finish()
	return m, nil
}

// finish derives what is allowed from what is declared.
func (m *Methods) finish() {
	m.allowed = allowed(m.declared)
	m.text = strings.Join(m.allowed, ", ")
}

// allowed puts HEAD after the GET that implies it and OPTIONS last, where they
// have not been declared.
func allowed(declared []string) []string {
	if len(declared) == 0 {
		return nil
	}
	methods := slices.Clone(declared)
	if i := slices.Index(methods, http.MethodGet); i >= 0 && !slices.Contains(methods, http.MethodHead) {
		methods = slices.Insert(methods, i+1, http.MethodHead)
	}
	if !slices.Contains(methods, http.MethodOptions) {
		methods = append(methods, http.MethodOptions)
	}
	return methods
}

// Contains reports whether method is one of List: declared, HEAD where GET is
// (RFC 9110 §9.1), or OPTIONS, which every resource with methods can answer. An
// empty set contains none.
func (m *Methods) Contains(method string) bool {
	return m != nil && slices.Contains(m.allowed, method)
}

// Declares reports whether the resource itself is to answer method: it was given
// to NewMethods, or is HEAD and GET was. OPTIONS that is contained but not
// declared is the gateway's to answer (RFC 9110 §9.3.7).
func (m *Methods) Declares(method string) bool {
	return m != nil && (slices.Contains(m.declared, method) ||
		method == http.MethodHead && slices.Contains(m.declared, http.MethodGet))
}

// Allow is the value of the Allow field (RFC 9110 §10.2.1): List, separated by
// ", ". It is empty for an empty set.
func (m *Methods) Allow() string {
	if m == nil {
		return ""
	}
	return m.text
}

// List lists the methods declared in the order written, HEAD after a GET that
// implies it, and OPTIONS last unless it was declared. The list is the caller's
// own.
func (m *Methods) List() []string {
	if m == nil {
		return nil
	}
	return slices.Clone(m.allowed)
}
