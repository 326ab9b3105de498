package accesslog

// alb reads the logs of AWS's load balancers:
//
//	type time elb client target … … … elb_status target_status received sent "request" "agent" …
//
// A classic load balancer leaves the type out.
func (p *Parser) alb(line []byte, e *Entry) error {
	kind, rest := word(line)
	stamp := kind
	switch string(kind) {
	case "http", "https", "h2", "grpcs", "ws", "wss":
		stamp, rest = word(rest)
	}
	if e.Time = parseTime(stamp); e.Time == 0 {
		return errType
	}
	for range 6 { // the balancer, client, target, three durations
		_, rest = word(rest)
	}
	status, rest := word(rest)
	target, rest := word(rest)
	if len(rest) == 0 {
		return errShort
	}
	var ok, okTarget bool
	e.Status, ok = integer(status)
	e.Backend, okTarget = integer(target)
	if !ok || !okTarget {
		return errStatus
	}
	_, rest = word(rest)
	sent, rest := word(rest)
	e.Bytes = size(sent)
	if len(rest) == 0 || rest[0] != '"' {
		return errRequest
	}
	request, _ := quoted(rest[1:])
	p.request(request, e)
	return nil
}
