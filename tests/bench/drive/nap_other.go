//go:build !linux

package drive

import "time"

// nap waits, as exactly as it can.
func nap(d time.Duration) { time.Sleep(d) }
