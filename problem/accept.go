package problem

import "strings"

// cutMember cuts the first member from a list (RFC 9110 §5.6.1). A comma inside a quoted string does not end it.
func cutMember(line string) (member, rest string) {
	comma := strings.IndexByte(line, ',')
	if comma < 0 {
		return line, ""
	}
	if strings.IndexByte(line[:comma], '"') >= 0 {
		comma = unquotedIndex(line, ',')
	}
	return line[:comma], line[min(comma+1, len(line)):]
}

// unquotedIndex returns the index of the first c outside quoted strings (RFC 9110 §5.6.4), len(s) if there is none.
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
	return len(s)
}

// qualityOf finds the weight among parameters (RFC 9110 §12.4.2) on the scale of wishes: most if there is none,
// unmentioned if it does not parse, so that the member counts for nothing.
func qualityOf(params string) int {
	for params != "" {
		end := unquotedIndex(params, ';')
		name, value, found := strings.Cut(params[:end], "=")
		if name = strings.Trim(name, " \t"); found && (name == "q" || name == "Q") {
			return parseWeight(strings.Trim(value, " \t"))
		}
		params = params[min(end+1, len(params)):]
	}
	return most
}

// parseWeight takes what RFC 9110 §12.4.2 allows, and what clients send besides: no digit before the point, and more
// than three after it, which are cut off.
func parseWeight(s string) int {
	whole, fraction, _ := strings.Cut(s, ".")
	if s == "" || s == "." || whole != "" && whole != "0" && whole != "1" {
		return unmentioned
	}
	thousandths := 0
	if whole == "1" {
		thousandths = 1000
	}
	for i, scale := 0, 100; i < len(fraction); i, scale = i+1, scale/10 {
		if fraction[i] < '0' || fraction[i] > '9' {
			return unmentioned
		}
		thousandths += int(fraction[i]-'0') * scale
	}
	if thousandths > 1000 {
		return unmentioned
	}
	return thousandths + refused
}
