package inspect

import (
	"bytes"
	"fmt"
)

// PageLimit is how many bytes of a page or of plain text decide what it is.
const PageLimit = 4096

// Page is what a page of HTML is like that a server makes of an error.
type Page struct {
	// Titles are patterns of the whole title; none: the page has no title.
	Titles []string
	// Headings are patterns of the first h1 or h2; none: whatever it says.
	Headings []string
	// Marks all stand in the first [PageLimit] bytes, as they are here.
	Marks []string
	// Status is what the page tells where no {status} in its title or heading
	// does.
	Status int
}

// Lines are what plain text is like, or the text on a page of HTML, that
// begins with what a program says of its end.
type Lines struct {
	// First are patterns of the first line.
	First []string
	// Next are patterns of the second; none: it is like the others, or not there.
	Next []string
	// Others are patterns of all further lines; none: there are none.
	Others []string
	// Status is what they tell, unless Tells has a status for the {code} or
	// {status} in the first line.
	Status int
	Tells  *Codes
}

// In a pattern of [Page] and [Lines] * stands for any text, {status} for a
// status of an error in HTTP, {code} and {n} for digits, {name} for a name with
// dots, {error} for one that ends in Error, Exception, Failure or Fault, {{ for
// a brace.

type page struct {
	shape    int
	titles   []linePattern
	headings []linePattern
	marks    [][]byte
	status   int
}

type lines struct {
	shape               int
	first, next, others []linePattern
	status              int
	tells               *Codes
}

// pages are the pages and texts of many shapes, compiled.
type pages struct {
	pages  []page
	lines  []lines
	begins [256]bool // what a body may begin with
	// titled are the pages whose title may begin so, and untitled those without
	// one, told is the texts whose first line may.
	titled   [256][]owned
	untitled []owned
	told     [256][]owned
}

// owned is one of the patterns of a page's title, or of a text's first line.
type owned struct {
	pattern linePattern
	of      uint16
}

func linePatterns(words []string) (patterns []linePattern, err error) {
	for _, word := range words {
		p, err := newLinePattern(word)
		if err != nil {
			return nil, err
		}
		patterns = append(patterns, p)
	}
	return patterns, nil
}

// add takes over the pages and texts of a shape.
func (ps *pages) add(shape int, s *Shape) error {
	for i := range s.Pages {
		p, err := newPage(&s.Pages[i])
		if err != nil {
			return fmt.Errorf("%s: %w", s.Name, err)
		}
		p.shape = shape
		at := uint16(len(ps.pages)) //nolint:gosec // a table's
		ps.pages = append(ps.pages, p)
		ps.begins['<'] = true
		if len(p.titles) == 0 {
			ps.untitled = append(ps.untitled, owned{of: at})
		}
		index(&ps.titled, p.titles, at)
	}
	for i := range s.Lines {
		l, err := newLines(&s.Lines[i])
		if err != nil {
			return fmt.Errorf("%s: %w", s.Name, err)
		}
		l.shape = shape
		at := uint16(len(ps.lines)) //nolint:gosec // a table's
		ps.lines = append(ps.lines, l)
		ps.begins['<'] = true
		index(&ps.told, l.first, at)
	}
	for c := range ps.begins {
		ps.begins[c] = ps.begins[c] || len(ps.told[c]) > 0
	}
	return nil
}

// index notes patterns under each byte with which what they are of may begin.
func index(by *[256][]owned, patterns []linePattern, at uint16) {
	for c := range by {
		for _, p := range patterns {
			if p.mayBegin(byte(c)) { //nolint:gosec // below 256
				by[c] = append(by[c], owned{p, at})
			}
		}
	}
}

func newPage(p *Page) (out page, err error) {
	out.status = p.Status
	if out.titles, err = linePatterns(p.Titles); err != nil {
		return out, err
	}
	if out.headings, err = linePatterns(p.Headings); err != nil {
		return out, err
	}
	for _, mark := range p.Marks {
		out.marks = append(out.marks, []byte(mark))
	}
	return out, nil
}

func newLines(l *Lines) (out lines, err error) {
	out.status, out.tells = l.Status, l.Tells
	if out.first, err = linePatterns(l.First); err != nil {
		return out, err
	}
	if out.next, err = linePatterns(l.Next); err != nil {
		return out, err
	}
	out.others, err = linePatterns(l.Others)
	return out, err
}

func matchesAny(patterns []linePattern, line []byte) (status int, ok bool) {
	for _, p := range patterns {
		if status, ok := p.match(line); ok {
			return status, true
		}
	}
	return 0, false
}

// hit is a shape that a page or text has, and the status that it tells.
type hit struct{ shape, status int }

// judge looks at the first bytes of a body. Whole says that they are all of it,
// last that no more of it counts. It is false where more of them can change
// something; found has what was found.
func (ps *pages) judge(b []byte, last, whole bool, scratch *[maxLine]byte, hits []hit) (found []hit, decided bool) {
	b = bytes.TrimLeft(b, " \t\r\n")
	if len(b) == 0 {
		return hits, last
	}
	if !ps.begins[b[0]] {
		return hits, true
	}
	decided = true
	if b[0] == '<' && len(ps.pages) > 0 {
		hits, decided = ps.judgePage(b, last, hits)
	}
	if len(ps.lines) > 0 {
		found, ok := ps.judgeLines(b, last, whole, scratch, hits)
		hits, decided = found, decided && ok
	}
	return hits, decided
}

// judgePage looks at the title and first heading of a page. The heading is looked
// for only where the title, or that there is none, leaves pages in question.
func (ps *pages) judgePage(b []byte, last bool, hits []hit) (found []hit, decided bool) {
	head := pageHead{b: b}
	head.find()
	if !head.titled && !head.headed {
		return hits, last
	}
	open, looked := false, head.headed
	for _, o := range ps.candidates(&head) {
		p := &ps.pages[o.of]
		status, ok := o.titled(&head)
		if !ok {
			continue
		}
		if !last { // the heading may follow, and the marks
			open = true
			continue
		}
		if !looked && len(p.headings) > 0 {
			head.find()
			looked = true
		}
		if told, ok := p.fits(&head); ok {
			hits = append(hits, hit{p.shape, p.tell(max(status, told))})
		}
	}
	return hits, !open
}

// fits tells whether a page whose title fits has the heading and the marks, too.
func (p *page) fits(head *pageHead) (status int, ok bool) {
	if len(p.headings) > 0 {
		if status, ok = matchesAny(p.headings, head.heading); !ok || !head.headed {
			return 0, false
		}
	}
	return status, containsAll(head.b, p.marks)
}

// tell gives the status of a page that has one in its title or heading, or none.
func (p *page) tell(status int) int {
	if status == 0 {
		return p.status
	}
	return status
}

// candidates are the pages that may have such a title, or none.
func (ps *pages) candidates(head *pageHead) []owned {
	switch {
	case !head.titled:
		return ps.untitled
	case len(head.title) == 0:
		return ps.titled['*'] // those that take anything
	default:
		return ps.titled[head.title[0]]
	}
}

// titled tells whether a page's title is what it should be, or rightly
// missing.
func (o *owned) titled(head *pageHead) (status int, ok bool) {
	if o.pattern == nil {
		return 0, true
	}
	return o.pattern.match(head.title)
}

func containsAll(b []byte, marks [][]byte) bool {
	for _, mark := range marks {
		if !bytes.Contains(b, mark) {
			return false
		}
	}
	return true
}
