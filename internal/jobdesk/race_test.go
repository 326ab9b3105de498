//go:build race

package jobdesk_test

const raceEnabled = true
