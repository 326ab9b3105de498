// Package redact cuts from a JSON or XML document what tells of a server's internals, and leaves the rest as it is.
//
// Three things go: members, elements and attributes that are named after stack traces, exceptions and debugging; of
// texts that span lines all lines but the first; and of XML comments and processing instructions. What goes out is as
// well-formed as what came in, and not longer.
package redact

import "github.com/statusgate/statusgate/internal/lex"

// Leaks tells whether a member of this name carries internals. Case, underscores, hyphens, dots and spaces do not count.
func Leaks(name string) bool {
	var w word
	for _, c := range []byte(name) {
		w.add(rune(c))
	}
	return w.leaks()
}

// leaksJSON is Leaks for a name as it is quoted in JSON.
func leaksJSON(quoted []byte) bool {
	var w word
	for s := quoted[1 : len(quoted)-1]; len(s) > 0; {
		r, size := lex.JSONRune(s)
		w.add(r)
		s = s[size:]
	}
	return w.leaks()
}

// leaksXML is Leaks for text of XML, or a name.
func leaksXML(raw []byte) bool {
	var w word
	for len(raw) > 0 {
		r, size := lex.XMLRune(raw)
		w.add(r)
		raw = raw[size:]
	}
	return w.leaks()
}

// word is a name in lower case and without what separates its parts. Of longer names the end does not count.
type word struct {
	text [48]byte
	n    int
}

func (w *word) add(r rune) {
	switch {
	case w.n == len(w.text), r == '_', r == '-', r == '.', r == ' ', r == '\n', r == '\r', r == '\t':
		return
	case r >= 'A' && r <= 'Z':
		r |= 0x20
	case r > 0x7f:
		r = 0x7f // no name of the lists has it
	}
	w.text[w.n] = byte(r)
	w.n++
}

// The names that leak: as they are, as a begin, and anywhere in a name.
var (
	leaking = [...]string{
		"stack", "stacks", "callstack", "errorstack", "trace", "traces", "throwable",
		"exception", "exceptions", "exceptionmessage", "exceptiontype", "exceptionclass", "exceptionname",
	}
	leakingBegins = [...]string{"debug"}
	leakingParts  = [...]string{
		"stacktrace", "stackframe", "stackentries", "backtrace", "traceback",
		"exceptiondetail", "innererror", "innerexception",
	}
)

func (w *word) leaks() bool {
	name := w.text[:w.n]
	for _, other := range leaking {
		if string(name) == other {
			return true
		}
	}
	for _, begin := range leakingBegins {
		if begins(name, begin) {
			return true
		}
	}
	for len(name) >= len("backtrace") { // the shortest
		if c := name[0]; c == 's' || c == 'b' || c == 't' || c == 'e' || c == 'i' {
			for _, part := range leakingParts {
				if begins(name, part) {
					return true
				}
			}
		}
		name = name[1:]
	}
	return false
}

func begins(name []byte, with string) bool {
	return len(name) >= len(with) && string(name[:len(with)]) == with
}

// lines finds where a text that comes in pieces has to be cut.
type lines struct {
	told  bool // there was something to read
	over  bool // the line with that is over
	cut   bool // what came after that was cut
	slash bool // the last character was a backslash, of which the next tells what it means
}

// cutAt gives the index in a piece from which on all of it is to go, -1 where none is. Lines are those of Unicode
// section 5.8, and those whose break was escaped twice: this takes some paths of Windows, too, which are internals.
func (l *lines) cutAt(piece []byte, next func([]byte) (rune, int)) int {
	if l.cut {
		return 0
	}
	if !l.over && !l.slash && isPlain(piece) {
		l.told = l.told || len(piece) > 0
		return -1
	}
	end, slashAt := 0, 0
	for at := 0; at < len(piece); {
		r, size := next(piece[at:])
		slash, raw := l.slash, isBreak(r)
		l.slash = r == '\\'
		switch {
		case raw || slash && (r == 'n' || r == 'r'):
			l.told = l.told || raw && slash // which meant itself
			if l.told && !l.over {
				l.over, end = true, at
				if !raw {
					end = slashAt
				}
			}
		case !slash && (l.slash || isBlank(r)):
		case l.over:
			l.cut = true
			return end
		default:
			l.told = true
		}
		if l.slash {
			slashAt = at
		}
		at += size
	}
	return -1
}

// isPlain tells whether a piece has nothing but what is to be read: no white space but between words, and nothing that
// could be, or stand for, a break.
func isPlain(piece []byte) bool {
	for _, c := range piece {
		if !plain[c] {
			return false
		}
	}
	return len(piece) == 0 || piece[0] != ' '
}

var plain = func() (set [256]bool) {
	for c := range 0x80 {
		set[c] = c >= ' ' && c != '\\' && c != '&'
	}
	return set
}()

func isBreak(r rune) bool {
	switch r {
	case '\n', '\v', '\f', '\r', 0x85, 0x2028, 0x2029:
		return true
	}
	return false
}

func isBlank(r rune) bool { return r == ' ' || r == '\t' || r == 0xa0 }

// output is a document with parts left out.
type output struct {
	dst, src []byte
	copied   int // how much of src is in dst, or left out
}

// copy takes over what comes before the index to.
func (o *output) copy(to int) {
	if to > o.copied {
		o.dst = append(o.dst, o.src[o.copied:to]...)
		o.copied = to
	}
}

// skip leaves a part out.
func (o *output) skip(from, to int) {
	o.copy(from)
	o.copied = to
}
