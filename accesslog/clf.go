package accesslog

import "bytes"

// clf reads the Common Log Format and what grew from it:
//
//	[vhost] client ident user [time] "request" status bytes "referrer" "agent" …
//
// From the time on the order is fixed; what follows the size is left alone.
func (p *Parser) clf(line []byte, e *Entry) error {
	quote := bytes.Index(line, []byte(`] "`))
	if quote < 0 {
		return errRequest
	}
	open := quote - len("[02/Jan/2006:15:04:05 -0700")
	if open < 0 || line[open] != '[' {
		open = bytes.LastIndexByte(line[:quote], '[')
	}
	if open <= 0 {
		return errClient
	}
	request, rest := quoted(line[quote+len(`] "`):])
	for !beginsStatus(rest) {
		// A quote within the request that nobody escaped.
		if len(rest) == 0 {
			return errStatus
		}
		more, after := quoted(rest)
		request, rest = request[:len(request)+1+len(more)], after
	}
	status, rest := word(rest[1:])
	var ok bool
	if e.Status, ok = integer(status); !ok {
		return errStatus
	}
	e.Time = p.clfTime(line[open+1 : quote])
	if rest != nil {
		bytesSent, _ := word(rest)
		e.Bytes = size(bytesSent)
	}
	e.Host = virtualHost(line[:open])
	p.request(request, e)
	return nil
}

// beginsStatus reports whether s, which follows a request, goes on with a status.
func beginsStatus(s []byte) bool {
	return len(s) > 1 && s[0] == ' ' && (s[1] >= '0' && s[1] <= '9' || s[1] == '-')
}

// virtualHost is the first of the four words before the time; of three, the first
// is the client. A second word "-" is the ident, so that further words belong to the
// name of a user.
func virtualHost(before []byte) []byte {
	first, rest := word(before)
	second, rest := word(rest)
	if len(second) == 0 || string(second) == "-" {
		return nil
	}
	_, rest = word(rest)
	user, _ := word(rest)
	if len(user) == 0 || len(first) == 0 || first[0] == ':' {
		return nil
	}
	return first
}

// clfKind tells the formats apart that clf reads.
func clfKind(line []byte) Format {
	_, rest := quoted(line[bytes.Index(line, []byte(`] "`))+len(`] "`):])
	var strings, words int
	traefik := bytes.HasSuffix(rest, []byte("ms"))
	for len(rest) > 0 {
		if rest[0] == '"' {
			_, rest = quoted(rest[1:])
			strings++
		} else if first, after := word(rest); len(first) > 0 {
			rest = after
			words++
		} else {
			rest = after
		}
	}
	switch {
	case traefik && strings == 4 && words == 4:
		return Traefik
	case strings >= 2:
		return Combined
	default:
		return Common
	}
}
