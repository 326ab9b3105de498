//go:build !unix

// Package cputime tells benchmarks what the process has used of the processor. On
// systems other than Unix it is the time that went by.
package cputime

import "time"

var start = time.Now()

// Used is the time since the start of the process.
func Used() time.Duration { return time.Since(start) }
