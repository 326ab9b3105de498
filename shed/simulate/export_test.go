package simulate

import "time"

// Agenda is a heap of times.
type Agenda struct{ agenda }

// Add adds a time.
func (a *Agenda) Add(at time.Duration) { a.add(at, 0, nil, 0) }

// Take takes the earliest time.
func (a *Agenda) Take() time.Duration { return a.take().at }
