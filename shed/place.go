package shed

import "time"

// Class is how important a request is. Lower classes are served first.
type Class uint8

// The classes. Exempt requests never wait; nothing but the hard ceiling of
// requests in flight keeps one out.
const (
	Critical Class = iota
	Normal
	Background
	Exempt

	Classes = 4 // how many there are
)

// String gives the class as it stands in configurations and metrics.
func (c Class) String() string { return classNames[c] }

// ClassOf is the class of that name, ok is false if there is none.
func ClassOf(name string) (c Class, ok bool) {
	for i, n := range classNames {
		if n == name {
			return Class(i), true //nolint:gosec // below Classes
		}
	}
	return 0, false
}

var classNames = [Classes]string{"critical", "normal", "background", "exempt"}

// Verdict is the answer to a request.
type Verdict uint8

// The verdicts.
const (
	Waiting  Verdict = iota // it has to wait for another verdict
	Admitted                // the backend may have it
	Rejected                // it should come back later
)

// Outcome is how a request came to its verdict.
type Outcome uint8

// The outcomes. The first two have the verdict Admitted.
const (
	OutcomeAdmitted  Outcome = iota // a place was free
	OutcomeQueued                   // it got one after it had waited
	OutcomeRejected                 // it was rejected on arrival
	OutcomeEvicted                  // it waited, and others were more important
	OutcomeTimeout                  // it waited as long as anyone may
	OutcomeAbandoned                // it waited, and its client left

	Outcomes = 6 // how many there are
)

// String gives the outcome as it stands in metrics.
func (o Outcome) String() string { return outcomeNames[o] }

var outcomeNames = [Outcomes]string{"admitted", "queued", "rejected", "evicted", "timeout", "abandoned"}

// Reason is why a request was rejected.
type Reason uint8

// The reasons.
const (
	ReasonCapacity Reason = iota // as many wait as may
	ReasonCohort                 // the client's cohort is not served at the moment
	ReasonUsage                  // the client has had more than its share
	ReasonPatience               // it waited too long

	Reasons = 4 // how many there are
)

// String gives the reason as it stands in metrics.
func (r Reason) String() string { return reasonNames[r] }

var reasonNames = [Reasons]string{"capacity", "cohort", "usage", "patience"}

// Ending is how a request left its place.
type Ending uint8

// The endings.
const (
	Served Ending = iota // the backend did the work, whatever the status
	Failed               // it did not: no connection, no answer, 429, 502, 503, 504
	Left                 // the client left before there was an answer: the backend works on
	Unused               // the backend never had it

	endings = 4
)

// String gives the ending as it stands in a trace.
func (e Ending) String() string { return endingNames[e] }

var endingNames = [endings]string{"served", "failed", "left", "unused"}

// Place is what a Controller knows of one request, from its arrival until its
// place is free again. The zero value is ready; it can be used again when its
// request was rejected or released.
type Place struct {
	Class  Class
	Client uint64 // a hash of who asks, random in all bits; 0: unknown
	Route  uint64 // a hash of what is asked for, likewise: requests that cost about the same
	Size   int    // bytes held while it waits, of 64 MiB in all; at least 4 KiB are counted
	Stream bool   // it asks for a stream that outlives its answer

	Verdict    Verdict
	Outcome    Outcome
	Reason     Reason        // of a rejection
	RetryAfter int           // seconds, of a rejection
	Wait       time.Duration // in the queue

	ready chan struct{} // gets a value with the verdict of one that waits

	placeState
}

// placeState is what the controller keeps in a place.
type placeState struct {
	state    state
	slot     uint8 // of the route
	quiet    bool  // admitted while the backend was not busy
	answered bool
	late     bool // of a ghost: its client had waited for longer than it takes
	bucket   int
	id       uint32  // in the record
	paused   float64 // seconds that had been cut out of what is measured, by then
	arrived  time.Duration
	started  time.Duration // when it got its place

	before, behind *Place // in its bucket
	older, younger *Place // among all who wait
}

type state uint8

const (
	stateOver state = iota
	stateWaiting
	stateRunning
	stateStream
)
