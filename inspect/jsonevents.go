package inspect

// What the JSON reader finds at the places that patterns lead to.

// scalar takes a string, number or word at a node.
func (i *Inspector) scalar(n *node, kind valueKind, txt []byte) {
	if i.json.long {
		txt = tooLong
	}
	for _, h := range n.hooks {
		switch h.role {
		case rolePointer:
			i.pointerScalar(int(h.at), kind, txt)
		case roleCapture:
			i.capture(int(h.at), txt, kind != null && !i.json.long)
		case roleShape, roleShapeOther:
			i.shapeJSON(h, found{kind: kind, text: txt})
		default:
			i.known(h.role, found{kind: kind, text: txt})
		}
	}
	i.absent(n)
}

func (i *Inspector) pointerScalar(test int, kind valueKind, txt []byte) {
	s := &i.slots[test]
	if s.settled {
		return
	}
	i.note(test, kind, txt)
	if kind == number && i.json.long {
		i.settle(test) // not to be compared
		return
	}
	if kind == number || kind == text {
		s.auto, _ = integer(txt)
	}
	i.decide(test, answer(i.plan.tests[test].values.hold(kind, txt)))
}

// tooLong stands for a text that no value equals: values have TextLimit bytes
// at most.
var tooLong = make([]byte, TextLimit+1)

func answer(holds bool) Answer {
	if holds {
		return Yes
	}
	return No
}

// opened takes the begin of an object or array at a node.
func (i *Inspector) opened(n *node, kind valueKind) {
	for _, h := range n.hooks {
		switch h.role {
		case rolePointer:
			i.note(int(h.at), kind, nil)
			if vs := &i.plan.tests[h.at].values; len(vs.list) > 0 {
				i.decide(int(h.at), answer(vs.holdOpen()))
			}
		case roleCapture:
			i.capture(int(h.at), nil, false)
		case roleShape, roleShapeOther:
			i.shapeJSON(h, found{kind: kind})
		default:
			i.known(h.role, found{kind: kind})
		}
	}
	if kind == array {
		i.missing(n.members)
	}
}

// filled takes the first member or element within a node.
func (i *Inspector) filled(n *node) {
	for _, h := range n.hooks {
		if h.role == rolePointer {
			i.decide(int(h.at), Yes)
		}
	}
}

// closed takes the end of an object or array at a node.
func (i *Inspector) closed(n *node, empty bool) {
	kind := object
	if i.json.array {
		kind = array
	}
	for _, h := range n.hooks {
		switch f := (found{kind: kind, close: true, empty: empty}); {
		case h.role > roleShapeOther:
			i.known(h.role, f)
		case h.role > roleCapture:
			i.shapeJSON(h, f)
		}
	}
	i.absent(n)
}

// absent settles what should have been within a node that is over.
func (i *Inspector) absent(n *node) { i.missing(n.through) }

func (i *Inspector) missing(hooks []hook) {
	for _, h := range hooks {
		switch h.role { //nolint:exhaustive // all others see for themselves
		case rolePointer:
			i.decide(int(h.at), No)
		case roleCapture:
			i.capture(int(h.at), nil, false)
		}
	}
}

// found is an event at a place of one of the known formats.
type found struct {
	kind  valueKind
	text  []byte
	close bool
	empty bool
}

// opens tells that an object, or array, begins.
func (f found) opens(kind valueKind) bool { return !f.close && f.kind == kind }

func (f found) isNull() bool { return !f.close && f.kind == null }

func (i *Inspector) known(r role, f found) {
	if i.notes != nil {
		i.noteKnown(r, f)
	}
	switch {
	case r <= rpcOther:
		if !i.rpc.take(r, f) {
			i.decideKind(testRPC, No)
		} else if i.rpc.met {
			i.decideAuto(testRPC, i.rpc.status)
		}
	case r <= gqlField:
		i.takeGraphQL(r, f)
	default:
		if !i.prob.take(r, f) {
			i.decideKind(testProblem, No)
		} else if i.prob.met {
			i.decideAuto(testProblem, i.prob.status)
		}
	}
}
