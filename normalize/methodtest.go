package normalize

import (
	"slices"
	"strings"

	"github.com/statusgate/statusgate/inspect"
)

// MethodTest holds when the request's method is one of these, in capitals or not
// as they are here (RFC 9110 §9.1). Make it with [NewMethodTest].
type MethodTest struct {
	methods []string
	words   string
}

// NewMethodTest makes the test of some methods. Their order does not matter.
func NewMethodTest(methods []string) MethodTest {
	return MethodTest{methods: slices.Clone(methods), words: "method " + strings.Join(methods, " ")}
}

// Holds implements [Test]. A request without a method counts as GET.
func (t MethodTest) Holds(r *Response) inspect.Answer {
	return known(slices.Contains(t.methods, r.method()))
}

func (r *Response) method() string {
	if r.Method == "" {
		return "GET"
	}
	return r.Method
}

// String implements [Test].
func (t MethodTest) String() string { return t.words }

// within reports whether each method that meets t meets u too.
func (t MethodTest) within(u MethodTest) bool {
	return !slices.ContainsFunc(t.methods, func(m string) bool { return !slices.Contains(u.methods, m) })
}

// apart reports whether no method meets both.
func (t MethodTest) apart(u MethodTest) bool {
	return !slices.ContainsFunc(t.methods, func(m string) bool { return slices.Contains(u.methods, m) })
}

// impliesMethods is implies for conditions on the method.
func impliesMethods(a, b Condition) bool {
	methodsA, okA := a.Test.(MethodTest)
	methodsB, okB := b.Test.(MethodTest)
	switch {
	case !okA || !okB, a.Not && !b.Not:
		return false
	case a.Not:
		return methodsB.within(methodsA)
	case b.Not:
		return methodsA.apart(methodsB)
	}
	return methodsA.within(methodsB)
}
