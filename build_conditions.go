package statusgate

import (
	"cmp"
	"net/http"
	"slices"
	"time"

	"golang.org/x/net/http/httpguts"

	"github.com/statusgate/statusgate/inspect"
	"github.com/statusgate/statusgate/internal/exchange"
	"github.com/statusgate/statusgate/normalize"
)

const (
	defaultInspectLimit = 64 << 10
	defaultInspectTotal = 64 << 20
	maxInspectLimit     = 16 << 20
	defaultInspectWait  = 200 * time.Millisecond
	maxInspectWait      = 10 * time.Minute
)

func (b *builder) condition(option string, in *Condition) (normalize.Condition, bool) {
	out := normalize.Condition{Not: in.Not}
	var tests []normalize.Test
	if in.Header != nil {
		tests = append(tests, b.headerTest(option, in.Header))
	}
	if in.Source != "" {
		source := b.oneOf(option, in.Source, "backend", "gateway")
		tests = append(tests, normalize.SourceTest(source)) //nolint:gosec // 0 or 1
	}
	if len(in.Method) > 0 {
		tests = append(tests, b.methodTest(option, in.Method))
	}
	before := len(b.mistakes)
	for _, t := range b.bodyTests(option, in) {
		tests = append(tests, t)
	}
	if len(tests) != 1 {
		if len(b.mistakes) == before {
			b.failf(option, "a condition is exactly one of header, source, method and those on the body")
		}
		return out, false
	}
	out.Test = tests[0]
	return out, true
}

func (b *builder) headerTest(option string, in *HeaderCondition) normalize.HeaderTest {
	test := normalize.HeaderTest{Field: http.CanonicalHeaderKey(in.Field), AnyValue: in.Value == nil}
	if !httpguts.ValidHeaderFieldName(in.Field) {
		b.failf(option, "%q is not the name of a header field", in.Field)
	}
	if in.Value != nil {
		test.Pattern = *in.Value
		if err := normalize.CheckPattern(test.Pattern); err != nil {
			b.fail(option, err)
		}
	}
	return test
}

// bodyTests gives the tests on the body that a condition asks for.
func (b *builder) bodyTests(option string, in *Condition) []*normalize.BodyTest {
	var tests []*normalize.BodyTest
	add := func(asked bool, t inspect.Test, err error) {
		switch {
		case !asked:
		case err != nil:
			b.fail(option, err)
		default:
			tests = append(tests, b.bodyTest(t))
		}
	}
	if in.JSON != nil {
		t, err := inspect.JSON(in.JSON.At, in.JSON.Values...)
		add(true, t, cmp.Or(err, normalize.CheckValues(in.JSON.Values)))
	}
	if in.XML != nil {
		t, err := inspect.XML(in.XML.At, in.XML.Values...)
		add(true, t, cmp.Or(err, normalize.CheckValues(in.XML.Values)))
	}
	for _, shape := range shapeTests(in) {
		add(true, shape.test, shape.err)
	}
	add(in.JSONRPCError, inspect.JSONRPCError(), nil)
	add(in.GraphQLErrors, inspect.GraphQLErrors(), nil)
	add(in.SOAPFault, inspect.SOAPFault(), nil)
	add(in.HTMLPage, inspect.HTMLPage(), nil)
	add(in.EmptyBody, inspect.Empty(), nil)
	if in.BodyContains != "" {
		t, err := inspect.Contains(in.BodyContains)
		add(true, t, err)
	}
	if in.BodyRegexp != "" {
		t, err := inspect.Regexp(in.BodyRegexp)
		add(true, t, err)
	}
	for i := range tests {
		tests[i].Unwelcome = in.HTMLPage
	}
	return tests
}

// bodyTest gives a test its place in the gate's plan; equal ones share it.
func (b *builder) bodyTest(t inspect.Test) *normalize.BodyTest {
	for i := range b.tests {
		if b.tests[i].String() == t.String() {
			return &normalize.BodyTest{Test: t, Index: i}
		}
	}
	b.tests = append(b.tests, t)
	return &normalize.BodyTest{Test: t, Index: len(b.tests) - 1}
}

// inspection reads the bounds.
func (b *builder) inspection(h *Handler, g *exchange.Gate) {
	g.Inspection.Limit, g.Inspection.Total, g.Inspection.Wait = defaultInspectLimit, defaultInspectTotal, defaultInspectWait
	if h.Inspect == nil {
		return
	}
	per, total := h.Inspect.PerResponse, h.Inspect.Total
	if per == 0 {
		per = defaultInspectLimit
	}
	if total == 0 {
		total = max(defaultInspectTotal, per)
	}
	if per < 0 || per > maxInspectLimit {
		b.failf("inspect", "%d bytes of one response: want 1 to %d (%d MiB)", per, maxInspectLimit, maxInspectLimit>>20)
		return
	}
	if total < per {
		b.failf("inspect", "%d bytes in all are less than the %d of one response", total, per)
	}
	g.Inspection.Limit, g.Inspection.Total = int(per), total
	if wait := time.Duration(h.Inspect.Wait); wait != 0 {
		g.Inspection.Wait = wait
		if wait < time.Millisecond || wait > maxInspectWait {
			b.failf("inspect", "wait %v is not between 1ms and %v", wait, maxInspectWait)
		}
	}
}

// plan compiles what bodies are inspected for, if anything.
func (b *builder) plan(h *Handler, g *exchange.Gate, rules []normalize.Rule) {
	if h.Location != nil {
		created := b.pointers("location.created", h.Location.Created)
		accepted := b.pointers("location.accepted", h.Location.Accepted)
		if !created || !accepted {
			return
		}
		g.Inspection.Captures = captures(h.Location.Created, h.Location.Accepted)
	}
	if len(b.tests) == 0 && len(g.Inspection.Captures) == 0 {
		return
	}
	plan, err := inspect.NewPlan(b.tests, g.Inspection.Captures)
	if err != nil {
		b.fail("location", err)
		return
	}
	g.Inspection.Plan = plan
	for _, r := range rules {
		if slices.ContainsFunc(r.When, asksForHTML) {
			g.Inspection.HTML = append(g.Inspection.HTML, r.From...)
		}
	}
}

// asksForHTML reports whether a condition depends on what the client thinks of HTML.
func asksForHTML(c normalize.Condition) bool {
	t, ok := c.Test.(*normalize.BodyTest)
	return ok && t.Unwelcome
}
