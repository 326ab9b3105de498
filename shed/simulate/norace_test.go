//go:build !race

package simulate_test

const withRace = false
