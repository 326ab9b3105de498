// Package shed decides which requests a backend of unknown capacity gets, and
// which are told to come back later.
//
// A [Controller] is the whole decision, without a clock, a lock or a goroutine:
// events and their times go in, verdicts come out. A simulator can drive it in
// virtual time. A [Limiter] puts a mutex, a timer and the waiting around it, for
// servers.
//
// The places of the backend are limited by a fixed number, or by one that is
// learned from what the backend delivers. Who finds no free place waits in a
// short queue, the more important first; who can't be served in time is
// rejected at once, with the second in which to come back.
package shed
