package suspects

import (
	"sync/atomic"
)

// Sampler says which bodies are worth a look. Those that begin alike are looked at
// the more seldom the more of them there were. It is safe for concurrent use, and
// allocates nothing.
type Sampler struct {
	seen [slots]atomic.Uint32
}

const slots = 4096

// Wants takes note of a body by its [Fingerprint]. It gives how many bodies this one
// stands for, 0 where it is not to be looked at.
func (s *Sampler) Wants(fingerprint uint64) (weight int64) {
	n := s.seen[fingerprint%slots].Add(1)
	step := uint32(1)
	switch {
	case n > 1<<16:
		step = 4096
	case n > 1<<10:
		step = 256
	case n > 32:
		step = 16
	}
	if n%step != 0 && step > 1 {
		return 0
	}
	return int64(step)
}

// fingerprinted is how many bytes of a body tell it from others.
const fingerprinted = 96

// Fingerprint is the same for bodies that begin alike at paths that are alike: the
// names of the first members count, values and digits do not.
func Fingerprint(path, contentType string, begin []byte) uint64 {
	const offset, prime = 14695981039346656037, 1099511628211
	h := uint64(offset)
	add := func(c byte) { h = (h ^ uint64(c)) * prime }
	digit := false
	for i := range len(path) {
		c := path[i]
		if c >= '0' && c <= '9' {
			if !digit {
				add('0')
			}
			digit = true
			continue
		}
		digit = digit && c != '/'
		if !digit {
			add(c)
		}
	}
	for i := range len(contentType) {
		add(contentType[i])
	}
	for _, c := range begin[:min(len(begin), fingerprinted)] {
		if c < '0' || c > '9' {
			add(c)
		}
	}
	return h
}
