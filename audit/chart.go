package audit

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// flow is the drawing of which received status becomes which sent one.
type flow struct {
	Height float64
	Links  []flowLink
	Nodes  []flowNode
}

type flowLink struct{ Class, Path, Title string }

// flowNode is a status at one side of the drawing.
type flowNode struct {
	X, Y, Height, TextX, TextY   float64
	Class, Anchor, Status, Count string
}

const (
	flowNodes  = 10  // statuses at a side; the rest is one
	flowHeight = 260 // of all bars at a side, in units of the drawing
	flowGap    = 16  // between them, so that each has room for its label
	flowLeft   = 112
	flowRight  = 278
)

// flowSide is one side: where its bars begin, from the top.
type flowSide struct {
	order  []Status
	counts map[Status]int64
	next   map[Status]float64
}

// flow draws the responses, nil where there are none.
func (r *Report) flow() *flow {
	var total int64
	received, sent := make(map[Status]int64), make(map[Status]int64)
	for _, row := range r.Responses {
		received[row.Received] += row.Count
		sent[row.Sent] += row.Count
		total += row.Count
	}
	if total == 0 {
		return nil
	}
	from, to := newFlowSide(received), newFlowSide(sent)
	links := make(map[[2]Status]int64)
	for _, row := range r.Responses {
		links[[2]Status{from.place(row.Received), to.place(row.Sent)}] += row.Count
	}
	scale := float64(flowHeight) / float64(total)
	f := &flow{}
	f.Height = max(f.side(from, flowLeft, true, scale), f.side(to, flowRight, false, scale))
	for _, a := range from.order {
		for _, b := range to.order {
			if n := links[[2]Status{a, b}]; n > 0 {
				f.link(from, to, a, b, n, scale)
			}
		}
	}
	return f
}

// newFlowSide orders statuses by number, those with the least requests together last.
func newFlowSide(counts map[Status]int64) *flowSide {
	s := &flowSide{counts: make(map[Status]int64), next: make(map[Status]float64)}
	for status := range counts {
		s.order = append(s.order, status)
	}
	slices.SortFunc(s.order, func(a, b Status) int { return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b)) })
	shown := s.order[:min(len(s.order), flowNodes)]
	for _, status := range s.order {
		if slices.Contains(shown, status) {
			s.counts[status] = counts[status]
		} else {
			s.counts[AnyStatus] += counts[status]
		}
	}
	if len(shown) < len(s.order) && !slices.Contains(shown, AnyStatus) {
		shown = append(slices.Clip(shown), AnyStatus)
	}
	slices.SortFunc(shown, func(a, b Status) int {
		return cmp.Or(compareBool(a == AnyStatus, b == AnyStatus), cmp.Compare(a, b))
	})
	s.order = shown
	return s
}

// place is the bar that a status belongs to.
func (s *flowSide) place(status Status) Status {
	if _, ok := s.counts[status]; ok {
		return status
	}
	return AnyStatus
}

// side draws the bars of one side and returns how high they stand.
func (f *flow) side(s *flowSide, x float64, left bool, scale float64) float64 {
	y := 4.0
	for _, status := range s.order {
		s.next[status] = y
		height := max(float64(s.counts[status])*scale, 2)
		node := flowNode{
			X: x, Y: round(y), Height: round(height), TextX: x + 16, TextY: round(y + max(height/2, 6) + 4), Anchor: "start",
			Class: classOf(status), Status: status.String(), Count: group(s.counts[status]),
		}
		if left {
			node.TextX, node.Anchor = x-6, "end"
		}
		f.Nodes = append(f.Nodes, node)
		y += max(height, 4) + flowGap
	}
	return round(y)
}

// link draws the band between two bars.
func (f *flow) link(from, to *flowSide, a, b Status, n int64, scale float64) {
	width := max(float64(n)*scale, 1)
	const x1, x2, middle = flowLeft + 10, flowRight, (flowLeft + 10 + flowRight) / 2
	y1, y2 := from.next[a], to.next[b]
	from.next[a] += float64(n) * scale
	to.next[b] += float64(n) * scale
	class := classOf(b)
	if a == b {
		class += " same"
	}
	f.Links = append(f.Links, flowLink{
		Class: class,
		Path: fmt.Sprintf("M%d %.1fC%d %.1f %d %.1f %d %.1fV%.1fC%d %.1f %d %.1f %d %.1fZ",
			x1, y1, middle, y1, middle, y2, x2, y2, y2+width, middle, y2+width, middle, y1+width, x1, y1+width),
		Title: fmt.Sprintf("%s → %s: %s", a, b, group(n)),
	})
}

// round keeps a tenth of a unit.
func round(x float64) float64 { return float64(int64(x*10+0.5)) / 10 }

// times is the drawing of requests over time.
type times struct {
	Bars                  []timeBar
	From, To, Most, Width string
}

type timeBar struct {
	Title string
	Parts []timePart
}

type timePart struct {
	Class               string
	X, Y, Width, Height float64
}

var changeClasses = [changes]string{changeNone: "none", changeStatus: "status", changeRefused: "refused"}

const (
	timesHeight = 92
	timesGround = 112 // where bars stand
	timesBars   = 100
)

// timeChart draws the requests over time, nil where no line has one.
func (r *Report) timeChart() *times {
	s := &r.times
	list := s.times()
	if len(list) == 0 {
		return nil
	}
	for list[len(list)-1]-list[0] >= timesBars {
		s.widen()
		list = s.times()
	}
	first, count := list[0], list[len(list)-1]-list[0]+1
	var most int64
	for _, b := range s.buckets {
		most = max(most, b[changeNone]+b[changeStatus]+b[changeRefused])
	}
	slot := 400 / float64(count)
	width := time.Duration(s.width) * time.Second
	const layout = "2 Jan 2006 15:04"
	at := func(n int64) string { return time.Unix(n*s.width, 0).UTC().Format(layout) }
	chart := &times{From: at(first), To: at(list[len(list)-1] + 1), Most: group(most), Width: readable(width)}
	for _, n := range list {
		b := s.buckets[n]
		bar := timeBar{Title: fmt.Sprintf("%s: %s as it is, %s with another status, %s refused",
			at(n), group(b[changeNone]), group(b[changeStatus]), group(b[changeRefused]))}
		y := float64(timesGround)
		for c, class := range changeClasses {
			if b[c] == 0 {
				continue
			}
			height := max(float64(b[c])*timesHeight/float64(most), 0.7)
			y -= height
			bar.Parts = append(bar.Parts, timePart{
				Class: class, X: round(float64(n-first) * slot), Y: round(y), Width: max(round(slot*0.85), 0.5), Height: round(height),
			})
		}
		chart.Bars = append(chart.Bars, bar)
	}
	return chart
}

// readable writes a width of buckets.
func readable(d time.Duration) string {
	switch {
	case d < time.Hour:
		return plural(int64(d/time.Minute), "minute")
	case d < 48*time.Hour:
		return fmt.Sprintf("%.3g hours", d.Hours())
	}
	return fmt.Sprintf("%.3g days", d.Hours()/24)
}
