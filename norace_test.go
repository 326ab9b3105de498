//go:build !race

package statusgate

const raceDetector = false
