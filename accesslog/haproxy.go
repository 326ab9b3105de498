package accesslog

import "bytes"

// haproxy reads HAProxy's HTTP log:
//
//	client [accepted] frontend backend/server timers status bytes … "request"
//
// A request that was cut for its length has no closing quote.
func (p *Parser) haproxy(line []byte, e *Entry) error {
	open := bytes.Index(line, []byte(" ["))
	if open <= 0 {
		return errBracket
	}
	accepted, rest, ok := bytes.Cut(line[open+2:], []byte("] "))
	if !ok {
		return errBracket
	}
	_, rest = word(rest) // frontend
	server, rest := word(rest)
	timers, rest := word(rest)
	if bytes.IndexByte(server, '/') < 0 || bytes.Count(timers, []byte("/")) < 3 {
		return errShort
	}
	status, rest := word(rest)
	if e.Status, ok = integer(status); !ok || len(rest) == 0 {
		return errStatus
	}
	e.Time = parseTime(accepted)
	sent, rest := word(rest)
	e.Bytes = size(sent)
	quote := bytes.LastIndex(rest, []byte(` "`)) // no quote within: HAProxy writes #22
	if quote < 0 {
		return errRequest
	}
	request, _ := quoted(rest[quote+2:])
	p.request(request, e)
	return nil
}

// envoy reads Envoy's default text, and Istio's, which says more between the flags
// and the sizes:
//
//	[start] "GET / HTTP/1.1" status flags … received sent … "-" "agent" "id" "authority" "upstream"
func (p *Parser) envoy(line []byte, e *Entry) error {
	if len(line) == 0 || line[0] != '[' {
		return errBracket
	}
	start, rest, ok := bytes.Cut(line[1:], []byte(`] "`))
	if !ok {
		return errRequest
	}
	request, rest := quoted(rest)
	if !beginsStatus(rest) {
		return errStatus
	}
	status, rest := word(rest[1:])
	if e.Status, ok = integer(status); !ok || len(rest) == 0 {
		return errStatus
	}
	e.Time = parseTime(start)
	p.request(request, e)
	p.envoyRest(rest, e)
	return nil
}

// envoyRest finds the size and the authority in what follows the status.
func (p *Parser) envoyRest(rest []byte, e *Entry) {
	var numbers, strings int
	counted := false // the sizes were there, so that strings count from the forwarded-for
	for len(rest) > 0 && strings < 4 {
		if rest[0] == '"' {
			var text []byte
			text, rest = quoted(rest[1:])
			if counted {
				strings++
			}
			if strings == 4 && string(text) != "-" {
				e.Host = text
			}
			continue
		}
		var w []byte
		w, rest = word(rest)
		if n := size(w); n >= 0 {
			numbers++
			if numbers == 2 {
				e.Bytes = n
			}
			counted = numbers >= 2
		}
	}
}
