package problem

import (
	_ "embed" // the style sheet
)

//go:embed page.css
var pageStyle string

const (
	pageStart = `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<link rel="icon" href="data:,">
<title>`
	pageEnd = "</main>\n</body>\n</html>\n"
)

// appendHTML writes for a person who has never heard of status codes: what happened in plain words, what to do next,
// then what an expert asks for. The page loads nothing, not even an icon, so that it costs the server one request.
func (p *Problem) appendHTML(dst []byte) []byte {
	words := wordsFor(p.Status)
	status, title := p.headline()
	dst = append(dst, pageStart...)
	dst = appendCode(dst, status, title)
	dst = appendHTMLText(dst, title)
	dst = append(dst, "</title>\n<style>\n"...)
	dst = append(dst, pageStyle...)
	dst = append(dst, "</style>\n</head>\n<body>\n<main>\n<header>\n<p>"...)
	dst = appendCode(dst, status, title)
	dst = appendHTMLText(dst, title)
	dst = append(dst, "</p>\n<h1>"...)
	dst = append(dst, words.happened...)
	dst = append(dst, "</h1>\n</header>\n"...)
	if p.Detail != "" {
		dst = append(dst, `<p dir="auto">`...)
		dst = appendHTMLText(dst, p.Detail)
		dst = append(dst, "</p>\n"...)
	}
	dst = p.appendNext(dst, words.next)
	for _, list := range p.lists() {
		dst = appendHTMLList(dst, list.label, list.values)
	}
	dst = p.appendReference(dst)
	return append(dst, pageEnd...)
}

func (p *Problem) appendNext(dst []byte, next string) []byte {
	dst = append(dst, "<h2>What you can do</h2>\n<p>"...)
	dst = append(dst, next...)
	if p.RetryAfter > 0 && !p.Drawn {
		dst = append(dst, " The server expects to be ready again in <strong>"...)
		dst = appendDuration(dst, p.RetryAfter)
		dst = append(dst, "</strong>."...)
	}
	return append(dst, "</p>\n"...)
}

// The role is for the browsers that take a list without bullets for no list.
func appendHTMLList(dst []byte, label string, values []string) []byte {
	if len(values) == 0 {
		return dst
	}
	dst = append(dst, "<h2>"...)
	dst = append(dst, label...)
	dst = append(dst, "</h2>\n<ul role=\"list\">\n"...)
	for _, value := range values {
		dst = append(dst, "<li><code>"...)
		dst = appendHTMLText(dst, value)
		dst = append(dst, "</code></li>\n"...)
	}
	return append(dst, "</ul>\n"...)
}

// appendReference appends what whoever is asked for help needs.
func (p *Problem) appendReference(dst []byte) []byte {
	const start, end = "<footer>\n", "</footer>\n"
	open := false
	if p.Instance != "" {
		open = true
		dst = append(dst, start+"<p>If you ask for help, quote this reference:<br><code>"...)
		dst = appendHTMLText(dst, p.Instance)
		dst = append(dst, "</code></p>\n"...)
	}
	for i := range p.Members {
		m := &p.Members[i]
		if !m.shown() {
			continue
		}
		if !open {
			open = true
			dst = append(dst, start...)
		}
		dst = append(append(dst, "<p>"...), m.Name...)
		dst = appendHTMLText(append(dst, ": <code>"...), m.Value)
		dst = append(dst, "</code></p>\n"...)
	}
	if open {
		dst = append(dst, end...)
	}
	return dst
}

func appendHTMLText(dst []byte, s string) []byte {
	return appendEscaped(dst, s, &plainMarkup, htmlEscape)
}

// htmlEscape replaces the characters that HTML does not hold, controls and noncharacters, and the bidirectional
// controls, which would reach beyond the value.
func htmlEscape(r rune) string {
	if r == '\t' || r == '\n' || r == '\r' {
		return " "
	}
	if isNoncharacter(r) {
		return replacement
	}
	if escaped := markupEscape(r); escaped != "" {
		return escaped
	}
	return lineEscape(r)
}

// isNoncharacter is by Unicode §23.7.
func isNoncharacter(r rune) bool {
	return r&0xFFFE == 0xFFFE || r >= 0xFDD0 && r <= 0xFDEF
}
