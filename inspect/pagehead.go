package inspect

import "bytes"

// pageHead is what the head of a page says.
type pageHead struct {
	title, heading []byte
	titled, headed bool
}

// headOf finds the title and the first heading of a page, as far as b has
// them. A heading before the title means that there is no title.
func headOf(b []byte) (head pageHead) {
	for p := 0; ; {
		at := bytes.IndexByte(b[p:], '<')
		if at < 0 {
			return head
		}
		p += at
		switch name := tagName(b[p:]); {
		case bytes.HasPrefix(b[p:], []byte("<!--")):
			end := bytes.Index(b[p:], []byte("-->"))
			if end < 0 {
				return head
			}
			p += end
		case !head.titled && equalFold(name, "title"):
			if head.title, head.titled = textWithin(b[p:], "</title"); !head.titled {
				return head
			}
		case equalFold(name, "h1"), equalFold(name, "h2"):
			head.heading, head.headed = textWithin(b[p:], "</h")
			return head
		}
		p++
	}
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

// textWithin gives the text between a start tag and an end tag, without the
// tags in it and with single spaces. It is not ok where the end tag is missing.
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
