// Package simulate runs a limiter in front of a simulated backend, in virtual
// time, and measures what its clients get.
//
// A [Scenario] says what comes, and what the backend can do. [Run] plays it for a
// [Limiter], which is the shipped [shed.Controller] or one of the known
// alternatives, and gives a [Result]. The same scenario, seed and limiter give the
// same result, and every limiter gets the same requests at the same times.
//
// [Experiments] are the scenarios that the limiter is judged by, with the targets
// it has to reach.
package simulate
