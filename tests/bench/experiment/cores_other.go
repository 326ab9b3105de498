//go:build !linux

package experiment

import "errors"

func cores() (client, server int, err error) {
	return 0, 0, errors.Join(errCores, errors.ErrUnsupported)
}
