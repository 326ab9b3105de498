package inspect

import "github.com/statusgate/statusgate/internal/charset"

// pageRun is the begin of one body on its way through [pages].
type pageRun struct {
	pages   *pages
	shapes  set // those that are of interest
	open    bool
	cut     bool // it was given up before it was decided
	next    int  // as many bytes make another look worthwhile
	buf     []byte
	decoded []byte // of what is in UTF-16
	scratch *[maxLine]byte
	hits    []hit
}

func newPageRun(ps *pages, shapes int) pageRun {
	return pageRun{
		pages: ps, shapes: make(set, (shapes+63)/64), buf: make([]byte, 0, PageLimit), decoded: make([]byte, 0, PageLimit),
		scratch: new([maxLine]byte), hits: make([]hit, 0, len(ps.pages)+len(ps.lines)),
	}
}

// begin makes the run ready for a body that may have some shapes.
func (r *pageRun) begin(shapes set) {
	copy(r.shapes, shapes)
	r.open, r.cut, r.next, r.buf, r.hits = shapes.any(), false, 1, r.buf[:0], r.hits[:0]
}

// write takes the next bytes. It reports whether more of them can change
// something.
func (r *pageRun) write(b []byte) bool {
	if len(r.buf) == 0 && r.look(b[:min(len(b), PageLimit)], len(b) >= PageLimit, false) {
		return false
	}
	r.buf = append(r.buf, b[:min(len(b), PageLimit-len(r.buf))]...)
	if len(r.buf) < r.next {
		return true
	}
	r.next = min(len(r.buf)+len(r.buf)/8+16, PageLimit)
	return !r.look(r.buf, len(r.buf) == PageLimit, false)
}

// end takes the end of the body, or of what counts of it.
func (r *pageRun) end(how Ending) {
	if r.open && how != Cut {
		r.look(r.buf, true, how == Whole)
	}
}

// look judges the first bytes, and tells whether that was all.
func (r *pageRun) look(b []byte, last, whole bool) bool {
	coding, mark := charset.Mark(b)
	switch b = b[mark:]; {
	case mark > 0:
	case len(b) < 4 && !last:
		return false
	case len(b) > 1 && b[0] == '<' && b[1] == 0:
		coding = charset.UTF16LE
	case len(b) > 1 && b[0] == 0 && b[1] == '<':
		coding = charset.UTF16BE
	}
	if coding == charset.UTF16LE || coding == charset.UTF16BE {
		decoder := charset.Decoder{Charset: coding}
		b, _, _ = decoder.Decode(r.decoded[:0], b)
	}
	var decided bool
	r.hits, decided = r.pages.judge(b, last, whole, r.scratch, r.hits[:0])
	return decided
}

// status gives what a page tells that has one of the shapes.
func (r *pageRun) status(shape int) (status int, ok bool) {
	for _, h := range r.hits {
		if h.shape == shape {
			return h.status, true
		}
	}
	return 0, false
}
