package accesslog

import (
	"bytes"
	"slices"
	"time"
)

// column is what a field of the W3C extended format holds.
type column uint8

const (
	columnOther column = iota
	columnDate
	columnTime
	columnMethod
	columnStem
	columnQuery
	columnURI
	columnStatus
	columnBytes
	columnHost
	columnViewerHost // of CloudFront: what the client asked for
	columnProtocol
	columnAccept
)

var columns = map[string]column{
	"date": columnDate, "time": columnTime, "cs-method": columnMethod, "cs-uri-stem": columnStem, "cs-uri-query": columnQuery,
	"cs-uri": columnURI, "sc-status": columnStatus, "sc-bytes": columnBytes, "cs-host": columnHost, "cs(Host)": columnHost,
	"x-host-header": columnViewerHost, "cs-version": columnProtocol, "cs-protocol-version": columnProtocol,
	"cs(Accept)": columnAccept,
}

const (
	// What IIS logs unless told otherwise, with and without the referrer, which
	// came with IIS 8.
	iisFields = "#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) cs(Referer) " +
		"sc-status sc-substatus sc-win32-status time-taken"
	iis7Fields = "#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) " +
		"sc-status sc-substatus sc-win32-status time-taken"
	// The fields that CloudFront has always written first.
	cloudFrontFields = "#Fields: date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status cs(Referer) " +
		"cs(User-Agent) cs-uri-query cs(Cookie) x-edge-result-type x-edge-request-id x-host-header"
	fieldsDirective = "#Fields:"
)

// setFields takes the columns from a #Fields line.
func (p *Parser) setFields(line []byte) {
	p.columns = p.columns[:0]
	p.edge = bytes.Contains(line, []byte("x-edge-location"))
	for rest := line[len(fieldsDirective):]; len(rest) > 0; {
		rest = bytes.TrimLeft(rest, " \t")
		end := bytes.IndexAny(rest, " \t")
		if end < 0 {
			end = len(rest)
		}
		if end > 0 {
			p.columns = append(p.columns, columns[string(rest[:end])])
		}
		rest = rest[end:]
	}
}

// w3c reads the W3C extended format, separated by spaces or tabs, and CloudFront's
// logs, which have its form.
func (p *Parser) w3c(line []byte, e *Entry) error {
	if line[0] == '#' {
		if bytes.HasPrefix(line, []byte(fieldsDirective)) {
			p.setFields(line)
		}
		return ErrNoEntry
	}
	separator := byte(' ')
	if bytes.IndexByte(line, '\t') >= 0 {
		separator = '\t'
	}
	if len(p.columns) == 0 && !p.usualFields(line, separator) {
		return errNoColumns
	}
	var values w3cValues
	for i, c := range p.columns {
		if line == nil {
			if p.layout.format == CloudFront && i >= 12 {
				break // later versions of the log have more fields than its first ones
			}
			return errColumns
		}
		value, rest := line, []byte(nil)
		if end := bytes.IndexByte(line, separator); end >= 0 {
			value, rest = line[:end], line[end+1:]
		}
		line = rest
		if len(value) > 0 && string(value) != "-" {
			values[c] = value
		}
	}
	return p.w3cEntry(&values, e)
}

type w3cValues [columnAccept + 1][]byte

// w3cEntry makes an entry of the fields; those that are "-" are nil.
func (p *Parser) w3cEntry(values *w3cValues, e *Entry) error {
	if values[columnStatus] != nil {
		var ok bool
		if e.Status, ok = integer(values[columnStatus]); !ok {
			return errStatus
		}
	} else if !slices.Contains(p.columns, columnStatus) {
		return errStatus
	}
	if day, ok := isoDay(values[columnDate]); ok {
		if seconds, ok := timeOfDay(values[columnTime]); ok {
			e.Time = (day + seconds) * int64(time.Second)
		}
	}
	if e.Host = values[columnViewerHost]; e.Host == nil {
		e.Host = values[columnHost]
	}
	e.Protocol, e.Accept, e.Bytes = values[columnProtocol], values[columnAccept], size(values[columnBytes])
	target := values[columnStem]
	if query := values[columnQuery]; target != nil && query != nil {
		start := len(p.scratch)
		p.scratch = append(append(append(p.scratch, target...), '?'), query...)
		target = p.scratch[start:]
	} else if target == nil {
		target = values[columnURI]
	}
	if target != nil && isToken(values[columnMethod]) {
		p.target(target, e)
		e.Method = values[columnMethod]
	}
	return nil
}

// usualFields takes the fields of a log that does not name them by their number.
func (p *Parser) usualFields(line []byte, separator byte) bool {
	if _, ok := isoDay(line[:min(len(line), 10)]); !ok {
		return false
	}
	n := bytes.Count(line, []byte{separator}) + 1
	switch {
	case n >= 24, separator == '\t' && n >= 12:
		p.setFields([]byte(cloudFrontFields))
	case separator == ' ' && n == 15:
		p.setFields([]byte(iisFields))
	case separator == ' ' && n == 14:
		p.setFields([]byte(iis7Fields))
	default:
		return false
	}
	return true
}
