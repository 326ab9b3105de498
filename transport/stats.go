package transport

import "sync/atomic"

// Stats are the figures of a [Direct].
type Stats struct {
	// Open connections, and those of them that wait for a request.
	Open, Idle int

	// Dialled counts the connections that were opened.
	Dialled uint64

	// Reused counts the exchanges on a connection that had served before.
	Reused uint64

	// Stale counts the idle connections that the look before a request found
	// unfit: closed by the backend, or with something that was not asked for.
	Stale uint64

	// Repeated counts the requests that were sent again after their connection
	// had ended without an answer.
	Repeated uint64
}

type counts struct {
	dialled, reused, stale, repeated atomic.Uint64
}

// Stats tells how the connections are used.
func (d *Direct) Stats() Stats {
	s := Stats{
		Dialled:  d.counts.dialled.Load(),
		Reused:   d.counts.reused.Load(),
		Stale:    d.counts.stale.Load(),
		Repeated: d.counts.repeated.Load(),
	}
	s.Open, s.Idle = d.pool.sizes()
	return s
}
