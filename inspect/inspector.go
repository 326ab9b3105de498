package inspect

import (
	"net/http"
)

// Ending is how the bytes of a body came to an end.
type Ending uint8

// The endings.
const (
	// Cut: the body goes on, but no more of it can be waited for.
	Cut Ending = iota
	// Bound: the body goes on, but all bytes that may be inspected were. What
	// is asked of these alone, by [Contains] and [Regexp], is answered.
	Bound
	// Whole: that was the body.
	Whole
)

// Inspector answers the tests of a [Plan] for one body. It belongs to one
// goroutine at a time.
type Inspector struct {
	plan   *Plan
	media  Media
	slots  []slot
	found  []capture
	ended  bool
	open   int // tests and captures that more bytes can settle
	read   int64
	json   jsonReader
	rpc    rpcState
	gql    graphQLState
	prob   problemState
	xml    xmlReader
	soap   soapState
	html   htmlReader
	tails  [][]byte // for each Contains, the end of what was seen
	prefix []byte   // for Regexp
	notes  []string // for Evidence, nil where nobody asks
	shapes shapeRun
}

// slot is the state of one test.
type slot struct {
	answer  Answer
	settled bool // nothing more can come
	auto    int
}

// capture is the state of one captured value.
type capture struct {
	value   string
	ok      bool
	settled bool
}

func newInspector(p *Plan) *Inspector {
	i := &Inspector{plan: p, slots: make([]slot, len(p.tests)), found: make([]capture, p.captures)}
	i.json.frames = make([]frame, p.levels+1)
	i.xml.taken = make([]int, len(p.tests))
	i.shapes = newShapeRun(p.shapes)
	i.tails = make([][]byte, len(p.byKind[testContains]))
	for n, test := range p.byKind[testContains] {
		i.tails[n] = make([]byte, 0, 2*len(p.tests[test].text))
	}
	return i
}

// reset makes the inspector ready for a body.
func (i *Inspector) reset(m Media, charset string, tests []int, captures bool) {
	i.media, i.ended, i.read = m, false, 0
	i.json.reset(charset)
	i.xml.reset(charset)
	i.html = htmlReader{}
	i.rpc, i.gql, i.prob, i.soap = rpcState{}, graphQLState{}, problemState{}, soapState{}
	for n := range i.tails {
		i.tails[n] = i.tails[n][:0]
	}
	i.prefix, i.notes = i.prefix[:0], nil
	copy(i.slots, i.plan.begin[m])
	if tests != nil {
		i.only(tests)
	}
	for n := range i.found {
		i.found[n] = capture{settled: !captures || !mayBeJSON(m)}
	}
	i.shapes.begin(m, tests)
	i.count()
}

// only leaves out the tests that are not of interest.
func (i *Inspector) only(tests []int) {
	for n := range i.slots {
		i.slots[n] = slot{settled: true}
	}
	begin := i.plan.begin[i.media]
	for _, n := range tests {
		i.slots[n] = begin[n]
		for _, known := range i.plan.shapes.tests[n].known {
			i.slots[known] = begin[known]
		}
	}
}

// count counts what is open after a reset.
func (i *Inspector) count() {
	i.open, i.json.open, i.xml.open, i.html.other = 0, 0, 0, 0
	for _, n := range i.plan.single {
		if !i.slots[n].settled {
			i.open++
			*i.reader(n)++
		}
	}
	for n := range i.found {
		if !i.found[n].settled {
			i.open++
			i.json.open++
		}
	}
	if i.shapes.json.open {
		i.open++
		i.json.open++
	}
	if i.shapes.xml.open {
		i.open++
		i.xml.open++
	}
	if i.shapes.pages.open {
		i.open++
		i.html.other++
	}
}

// reader gives the count of what is open at the reader that a test depends
// on.
func (i *Inspector) reader(test int) *int {
	switch i.plan.tests[test].kind {
	case testJSON, testRPC, testGraphQL, testGraphQLNoData, testGraphQLRequest:
		return &i.json.open
	case testXML, testSOAP:
		return &i.xml.open
	case testProblem:
		if i.media == MediaXML {
			return &i.xml.open
		}
		return &i.json.open
	default:
		return &i.html.other
	}
}

// shrink lets go of what one large body left behind.
func (i *Inspector) shrink() {
	const keep = 64 << 10
	if cap(i.prefix) > keep {
		i.prefix = nil
	}
	if cap(i.xml.tags) > MaxDepth/8 {
		i.xml.tags = nil
	}
	for n := range i.found {
		i.found[n] = capture{}
	}
}

// Write takes the next bytes of the body, without any content coding. What
// does not fit the format that a test reads is no error, the test stays
// [Unknown].
func (i *Inspector) Write(b []byte) {
	if len(b) == 0 || i.open == 0 || i.ended {
		return
	}
	i.read += int64(len(b))
	i.decideKind(testEmpty, No)
	if i.json.open > 0 {
		i.writeJSON(b)
	}
	if i.xml.open > 0 {
		i.writeXML(b)
	}
	if i.html.other > 0 {
		i.writeHTML(b)
		i.writePages(b)
		i.writeContains(b)
		i.writeRegexp(b)
	}
}

// End says that no more bytes come. What is not answered now stays
// [Unknown].
func (i *Inspector) End(how Ending) {
	if i.ended {
		return
	}
	i.endJSON(how)
	i.endXML(how)
	i.endHTML(how)
	i.endPages(how)
	if how != Cut {
		i.decideKind(testContains, No)
		i.endRegexp()
	}
	if how == Whole && i.read == 0 {
		i.decideKind(testEmpty, Yes)
	}
	i.ended, i.open, i.json.open, i.xml.open, i.html.other = true, 0, 0, 0, 0
}

// Answer gives what is known about a test.
func (i *Inspector) Answer(test int) Answer {
	if i.plan.tests[test].kind == testShape {
		return i.shapeAnswer(test)
	}
	return i.slots[test].answer
}

// Auto gives the status that a body says it should have had, once the test is
// met and no byte to come can change it: for [SOAPFault] 400 where it is a
// Sender's by SOAP 1.2, never by SOAP 1.1, whose faults are 500 (section 6.2);
// for [JSONRPCError] (of a batch, the first) 400 for -32700, -32600 and -32602,
// 404 for -32601; for [GraphQLErrors] and its kin by the first extensions.code
// or else classification, 400 where these tell nothing and there is no data;
// for [Problem] its status; 500 where none of these applies. For [JSON] and [XML] it is the integer that was found, whatever
// its range, and 0 where there is none.
func (i *Inspector) Auto(test int) (status int, ok bool) {
	if i.plan.tests[test].kind == testShape {
		return i.shapeAuto(test)
	}
	s := &i.slots[test]
	if s.answer != Yes || !s.settled && !i.ended {
		return 0, false
	}
	kind := i.plan.tests[test].kind
	if s.auto == 0 && kind != testJSON && kind != testXML {
		return http.StatusInternalServerError, true
	}
	return s.auto, true
}

// Value gives a captured value, where there is a string of at most
// [TextLimit] bytes, a number as it was written, true or false.
func (i *Inspector) Value(capture int) (string, bool) {
	c := &i.found[capture]
	return c.value, c.ok
}

// Done reports that no byte to come can change anything: all tests and
// captures of interest are settled, their statuses too, or never will be.
func (i *Inspector) Done() bool { return i.open == 0 }

// decide answers a test, once.
func (i *Inspector) decide(test int, a Answer) {
	if s := &i.slots[test]; !s.settled {
		s.answer = a
		i.settle(test)
	}
}

func (i *Inspector) settle(test int) {
	i.slots[test].settled = true
	i.open--
	*i.reader(test)--
}

// decideKind answers all tests of a kind, which are all the same one.
func (i *Inspector) decideKind(kind testKind, a Answer) {
	for _, test := range i.plan.byKind[kind] {
		i.decide(test, a)
	}
}

// decideAuto answers all tests of a kind with yes and a status.
func (i *Inspector) decideAuto(kind testKind, status int) {
	for _, test := range i.plan.byKind[kind] {
		if s := &i.slots[test]; !s.settled {
			s.auto = status
			i.decide(test, Yes)
		}
	}
}

// deny answers the tests that depend on a reader with no, or leaves them
// without an answer.
func (i *Inspector) deny(reader *int, a Answer) {
	for _, test := range i.plan.single {
		if s := &i.slots[test]; !s.settled && i.reader(test) == reader {
			if s.answer == Unknown {
				s.answer = a
			}
			i.settle(test)
		}
	}
	if reader == &i.xml.open {
		i.denyShapes(&i.shapes.xml, reader, a)
	}
	if reader != &i.json.open {
		return
	}
	i.denyShapes(&i.shapes.json, reader, a)
	for n := range i.found {
		i.capture(n, nil, false)
	}
}

// capture settles a capture, once.
func (i *Inspector) capture(n int, txt []byte, ok bool) {
	if c := &i.found[n]; !c.settled {
		*c = capture{settled: true, ok: ok}
		if ok {
			c.value = string(txt)
		}
		i.open--
		i.json.open--
	}
}
