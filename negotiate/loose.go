package negotiate

// Parameters as deployed programs write them. The grammar of RFC 9110 §5.6.6 is
// for what a gate itself says and is configured with. Of what others say, a
// parameter that can't be read counts for nothing, and the media type stays:
//
//	multipart/form-data; boundary=b/Qe+=     a value that is no token is read up to the next ";"
//	text/html; charset = utf-8               white space around "=" is passed over
//	text/html; utf-8                         no value: counts for nothing
//	text/html; charset=; =x; c="open         likewise
//
// In a list a comma ends a parameter, too.

// consumeLooseParam takes ";" and the parameter behind it off the front of s. The
// parameter has no name where it can't be read, and no value where it has none.
// more is false at the end of a media type; ok is false where s does not go on with
// a parameter.
func consumeLooseParam(s string, list bool) (p rawParam, rest string, more, ok bool) {
	s = consumeOWS(s)
	if endsParam(s, list) && (s == "" || s[0] != ';') {
		return p, s, false, true
	}
	if s[0] != ';' {
		return p, s, false, false
	}
	s = consumeOWS(s[1:])
	name, rest := consumeToken(s)
	rest = consumeOWS(rest)
	if rest == "" || rest[0] != '=' {
		if !endsParam(rest, list) {
			return p, skipParam(rest, list), true, true
		}
		return rawParam{name: name}, rest, true, true
	}
	p.value, rest = consumeLooseValue(consumeOWS(rest[1:]), list)
	p.name = name
	return p, rest, true, true
}

// consumeLooseValue takes a value off the front of s, "" where there is none that
// can be read. A quote that nothing closes, or that something follows, does not
// hide what stands behind the next ";".
func consumeLooseValue(s string, list bool) (raw, rest string) {
	if s != "" && s[0] == '"' {
		raw, rest, ok := consumeValue(s)
		if rest = consumeOWS(rest); ok && endsParam(rest, list) {
			return raw, rest
		}
		return "", skipParam(s, list)
	}
	rest = skipParam(s, list)
	return trimOWS(s[:len(s)-len(rest)]), rest
}

// endsParam reports whether a parameter ends before s.
func endsParam(s string, list bool) bool {
	return s == "" || s[0] == ';' || list && s[0] == ','
}

// skipParam takes what is left of a parameter off the front of s, quotes or not.
func skipParam(s string, list bool) (rest string) {
	for i := 0; i < len(s); i++ {
		if s[i] == ';' || list && s[i] == ',' {
			return s[i:]
		}
	}
	return ""
}

// consumeLooseParams reads the parameters of a media type into buf, those that can
// be read and as many as it holds. It is not ok where s goes on with something
// else.
func consumeLooseParams(s string, buf *[maxParams]rawParam) (n int, ok bool) {
	for more := true; more; {
		var p rawParam
		if p, s, more, ok = consumeLooseParam(s, false); !ok {
			return 0, false
		}
		if p.name != "" && p.value != "" && n < maxParams {
			buf[n] = p
			n++
		}
	}
	return n, true
}

// Essence is the type and subtype of a Content-Type field, as they are written:
// "text/html" of "text/html; charset=". Parameters don't matter, be they broken. It
// is not ok where there is no type and subtype, where one of them has "*", and where
// something other than parameters follows.
func Essence(contentType string) (essence string, ok bool) {
	essence, _, rest, err := consumeEssence(trimOWS(contentType))
	rest = consumeOWS(rest)
	if err != nil || !isConcrete(essence) || !endsParam(rest, false) {
		return "", false
	}
	return essence, true
}
