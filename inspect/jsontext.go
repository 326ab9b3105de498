package inspect

import (
	"encoding/binary"
	"math/bits"
	"unicode/utf8"
)

// plainText gives the index of the first byte from p on that ends or
// interrupts a string: a quote, a backslash, a control character, or the
// first byte of a character that is cut or no UTF-8.
func plainText(b []byte, p int) int {
	const ones, tops = 0x0101010101010101, 0x8080808080808080
	for {
		for p+8 <= len(b) {
			w := binary.LittleEndian.Uint64(b[p:])
			quote, slash := w^ones*'"', w^ones*'\\'
			// A byte's top bit is set where it is zero, or below 0x20, or beyond
			// ASCII; borrows reach only bytes behind the first that is found.
			special := ((quote-ones)&^quote | (slash-ones)&^slash | (w-ones*0x20)&^w | w) & tops
			if special != 0 {
				p += bits.TrailingZeros64(special) / 8
				break
			}
			p += 8
		}
		for p < len(b) && plain[b[p]] {
			p++
		}
		if p == len(b) || b[p] < utf8.RuneSelf {
			return p
		}
		if r, size := utf8.DecodeRune(b[p:]); r != utf8.RuneError || size > 1 {
			p += size
			continue
		}
		return p
	}
}

// plain has the ASCII characters that stand for themselves in a string.
var plain = func() (set [256]bool) {
	for c := range utf8.RuneSelf {
		set[c] = c >= 0x20 && c != '"' && c != '\\'
	}
	return set
}()

// jsonString reads on in a string (RFC 8259 section 7) and gives the index of
// the byte behind it, or of the chunk's end.
func (i *Inspector) jsonString(b []byte, p int) int {
	j := &i.json
	for {
		switch {
		case j.parts > 0:
			p = i.jsonPart(b, p)
		case j.escape > 0:
			p = i.jsonEscape(b, p)
		}
		if p == len(b) || j.open == 0 {
			return p
		}
		start := p
		p = plainText(b, p)
		if j.high != 0 && (p > start || p < len(b) && b[p] != '\\') {
			j.flushHigh()
		}
		if p < len(b) && b[p] == '"' {
			if !j.keep {
				return i.jsonSkipped(b, p+1)
			}
			txt := b[start:p]
			switch {
			case len(j.text) > 0:
				j.add(txt)
				txt = j.text
			case len(txt) > TextLimit:
				j.long = true
			}
			i.jsonScalar(text, txt)
			return p + 1
		}
		j.add(b[start:p])
		switch {
		case p == len(b):
			return p
		case b[p] == '\\':
			j.escape, j.hex = 1, 0
		case b[p] < 0x20:
			i.failJSON()
		default: // a character that the chunk's end cuts
			j.part[0], j.parts = b[p], 1
			j.add(b[p : p+1])
		}
		p++
	}
}

// jsonSkipped goes on behind a string that nothing wants to know, and takes
// the colon with it that mostly follows a name.
func (i *Inspector) jsonSkipped(b []byte, p int) int {
	j := &i.json
	if !j.name {
		j.state = jsonAfter
		return p
	}
	j.name = false
	if p < len(b) && b[p] == ':' {
		j.state = jsonValue
		return p + 1
	}
	j.state = jsonColon
	return p
}

// jsonPart completes a character that the end of a chunk cut, or that is no
// UTF-8.
func (i *Inspector) jsonPart(b []byte, p int) int {
	j := &i.json
	for ; !utf8.FullRune(j.part[:j.parts]); p++ {
		if p == len(b) {
			return p
		}
		j.part[j.parts] = b[p]
		j.parts++
		j.add(b[p : p+1])
	}
	if r, size := utf8.DecodeRune(j.part[:j.parts]); r == utf8.RuneError && size == 1 {
		i.failJSON()
	}
	j.parts = 0
	return p
}

// add appends to the text that is kept.
func (j *jsonReader) add(b []byte) {
	switch {
	case !j.keep || j.long:
	case len(j.text)+len(b) > TextLimit:
		j.long = true
	default:
		j.text = append(j.text, b...)
	}
}

func (j *jsonReader) addRune(r rune) {
	var b [utf8.UTFMax]byte
	j.add(b[:utf8.EncodeRune(b[:], r)])
}

// flushHigh gives a high surrogate without its other half the replacement
// character.
func (j *jsonReader) flushHigh() {
	if j.high != 0 {
		j.high = 0
		j.addRune(utf8.RuneError)
	}
}

// jsonEscape reads on behind a backslash.
func (i *Inspector) jsonEscape(b []byte, p int) int {
	j := &i.json
	for ; p < len(b) && j.escape > 0; p++ {
		c := b[p]
		if j.escape > 1 {
			digit, ok := hexDigit(c)
			if !ok {
				i.failJSON()
				return p
			}
			j.hex = j.hex<<4 | digit
			if j.escape++; j.escape == 6 {
				j.escape = 0
				j.unit(j.hex)
			}
			continue
		}
		if c == 'u' {
			j.escape = 2
			continue
		}
		plain := unescaped[c]
		if plain == 0 {
			i.failJSON()
			return p
		}
		j.escape = 0
		j.flushHigh()
		j.add([]byte{plain})
	}
	return p
}

var unescaped = [256]byte{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

func hexDigit(c byte) (uint16, bool) {
	switch {
	case c >= '0' && c <= '9':
		return uint16(c - '0'), true
	case c|0x20 >= 'a' && c|0x20 <= 'f':
		return uint16(c|0x20-'a') + 10, true
	}
	return 0, false
}

// unit takes a UTF-16 code unit from an escape.
func (j *jsonReader) unit(u uint16) {
	switch {
	case u >= 0xdc00 && u < 0xe000 && j.high != 0:
		r := (rune(j.high)-0xd800)<<10 | (rune(u) - 0xdc00) + 0x10000
		j.high = 0
		j.addRune(r)
	case u >= 0xd800 && u < 0xdc00:
		j.flushHigh()
		j.high = u
	default:
		j.flushHigh()
		j.addRune(rune(u)) // a low surrogate alone becomes U+FFFD
	}
}

// jsonWord reads on in true, false or null.
func (i *Inspector) jsonWord(b []byte, p int) int {
	j := &i.json
	for ; j.word != ""; p++ {
		if p == len(b) {
			return p
		}
		if b[p] != j.word[0] {
			i.failJSON()
			return p
		}
		j.word = j.word[1:]
	}
	i.jsonScalar(j.kind, literals[j.kind])
	return p
}

var literals = [...][]byte{null: []byte("null"), boolFalse: []byte("false"), boolTrue: []byte("true")}

// The places within a number (RFC 8259 section 6).
const (
	numberSign uint8 = iota + 1
	numberZero
	numberInt
	numberPoint
	numberFraction
	numberE
	numberESign
	numberExp
)

// digitsGoOn has the places where another digit changes nothing.
var digitsGoOn = [numberExp + 1]bool{numberInt: true, numberFraction: true, numberExp: true}

func firstOfNumber(c byte) uint8 {
	switch {
	case c == '-':
		return numberSign
	case c == '0':
		return numberZero
	case c >= '1' && c <= '9':
		return numberInt
	}
	return 0
}

func numberMayEnd(at uint8) bool {
	return at == numberZero || at == numberInt || at == numberFraction || at == numberExp
}

// numberNext gives the place behind a byte, 0 where it does not belong. Digits
// that go on are not asked about.
func numberNext(at uint8, c byte) uint8 {
	switch {
	case c >= '0' && c <= '9':
		switch at {
		case numberSign:
			return firstOfNumber(c)
		case numberPoint:
			return numberFraction
		case numberE, numberESign:
			return numberExp
		}
		return 0 // behind a zero that leads
	case c == '.' && (at == numberZero || at == numberInt):
		return numberPoint
	case c|0x20 == 'e' && (at == numberZero || at == numberInt || at == numberFraction):
		return numberE
	case (c == '+' || c == '-') && at == numberE:
		return numberESign
	}
	return 0
}

// jsonNumber reads on in a number.
func (i *Inspector) jsonNumber(b []byte, p int) int {
	j := &i.json
	start := p
	for p < len(b) {
		if c := b[p]; c >= '0' && c <= '9' && digitsGoOn[j.grammar] {
			p++
			continue
		}
		next := numberNext(j.grammar, b[p])
		if next == 0 {
			break
		}
		j.grammar = next
		p++
	}
	j.add(b[start:p])
	if p == len(b) {
		return p
	}
	if !numberMayEnd(j.grammar) {
		i.failJSON()
		return p
	}
	i.jsonScalar(number, j.text)
	return p
}
