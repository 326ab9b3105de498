//go:build race

package simulate_test

// WithRace: the race detector makes runs ten times as long, and has nothing to
// find in them.
const withRace = true
