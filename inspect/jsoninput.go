package inspect

import "github.com/statusgate/statusgate/internal/charset"

// jsonInput turns the bytes of a JSON body into UTF-8, which they mostly are.
type jsonInput struct {
	label   charset.Charset // of the charset parameter
	begun   bool
	mark    byte // the first byte, which may be half of UTF-16's byte order mark
	coded   bool // by the decoder
	decoder charset.Decoder
}

// writeJSON takes the next bytes of the body.
func (i *Inspector) writeJSON(b []byte) {
	in := &i.json.in
	if !in.begun {
		b = i.beginCoding(b)
	}
	if !in.coded {
		i.jsonBytes(b)
		return
	}
	for len(b) > 0 && i.json.open > 0 {
		var buf [512]byte
		out, rest, ok := in.decoder.Decode(buf[:0], b)
		i.jsonBytes(out)
		if b = rest; !ok {
			i.failJSON()
		}
	}
}

// beginCoding finds the encoding. JSON is UTF-8 (RFC 8259 section 8.1), but a
// byte order mark may show that it is not, or a charset parameter say so.
// UTF-16 shows its byte order in the first character, which is ASCII. A label
// with a byte for each character counts only for what is not UTF-8: many are
// wrong.
func (i *Inspector) beginCoding(b []byte) []byte {
	in := &i.json.in
	if in.mark == 0 && b[0] >= 0xfe {
		in.mark = b[0]
		b = b[1:]
	}
	if len(b) == 0 {
		return nil
	}
	in.begun = true
	is := in.label
	if in.mark != 0 {
		is, _ = charset.Mark([]byte{in.mark, b[0]})
		b = b[1:]
	}
	switch is {
	case charset.UTF16BE, charset.UTF16LE:
		if in.mark == 0 {
			is = charset.UTF16BE
			if b[0] != 0 {
				is = charset.UTF16LE
			}
		}
		in.coded, in.decoder = true, charset.Decoder{Charset: is}
	case charset.Latin1, charset.Windows1252:
		in.coded, in.decoder = true, charset.Decoder{Charset: is, Mixed: true}
	default:
		if in.mark != 0 {
			i.deny(&i.json.open, No) // nothing in JSON begins so
		}
	}
	return b
}
