//go:build race

package statusgate

// raceDetector makes pools forget now and then, so that allocations can't be
// counted.
const raceDetector = true
