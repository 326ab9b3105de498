package command

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/dustin/go-humanize"

	"github.com/statusgate/statusgate/accesslog"
)

// progress shows on a terminal how far the reading has come.
type progress struct {
	w     io.Writer
	on    bool
	begun time.Time
	shown time.Time
	last  int // characters of the line
}

// progressPause is how long a line stands at least.
const progressPause = 100 * time.Millisecond

func newProgress(w io.Writer) *progress {
	return &progress{w: w, on: isTerminal(w), begun: time.Now()}
}

// show shows how far it is, from one goroutine.
func (p *progress) show(at accesslog.Progress) {
	now := time.Now()
	if !p.on || now.Sub(p.shown) < progressPause {
		return
	}
	p.shown = now
	line := progressLine(at, now.Sub(p.begun))
	_, _ = fmt.Fprintf(p.w, "\r%s%s", line, strings.Repeat(" ", max(0, p.last-len(line))))
	p.last = len(line)
}

// end takes the line away.
func (p *progress) end() {
	if p.last > 0 {
		_, _ = fmt.Fprintf(p.w, "\r%s\r", strings.Repeat(" ", p.last))
	}
}

// barWidth is how wide the bar is, in characters.
const barWidth = 30

// progressLine says how far the reading is after some time: a bar and the time left
// where the size is known, and how fast it goes.
func progressLine(at accesslog.Progress, took time.Duration) string {
	rate := float64(at.Bytes) / max(took.Seconds(), 1e-9)
	speed := fmt.Sprintf("%s lines, %s/s", humanize.Comma(at.Lines), humanize.Bytes(uint64(rate)))
	if at.Total <= 0 || rate == 0 {
		return humanize.Bytes(uint64(at.Bytes)) + ", " + speed //nolint:gosec // not negative
	}
	part := min(1, float64(at.Bytes)/float64(at.Total))
	filled := int(part * barWidth)
	left := time.Duration(float64(at.Total-at.Bytes) / rate * float64(time.Second)).Round(time.Second)
	return fmt.Sprintf("[%s%s] %3.0f %%, %s, %v left", strings.Repeat("#", filled), strings.Repeat(".", barWidth-filled), 100*part, speed, left)
}
