package inspect

// valueKind is what stands at a place.
type valueKind uint8

const (
	null valueKind = iota
	boolFalse
	boolTrue
	number
	text // a JSON string
	mark // XML text: a string that may be meant as a number
	object
	array
)

// value is one of the values that a test compares with.
type value struct {
	text   string
	number decimal
	isNum  bool
	not    bool
}

// values are what a test compares with. None: something is there.
type values struct {
	list  []value
	plain bool // at least one is not negated
}

func newValues(words []string) values {
	var vs values
	for _, word := range words {
		v := value{text: word}
		if len(word) > 0 && word[0] == '!' {
			v.text, v.not = word[1:], true
		}
		v.number, v.isNum = parseDecimal([]byte(v.text))
		vs.plain = vs.plain || !v.not
		vs.list = append(vs.list, v)
	}
	return vs
}

// hold reports whether a scalar meets them: none of the negated ones, and one
// of the others if there are any. Null is as good as absent: only the plain
// value null takes it.
func (vs *values) hold(kind valueKind, txt []byte) bool {
	if len(vs.list) == 0 {
		return isSomething(kind, txt)
	}
	met := !vs.plain && kind != null
	for i := range vs.list {
		v := &vs.list[i]
		switch equal := v.equals(kind, txt); {
		case equal && v.not:
			return false
		case equal:
			met = true
		}
	}
	return met
}

// holdOpen is hold for an object, an array or an element with elements in it,
// which equal no value.
func (vs *values) holdOpen() bool { return !vs.plain }

func isSomething(kind valueKind, txt []byte) bool {
	switch kind {
	case null, boolFalse:
		return false
	case number:
		d, ok := parseDecimal(txt)
		return !ok || d.n > 0
	case text:
		return len(txt) > 0
	case mark:
		d, ok := parseDecimal(txt)
		return len(txt) > 0 && string(txt) != "false" && (!ok || d.n > 0)
	default:
		return true
	}
}

func (v *value) equals(kind valueKind, txt []byte) bool {
	if v.isNum && len(txt) > 0 && (txt[0] == '-' || isDigit(txt[0])) && (kind == number || kind == mark) {
		if d, ok := parseDecimal(txt); ok {
			return d == v.number
		}
	}
	return string(txt) == v.text
}

// decimal is a number as 0.digits × 10^exp, without zeros at either end of the
// digits, so that equal numbers are equal structs. Zero has no digits.
type decimal struct {
	neg    bool
	n      uint8
	exp    int32
	digits [maxDigits]byte
}

const (
	maxDigits = 40      // more significant digits make no number to compare with
	maxExp    = 1000000 // and larger exponents neither
)

// parseDecimal reads a JSON number (RFC 8259 section 6).
func parseDecimal(b []byte) (d decimal, ok bool) {
	d.neg, b = cutByte(b, '-')
	whole, b := cutDigits(b)
	if len(whole) == 0 || len(whole) > 1 && whole[0] == '0' {
		return decimal{}, false
	}
	var fraction []byte
	if dot, rest := cutByte(b, '.'); dot {
		if fraction, b = cutDigits(rest); len(fraction) == 0 {
			return decimal{}, false
		}
	}
	exp, ok := parseExponent(b)
	if !ok || !d.fill(whole, fraction) {
		return decimal{}, false
	}
	if d.n == 0 {
		return decimal{}, true
	}
	d.exp += exp
	return d, true
}

// fill takes over the digits and counts those before the point.
func (d *decimal) fill(whole, fraction []byte) bool {
	zeros := 0 // not yet known to be inside
	for at, c := range [2][]byte{whole, fraction} {
		for _, digit := range c {
			switch {
			case digit == '0' && d.n == 0:
				d.exp -= int32(at) // 0.00x: the point moves left
			case digit == '0':
				zeros++
				d.exp += int32(1 - at)
			case int(d.n)+zeros >= maxDigits:
				return false
			default:
				for ; zeros > 0; zeros-- {
					d.digits[d.n] = '0'
					d.n++
				}
				d.digits[d.n] = digit
				d.n++
				d.exp += int32(1 - at)
			}
		}
	}
	return true
}

func parseExponent(b []byte) (int32, bool) {
	if len(b) == 0 {
		return 0, true
	}
	if b[0]|0x20 != 'e' {
		return 0, false
	}
	neg, b := cutByte(b[1:], '-')
	if !neg {
		_, b = cutByte(b, '+')
	}
	digits, rest := cutDigits(b)
	if len(digits) == 0 || len(rest) > 0 {
		return 0, false
	}
	exp := int32(0)
	for _, c := range digits {
		if exp = exp*10 + int32(c-'0'); exp > maxExp {
			return 0, false
		}
	}
	if neg {
		exp = -exp
	}
	return exp, true
}

func cutByte(b []byte, c byte) (bool, []byte) {
	if len(b) > 0 && b[0] == c {
		return true, b[1:]
	}
	return false, b
}

func cutDigits(b []byte) (digits, rest []byte) {
	n := 0
	for n < len(b) && b[n] >= '0' && b[n] <= '9' {
		n++
	}
	return b[:n], b[n:]
}

// integer reads text as an integer of up to nine digits, as in 404, 404.0 and
// -32600.
func integer(txt []byte) (int, bool) {
	d, ok := parseDecimal(txt)
	if !ok || d.exp < int32(d.n) || d.exp > 9 {
		return 0, false
	}
	n := 0
	for i := range d.exp {
		n *= 10
		if i < int32(d.n) {
			n += int(d.digits[i] - '0')
		}
	}
	if d.neg {
		n = -n
	}
	return n, true
}
