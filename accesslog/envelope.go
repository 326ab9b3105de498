package accesslog

import "bytes"

// unwrap takes away what a log carrier has put around a line.
func (p *Parser) unwrap(line []byte) ([]byte, error) {
	p.outer = nil
	switch p.layout.envelope {
	case syslog:
		rest := afterSyslog(line)
		if rest == nil {
			return nil, errSyslog
		}
		return rest, nil
	case cri:
		return p.afterCRI(line)
	case docker:
		return p.afterDocker(line)
	default:
		return line, nil
	}
}

// afterCRI is the line behind "2025-12-31T17:37:40.493035218+01:00 stdout F ".
func (p *Parser) afterCRI(line []byte) ([]byte, error) {
	stamp, rest := word(line)
	stream, rest := word(rest)
	tag, rest := word(rest)
	if string(stream) != "stdout" && string(stream) != "stderr" || parseTime(stamp) == 0 {
		return nil, errContainer
	}
	p.outer = stamp
	switch string(tag) {
	case "F":
		return rest, nil
	case "P":
		return nil, errPartial
	}
	return nil, errContainer
}

// afterDocker is the member "log" of the objects that Docker's json-file driver
// writes.
func (p *Parser) afterDocker(line []byte) ([]byte, error) {
	const start = `{"log":"`
	if !bytes.HasPrefix(line, []byte(start)) {
		return nil, errContainer
	}
	end := stringEnd(line, len(start))
	if end < 0 {
		return nil, errContainer
	}
	if at := bytes.Index(line[end:], []byte(`"time":"`)); at >= 0 {
		stamp := line[end+at+len(`"time":"`):]
		p.outer, _, _ = bytes.Cut(stamp, []byte{'"'})
	}
	p.inner = appendUnescaped(p.inner[:0], line[len(start):end])
	text := bytes.TrimRight(p.inner, "\r\n")
	if len(text) == len(p.inner) {
		return nil, errPartial // Docker, too, cuts lines of more than 16 KiB
	}
	return text, nil
}

// afterSyslog is the message behind a syslog header, nil where there is none: the
// header of RFC 3164 §4.1 with or without a priority, the same with an ISO 8601
// time, as rsyslog writes it, or that of RFC 5424 §6.
func afterSyslog(line []byte) []byte {
	s := line
	if len(s) > 0 && s[0] == '<' {
		end := bytes.IndexByte(s, '>')
		if end < 2 || end > 4 {
			return nil
		}
		if s = s[end+1:]; bytes.HasPrefix(s, []byte("1 ")) {
			return after5424(s[2:])
		}
	}
	switch {
	case len(s) > 16 && month(s[:3]) != 0 && s[3] == ' ' && s[6] == ' ' && s[15] == ' ':
		if _, ok := timeOfDay(s[7:15]); !ok {
			return nil
		}
		s = s[16:]
	case len(s) > 20 && parseTime(s[:19]) != 0 && s[10] == 'T':
		_, s = word(s)
	default:
		return nil
	}
	if tag := tagEnd(s); tag >= 0 { // nginx can leave the host name out
		return s[tag:]
	}
	_, s = word(s)
	if tag := tagEnd(s); tag >= 0 {
		return s[tag:]
	}
	return nil
}

// tagEnd is where the message begins in "haproxy[3946303]: message", -1 where s
// does not begin with a tag.
func tagEnd(s []byte) int {
	first, rest := word(s)
	n := len(first)
	if n < 2 || first[n-1] != ':' || len(rest) == 0 {
		return -1
	}
	return n + 1
}

// after5424 is the message behind time, host, name, process, message ID and
// structured data.
func after5424(s []byte) []byte {
	for range 5 {
		_, s = word(s)
	}
	if len(s) > 0 && s[0] == '[' {
		end := bytes.Index(s, []byte("] "))
		if end < 0 {
			return nil
		}
		return bytes.TrimPrefix(s[end+2:], []byte("\ufeff"))
	}
	if !bytes.HasPrefix(s, []byte("- ")) {
		return nil
	}
	return bytes.TrimPrefix(s[2:], []byte("\ufeff"))
}
