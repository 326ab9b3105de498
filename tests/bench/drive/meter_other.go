//go:build !linux

package drive

import (
	"errors"
	"time"
)

// reading is for Linux.
type reading struct {
	process                  time.Duration
	peak, resident, accepted int64
}

func (reading) foreign(reading) float64 { return 0 }

func (Plan) take() (reading, error) { return reading{}, errors.Join(errEnded, errors.ErrUnsupported) }
