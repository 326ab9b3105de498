//go:build !linux

package lab

import (
	"errors"
	"os"
)

// lock is for Linux.
func lock(*os.File) error { return errors.ErrUnsupported }
