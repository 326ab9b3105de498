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
	// ProfileDocumented passes the twelve, what the protocol needs (101, 206 to a
	// range request, 304), 204 and redirects. Everything else goes by the table.
	ProfileDocumented Profile = iota
	// ProfileStrict passes the twelve and what the protocol needs, nothing else.
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
	// Ranged says that the request had a Range field, so that 206 answers it.
	Ranged bool

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
	// Reason says why.
	Reason Reason
	// Rule is the index of the rule that decided, -1 where none did.
	Rule int
	// Pending says that a rule needs to know more of the body; nothing is
	// decided then.
	Pending bool
	// Undecided says that a rule was passed over because the body told too
	// little.
	Undecided bool
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
	// base is the verdict on each status where no rule matches.
	base [statusSlots]struct {
		status uint16
		reason Reason
	}
	partialAsFull bool // 206 that nobody asked for becomes 200
}

// NewContract builds a contract. allow lists statuses that pass unchanged in
// any profile; rules may be nil.
func NewContract(p Profile, allow []int, rules *Rules) *Contract {
	c := &Contract{rules: rules, partialAsFull: p != ProfileRegistered}
	for status := range statusSlots {
		to, reason := p.verdict(status)
		c.set(status, to, reason)
	}
	for _, status := range allow {
		c.set(slot(status), status, ReasonAllowed)
		if status == http.StatusPartialContent {
			c.partialAsFull = false
		}
	}
	return c
}

func (c *Contract) set(slot, status int, reason Reason) {
	c.base[slot].status = uint16(status) //nolint:gosec // below 1000: a slot or a table entry
	c.base[slot].reason = reason
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
	case status < 200 || status == http.StatusPartialContent || status == http.StatusNotModified:
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

// passesDocumented: no content, and the redirects that clients follow.
func passesDocumented(status int) bool {
	switch status {
	case http.StatusNoContent, http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther,
		http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return true
	}
	return false
}

// Decide gives the verdict on a final response: rules first, in their order,
// then the profile and the table. It does not allocate.
func (c *Contract) Decide(r *Response) Verdict {
	if c.rules == nil || len(c.rules.index[slot(r.Status)]) == 0 {
		return c.withoutRules(r)
	}
	v, ok := c.rules.decide(r)
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
// contract. What can't be derived, or not be sent, is 500.
func (c *Contract) derived(r *Response, rule int) int {
	status, _ := c.rules.rules[rule].derive(r)
	if status < 200 || status > 999 {
		return http.StatusInternalServerError
	}
	v := c.withoutRules(&Response{Status: status, Header: r.Header, Ranged: r.Ranged})
	switch {
	case v.Status < 400: // it says that nothing is wrong
		return c.withoutRules(r).Status
	case CheckTarget(v.Status) != nil:
		return http.StatusInternalServerError
	}
	return v.Status
}

// withoutRules gives the verdict of the profile and the table.
func (c *Contract) withoutRules(r *Response) Verdict {
	if r.Status == http.StatusPartialContent && c.partialAsFull && !r.Ranged {
		return Verdict{Status: http.StatusOK, Reason: ReasonTable, Rule: -1}
	}
	base := &c.base[slot(r.Status)]
	return Verdict{Status: int(base.status), Reason: base.reason, Rule: -1}
}
