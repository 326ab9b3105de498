//go:build !linux

package lab

import (
	"errors"
	"os"
)

// tryLock is for Linux.
func tryLock(*os.File) (bool, error) { return false, errors.ErrUnsupported }
