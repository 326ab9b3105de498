package inspect

import (
	"fmt"
	"slices"
	"sync"
)

const (
	// TextLimit is the length in bytes of the longest text that is compared or
	// captured.
	TextLimit = 2048
	// MaxDepth is the number of open levels beyond which a document is not
	// read on.
	MaxDepth = 10000
	// PrefixLimit is the number of bytes that a [Regexp] sees at most.
	PrefixLimit = 1 << 20
)

// Plan is a set of tests and captures, compiled. It serves any number of
// bodies at the same time.
type Plan struct {
	tests    []Test
	captures int
	nodes    []node // what JSON is read for; the root is node 1
	levels   int    // of nodes
	byKind   [testShape + 1][]int
	single   []int                   // tests that are answered each on its own: all but those of shapes
	begin    [MediaStream + 1][]slot // what is known of tests by the label alone
	shapes   *shapePlan
	// attributes says that a test or a form looks at attributes in XML.
	attributes bool
	pool       sync.Pool
}

// NewPlan compiles tests and the RFC 6901 pointers of the values that are
// wanted from JSON bodies.
func NewPlan(tests []Test, captures []string) (*Plan, error) {
	p := &Plan{tests: append([]Test(nil), tests...), captures: len(captures), shapes: new(shapePlan)}
	if err := p.shape(); err != nil {
		return nil, err
	}
	p.label()
	patterns := p.shapes.patterns()
	for i, t := range p.tests {
		if t.kind == testJSON {
			patterns = append(patterns, literal(t.path, hook{rolePointer, uint16(i)})) //nolint:gosec // a configuration's
		}
		p.byKind[t.kind] = append(p.byKind[t.kind], i)
		p.attributes = p.attributes || t.kind == testXML && t.attr != "" || len(p.shapes.xml.roots) > 0
	}
	for i, pointer := range captures {
		tokens, err := parsePointer(pointer)
		if err != nil {
			return nil, fmt.Errorf("capture: %w", err)
		}
		patterns = append(patterns, literal(tokens, hook{roleCapture, uint16(i)})) //nolint:gosec // a configuration's
	}
	if len(p.byKind[testRPC]) > 0 {
		patterns = append(patterns, rpcPatterns()...)
	}
	if len(p.byKind[testGraphQL])+len(p.byKind[testGraphQLNoData])+len(p.byKind[testGraphQLRequest]) > 0 {
		patterns = append(patterns, graphQLPatterns()...)
	}
	if len(p.byKind[testProblem]) > 0 {
		patterns = append(patterns, problemPatterns()...)
	}
	p.nodes = newTrie(patterns)
	for _, pattern := range patterns {
		p.levels = max(p.levels, len(pattern.steps)+1)
	}
	p.pool.New = func() any { return newInspector(p) }
	return p, nil
}

// shape compiles the shapes. Tests by which some are known stand behind the
// others.
func (p *Plan) shape() error {
	p.shapes.tests = make([]shapeTest, len(p.tests))
	for i, t := range p.tests {
		if t.kind == testShape {
			p.shapes.add(i, t.shapes)
		}
	}
	for i := range p.shapes.all {
		s := &p.shapes.all[i]
		if s.Known.kind == testNone {
			continue
		}
		if s.known = slices.IndexFunc(p.tests, func(t Test) bool { return t.words == s.Known.words }); s.known < 0 {
			s.known = len(p.tests)
			p.tests = append(p.tests, s.Known)
		}
	}
	return p.shapes.compile()
}

// label notes what the label of a body tells of each test. Those of shapes have
// runs of their own.
func (p *Plan) label() {
	for m := range p.begin {
		p.begin[m] = make([]slot, len(p.tests))
	}
	for n := range p.tests {
		ofShape := p.tests[n].kind == testShape
		if !ofShape {
			p.single = append(p.single, n)
		}
		for m := range p.begin {
			switch s := &p.begin[m][n]; {
			case ofShape:
				s.settled = true
			case p.tests[n].mediaSet()&(1<<m) == 0:
				s.answer, s.settled = No, true
			}
		}
	}
}

// patterns lead to the places of JSON that forms speak of.
func (sp *shapePlan) patterns() (all []pattern) {
	if len(sp.json.roots) == 0 {
		return nil
	}
	for at := range sp.json.places {
		p := &sp.json.places[at]
		all = append(all, pattern{p.steps, hook{roleShape, uint16(at)}}) //nolint:gosec // a table's
		if p.told && p.star == 0 {
			any := with(p.steps, step{member: true, except: p.names.names})
			all = append(all, pattern{any, hook{roleShapeOther, uint16(at)}}) //nolint:gosec // a table's
		}
	}
	return all
}

// Get gives an inspector for one body: its label, the charset parameter of
// that ([CharsetOf], "" if there is none), the indexes of the tests that are still of
// interest (nil for all) and whether the captures are. Tests that are not of
// interest stay [Unknown], those that the label rules out are [No].
func (p *Plan) Get(m Media, charset string, tests []int, captures bool) *Inspector {
	i := p.pool.Get().(*Inspector)
	i.reset(m, charset, tests, captures)
	return i
}

// Put takes an inspector back that is not used any more.
func (p *Plan) Put(i *Inspector) {
	i.shrink()
	p.pool.Put(i)
}
