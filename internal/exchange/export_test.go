package exchange

import (
	"net/http"

	"github.com/statusgate/statusgate/shed"
)

// NewURN makes the URI of an ID.
func NewURN() string { return newURN() }

// Missteps counts states that were not entered because they may not follow.
func Missteps() int64 { return missteps.Load() }

// RouteOf identifies what a request is for.
func (g *Gate) RouteOf(r *http.Request) uint64 {
	res, _ := g.Resources.find(r)
	return g.Shedder.RouteOf(r, res.Route)
}

// EndingOf is how a request leaves its place whose handler returns an error, or
// panics with a reason.
func EndingOf(w http.ResponseWriter, err error, reason any) string {
	return endings[w.(*writer).exchange.visit.Ending(err, reason)]
}

var endings = map[shed.Ending]string{shed.Served: "served", shed.Failed: "failed", shed.Left: "left", shed.Unused: "unused"}

// Limits of what is held and read, in bytes.
const (
	HoldLimit    = holdLimit
	DiscardLimit = discardLimit
)
