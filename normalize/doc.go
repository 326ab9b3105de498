// Package normalize turns the status codes of legacy backends into one
// documented contract.
//
// It is pure: it decides on plain values and knows neither Caddy nor a
// connection. A [Contract] is built once from a [Profile], a list of
// statuses that pass unchanged and a list of [Rule] values; its Decide
// method gives a [Verdict] for a [Response]. Behind the rules and the
// profile stands a table that knows every status that IANA registers and
// the nonstandard ones that are in use, see [Lookup] and [All].
//
// The rest of the package mends what a status owes its client in header
// fields: [DropBodyFields], [AddVary], [ProxyStatus], [MoveLocation] and
// [RetryAfter].
//
// Terms follow RFC 9110 (HTTP semantics), RFC 9209 (Proxy-Status) and
// RFC 9457 (problem details).
package normalize
