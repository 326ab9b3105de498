package shed

import (
	"math"
	"math/bits"
	"time"
)

// A cohort is a part of the clients that lives or dies together under
// overload: all requests of a page, all pages of a session. Which cohort a
// client is in changes once in an epoch, at a moment of its own.
const epoch = 60 * time.Second

// cohortOf is the cohort of a client, 0 being served first. Clients that are
// unknown are in the middle.
func cohortOf(seed, client uint64, now time.Duration) int {
	if client == 0 {
		return cohorts / 2
	}
	h := mix(seed ^ client)
	stagger, _ := bits.Mul64(h, uint64(epoch))                       // uniform below an epoch
	return int(mix(h+(uint64(now)+stagger)/uint64(epoch)) % cohorts) //nolint:gosec // times are not negative
}

// mix spreads the bits of x.
func mix(x uint64) uint64 {
	hi, lo := bits.Mul64(x^0x9e3779b97f4a7c15, 0xd6e8feb86659fd93)
	return hi ^ lo
}

const (
	usageRows  = 2
	usageSlots = 1024
	usageHalf  = 10 * time.Second // the half-life of what a client has had
	usageStep  = usageHalf / 100  // how often the weight of what is new is renewed
)

// usage knows which clients want more of the backend than others: a count-min
// sketch of work that decays, of fixed size whoever comes. Instead of making the
// old lighter it makes the new heavier.
type usage struct {
	slots  [usageRows][usageSlots]float64
	total  float64
	weight float64
	since  time.Duration // of the weights
	step   time.Duration // when weight was last renewed
}

// add notes work that a client was given.
func (u *usage) add(client uint64, work float64, now time.Duration) {
	if client == 0 {
		return
	}
	if now-u.step >= usageStep || u.weight == 0 {
		u.renew(now)
	}
	w := work * u.weight
	u.total += w
	for row, h := 0, mix(client); row < usageRows; row, h = row+1, h>>32 {
		u.slots[row][h%usageSlots] += w
	}
}

// share is a client's part of all that was given lately, 0 to 1.
func (u *usage) share(client uint64) float64 {
	if client == 0 || u.total <= 0 {
		return 0
	}
	had := math.Inf(1)
	for row, h := 0, mix(client); row < usageRows; row, h = row+1, h>>32 {
		had = min(had, u.slots[row][h%usageSlots])
	}
	return had / u.total
}

func (u *usage) renew(now time.Duration) {
	u.step = now
	u.weight = math.Exp2((now - u.since).Seconds() / usageHalf.Seconds())
	if u.weight < 1<<30 {
		return
	}
	// After a long time the weight is infinite, and nothing of before is left.
	for row := range u.slots {
		for i := range u.slots[row] {
			u.slots[row][i] /= u.weight
		}
	}
	u.total /= u.weight
	u.since, u.weight = now, 1
}

// bandOf is how far behind others of its class a client with a share of the
// work waits: 0 up to 4 %, then one more for each doubling.
func bandOf(share float64) int {
	band := 0
	for limit := 0.04; band < bands-1 && share > limit; limit *= 2 {
		band++
	}
	return band
}

const (
	visitSlots = 4096
	visitGap   = 2 * time.Second  // between the requests of a visit
	visitLong  = 15 * time.Second // after which it counts as another one
	visitShy   = time.Second      // how long a client that was rejected stays behind
)

// visits remember which clients are being served: a page whose first requests
// were served is served to its end, and one whose first was not gives way. Of
// fixed size: clients that share a slot forget each other.
type visits [visitSlots]visit

type visit struct {
	client uint64
	since  time.Duration
	last   time.Duration
	served bool
}

// note remembers what became of a request.
func (v *visits) note(client uint64, served bool, now time.Duration) {
	if client == 0 {
		return
	}
	x := &v[client%visitSlots]
	if x.client != client || x.served != served || x.over(now) {
		*x = visit{client: client, since: now, served: served}
	}
	x.last = now
}

// over reports whether the visit has ended.
func (x *visit) over(now time.Duration) bool {
	if !x.served {
		return now-x.since > visitShy
	}
	return now-x.last > visitGap || now-x.since > visitLong
}

// refused reports whether a client was rejected a moment ago.
func (v *visits) refused(client uint64, now time.Duration) bool {
	x := &v[client%visitSlots]
	return client != 0 && x.client == client && !x.served && !x.over(now)
}

// cohort is that of a client, or the first or last one because of how its visit
// began.
func (v *visits) cohort(seed, client uint64, now time.Duration) int {
	x := &v[client%visitSlots]
	if client == 0 || x.client != client || x.over(now) {
		return min(max(cohortOf(seed, client, now), 1), cohorts-2)
	}
	if x.served {
		return 0
	}
	return cohorts - 1
}
