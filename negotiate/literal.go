package negotiate

// literalSet holds the literal segments that can follow one node. Its zero value
// is empty. Most nodes have a few, for which a map would cost more than it saves,
// in time and in memory.
type literalSet[V any] struct {
	few  []literalEdge[V] // all, as long as they are few
	many map[string]*node[V]
}

type literalEdge[V any] struct {
	text string
	next *node[V]
}

const fewLiterals = 6

// add returns the node that text leads to, made where there is none.
func (s *literalSet[V]) add(text string) *node[V] {
	if next := s.find([]byte(text)); next != nil {
		return next
	}
	next := new(node[V])
	if s.many == nil && len(s.few) < fewLiterals {
		s.few = append(s.few, literalEdge[V]{text, next})
		return next
	}
	if s.many == nil {
		s.many = make(map[string]*node[V])
		for _, e := range s.few {
			s.many[e.text] = e.next
		}
		s.few = nil
	}
	s.many[text] = next
	return next
}

// find is the node that segment leads to, nil if there is none.
func (s *literalSet[V]) find(segment []byte) *node[V] {
	if s.many != nil {
		return s.many[string(segment)]
	}
	for i := range s.few {
		if e := &s.few[i]; e.text == string(segment) {
			return e.next
		}
	}
	return nil
}
