// Package exchange takes one request and its response through a gate, from the
// checks of the request to the last byte of the answer.
//
// A request goes down through these parts, and none calls one above it:
//
//	Gate.Serve      begins an exchange, calls the handlers behind the gate, ends it
//	writer          what those handlers write to, until the exchange ends
//	exchange        the order of things
//	judgement       which status is sent, and why
//	inspection      a body that waits until a rule has seen enough of it
//	sender          the one part that turns a decision into bytes
//	head, body      the fields, and where the backend's bytes go
//
// All parts of an exchange belong to the goroutine of its handler. The only
// other one is the timer of an inspection, which takes the inspection's lock.
package exchange

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/statusgate/statusgate/inspect"
	"github.com/statusgate/statusgate/internal/failure"
	"github.com/statusgate/statusgate/internal/jobdesk"
	"github.com/statusgate/statusgate/internal/overload"
	"github.com/statusgate/statusgate/internal/telemetry"
	"github.com/statusgate/statusgate/negotiate"
	"github.com/statusgate/statusgate/normalize"
	"github.com/statusgate/statusgate/problem"
)

// DefaultChallenge is the WWW-Authenticate of a 401 where the configuration has
// none.
const DefaultChallenge = "Bearer"

// Gate is a configuration in the shape that requests need. It is immutable once
// it serves requests, and safe for concurrent use.
type Gate struct {
	// Name is the name in Proxy-Status.
	Name string
	// Report says that nothing changes for clients.
	Report bool
	// Verdicts say what becomes of a status.
	Verdicts
	// Resources are what requests are checked against.
	Resources Resources
	// Owed is what responses get that the backend forgot.
	Owed Owed
	// ProxyStatus says whether responses carry Proxy-Status.
	ProxyStatus bool
	// CORS says which pages of other origins may read answers, nil for none.
	CORS *CORS
	// Problems say what errors look like.
	Problems Problems
	// Page tells clients what the gate promises, nil for none.
	Page *Page
	// Inspection says how bodies are looked into.
	Inspection Inspection
	// Shedder keeps the backend from overload, nil if nothing is shed.
	Shedder *overload.Shedder
	// Jobs are what slow requests become, nil if none does.
	Jobs *jobdesk.Desk
	// Observers are told what happens.
	Observers

	service
}

// Verdicts say what becomes of a status.
type Verdicts struct {
	// Contract decides on statuses.
	Contract *normalize.Contract
	// Registered says that the contract leaves registered successes alone.
	Registered bool
	// Strict says that the contract passes nothing but the documented statuses.
	Strict bool
	// Passes tells of each rule of the contract whether it passes the response.
	Passes []bool
	// Targets are the statuses that rules send.
	Targets []int
}

// Observers are told what happens in a gate.
type Observers struct {
	// Telemetry is where decisions are made known.
	Telemetry *telemetry.Gate
	// Suspects remember successes that look like errors, nil if nobody asks.
	Suspects *Suspects
	// Trace takes down what exchanges go through, nil in normal service.
	Trace *Trace
}

// service is what a gate holds while it serves, for all requests at a time.
type service struct {
	proxyStatuses proxyStatuses
	patients      patients
	nested        atomic.Bool // whether it was asked if the gate is in another one
}

// proxyStatuses are the fields that every refusal has.
type proxyStatuses struct{ overloaded, denied string }

// Ready prepares what follows from the configuration. It is called once, before
// the gate serves requests.
func (g *Gate) Ready() {
	g.proxyStatuses = proxyStatuses{
		overloaded: normalize.ProxyStatus(g.Name, overloaded.Error, normalize.NotAsked),
		denied:     normalize.ProxyStatus(g.Name, failure.Denied, normalize.NotAsked),
	}
	if d := g.Resources.Description; d != nil {
		d.watches = d.Requests == RequestsReport || g.Report && d.Requests == RequestsEnforce
	}
}

// Owed is what responses get that the backend forgot.
type Owed struct {
	// Created and Accepted are templates of the Location of a 201 and a 202, ""
	// for none.
	Created, Accepted string
	// Public says that a Location on the backend's host moves to the public one.
	Public bool
	// Prefix stands in front of the paths that the backend knows, "" for what a
	// handler has taken from the request's.
	Prefix string
	// Challenge is the template of WWW-Authenticate.
	Challenge string
	// RetryAfter is from when to when clients are told to come back.
	RetryAfter normalize.Delay
}

// Bodies says what becomes of the backend's error bodies.
type Bodies uint8

// What becomes of them, as the option problems.bodies says it.
const (
	BodiesAuto Bodies = iota
	BodiesKeep
	BodiesReplace
)

// Problems say what errors look like.
type Problems struct {
	// Off leaves error bodies alone and errors to handle_errors.
	Off bool
	// Type is the template of the type member.
	Type string
	// Kinds says that each kind of the gate's own problems has a type of its own.
	Kinds bool
	// Formats are those to choose from, in order of preference.
	Formats []problem.Format
	// Bodies says what becomes of the backend's.
	Bodies Bodies
	// Detail says whether there is a sentence on what went wrong.
	Detail bool
	// Members are added to those of RFC 9457. Their values are templates.
	Members []problem.Member
	// Pages are the operator's own, nil for the built-in one.
	Pages *problem.Pages
}

// Inspection says how bodies are looked into. Without a plan none is.
type Inspection struct {
	// Plan says what is looked for.
	Plan *inspect.Plan
	// Captures are the pointers of {http.statusgate.json.<pointer>}.
	Captures []string
	// HTML are the statuses for which a rule asks what the client thinks of HTML.
	HTML []normalize.Span
	// Limit bounds the bytes of one response.
	Limit int
	// Total bounds the bytes of all responses at a time.
	Total int64
	// Wait is how long a flush waits for a decision, from the body's first byte on.
	Wait time.Duration

	held atomic.Int64
}

// JSONPlaceholder is followed by the RFC 6901 pointer of a value in the body.
const JSONPlaceholder = "http.statusgate.json."

// Resources are what requests are checked against.
type Resources struct {
	// Defaults are for paths that no resource has.
	Defaults *Resource
	// Declared are those with a path, by their templates.
	Declared negotiate.Resources[*Resource]
	// Checks says whether any request needs to be looked at.
	Checks bool
	// Reject says that a path without a resource is a 404.
	Reject bool
	// Description is what API descriptions and the methods of resources say, nil for
	// nothing.
	Description *Description
}

// Resource is what requests to some paths may look like. What is nil is not
// checked.
type Resource struct {
	// Path is the template, "" for the defaults.
	Path string
	// Route is what the limiter knows the resource by, 0 for the defaults.
	Route    uint64
	Methods  *negotiate.Methods
	Consumes *negotiate.Ranges
	Produces *negotiate.Offers
	Codings  *negotiate.Codings
	// Representations says which answers are held against the request's Accept.
	Representations Representations
	// Says are the options that it has itself, and not from the defaults.
	Says Said
	// ByMethod is what it says of single methods.
	ByMethod []Method

	boxed  []any // Produces as placeholder values
	lists  lists
	joined sync.Map // with what documents say: by their resource
}

// lists are what problems list. Nothing writes into them.
type lists struct{ allowed, accepted, codings, available []string }

// Ready prepares what follows from the fields. It is called once, before the
// resource serves requests.
func (res *Resource) Ready() {
	res.boxed = nil
	for _, t := range res.Produces.Types() {
		res.boxed = append(res.boxed, t)
	}
	res.lists = lists{res.Methods.List(), res.Consumes.List(), res.Codings.List(), res.Produces.Types()}
}

// Representations says which answers are held against the request's Accept.
type Representations uint8

// Which answers, as the option representations says it.
const (
	RepresentationsOff Representations = iota
	RepresentationsSafe
	RepresentationsAll
)
