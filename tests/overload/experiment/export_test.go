package experiment

import "context"

// Budget is what there is to share.
const Budget = budget

// Rooms is rooms, for the tests.
type Rooms struct{ rooms }

// NewRooms has all rooms free.
func NewRooms() *Rooms { return &Rooms{rooms{free: budget}} }

// Enter is enter.
func (r *Rooms) Enter(ctx context.Context, need int) (func(), error) { return r.enter(ctx, need) }
