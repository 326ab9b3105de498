package normalize

import "github.com/statusgate/statusgate/inspect"

// BodyTest is a condition on the body of a response. Its negation, too, holds
// only for a body of the backend's that can meet it by its label: what is said
// of JSON says nothing of pictures and streams. A pointer to it is a [Test].
type BodyTest struct {
	// Test is the condition, and Index its place in the plan by which bodies
	// are inspected.
	Test  inspect.Test
	Index int
	// Unwelcome asks in addition that the client does not take HTML.
	Unwelcome bool
}

// Holds implements [Test].
func (t *BodyTest) Holds(r *Response) inspect.Answer {
	switch {
	case t.Unwelcome && r.HTMLWelcome, !t.concerns(r):
		return inspect.No
	case r.Inspector != nil:
		return r.Inspector.Answer(t.Index)
	default:
		return inspect.Unknown
	}
}

func (t *BodyTest) concerns(r *Response) bool {
	return r.Source == SourceBackend && t.Test.Possible(r.Media)
}

// String implements [Test].
func (t *BodyTest) String() string { return t.Test.String() }

// Derives reports whether a status can be derived from the rule's conditions.
func (r *Rule) Derives() bool { return r.source() >= 0 }

// source is the place in the plan of what a status is derived from: the first
// condition on the body that is not negated and says more than that a text is
// there; -1 where there is none.
func (r *Rule) source() int {
	for _, c := range r.When {
		if t, ok := c.Test.(*BodyTest); ok && !c.Not && t.Test.Derives() {
			return t.Index
		}
	}
	return -1
}

// derive is the status that the body tells, 0 where it tells none, once all
// conditions hold. It is not ok where more of the body may tell.
func (r *Rule) derive(resp *Response) (status int, ok bool) {
	source := r.source()
	if source < 0 {
		return 0, true
	}
	status, ok = resp.Inspector.Auto(source)
	return status, ok || resp.Final
}
