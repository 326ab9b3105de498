package inspect

import "net/http"

// graphQLKinds are the tests that read GraphQL.
var graphQLKinds = [...]testKind{testGraphQL, testGraphQLNoData, testGraphQLRequest}

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
		at(gqlClass, errors, element, extensions, step{name: "classification"}), // graphql-java, Spring
		at(gqlClass, errors, element, extensions, step{name: "errorType"}),      // DGS
		at(gqlClass, errors, element, step{name: "errorType"}),                  // graphql-java before its version 9
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
	object       bool // data is not null
	extra        bool // errors have members that the specification does not know
	message      bool // of the error that is being read
	over         bool
	coded        bool
	code, class  int // statuses by the first code and the first class that tell one, 0 for none
}

// take takes an event. It reports false if this is no such response, whatever
// follows.
func (s *graphQLState) take(r role, f found) bool {
	switch r {
	case gqlRoot:
		if f.close {
			s.over = s.errors
			return s.over
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
		if !s.coded && !f.close && (f.kind == text || f.kind == number) {
			s.code = graphQLStatus(f.text)
			s.coded = s.code > 0 || f.kind == text
		}
		return true
	case gqlClass:
		if s.class == 0 && f.kind == text && !f.close {
			s.class = graphQLStatus(f.text)
		}
		return true
	case gqlExtra:
		s.extra = true
		return true
	case gqlData:
		s.object = s.object || f.opens(object)
		return f.close || (f.isNull() || f.opens(object)) && once(&s.data)
	case gqlField:
		return f.isNull()
	default: // another member
		return false
	}
}

// status gives the status of the response. Without data the request was never
// executed, so it is the request's fault unless a code says otherwise (GraphQL
// specification section 7.1.1).
func (s *graphQLState) status() int {
	switch {
	case s.code > 0:
		return s.code
	case s.class > 0:
		return s.class
	case !s.data:
		return http.StatusBadRequest
	}
	return http.StatusInternalServerError
}

// takeGraphQL takes an event.
func (i *Inspector) takeGraphQL(r role, f found) {
	s := &i.gql
	if !s.take(r, f) {
		for _, kind := range graphQLKinds {
			i.decideKind(kind, No)
		}
		return
	}
	if s.data {
		i.decideKind(testGraphQLRequest, No)
	}
	if s.object {
		i.decideKind(testGraphQLNoData, No)
	}
	if !s.over {
		return
	}
	if !s.data && s.extra {
		i.decideKind(testGraphQL, No)
		i.decideKind(testGraphQLNoData, No)
	}
	for _, kind := range graphQLKinds {
		i.decideAuto(kind, s.status())
	}
}
