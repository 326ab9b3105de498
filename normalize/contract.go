package normalize

import (
	"fmt"
	"net/http"

	"github.com/statusgate/statusgate/inspect"
)

// Profile is how much of HTTP a contract lets through beside its twelve
// documented statuses.
type Profile uint8

const (
	// ProfileDocumented passes the twelve, what the protocol needs (101, 304, and
	// HTTP's own machinery to a request that asked for it, such as 206 to one
	// with Range, 412 to one with If-Match, 207 to PROPFIND), 204 and redirects.
	// Everything else goes by the table.
	ProfileDocumented Profile = iota
	// ProfileStrict passes the twelve, 101, 304 and 206 to a request with Range,
	// nothing else.
	ProfileStrict
	// ProfileRegistered passes every status in the IANA registry.
	ProfileRegistered
)

// ParseProfile reads a profile by its word: documented, strict or registered.
func ParseProfile(word string) (Profile, error) {
	switch word {
	case "documented":
		return ProfileDocumented, nil
	case "strict":
		return ProfileStrict, nil
	case "registered":
		return ProfileRegistered, nil
	}
	return 0, fmt.Errorf("contract %q: want documented, strict or registered", word)
}

// Source says who made a response.
type Source uint8

const (
	// SourceBackend is the server behind the gateway.
	SourceBackend Source = iota
	// SourceGateway is the gateway: a handler that returned an error.
	SourceGateway
)

// Response is what a decision is made on. The zero Source is the backend.
type Response struct {
	// Status is the received status: any integer, since a malformed status
	// line can hold any.
	Status int
	// Header holds the response's fields; it is only read.
	Header http.Header
	// Source is who made the response.
	Source Source
	// Method and Request are the method and the header fields of the request,
	// read where a status only answers a request that asked for it. No method is
	// GET.
	Method  string
	Request http.Header
	// Reached says, where the gateway made the response, that a byte of the
	// request may have reached the backend: what it did with it is unknown.
	Reached bool

	// Media is what the body is labelled as.
	Media inspect.Media
	// HTMLWelcome says that the client takes HTML where it is to be had.
	HTMLWelcome bool
	// Inspector answers conditions on the body, nil as long as nothing of it
	// was seen.
	Inspector *inspect.Inspector
	// Final says that no more of the body will be seen: a rule that needs to
	// know more does not match.
	Final bool
}

// Verdict is a decision on one response.
type Verdict struct {
	// Status is the status to send.
	Status int
	// Rule is the index of the rule that decided, -1 where none did.
	Rule int
	// Reason says why.
	Reason Reason
	// Pending says that a rule needs to know more of the body; nothing is
	// decided then.
	Pending bool
	// Undecided says that a rule was passed over because the body told too
	// little.
	Undecided bool
	// Unknown says that the backend may have done what was asked and that to ask
	// again may do it twice: the status is 500, and the response must have no
	// Retry-After, not the backend's own either.
	Unknown bool
}

// statusSlots has a slot for each three-digit status and a last one for all
// other integers.
const statusSlots = 1001

func slot(status int) int {
	if status < 0 || status >= statusSlots-1 {
		return statusSlots - 1
	}
	return status
}

// Contract decides which status a client sees. Build it with [NewContract];
// it is immutable and safe for concurrent use.
type Contract struct {
	rules *Rules
	base  [statusSlots]ruling
}

// ruling is the verdict on a status where no rule matches.
type ruling struct {
	status uint16
	reason Reason
	// unknown: the backend may have acted, and the status says that it has not.
	unknown bool
	// asked: to a request that asked in one of these ways the status passes.
	asked asked
	// depends: the verdict on a backend's response depends on the request.
	depends bool
}

// NewContract builds a contract. allow lists statuses that pass unchanged in
// any profile; rules may be nil.
func NewContract(p Profile, allow []int, rules *Rules) *Contract {
	c := &Contract{rules: rules}
	for status := range statusSlots {
		to, reason := p.verdict(status)
		c.base[status] = ruling{
			status: uint16(to), //nolint:gosec // a slot or a table entry
			reason: reason, unknown: to == http.StatusServiceUnavailable && UnknownOutcome(status),
		}
		c.base[status].depends = c.base[status].unknown
	}
	for _, m := range mechanics {
		if base := &c.base[m.status]; !base.reason.Passed() && p.passesAsked(m.status) {
			base.asked, base.depends = m.asked, true
		}
	}
	for _, status := range allow {
		c.base[slot(status)] = ruling{status: uint16(status), reason: ReasonAllowed} //nolint:gosec // a status
	}
	return c
}

// passesAsked reports whether a mechanic passes to a request that asked for it.
func (p Profile) passesAsked(status int) bool {
	return p != ProfileStrict || status == http.StatusPartialContent
}

// verdict is the profile's answer to a status, see the table of profiles in
// the README. Slots below 100 are malformed status lines (RFC 9112 §4).
func (p Profile) verdict(status int) (to int, reason Reason) {
	switch {
	case status < 100 || status >= statusSlots-1:
		to, _ = Target(status)
		return to, ReasonMalformed
	case Documented(status):
		return status, ReasonDocumented
	case status < 200 || status == http.StatusNotModified:
		return status, ReasonProtocol
	case p == ProfileRegistered && Registered(status), p == ProfileDocumented && passesDocumented(status):
		return status, ReasonProtocol
	case status < 300:
		return http.StatusOK, byTable(status)
	case status < 400:
		return http.StatusInternalServerError, byTable(status)
	}
	to, known := Target(status)
	if known {
		return to, ReasonTable
	}
	return to, ReasonClass
}

func byTable(status int) Reason {
	if Known(status) {
		return ReasonTable
	}
	return ReasonClass
}

// passesDocumented: no content, the redirects that clients follow, and the
// request to try another connection, which clients follow unasked (RFC 9110
// §15.5.20).
func passesDocumented(status int) bool {
	switch status {
	case http.StatusNoContent, http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther,
		http.StatusTemporaryRedirect, http.StatusPermanentRedirect, http.StatusMisdirectedRequest:
		return true
	}
	return false
}

// Decide gives the verdict on a final response: rules first, in their order,
// then the profile and the table. It does not allocate.
func (c *Contract) Decide(r *Response) Verdict {
	at := slot(r.Status)
	if c.rules == nil || len(c.rules.index[at]) == 0 {
		return c.base[at].on(r)
	}
	v, ok := c.rules.decide(r, nil)
	switch {
	case !ok:
		undecided := v.Undecided
		v = c.withoutRules(r)
		v.Undecided = undecided
	case v.Status == Auto:
		v.Status = c.derived(r, v.Rule)
	}
	return v
}

// derived is the status that a body says it should have had, brought into the
// contract. What can't be derived, or not be sent, is 500. So is the number of an
// error that IANA has no status for: it is the vendor's, and means what the vendor
// says, whatever the table has under it. A number that the operator allows is known.
func (c *Contract) derived(r *Response, rule int) int {
	status, _ := c.rules.rules[rule].derive(r)
	if status < 200 || status > 599 || status >= 400 && !Registered(status) && c.base[slot(status)].reason != ReasonAllowed {
		return http.StatusInternalServerError
	}
	v := c.withoutRules(&Response{Status: status, Header: r.Header, Method: r.Method, Request: r.Request})
	if v.Status < 400 { // it says that nothing is wrong
		return c.withoutRules(r).Status
	}
	return v.Status
}

// withoutRules gives the verdict of the profile and the table.
func (c *Contract) withoutRules(r *Response) Verdict {
	return c.base[slot(r.Status)].on(r)
}

// on gives the verdict on a response.
func (b *ruling) on(r *Response) Verdict {
	if b.depends || r.Source != SourceBackend {
		return b.forRequest(r)
	}
	return b.verdict()
}

func (b *ruling) verdict() Verdict {
	return Verdict{Status: int(b.status), Reason: b.reason, Rule: -1}
}

// forRequest gives the verdict where it depends on the request.
func (b *ruling) forRequest(r *Response) Verdict {
	switch {
	case b.asked != 0 && r.asks(b.asked):
		return Verdict{Status: r.Status, Reason: ReasonProtocol, Rule: -1}
	case b.leavesUnknown(r) && !Idempotent(r.Method):
		return Verdict{Status: http.StatusInternalServerError, Reason: ReasonTable, Rule: -1, Unknown: true}
	}
	return b.verdict()
}

// leavesUnknown reports whether the backend may have done what the response
// says that it has not. 503 tells a client that nothing was done, so that it may
// repeat any request; a failure of the gateway tells so only where no byte of the
// request has left it.
func (b *ruling) leavesUnknown(r *Response) bool {
	if r.Source == SourceGateway {
		return r.Reached && b.status >= http.StatusInternalServerError &&
			b.reason != ReasonAllowed && b.reason != ReasonProtocol
	}
	return b.unknown
}
