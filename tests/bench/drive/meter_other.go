//go:build !linux

package drive

import (
	"errors"
	"time"
)

// disturbance is for Linux.
type disturbance struct{}

func (disturbance) since(disturbance, time.Duration) float64 { return 0 }

func (Plan) disturbance([]*server) (disturbance, error) { return disturbance{}, errors.ErrUnsupported }

func processTime(int) (time.Duration, error) { return 0, errors.Join(errEnded, errors.ErrUnsupported) }

func memory(int) (peak, resident int64) { return 0, 0 }

func tree(pid int) []int { return []int{pid} }
