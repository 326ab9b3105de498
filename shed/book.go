package shed

import "time"

const (
	bookShare  = 0.4         // of what the backend delivers is given to those who come back
	bookPages  = 128         // seconds
	bookLater  = 10          // seconds that background requests leave to others
	bookCommon = 0.9         // of a second's appointments that only critical requests may exceed
	bookGreedy = 0.5         // of them that clients may have who are rejected more than others
	bookMin    = 1           // appointments in a second
	bookMax    = 1 << 20     // likewise
	bookSecond = time.Second // of a page
)

// book hands out appointments: a rejected request is told the first second in
// which the backend has time for it. So those who come back come one after the
// other.
type book struct {
	taken [bookPages]int32 // by second modulo pages
	first int64            // the second of the first page
	free  [Classes]int64   // where to look first
	late  [Classes]int64   // likewise, for greedy clients
	spill uint64           // spreads those for whom there is no page
}

// appoint returns in how many seconds, at least 1 and at most limit, a request
// of a class should come back. Rate is what the backend delivers in a second.
//
// Nobody is told to come back before the overload, which has lasted for some
// time, may be expected to be over: it may last as long again.
func (b *book) appoint(c Class, now, lasted time.Duration, rate float64, limit int) int {
	return b.appointFrom(&b.free[c], c, now, lasted, rate, limit)
}

// appointGreedy is appoint for a client of whom many requests are rejected: it
// leaves a part of each second to the others, so that it can't fill the book.
func (b *book) appointGreedy(c Class, now, lasted time.Duration, rate float64, limit int) int {
	return b.appointFrom(&b.late[c], c, now, lasted, bookGreedy*rate, limit)
}

func (b *book) appointFrom(free *int64, c Class, now, lasted time.Duration, rate float64, limit int) int {
	second := int64(now / bookSecond)
	b.turn(second)
	limit = max(1, limit)
	last := second + int64(min(limit, bookPages-1))
	quota := bookQuota(rate)
	if c > Critical {
		quota = int32(max(bookMin, float64(quota)*bookCommon))
	}
	at := max(*free, second+1+int64(min(lasted/bookSecond, bookPages/4)))
	if c == Background {
		at = max(at, min(second+bookLater, last))
	}
	for at <= last && b.taken[at%bookPages] >= quota {
		at++
	}
	*free = at
	if at > last {
		// No page is free: spread over the last half.
		b.spill++
		return limit - int(mix(b.spill)%uint64(limit/2+1)) //nolint:gosec // at most limit
	}
	b.taken[at%bookPages]++
	return int(at - second)
}

func bookQuota(rate float64) int32 {
	return int32(min(max(rate*bookShare, bookMin), bookMax))
}

// turn clears the pages of the seconds that are over.
func (b *book) turn(second int64) {
	if second-b.first >= bookPages {
		b.taken = [bookPages]int32{}
		b.first = second
	}
	for ; b.first < second; b.first++ {
		b.taken[b.first%bookPages] = 0
	}
}
