//go:build race

package shed_test

// withRace: the race detector allocates, and makes what is random ten times as
// long.
const withRace = true
