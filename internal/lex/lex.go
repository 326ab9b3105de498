// Package lex reads whole JSON and XML documents, token by token and strictly: a document that it reads to the end is
// well-formed for every reader. It allocates nothing, and reads each byte once.
//
// Documents are in UTF-8 and without a byte order mark.
package lex

// MaxDepth is how deep a document may be nested: far beyond what errors have, far below what hurts a reader.
const MaxDepth = 64

// Span is a part of a document.
type Span struct{ Start, End int }

// Of gives the bytes of the span.
func (s Span) Of(body []byte) []byte { return body[s.Start:s.End] }

// Len is the number of bytes in the span.
func (s Span) Len() int { return s.End - s.Start }

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }
