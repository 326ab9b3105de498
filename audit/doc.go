// Package audit says what a gate would have made of a backend's old access logs:
// which statuses it would have sent, which requests it would have refused, at which
// paths, and which resources the traffic suggests to declare.
//
// [Run] reads a log through [Decide], which is the gate. Its [Report] is text, CSV,
// JSON or a page. [NewTable] asks the gate about every status, for where the logs are
// in a database: its query counts there what Run counts.
//
// A log may be of any size. What is counted is bounded: so many statuses, methods and
// path templates are held apart as a person can look at, and the rest counts as
// other. Paths become templates: those that are declared, else those learned from the
// log, in which what looks like a value is a variable.
//
// The package knows no Caddy. It imports the standard library and the pure packages
// of this module.
package audit
