package shed

import "time"

// Controller decides on requests. Its methods are not safe for concurrent use.
// The times given to it are those since any fixed moment; one that is earlier than
// the last one counts as that.
type Controller struct{}

// NewController makes a controller. Seed makes its choice of clients
// unpredictable. It calls decided for each request that was told to wait, when
// its verdict is there; decided must not call the controller.
func NewController(cfg Config, seed uint64, decided func(*Place)) *Controller { return nil }

// Arrive takes a request and gives its verdict.
func (c *Controller) Arrive(now time.Duration, p *Place) Verdict { return Rejected }

// Answered notes that the backend's answer to an admitted request has begun.
func (c *Controller) Answered(now time.Duration, p *Place) {}

// Release takes the place of an admitted request back.
func (c *Controller) Release(now time.Duration, p *Place, e Ending) {}

// Leave takes a request that waits out of the queue: its client left.
func (c *Controller) Leave(now time.Duration, p *Place) {}

// Next is when Advance wants to be called, ok is false if it does not.
func (c *Controller) Next() (at time.Duration, ok bool) { return 0, false }

// Advance does what is due.
func (c *Controller) Advance(now time.Duration) {}

// Limit is how many requests may be in flight now.
func (c *Controller) Limit() int { return 0 }

type placeState struct{}
