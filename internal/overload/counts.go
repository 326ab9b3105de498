package overload

import (
	"sync/atomic"

	"github.com/statusgate/statusgate/internal/shedlog"
	"github.com/statusgate/statusgate/shed"
)

// mode is whether a limiter sheds, or only tells what it would shed.
type mode uint8

const (
	enforce mode = iota
	report
	modes
)

// modeOf is the mode of a limiter's settings.
func modeOf(c *shed.Config) mode {
	if c.Report {
		return report
	}
	return enforce
}

var modeNames = [modes]string{"enforce", "report"}

// String is the mode as it stands in metrics and logs.
func (m mode) String() string { return modeNames[m] }

// counts are what became of the requests of a limiter. What was only reported
// shares no counter with what was done, whatever the limiter did before a reload.
type counts struct {
	requests [modes][shed.Classes][shed.Outcomes]atomic.Uint64
	reasons  [modes][shed.Classes][shed.Reasons]atomic.Uint64
}

// count counts a request whose verdict is there.
func (c *counts) count(m mode, p *shed.Place) {
	c.requests[m][p.Class][p.Outcome].Add(1)
	if shedlog.HasReason(p.Outcome) {
		c.reasons[m][p.Class][p.Reason].Add(1)
	}
}

// used reports whether anything was counted in a mode.
func (c *counts) used(m mode) bool {
	for class := range c.requests[m] {
		for outcome := range c.requests[m][class] {
			if c.requests[m][class][outcome].Load() > 0 {
				return true
			}
		}
	}
	return false
}
