package audit

// WithLimits bounds what an audit holds: words after a segment, ends of names, nodes,
// rows, and segments of a path.
func WithLimits(o *Options, words, mixed, nodes, rows, depth int) {
	l := usual
	l.words, l.mixed, l.nodes, l.rows, l.depth = words, mixed, nodes, rows, depth
	o.limits = &l
}

// WithNames bounds methods and reasons, combinations of statuses, declared templates,
// and the rows of a path.
func WithNames(o *Options, strings, responses, declared, nodeRows int) {
	l := usual
	l.strings, l.responses, l.declared, l.nodeRows = strings, responses, declared, nodeRows
	o.limits = &l
}

// CountTimes counts the requests that a report has over time.
func CountTimes(r *Report) (n int64) {
	for _, b := range r.times.buckets {
		n += b[changeNone] + b[changeStatus] + b[changeRefused]
	}
	return n
}

// MergeTimes adds up series of requests at these times, one of each worker.
func MergeTimes(workers ...[]int64) (count, width, first, last int64) {
	var all series
	for _, times := range workers {
		var s series
		for _, at := range times {
			s.add(at, changeNone)
		}
		all.merge(&s)
	}
	return CountTimes(&Report{times: all}), all.width, all.first, all.latest
}
