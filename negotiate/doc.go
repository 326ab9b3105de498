// Package negotiate decides, on plain values, whether an HTTP request fits what
// a resource says about itself: its path, its methods, the media types and
// content codings that it consumes and the media types that it produces
// (RFC 9110 §8.3, §8.4, §9 and §12.5.1).
//
// A set ([Offers], [Ranges], [Codings], [Methods], [Resources]) is built once,
// from configuration, and then only read: its methods are safe for concurrent
// use and, unless they say otherwise, do not allocate. Constructors are strict
// and report every mistake in one error, each with the value at fault. Readers
// of header fields never fail: they are tolerant where deployed clients need it
// and say so. A nil set behaves as an empty one.
//
// # Budget
//
// Header fields come from strangers, so the work that they can cause is bounded:
//
//   - every parser takes its input from the front; a byte is looked at a small
//     constant number of times, whatever it is surrounded by;
//   - of all Accept lines together, the first 256 members count (empty ones cost
//     a byte each and are not counted), later ones are not looked at; the
//     busiest Accept known to be in use has about 100;
//   - a media range with more than 16 parameters counts as one that does not
//     parse; of a media type with more, the first 16 are compared;
//   - a request may have at most 16 content codings;
//   - a set holds at most 256 media types or ranges, so that the worst Accept
//     costs at most 256 × 256 comparisons of a few bytes;
//   - a path is brought into its canonical form in one pass and matched against
//     a tree whose nodes are each visited at most once.
package negotiate

const (
	maxMembers = 256 // members of all Accept lines that are looked at
	maxParams  = 16  // parameters of one media range or type that are compared
	maxApplied = 16  // content codings that one request may name
	maxSet     = 256 // media types or ranges in one set
)
