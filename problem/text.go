package problem

import (
	"strconv"
	"unicode"
)

func (p *Problem) appendText(dst []byte) []byte {
	status, title := p.headline()
	dst = appendCode(dst, status, title)
	dst = append(appendLine(dst, title), '\n')
	if p.Detail != "" {
		dst = append(appendLine(dst, p.Detail), '\n')
	}
	for _, list := range p.lists() {
		dst = appendTextList(dst, list.label, list.values)
	}
	if p.RetryAfter > 0 && !p.Drawn {
		dst = append(dst, "Try again in "...)
		dst = appendDuration(dst, p.RetryAfter)
		dst = append(dst, ".\n"...)
	}
	if p.Type != "" && p.Type != "about:blank" {
		dst = append(dst, "Problem type: "...)
		dst = append(appendLine(dst, p.Type), '\n')
	}
	if p.Instance != "" {
		dst = append(dst, "Reference: "...)
		dst = append(appendLine(dst, p.Instance), '\n')
	}
	for i := range p.Members {
		if m := &p.Members[i]; m.shown() {
			dst = append(append(dst, m.Name...), ": "...)
			dst = append(appendLine(dst, m.Value), '\n')
		}
	}
	return dst
}

// headline is the status and the title, "404 Not Found". A problem without both still gets one.
func (p *Problem) headline() (status int, title string) {
	title = p.title()
	if p.Status <= 0 && title == "" {
		title = "Error"
	}
	return max(p.Status, 0), title
}

// appendCode appends the status and what separates it from the title.
func appendCode(dst []byte, status int, title string) []byte {
	if status == 0 {
		return dst
	}
	dst = strconv.AppendInt(dst, int64(status), 10)
	if title != "" {
		dst = append(dst, ' ')
	}
	return dst
}

type list struct {
	label  string
	values []string
}

// lists has the lists in the words that people read.
func (p *Problem) lists() [3]list {
	return [3]list{
		{"Allowed methods", p.Allowed},
		{"Accepted formats", p.Accepted},
		{"Available formats", p.Available},
	}
}

func appendTextList(dst []byte, label string, values []string) []byte {
	if len(values) == 0 {
		return dst
	}
	dst = append(dst, label...)
	for i, value := range values {
		if i == 0 {
			dst = append(dst, ": "...)
		} else {
			dst = append(dst, ", "...)
		}
		dst = appendLine(dst, value)
	}
	return append(dst, '\n')
}

var plainText = plainASCII("")

// appendLine keeps a value on its line, so that it can neither forge another one nor reach the terminal's controls.
func appendLine(dst []byte, s string) []byte {
	return appendEscaped(dst, s, &plainText, lineEscape)
}

// lineEscape replaces white space that moves the cursor by a space, and by U+FFFD the controls of C0 and C1 (ESC and
// CSI start a terminal's escape sequences) and the bidirectional ones (UAX #9), which show text in another order than
// it has.
func lineEscape(r rune) string {
	switch {
	case r == '\t' || r == '\n' || r == '\v' || r == '\f' || r == '\r' || r == '\u0085' || r == '\u2028' || r == '\u2029':
		return " "
	case unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r):
		return replacement
	}
	return ""
}
