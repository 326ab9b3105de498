package command

import (
	"fmt"
	"io"
	"os"
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/term"
)

// printer prints for people: lines with a word in front, in colour on a terminal.
type printer struct {
	w      io.Writer
	colour bool
	err    error
}

// newPrinter prints in colour where w is a terminal and nobody objects
// (https://no-color.org).
func newPrinter(w io.Writer) *printer {
	return &printer{w: w, colour: isTerminal(w) && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"}
}

// isTerminal reports whether a person sees what is written.
func isTerminal(w io.Writer) bool {
	file, ok := w.(*os.File)
	return ok && term.IsTerminal(int(file.Fd())) //nolint:gosec // a file descriptor
}

// Colours, as ANSI terminals have them.
const (
	plain  = ""
	bold   = "1"
	faint  = "2"
	red    = "31"
	green  = "32"
	yellow = "33"
)

// in gives a text in a colour.
func (p *printer) in(colour, text string) string {
	if !p.colour || colour == plain || text == "" {
		return text
	}
	return "\x1b[" + colour + "m" + text + "\x1b[0m"
}

// printf prints, and keeps the first error. What clients and backends have sent can't
// command the terminal: of what no person sees only colours are left as they are.
func (p *printer) printf(format string, args ...any) {
	if p.err == nil {
		_, p.err = io.WriteString(p.w, p.visible(fmt.Sprintf(format, args...)))
	}
}

// unseen are the characters of a text that command a terminal, or that turn its order
// round: all controls but tabs and ends of lines, and those of Unicode Annex 9. What is
// no UTF-8 may be a control in other character sets.
var unseen = regexp.MustCompile(`[^\P{Cc}\t\n]|[\x{200e}\x{200f}\x{061c}\x{202a}-\x{202e}\x{2066}-\x{2069}\x{2028}\x{2029}\x{fffd}]`)

// coloured is what [printer.in] puts around a text.
var coloured = regexp.MustCompile(`^\x1b\[(0|1|2|31|32|33)m`)

// visible makes what is unseen seen, as Go writes it.
func (p *printer) visible(text string) string {
	if !unseen.MatchString(text) {
		return text
	}
	var b strings.Builder
	for text != "" {
		at := unseen.FindStringIndex(text)
		if at == nil {
			break
		}
		b.WriteString(text[:at[0]])
		escape, colour := text[at[0]:at[1]], ""
		if p.colour {
			colour = coloured.FindString(text[at[0]:])
		}
		if colour != "" {
			b.WriteString(colour)
			text = text[at[0]+len(colour):]
			continue
		}
		quoted := strconv.QuoteToASCII(escape)
		b.WriteString(quoted[1 : len(quoted)-1])
		text = text[at[1]:]
	}
	return b.String() + text
}

// label is how wide the words in front are.
const label = 10

// row prints a line with a word in front.
func (p *printer) row(word, text string) {
	p.printf("%s%s\n", p.in(faint, fmt.Sprintf("%-*s", label, word)), text)
}

// under prints lines below a row.
func (p *printer) under(text string) {
	for line := range strings.SplitSeq(text, "\n") {
		p.printf("%s%s\n", strings.Repeat(" ", label), line)
	}
}

// wrapped breaks a text into lines of so many characters, between words.
func wrapped(text string, width int) string {
	var b strings.Builder
	at := 0
	for i, word := range strings.Fields(text) {
		switch n := len([]rune(word)); {
		case i == 0:
			at = n
		case at+1+n > width:
			b.WriteByte('\n')
			at = n
		default:
			b.WriteByte(' ')
			at += 1 + n
		}
		b.WriteString(word)
	}
	return b.String()
}
