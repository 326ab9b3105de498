package inspect

import "net/http"

// rpcPatterns lead to what makes a JSON-RPC 2.0 response object (section 5),
// alone or in a batch (section 6).
func rpcPatterns() []pattern {
	known := []string{"jsonrpc", "error", "result", "id"}
	patterns := []pattern{
		{hook: hook{role: rpcRoot}},
		{steps: []step{{element: true}}, hook: hook{role: rpcItem}},
	}
	for _, prefix := range [][]step{nil, {{element: true}}} {
		under := func(r role, steps ...step) {
			all := append(append([]step(nil), prefix...), steps...)
			patterns = append(patterns, pattern{steps: all, hook: hook{role: r}})
		}
		under(rpcVersion, step{name: "jsonrpc"})
		under(rpcResult, step{name: "result"})
		under(rpcOther, step{member: true, except: known})
		under(rpcError, step{name: "error"})
		under(rpcCode, step{name: "error"}, step{name: "code"})
		under(rpcMessage, step{name: "error"}, step{name: "message"})
	}
	return patterns
}

// rpcState is what was seen of one response object.
type rpcState struct {
	version, error, code, message bool
	met                           bool // the document is an error
	status                        int  // of the first error
	items                         int
}

// take takes an event. It reports false if this is no error, whatever
// follows.
func (s *rpcState) take(r role, f found) bool {
	switch r {
	case rpcRoot:
		return s.root(f)
	case rpcItem:
		if f.close {
			s.items++
			return s.whole()
		}
		s.version, s.error, s.code, s.message = false, false, false, false
		return f.opens(object)
	case rpcVersion:
		return once(&s.version) && f.kind == text && string(f.text) == "2.0"
	case rpcError:
		if f.close {
			return s.code && s.message
		}
		return f.opens(object) && once(&s.error)
	case rpcCode:
		code, ok := integer(f.text)
		if s.status == 0 {
			s.status = rpcStatus(code)
		}
		return ok && f.kind == number && once(&s.code)
	case rpcMessage:
		return f.kind == text && once(&s.message)
	case rpcResult:
		return f.isNull()
	default:
		return !f.opens(object) && !f.opens(array)
	}
}

func (s *rpcState) root(f found) bool {
	switch {
	case f.opens(object):
	case f.opens(array):
		s.items = 0
	case !f.close:
		return false
	case s.items > 0: // each was one
		s.met = true
	default:
		s.met = s.whole()
		return s.met
	}
	return true
}

func (s *rpcState) whole() bool { return s.version && s.error && s.code && s.message }

// once sets a mark and reports whether that is new: a member that comes twice
// makes no response that the specification knows.
func once(seen *bool) bool {
	first := !*seen
	*seen = true
	return first
}

// rpcStatus gives the status for an error code (section 5.1).
func rpcStatus(code int) int {
	switch code {
	case -32700, -32600, -32602: // no JSON, no request, wrong parameters
		return http.StatusBadRequest
	case -32601: // no such method
		return http.StatusNotFound
	}
	return http.StatusInternalServerError
}
