package problem

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"
)

var byteOrderMark = []byte("\uFEFF")

// xmlProblem reads a document and keeps what matters in it.
type xmlProblem struct {
	body      []byte
	decoder   *xml.Decoder
	depth     int
	namespace string // of the root
	prefix    string // of the root, with its colon
	present   members
	texts     [memberCount][]byte
	member    int  // that the reader is in, -1 if in none
	status    span // content of the status element
	last      int  // where the root's end tag starts
}

func conformXML(dst, body []byte, status int) ([]byte, bool) {
	bare := bytes.TrimPrefix(body, byteOrderMark)
	p := xmlProblem{body: bare, decoder: xml.NewDecoder(bytes.NewReader(bare)), member: -1}
	if !isXMLText(bare) || !p.read() {
		return dst, false
	}
	if status >= 500 {
		p.dropInternals()
	}
	if !p.present.suffice(status) {
		return dst, false
	}
	if status >= 500 {
		return p.appendRegistered(dst, status), true
	}
	dst = append(dst, body[:len(body)-len(bare)]...)
	return p.appendWhole(dst, status), true
}

// isXMLText tells whether a body has only characters that XML 1.0 §2.2 allows. The decoder looks at some places only.
func isXMLText(body []byte) bool {
	for i := 0; i < len(body); {
		r, size := utf8.DecodeRune(body[i:])
		if r == utf8.RuneError && size == 1 || r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == '\uFFFE' || r == '\uFFFF' {
			return false
		}
		i += size
	}
	return true
}

// read reports false if the body is not well-formed or not a problem.
func (p *xmlProblem) read() bool {
	for {
		start := int(p.decoder.InputOffset())
		token, err := p.decoder.Token()
		if errors.Is(err, io.EOF) {
			return p.last > 0
		}
		if err != nil {
			return false
		}
		ok := true
		switch token := token.(type) {
		case xml.StartElement:
			ok = p.open(token, start)
		case xml.EndElement:
			ok = p.close(start)
		case xml.CharData:
			ok = p.chars(token)
		case xml.ProcInst:
			ok = start == 0 || !strings.EqualFold(token.Target, "xml") // XML 1.0 §2.6
		case xml.Directive:
			ok = false // a document type declaration, which may define entities
		}
		if !ok {
			return false
		}
	}
}

func (p *xmlProblem) open(element xml.StartElement, start int) bool {
	p.depth++
	switch {
	case p.depth > maxDepth || repeatsAttribute(element.Attr):
		return false
	case p.depth == 1:
		return p.openRoot(element.Name, start)
	case p.depth == 2 && element.Name.Space == p.namespace:
		return p.openMember(element.Name.Local)
	}
	return p.member < 0 // a member is text
}

func (p *xmlProblem) openRoot(name xml.Name, start int) bool {
	if p.last > 0 || name.Local != "problem" {
		return false
	}
	if name.Space != "" && name.Space != "urn:ietf:rfc:7807" && name.Space != "urn:ietf:rfc:9457" {
		return false
	}
	p.namespace = name.Space
	tag := p.body[start+len("<") : p.decoder.InputOffset()]
	qualified := tag[:bytes.IndexAny(tag, " \t\r\n/>")]
	p.prefix = string(qualified[:len(qualified)-len(name.Local)])
	return true
}

func (p *xmlProblem) openMember(name string) bool {
	member := memberIndex([]byte(name))
	if member < 0 {
		return true
	}
	if p.present[member] {
		return false
	}
	p.present[member] = true
	p.member = member
	if member == memberStatus {
		p.status.start = int(p.decoder.InputOffset())
	}
	return true
}

func (p *xmlProblem) close(start int) bool {
	p.depth--
	switch {
	case p.depth == 0:
		p.last = start
	case p.depth == 1 && p.member == memberStatus:
		p.status.end = start
		_, err := strconv.Atoi(string(bytes.TrimSpace(p.texts[memberStatus])))
		p.member = -1
		return err == nil
	case p.depth == 1:
		p.member = -1
	}
	return true
}

func (p *xmlProblem) chars(text []byte) bool {
	if p.member >= 0 {
		p.texts[p.member] = append(p.texts[p.member], text...)
	}
	return p.depth > 0 || len(bytes.TrimSpace(text)) == 0
}

// maxAttributes bounds the work of repeatsAttribute.
const maxAttributes = 64

// repeatsAttribute looks for what the decoder lets pass, XML 1.0 §3.1. It takes too many for repeated.
func repeatsAttribute(attributes []xml.Attr) bool {
	if len(attributes) > maxAttributes {
		return true
	}
	for i, one := range attributes {
		for _, other := range attributes[:i] {
			if one.Name == other.Name {
				return true
			}
		}
	}
	return false
}

// dropInternals forgets the texts that may not leave on a server error.
func (p *xmlProblem) dropInternals() {
	for member, text := range p.texts {
		p.texts[member] = bytes.TrimSpace(text)
		p.present[member] = len(p.texts[member]) > 0 && !spansLines(p.texts[member])
	}
}

// appendWhole appends the body with another status, which comes last if there was none.
func (p *xmlProblem) appendWhole(dst []byte, status int) []byte {
	if p.present[memberStatus] {
		dst = append(dst, p.body[:p.status.start]...)
		dst = strconv.AppendInt(dst, int64(status), 10)
		return append(dst, p.body[p.status.end:]...)
	}
	dst = append(dst, p.body[:p.last]...)
	dst = appendXMLNumber(dst, p.prefix+"status", status)
	return append(dst, p.body[p.last:]...)
}

// appendRegistered appends a document that has the registered members only.
func (p *xmlProblem) appendRegistered(dst []byte, status int) []byte {
	dst = append(dst, xmlStart...)
	for member, name := range memberNames {
		if member == memberStatus {
			dst = appendXMLNumber(dst, name, status)
		} else if p.present[member] {
			dst = appendXMLElement(dst, name, string(p.texts[member]))
		}
	}
	return append(dst, xmlEnd...)
}
