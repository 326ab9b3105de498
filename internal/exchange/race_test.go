//go:build race

package exchange_test

// raceDetector makes pools forget now and then, so that allocations can't be
// counted.
const raceDetector = true
