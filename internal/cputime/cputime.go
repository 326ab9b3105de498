//go:build unix

// Package cputime tells benchmarks what the process has used of the processor. On a
// machine with other work that says more than the time that went by.
package cputime

import (
	"syscall"
	"time"
)

// Used is what the process has used since its start.
func Used() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
