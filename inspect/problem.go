package inspect

import "net/http"

// problemPatterns lead to the members of problem details (RFC 9457 section
// 3.1).
func problemPatterns() []pattern {
	at := func(r role, name string) pattern {
		return pattern{steps: []step{{name: name}}, hook: hook{role: r}}
	}
	return []pattern{
		{hook: hook{role: problemRoot}},
		at(problemText, "type"),
		at(problemText, "title"),
		at(problemNote, "detail"),
		at(problemNote, "instance"),
		at(problemStatus, "status"),
	}
}

// problemState is what was seen of problem details.
type problemState struct {
	telling bool // a type, title or status is there
	met     bool
	status  int
	element bool // the root is a problem element
	role    role // of the element in it that is open
}

// take takes an event. It reports false if this is no problem, whatever
// follows.
func (s *problemState) take(r role, f found) bool {
	switch r {
	case problemRoot:
		if f.close {
			s.met = s.telling
			return s.met
		}
		return f.opens(object)
	case problemStatus:
		return f.isNull() || s.takeStatus(f)
	case problemText:
		s.telling = s.telling || f.kind == text
		fallthrough
	default:
		return f.isNull() || f.kind == text
	}
}

// takeStatus takes a status member, which must be an error's. A string is
// common, though the RFC wants a number.
func (s *problemState) takeStatus(f found) bool {
	status, ok := integer(f.text)
	if !ok || status < http.StatusBadRequest || status > 599 || f.kind != number && f.kind != text {
		return false
	}
	if s.status == 0 {
		s.status = status
	}
	s.telling = true
	return true
}
