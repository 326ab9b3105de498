package problem

import "strings"

// This file reads Accept as package negotiate does, and in the same spirit, for a question that negotiate does not
// answer: not whether a type is acceptable, but whether it was named.

// maxMembers bounds the work that a header can cause. The busiest Accept in use has about a hundred members.
const maxMembers = 256

// maxMember bounds how far the end of a member with a quoted string is looked for, and so, with maxMembers, the work
// that strings which never end can cause. No media range in use is as long.
const maxMember = 512

// cutMember cuts the first member from a list (RFC 9110 §5.6.1). A comma inside a quoted string does not end it, unless
// that string never ends.
func cutMember(line string) (member, rest string) {
	comma := strings.IndexByte(line, ',')
	if comma < 0 {
		return line, ""
	}
	if strings.IndexByte(line[:comma], '"') >= 0 {
		near := line[:min(len(line), maxMember)]
		if end := unquotedIndex(near, ','); end >= 0 && (end < len(near) || len(near) == len(line)) {
			comma = end
		}
	}
	return line[:comma], line[min(comma+1, len(line)):]
}

// unquotedIndex returns the index of the first c outside quoted strings (RFC 9110 §5.6.4), len(s) if there is none, -1
// if a quoted string is left open.
func unquotedIndex(s string, c byte) int {
	quoted := false
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '"':
			quoted = !quoted
		case quoted && s[i] == '\\':
			i++
		case !quoted && s[i] == c:
			return i
		}
	}
	if quoted {
		return -1
	}
	return len(s)
}

// qualityOf finds the weight among the parameters of a member (RFC 9110 §12.4.2), on the scale of wishes: most if there
// is none, unmentioned if it does not parse, so that the member counts for nothing.
func qualityOf(params string) int {
	for params != "" {
		end := unquotedIndex(params, ';')
		if end < 0 {
			return unmentioned
		}
		name, value, found := strings.Cut(params[:end], "=")
		if name = strings.Trim(name, " \t"); found && (name == "q" || name == "Q") {
			return parseWeight(strings.Trim(value, " \t"))
		}
		params = params[min(end+1, len(params)):]
	}
	return most
}

// parseWeight takes what RFC 9110 §12.4.2 allows, and what clients send besides: quotes, a digit too few or too many
// before the point, more than three after it, of which the rest is dropped but never down to 0, and more than 1.
func parseWeight(s string) int {
	if len(s) > 2 && s[0] == '"' && s[len(s)-1] == '"' {
		s = s[1 : len(s)-1]
	}
	whole, fraction, _ := strings.Cut(s, ".")
	if whole == "" && fraction == "" || !isDigits(whole) || !isDigits(fraction) {
		return unmentioned
	}
	if !isZero(whole) {
		return most
	}
	thousandths := 0
	for i, scale := 0, 100; i < min(len(fraction), 3); i, scale = i+1, scale/10 {
		thousandths += int(fraction[i]-'0') * scale
	}
	if thousandths == 0 && !isZero(fraction) {
		thousandths = 1
	}
	return refused + thousandths
}

func isDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

func isZero(s string) bool { return strings.TrimLeft(s, "0") == "" }
