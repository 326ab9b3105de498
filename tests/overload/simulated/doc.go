// Package simulated compares the limiter with others in virtual time, with
// failsafe-go's adaptive limiter among them: the released module, which takes its
// time from a bubble of testing/synctest.
//
//	go test ./simulated -run TestCompare -v -args -table -seeds 3 -only 'C12'
//	go test ./simulated -run TestPlots -v -args -plots /tmp/plots
package simulated
