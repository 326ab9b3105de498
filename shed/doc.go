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
//
// # In a server
//
// A request has a [Place], which says who asks for what. [Limiter.Acquire] gives
// the verdict on it. One that is admitted ends with [Limiter.Release], also where
// its handler panics. [Limiter.Answered] belongs in between, when the head of the
// answer is there, or [Limiter.BecomeStream] where the rest of it may take hours.
//
// # Words
//
//   - A class is how important a request is; the operator says so. A band is how
//     far a client stands back for others of its class, since it has had much of
//     the backend. A cohort is one of the parts into which clients fall by
//     chance: under overload whole cohorts are served or not, so that pages are
//     whole.
//   - A visit is the requests of a client that follow each other closely. One that
//     has begun to be served goes on to be.
//   - A ghost is a request whose client has left while the backend works on. It
//     keeps its place.
//   - The book has the seconds in which rejected requests are told to come back.
//   - Patience is how long a request may wait. The squeeze is what is left of that
//     and of the limit where clients leave before they are served. While the law is
//     unsure whether the backend is congested they may wait longer, instead of being
//     shed.
//   - The law learns the limit. It counts work: what requests cost, compared with
//     each other by their route. The stay is how long a unit of work is in the
//     backend, the scale is its stay while there is little to do, and congestion is
//     stay by scale. Erlangs are the requests that the backend really works on at
//     a time, whatever waits inside it. Samples are effective ones: a hundred cheap
//     requests tell less than ten that are alike.
//   - The start is the search for the first limit. A probe lets fewer requests in
//     for a moment, to renew the scale. A doubt is a probe of a backend that has
//     become slow: it tells whether that comes of the requests inside.
package shed
