package inspect

import "bytes"

// pageHead is what the head of a page says, and where the reading of it stands.
type pageHead struct {
	b              []byte
	p              int
	title, heading []byte
	titled, headed bool
}

// find goes on to the title or, behind it, to the first heading. A heading before
// the title means that there is no title. It stops where b ends.
func (h *pageHead) find() {
	for b := h.b; ; h.p++ {
		at := bytes.IndexByte(b[h.p:], '<')
		if at < 0 || h.p+at+1 == len(b) {
			return
		}
		h.p += at
		switch lower(b[h.p+1]) {
		case '!':
			if !h.comment() {
				return
			}
		case 't':
			if !h.titled && equalFold(tagName(b[h.p:]), "title") {
				h.title, h.titled = textWithin(b[h.p:], "</title")
				h.p++
				return
			}
		case 'h':
			if name := tagName(b[h.p:]); equalFold(name, "h1") || equalFold(name, "h2") {
				h.heading, h.headed = textWithin(b[h.p:], "</h")
				return
			}
		}
	}
}

// comment skips a comment. It reports false where that does not end.
func (h *pageHead) comment() bool {
	if !bytes.HasPrefix(h.b[h.p:], []byte("<!--")) {
		return true
	}
	end := bytes.Index(h.b[h.p:], []byte("-->"))
	if end < 0 {
		return false
	}
	h.p += end
	return true
}

// tagName gives the name of the start tag that b begins with, "" where there
// is none.
func tagName(b []byte) []byte {
	n := 1
	for n < len(b) && n < 12 && (lower(b[n]) >= 'a' && lower(b[n]) <= 'z' || n > 1 && isDigit(b[n])) {
		n++
	}
	return b[1:n]
}

// textWithin gives the text between a start tag and an end tag, without white
// space around it. It is not ok where the end tag is missing.
func textWithin(b []byte, end string) (txt []byte, ok bool) {
	open := bytes.IndexByte(b, '>')
	if open < 0 {
		return nil, false
	}
	b = b[open+1:]
	for p := 0; ; p++ {
		at := bytes.IndexByte(b[p:], '<')
		if at < 0 || p+at+len(end) > len(b) {
			return nil, false
		}
		p += at
		if equalFold(b[p:p+len(end)], end) {
			return bytes.TrimSpace(b[:p]), true
		}
	}
}
