package negotiate

import "errors"

// rangeKind orders ranges by specificity (RFC 9110 §12.5.1).
type rangeKind uint16

const (
	anyType rangeKind = iota + 1
	anySubtype
	exactType
)

// mediaRange is one member of an Accept field. There is one per field, which the
// members take turns in: clearing and copying it would cost more than parsing.
type mediaRange struct {
	essence string // as written
	slash   int
	kind    rangeKind
	weight  uint16
	count   int // of params
	params  [maxParams]rawParam
}

// skipMember takes everything up to the first comma off the front of a list.
//
// What did not parse is read at most once more for it: all its commas stood in
// quotes, so the members that begin at them find outside of quotes what was
// inside, and each of the commas ends one.
func skipMember(s string) (rest string) {
	for i := 0; i < len(s); i++ {
		if s[i] == ',' {
			return s[i:]
		}
	}
	return ""
}

// consumeRange takes one member, media-range [ weight ], off the front of an
// Accept field, up to its comma, and puts it into r.
func (r *mediaRange) consumeRange(s string) (rest string, ok bool) {
	essence, slash, rest, err := consumeEssence(s)
	switch {
	case err == nil:
		r.essence, r.slash, r.kind = essence, slash, kindOf(essence, slash)
	case errors.Is(err, errNoSlash) && s[0] == '*' && (len(s) == 1 || !tokenOctets[s[1]]):
		// java.net.HttpURLConnection still sends "*; q=.2".
		r.kind, rest = anyType, s[1:]
	default:
		return s, false
	}
	r.weight, r.count = 1000, 0
	if rest == "" || rest[0] == ',' {
		return rest, true
	}
	return r.consumeParams(rest)
}

// consumeParams takes the parameters of a member and its weight.
func (r *mediaRange) consumeParams(s string) (rest string, ok bool) {
	for weighted := false; ; {
		p, rest, more, ok := consumeLooseParam(s, true)
		switch {
		case !ok || !more:
			return rest, ok
		case weighted || p.name == "":
			// An extension after the weight, or a parameter that can't be read.
		case len(p.name) == 1 && lower(p.name[0]) == 'q':
			if r.weight, ok = parseWeight(p.value); !ok {
				return s, false
			}
			weighted = true
		case p.value == "":
		case r.count == maxParams:
			return s, false
		default:
			r.params[r.count] = p
			r.count++
		}
		s = rest
	}
}

func kindOf(essence string, slash int) rangeKind {
	switch {
	case essence[slash+1:] != "*":
		return exactType // "*/html" too: a literal "*", which no type has
	case essence[:slash] != "*":
		return anySubtype
	default:
		return anyType
	}
}

// parseWeight reads a qvalue (RFC 9110 §12.4.2) into thousandths, with the
// tolerance that Quality describes.
func parseWeight(raw string) (weight uint16, ok bool) {
	if raw == "" {
		return 0, false
	}
	unit, digits, point, whole, tiny := uint16(1000), 0, false, false, false
	for s := trimQuotes(raw); s != ""; s = s[1:] {
		c := s[0]
		switch {
		case c == '.' && !point:
			point = true
			continue
		case c < '0' || c > '9':
			return 0, false
		case !point:
			whole = whole || c > '0'
		default:
			unit /= 10 // 0 from the fourth digit on
			weight += uint16(c-'0') * unit
			tiny = tiny || c > '0'
		}
		digits++
	}
	switch {
	case whole:
		weight = 1000
	case weight == 0 && tiny:
		weight = 1
	}
	return weight, digits > 0
}
