package audit

import (
	"slices"
	"time"
)

const (
	firstWidth = 60  // seconds that a bucket is wide at first
	maxBuckets = 256 // then buckets become twice as wide
)

// series counts requests over time, in buckets that grow with the span.
type series struct {
	width   int64 // of a bucket, in seconds
	buckets map[int64]*bucket
	last    *bucket
	from    int64 // nanoseconds that begin and end the last bucket
	to      int64
	first   int64 // the earliest and the latest time, in nanoseconds; 0 for none
	latest  int64
}

// bucket counts the requests of a time by what would become of them.
type bucket [changes]int64

// add counts a request at a time in nanoseconds since 1970; 0 is none.
func (s *series) add(at int64, c change) {
	if at == 0 {
		return
	}
	if s.last == nil || at < s.from || at >= s.to {
		s.find(at)
	}
	s.last[c]++
	if at > s.latest {
		s.latest = at
	}
	if at < s.first {
		s.first = at
	}
}

// find makes the bucket of a time the last.
func (s *series) find(at int64) {
	if s.buckets == nil {
		s.buckets, s.width, s.first, s.latest = make(map[int64]*bucket), firstWidth, at, at
	}
	n := floor(at, s.width*int64(time.Second))
	if s.buckets[n] == nil {
		for len(s.buckets) >= maxBuckets {
			s.widen()
			n = floor(at, s.width*int64(time.Second))
			if s.buckets[n] != nil {
				break
			}
		}
	}
	if s.buckets[n] == nil {
		s.buckets[n] = new(bucket)
	}
	s.last = s.buckets[n]
	s.from = n * s.width * int64(time.Second)
	s.to = s.from + s.width*int64(time.Second)
}

// floor divides and rounds down, for times before 1970, too.
func floor(a, b int64) int64 {
	n := a / b
	if a%b < 0 {
		n--
	}
	return n
}

// widen makes buckets twice as wide.
func (s *series) widen() {
	wider := make(map[int64]*bucket, len(s.buckets))
	for n, b := range s.buckets {
		to := wider[floor(n, 2)]
		if to == nil {
			wider[floor(n, 2)] = b
			continue
		}
		for i := range b {
			to[i] += b[i]
		}
	}
	s.buckets, s.width, s.last = wider, s.width*2, nil
}

// merge adds another series.
func (s *series) merge(from *series) {
	if from.buckets == nil {
		return
	}
	if s.buckets == nil {
		*s = *from
		return
	}
	for s.width < from.width {
		s.widen()
	}
	for from.width < s.width {
		from.widen()
	}
	for n, b := range from.buckets {
		to := s.buckets[n]
		if to == nil {
			s.buckets[n] = b
			continue
		}
		for i := range b {
			to[i] += b[i]
		}
	}
	s.first, s.latest = min(s.first, from.first), max(s.latest, from.latest)
}

// times lists the numbers of the buckets in their order, gaps left out.
func (s *series) times() []int64 {
	list := make([]int64, 0, len(s.buckets))
	for n := range s.buckets {
		list = append(list, n)
	}
	slices.Sort(list)
	return list
}
