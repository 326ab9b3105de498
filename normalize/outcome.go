package normalize

import "math"

// NotAsked is the received status of an exchange that no backend has answered.
// It is no status that a backend can send, not even with a malformed status
// line.
const NotAsked = math.MinInt

// ClientGone is what Caddy and nginx call a request whose client has left. No
// client sees it.
const ClientGone = 499

// Outcome is the decision on one exchange, whether it is carried out or only
// reported.
type Outcome struct {
	// Received is the status that came from behind, or [NotAsked].
	Received int
	// Sent is the status for the client, or [NotAsked] where there is no answer.
	Sent int
	// Rule is the index of the rule that decided, -1 for none.
	Rule int
	// Error is the error type of RFC 9209 §2.3, "" where the backend made the
	// response.
	Error string
	// Reason says why.
	Reason Reason
	// Verbatim says that the response passes as it is: the status is allowed, or
	// a rule passes it.
	Verbatim bool
	// Gateway says that the gateway made the response: there is no answer of the
	// backend to show.
	Gateway bool
	// Unknown says that nobody knows whether the backend did what was asked, and
	// that to ask again may do it twice.
	Unknown bool
	// Replaced says that a body of the gateway takes the place of the backend's.
	Replaced bool
	// Moved says that Location leads to another place than the backend said.
	Moved bool
	// Owed are the header fields that the gateway has added.
	Owed Owed
}

// Owed is a set of header fields that a status owes its client.
type Owed uint8

// The fields.
const (
	OwedLocation Owed = 1 << iota
	OwedChallenge
	OwedAllow
	OwedAccept
	OwedRetryAfter
	OwedUpgrade
)

var owedNames = []string{"Location", "WWW-Authenticate", "Allow", "Accept", "Retry-After", "Upgrade"}

// Fields lists the names of the fields.
func (o Owed) Fields() []string {
	var names []string
	for i, name := range owedNames {
		if o&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	return names
}

// Changed reports whether the client gets another status than the backend sent.
func (o *Outcome) Changed() bool { return o.Received != o.Sent }

// Internal reports whether the backend's body may show its internals: the
// backend failed, whatever the client is told.
func (o *Outcome) Internal() bool {
	return o.Sent >= 500 || o.Received >= 500 && o.Received < 600 || o.Received < 100
}

// Stale reports whether the head's caching fields belong to a response that the
// client does not get.
func (o *Outcome) Stale() bool {
	return o.Sent >= 400 && !o.Reason.Rejected() && (o.Received < 400 || o.Gateway)
}

// Left is the outcome of an exchange whose client did not wait for it.
func Left(received int) Outcome {
	return Outcome{Received: received, Sent: ClientGone, Reason: ReasonClientGone, Rule: -1}
}
