package accesslog

import "time"

// clock remembers the last day it has met in the Common Log Format: lines of the
// same day then cost a comparison.
type clock struct {
	day  [len("02/Jan/2006")]byte
	zone [len("-0700")]byte
	unix int64 // midnight of that day in that zone, in seconds
}

// clfTime reads "30/Sep/2021:08:00:55 +0000", 0 where s is none.
func (p *Parser) clfTime(s []byte) int64 {
	if len(s) != len("02/Jan/2006:15:04:05 -0700") || s[11] != ':' || s[20] != ' ' {
		return parseTime(s)
	}
	c := &p.clock
	if string(s[:11]) != string(c.day[:]) || string(s[21:]) != string(c.zone[:]) {
		day, ok := clfDay(s[:11])
		offset, zoned := zone(s[21:])
		if !ok || !zoned {
			return 0
		}
		copy(c.day[:], s)
		copy(c.zone[:], s[21:])
		c.unix = day - offset
	}
	seconds, ok := timeOfDay(s[12:20])
	if !ok {
		return 0
	}
	return (c.unix + seconds) * int64(time.Second)
}

// clfDay is midnight UTC of a day such as "30/Sep/2021", in seconds.
func clfDay(s []byte) (int64, bool) {
	day, ok := digits(s[:2])
	year, okYear := digits(s[7:11])
	month := month(s[3:6])
	if !ok || !okYear || month == 0 || s[2] != '/' || s[6] != '/' {
		return 0, false
	}
	return date(year, month, day), true
}

// date is midnight UTC of a day, in seconds.
func date(year, month, day int) int64 {
	return time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC).Unix()
}

// month is the number of an English month's first three letters, 0 for others.
func month(s []byte) int {
	switch string(s) {
	case "Jan":
		return 1
	case "Feb":
		return 2
	case "Mar":
		return 3
	case "Apr":
		return 4
	case "May":
		return 5
	case "Jun":
		return 6
	case "Jul":
		return 7
	case "Aug":
		return 8
	case "Sep":
		return 9
	case "Oct":
		return 10
	case "Nov":
		return 11
	case "Dec":
		return 12
	}
	return 0
}

// timeOfDay reads "15:04:05" as seconds since midnight.
func timeOfDay(s []byte) (int64, bool) {
	if len(s) < 8 || s[2] != ':' || s[5] != ':' {
		return 0, false
	}
	h, ok1 := digits(s[:2])
	m, ok2 := digits(s[3:5])
	sec, ok3 := digits(s[6:8])
	return int64(h*3600 + m*60 + sec), ok1 && ok2 && ok3 && h < 24 && m < 60 && sec < 61
}

// zone reads "+0200", "+02:00" or "Z" as seconds east of UTC.
func zone(s []byte) (int64, bool) {
	if string(s) == "Z" {
		return 0, true
	}
	if len(s) == len("+02:00") && s[3] == ':' {
		s = []byte{s[0], s[1], s[2], s[4], s[5]}
	}
	if len(s) != len("+0200") || s[0] != '+' && s[0] != '-' {
		return 0, false
	}
	h, ok1 := digits(s[1:3])
	m, ok2 := digits(s[3:5])
	east := int64(h*3600 + m*60)
	if s[0] == '-' {
		east = -east
	}
	return east, ok1 && ok2
}

// digits reads all of s, which is short, as a number without sign.
func digits(s []byte) (n int, ok bool) {
	for _, c := range s {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	return n, len(s) > 0
}

// parseTime reads the times that are not of the Common Log Format: RFC 3339 and
// its kin, HAProxy's, and numbers since 1970 in seconds, or in what their size says:
// milliseconds, microseconds, nanoseconds. It is 0 where s is none of them.
func parseTime(s []byte) int64 {
	switch {
	case len(s) >= len("2006-01-02T15:04:05") && (s[4] == '-' || s[4] == '/') && s[4] == s[7]:
		return isoTime(s)
	case len(s) >= len("02/Jan/2006:15:04:05") && s[2] == '/' && s[11] == ':':
		day, ok := clfDay(s[:11])
		seconds, timed := timeOfDay(s[12:20])
		if !ok || !timed {
			return 0
		}
		return moment(day+seconds, s[20:])
	}
	return epoch(s)
}

func isoTime(s []byte) int64 {
	day, ok := isoDay(s[:10])
	seconds, timed := timeOfDay(s[11:19])
	if !ok || !timed || s[10] != 'T' && s[10] != ' ' && s[10] != 't' {
		return 0
	}
	return moment(day+seconds, s[19:])
}

// isoDay is midnight UTC of a day such as "2021-09-30", in seconds.
func isoDay(s []byte) (int64, bool) {
	if len(s) != len("2021-09-30") {
		return 0, false
	}
	year, ok1 := digits(s[:4])
	month, ok2 := digits(s[5:7])
	day, ok3 := digits(s[8:10])
	return date(year, month, day), ok1 && ok2 && ok3 && month >= 1 && month <= 12
}

// moment adds what may follow the seconds of a time: a fraction and a zone, without
// which it is UTC.
func moment(seconds int64, rest []byte) int64 {
	var nanos int64
	if len(rest) > 1 && (rest[0] == '.' || rest[0] == ',') {
		rest = rest[1:]
		unit := int64(time.Second)
		for len(rest) > 0 && rest[0] >= '0' && rest[0] <= '9' {
			unit /= 10
			nanos += unit * int64(rest[0]-'0')
			rest = rest[1:]
		}
	}
	for len(rest) > 0 && rest[0] == ' ' {
		rest = rest[1:]
	}
	if east, ok := zone(rest); ok {
		seconds -= east
	}
	return seconds*int64(time.Second) + nanos
}

// epoch reads a decimal number of seconds, or of a smaller unit, since 1970.
func epoch(s []byte) int64 {
	var whole int64
	i := 0
	for i < len(s) && s[i] >= '0' && s[i] <= '9' {
		if i == 19 {
			return 0
		}
		whole = whole*10 + int64(s[i]-'0')
		i++
	}
	if i == 0 || i < len(s) && s[i] != '.' || whole < 0 {
		return 0
	}
	unit := int64(time.Second)
	for limit := int64(9e9); unit > 1 && whole >= limit; limit *= 1000 {
		unit /= 1000
	}
	nanos := whole * unit
	for _, c := range s[min(i+1, len(s)):] {
		if c < '0' || c > '9' {
			return 0
		}
		unit /= 10
		nanos += int64(c-'0') * unit
	}
	return nanos
}
