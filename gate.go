package statusgate

import (
	"sync/atomic"

	"github.com/statusgate/statusgate/inspect"
	"github.com/statusgate/statusgate/negotiate"
	"github.com/statusgate/statusgate/normalize"
	"github.com/statusgate/statusgate/problem"
)

// A Handler holds a configuration as it was written. Its build method, with a
// builder that collects the mistakes, makes a gate of it. The Caddyfile parser
// builds one only to learn of mistakes while it still knows their lines.

// gate is a Handler's configuration in the shape that requests need. It is
// immutable but for its metrics and events, which are safe for concurrent use.
type gate struct {
	name        string
	report      bool
	contract    *normalize.Contract
	registered  bool       // the contract is registered: successes are left alone
	rules       []ruleWord // by index
	defaults    *resource
	resources   negotiate.Resources[*resource]
	declared    []*resource // those with a path
	checks      bool        // whether any request needs to be looked at
	rejectPaths bool        // unknown_resources reject

	location    locations
	challenge   string
	retryAfter  string // in seconds
	proxyStatus bool
	overloaded  string // the Proxy-Status of a request that is shed
	denied      string // that of a request that is refused
	problems    problems
	inspection  inspection
	shedding    *shedding // nil: nothing is shed
	shedder     *shedder  // of shedding, once it is provisioned

	held    atomic.Int64 // bytes of bodies that are held to be inspected
	metrics *metrics
	events  *events
}

// ruleWord is a rule as logs and placeholders show it.
type ruleWord struct {
	text   string
	boxed  any // text, as a placeholder value
	passes bool
}

// resource is what requests to some paths may look like. Nil: unchecked.
type resource struct {
	path            string // the template, "" for the defaults
	route           uint64 // what the limiter knows it by, 0 for the defaults
	methods         *negotiate.Methods
	consumes        *negotiate.Ranges
	produces        *negotiate.Offers
	producesBoxed   []any // the offers as placeholder values
	codings         *negotiate.Codings
	representations representations
	// What problems list. Nothing writes into it.
	lists struct{ allowed, accepted, codings, available []string }
}

type representations uint8

const (
	representationsOff representations = iota
	representationsSafe
	representationsAll
)

type locations struct {
	created, accepted string // templates, "" for none
	public            bool
}

type bodies uint8

const (
	bodiesAuto bodies = iota
	bodiesKeep
	bodiesReplace
)

// inspection is how bodies are looked into. Without a plan none is.
type inspection struct {
	plan     *inspect.Plan
	captures []string // pointers, as in {http.statusgate.json.<pointer>}
	html     bool     // whether a rule asks what the client thinks of HTML
	limit    int      // bytes of one response
	total    int64    // bytes of all responses at a time
}

type problems struct {
	off     bool
	typeURI string // a template if it has a brace
	formats []problem.Format
	bodies  bodies
	detail  bool
}
