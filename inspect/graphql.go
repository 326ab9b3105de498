package inspect

import (
	"net/http"
	"strings"
)

// graphQLPatterns lead to what makes a GraphQL response (GraphQL
// specification section 7.1).
func graphQLPatterns() []pattern {
	errors, element := step{name: "errors"}, step{element: true}
	extensions := step{name: "extensions"}
	at := func(r role, steps ...step) pattern { return pattern{steps: steps, hook: hook{role: r}} }
	return []pattern{
		at(gqlRoot),
		at(gqlOther, step{member: true, except: []string{"data", "errors", "extensions"}}),
		at(gqlErrors, errors),
		at(gqlError, errors, element),
		at(gqlMessage, errors, element, step{name: "message"}),
		at(gqlList, errors, element, step{name: "locations"}),
		at(gqlList, errors, element, step{name: "path"}),
		at(gqlExtensions, errors, element, extensions),
		at(gqlCode, errors, element, extensions, step{name: "code"}),
		at(gqlExtra, errors, element, step{
			member: true, except: []string{"message", "locations", "path", "extensions"},
		}),
		at(gqlData, step{name: "data"}),
		at(gqlField, step{name: "data"}, step{member: true}),
	}
}

// graphQLState is what was seen of a response.
type graphQLState struct {
	errors, data bool
	extra        bool // errors have members that the specification does not know
	message      bool // of the error that is being read
	met          bool
	status       int
}

// take takes an event. It reports false if this is no such response, whatever
// follows.
func (s *graphQLState) take(r role, f found) bool {
	switch r {
	case gqlRoot:
		if f.close {
			s.met = s.errors && (s.data || !s.extra)
			return s.met
		}
		return f.opens(object)
	case gqlErrors:
		if f.close {
			return !f.empty
		}
		return f.opens(array) && once(&s.errors)
	case gqlError:
		if f.close {
			return s.message
		}
		s.message = false
		return f.opens(object)
	case gqlMessage:
		return f.kind == text && once(&s.message)
	case gqlList:
		return f.close || f.isNull() || f.opens(array)
	case gqlExtensions:
		return f.close || f.isNull() || f.opens(object)
	case gqlCode:
		if s.status == 0 && f.kind == text && !f.close {
			s.status = graphQLStatus(string(f.text))
		}
		return true
	case gqlExtra:
		s.extra = true
		return true
	case gqlData:
		return f.close || (f.isNull() || f.opens(object)) && once(&s.data)
	case gqlField:
		return f.isNull()
	default: // another member
		return false
	}
}

// graphQLStatus gives the status for an extensions.code. The specification
// leaves the codes to the servers; Apollo's are the most widely copied.
func graphQLStatus(code string) int {
	code = strings.ToUpper(strings.ReplaceAll(code, "-", "_"))
	switch {
	case code == "UNAUTHENTICATED", code == "UNAUTHORIZED", code == "INVALID_JWT":
		return http.StatusUnauthorized
	case code == "FORBIDDEN", code == "ACCESS_DENIED", code == "PERMISSION_DENIED":
		return http.StatusForbidden
	case strings.Contains(code, "NOT_FOUND") && code != "PERSISTED_QUERY_NOT_FOUND":
		return http.StatusNotFound
	case code == "BAD_USER_INPUT", code == "BAD_REQUEST", code == "INVALID_ARGUMENT",
		strings.Contains(code, "VALIDATION"), strings.HasSuffix(code, "PARSE_FAILED"),
		strings.HasPrefix(code, "PERSISTED_QUERY_"), code == "OPERATION_RESOLUTION_FAILURE":
		return http.StatusBadRequest
	}
	return http.StatusInternalServerError
}
