package lab

import (
	"errors"
	"os"
	"syscall"
)

// lock locks a file, as flock(1) does, as soon as no one else has it.
func lock(file *os.File) error {
	for {
		err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX)
		if !errors.Is(err, syscall.EINTR) {
			return err
		}
	}
}
