package shed

import "math/bits"

// The queue keeps those who wait in order of importance: by class, within a
// class by how much of the backend their client has had, within that by cohort.
// Within a bucket the first come are the first served.
const (
	bands        = 8   // of usage
	cohorts      = 128 // of clients
	queueClasses = 3   // exempt requests don't wait
	classBuckets = bands * cohorts
	buckets      = queueClasses * classBuckets
)

// bucketOf is the place of a request in the order; lower is better.
func bucketOf(class Class, band, cohort int) int {
	return int(class)*classBuckets + band*cohorts + cohort
}

// queue is a set of ordered buckets. Every operation takes a bounded number of
// steps, whatever waits.
type queue struct {
	heads   [buckets]*Place
	tails   [buckets]*Place
	count   [buckets + 1]int32 // a Fenwick tree: count[i] covers the buckets that end at i-1
	used    [buckets / 64]uint64
	summary uint64 // which words of used are not zero
	len     int
	size    int    // bytes held by those who wait
	oldest  *Place // in order of arrival
	newest  *Place
}

// The words of used must fit the bits of summary.
const _ = uint(64 - buckets/64)

// push appends a place to its bucket.
func (q *queue) push(p *Place) {
	b := p.bucket
	p.before, p.behind = q.tails[b], nil
	if p.before == nil {
		q.heads[b] = p
		q.used[b/64] |= 1 << (b % 64)
		q.summary |= 1 << (b / 64)
	} else {
		p.before.behind = p
	}
	q.tails[b] = p
	p.older, p.younger = q.newest, nil
	if p.older == nil {
		q.oldest = p
	} else {
		p.older.younger = p
	}
	q.newest = p
	q.len++
	q.size += p.Size
	q.add(b, 1)
}

// remove takes a place out, wherever it stands.
func (q *queue) remove(p *Place) {
	b := p.bucket
	if p.before == nil {
		q.heads[b] = p.behind
	} else {
		p.before.behind = p.behind
	}
	if p.behind == nil {
		q.tails[b] = p.before
	} else {
		p.behind.before = p.before
	}
	if q.heads[b] == nil {
		if q.used[b/64] &^= 1 << (b % 64); q.used[b/64] == 0 {
			q.summary &^= 1 << (b / 64)
		}
	}
	if p.older == nil {
		q.oldest = p.younger
	} else {
		p.older.younger = p.younger
	}
	if p.younger == nil {
		q.newest = p.older
	} else {
		p.younger.older = p.older
	}
	p.before, p.behind, p.older, p.younger = nil, nil, nil, nil
	q.len--
	q.size -= p.Size
	q.add(b, -1)
}

// best is the place to be served first, nil if nobody waits.
func (q *queue) best() *Place {
	if q.len == 0 {
		return nil
	}
	word := bits.TrailingZeros64(q.summary)
	return q.heads[word*64+bits.TrailingZeros64(q.used[word])]
}

// worst is the place to be given up first, nil if nobody waits.
func (q *queue) worst() *Place {
	if q.len == 0 {
		return nil
	}
	word := 63 - bits.LeadingZeros64(q.summary)
	return q.tails[word*64+63-bits.LeadingZeros64(q.used[word])]
}

// upTo is how many wait in a bucket and the better ones.
func (q *queue) upTo(bucket int) int {
	n := int32(0)
	for i := bucket + 1; i > 0; i &= i - 1 {
		n += q.count[i]
	}
	return int(n)
}

// upToClass is how many wait in a class and the better ones.
func (q *queue) upToClass(c Class) int {
	return q.upTo((int(c)+1)*classBuckets - 1)
}

func (q *queue) add(bucket int, n int32) {
	for i := bucket + 1; i <= buckets; i += i & -i {
		q.count[i] += n
	}
}
