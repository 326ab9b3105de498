package jobs

import (
	"strconv"
	"strings"
	"time"
)

// Preferences are what a request's Prefer field says of jobs (RFC 7240).
type Preferences struct {
	// Async says that the client would rather have a 202 than wait (§4.1).
	Async bool
	// Waits says that the client says how long it would wait (§4.3).
	Waits bool
	// Wait is how long.
	Wait time.Duration
}

// maxPreferences bounds how many preferences of a request are looked at.
const maxPreferences = 32

// ParsePrefer reads the lines of a Prefer field. What it can't read it skips: a
// preference is no demand. Of two of a name the first counts (RFC 7240 §2).
func ParsePrefer(lines []string) (p Preferences) {
	seen := 0
	for _, line := range lines {
		for line != "" && seen < maxPreferences {
			seen++
			var member string
			member, line = cutMember(line)
			member, _, _ = strings.Cut(member, ";")
			name, value, _ := strings.Cut(member, "=")
			switch strings.ToLower(strings.TrimSpace(name)) {
			case "respond-async":
				p.Async = true
			case "wait":
				p.wait(strings.Trim(strings.TrimSpace(value), `"`))
			}
		}
	}
	return p
}

// wait takes a number of seconds.
func (p *Preferences) wait(value string) {
	seconds, err := strconv.ParseUint(value, 10, 31)
	if err == nil && !p.Waits {
		p.Waits, p.Wait = true, time.Duration(seconds)*time.Second //nolint:gosec // of 31 bits
	}
}

// cutMember takes the first member off a list. A comma within quotes is none.
func cutMember(list string) (member, rest string) {
	quoted := false
	for i := 0; i < len(list); i++ {
		switch c := list[i]; {
		case c == '\\' && quoted:
			i++
		case c == '"':
			quoted = !quoted
		case c == ',' && !quoted:
			return list[:i], list[i+1:]
		}
	}
	return list, ""
}
