//go:build !race

package shed_test

const withRace = false
