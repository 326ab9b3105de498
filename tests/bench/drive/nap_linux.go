package drive

import (
	"syscall"
	"time"
)

// nap waits, to the kernel's 50 µs. [time.Sleep] rounds up to a whole millisecond
// where nothing else is to do, which is more than most gateways take.
func nap(d time.Duration) {
	for end := time.Now().Add(d); d > 0; d = time.Until(end) {
		left := syscall.NsecToTimespec(int64(d))
		_ = syscall.Nanosleep(&left, nil) // a signal ends it early
	}
}
