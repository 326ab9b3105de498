package experiment

import (
	"context"

	"github.com/statusgate/statusgate/tests/overload/lab"
)

// Budget is what there is to share.
const Budget = budget

// Rooms is rooms, for the tests.
type Rooms struct{ rooms }

// NewRooms has all rooms free.
func NewRooms() *Rooms { return &Rooms{rooms{free: budget}} }

// Enter is enter.
func (r *Rooms) Enter(ctx context.Context, need int) (func(), error) { return r.enter(ctx, need) }

// Updating is a lab in a module that is to bring the page up to date.
func Updating(module, out string) *Lab {
	return &Lab{Lab: &lab.Lab{Options: lab.Options{Module: module, Out: out}}, update: true}
}

// Marks of the figures on the page, and the files of the repository that have some.
const (
	FiguresBegin    = figuresBegin
	FiguresEnd      = figuresEnd
	PagePerformance = pagePerformance
	PlotMeasured    = plotMeasured
)
