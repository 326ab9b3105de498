package inspect

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Answer is what is known about a condition.
type Answer uint8

// The answers.
const (
	Unknown Answer = iota // not known yet or, at the end, not to be known
	No
	Yes
)

// String gives the answer as a word.
func (a Answer) String() string { return [...]string{"unknown", "no", "yes"}[min(a, Yes)] }

type testKind uint8

const (
	testNone testKind = iota // the zero Test, which no body meets
	testJSON
	testXML
	testRPC
	testGraphQL
	testGraphQLNoData
	testGraphQLRequest
	testSOAP
	testHTML
	testProblem
	testEmpty
	testContains
	testRegexp
	testShape
)

// Test is one condition on a body. It does not change; two tests are the same
// condition if their [Test.String] is the same.
type Test struct {
	kind   testKind
	path   []string // reference tokens, or local names
	attr   string   // of the last element
	values values
	text   string
	re     *regexp.Regexp
	shapes []*Shape
	media  uint8 // of shapes
	words  string
}

// String gives the test in the words of the configuration.
func (t Test) String() string { return t.words }

// JSON tests the value at an RFC 6901 pointer in a JSON body: that it equals
// one of the values and none of those written with "!" before them. Strings
// compare by their characters, true, false and null by their words, numbers
// by their value: 404 is 404.0 and 4.04e2. Objects and arrays equal nothing.
// Null counts as absent unless null is one of the values. Without values the
// test holds if something is there that is not null, false, 0, "", {} or [].
func JSON(pointer string, vals ...string) (Test, error) {
	path, err := parsePointer(pointer)
	if err != nil {
		return Test{}, err
	}
	if err := checkLengths(slices.Concat(vals, path)); err != nil {
		return Test{}, err
	}
	return Test{kind: testJSON, path: path, values: newValues(vals), words: words("json", pointer, vals...)}, nil
}

// XML tests the text of the elements at a path of local names from the root,
// as in Envelope/Body/Fault or /a/b, or of the attribute that an @ marks as
// the last step. The step * takes any element. Namespaces don't matter. Where
// several elements are at the path, one that meets the test is enough. Text
// compares as in [JSON], without the white space around it; an element with
// elements in it equals no value. Without values the test holds for an
// element that has an attribute, an element or text other than 0 and false in
// it, and is not xsi:nil, and for an attribute with such text.
func XML(path string, vals ...string) (Test, error) {
	steps := strings.Split(strings.TrimPrefix(path, "/"), "/")
	last := len(steps) - 1
	attr, isAttr := strings.CutPrefix(steps[last], "@")
	if isAttr {
		steps = steps[:last]
	} else {
		attr = ""
	}
	if len(steps) == 0 || len(steps) > maxSteps || isAttr && (!isLocalName(attr) || len(attr) > maxName) {
		return Test{}, fmt.Errorf("the XML path %q is not like Envelope/Body/Fault or a/b/@name", path)
	}
	for _, step := range steps {
		if step != "*" && (!isLocalName(step) || len(step) > maxName) {
			return Test{}, fmt.Errorf("the XML path %q has the step %q, which is no local name", path, step)
		}
	}
	if err := checkLengths(vals); err != nil {
		return Test{}, err
	}
	return Test{kind: testXML, path: steps, attr: attr, values: newValues(vals), words: words("xml", strings.TrimPrefix(path, "/"), vals...)}, nil
}

func checkLengths(words []string) error {
	for _, word := range words {
		if len(word) > TextLimit {
			return fmt.Errorf("%.20q… has %d bytes: want %d at most", word, len(word), TextLimit)
		}
	}
	return nil
}

// isLocalName goes by the characters that end a name in [Inspector]: whatever
// else is in it can only fail to match.
func isLocalName(name string) bool {
	return name != "" && !strings.ContainsAny(name, ":@*<>&=/?!\"' \t\r\n")
}

// JSONRPCError tests for a JSON-RPC 2.0 response with an error (section 5):
// jsonrpc is "2.0", error is an object with an integer code and a string
// message, and there is no result but null. Other members may be there if
// they are neither object nor array. A batch (section 6) passes only if every
// response in it is an error.
func JSONRPCError() Test { return Test{kind: testRPC, words: "jsonrpc_error"} }

// GraphQLErrors tests for a GraphQL response (GraphQL specification section
// 7.1) without usable data: only data, errors and extensions in it, data
// absent, null or an object with nothing but nulls in it, errors a list of
// objects with a message and with locations, path and extensions of the right
// type. Errors with other members in them count only beside a data member.
func GraphQLErrors() Test { return Test{kind: testGraphQL, words: "graphql_errors"} }

// GraphQLNoData tests for a GraphQL response with errors, as [GraphQLErrors]
// does, whose data is absent or null: no part of it can be used.
func GraphQLNoData() Test { return Test{kind: testGraphQLNoData, words: "graphql_no_data"} }

// GraphQLRequestError tests for a GraphQL response with errors and no data
// member at all: the request was refused before it was executed (GraphQL
// specification section 7.1.1). Errors may have any other members. The caller
// sees to the media type, which should be GraphQL's own,
// application/graphql-response+json.
func GraphQLRequestError() Test {
	return Test{kind: testGraphQLRequest, words: "graphql_request_error"}
}

// SOAPFault tests for a SOAP envelope, by the namespace of SOAP 1.1 (section
// 4) or 1.2 (part 1 section 5) or without any, whose body has a Fault as its
// first element.
func SOAPFault() Test { return Test{kind: testSOAP, words: "soap_fault"} }

// HTMLPage tests whether the body begins like an HTML page, after white
// space, comments and a byte order mark. How much markup that takes depends
// on the label: any tag where it is HTML; one of the tags by which the MIME
// Sniffing Standard knows HTML (section 7.1) where it is JSON or missing; a
// DOCTYPE or html tag where it is XML or plain text, which may have the other
// tags by right. Whether the client takes HTML is for the caller to check.
func HTMLPage() Test { return Test{kind: testHTML, words: "html_page"} }

// Problem tests for RFC 9457 problem details: a JSON object with a type, a
// title or a status, each of the right type, or a problem element in XML
// (appendix B), and no status that is not an error's. The caller sees to the
// media type.
func Problem() Test { return Test{kind: testProblem, words: "problem"} }

// Empty tests for a body without a byte.
func Empty() Test { return Test{kind: testEmpty, words: "empty_body"} }

// Contains tests for a text in the bytes that are inspected.
func Contains(txt string) (Test, error) {
	if txt == "" || len(txt) > TextLimit {
		return Test{}, fmt.Errorf("the text to look for has %d bytes: want 1 to %d", len(txt), TextLimit)
	}
	return Test{kind: testContains, text: txt, words: words("body_contains", txt)}, nil
}

// Regexp tests the bytes that are inspected, [PrefixLimit] of them at most,
// with an RE2 expression. It is answered when they are all there.
func Regexp(expr string) (Test, error) {
	if expr == "" {
		return Test{}, errors.New("the regular expression is empty, so it matches every body")
	}
	re, err := regexp.Compile(expr)
	if err != nil {
		return Test{}, fmt.Errorf("the regular expression does not compile: %w", err)
	}
	return Test{kind: testRegexp, re: re, words: words("body_regexp", expr)}, nil
}

// Possible reports whether a body with such a label can meet the test. What
// reads JSON or XML also reads bodies that are labelled as plain text, as
// HTML or not at all, which is what backends send that never set a label; the
// first byte shows whether they are any.
func (t Test) Possible(m Media) bool { return t.mediaSet()&(1<<m) != 0 }

// mediaSet has a bit for each kind of media that can meet the test.
func (t *Test) mediaSet() uint8 {
	if t.kind == testShape {
		return t.media
	}
	return possible[t.kind]
}

func mayBeJSON(m Media) bool { return possible[testJSON]&(1<<m) != 0 }

// Sets of media, a bit for each.
const (
	anyMedia   = 1<<MediaStream - 1 // all but streams
	vagueMedia = 1<<MediaUnlabelled | 1<<MediaHTML | 1<<MediaText
	jsonMedia  = vagueMedia | 1<<MediaJSON | 1<<MediaScript
)

// possible has a bit for each kind of media that can meet a kind of test.
var possible = [...]uint8{
	testNone:    0,
	testJSON:    jsonMedia,
	testRPC:     jsonMedia,
	testGraphQL: jsonMedia,

	testGraphQLNoData:  jsonMedia,
	testGraphQLRequest: jsonMedia,

	testXML:      vagueMedia | 1<<MediaXML,
	testSOAP:     vagueMedia | 1<<MediaXML,
	testProblem:  1<<MediaJSON | 1<<MediaXML,
	testHTML:     anyMedia &^ (1 << MediaOther),
	testEmpty:    anyMedia,
	testContains: anyMedia,
	testRegexp:   anyMedia,
	testShape:    0, // each has its own
}

// words joins the words of a condition, quoted as in a Caddyfile.
func words(name, subject string, vals ...string) string {
	var b strings.Builder
	b.WriteString(name)
	for _, word := range append([]string{subject}, vals...) {
		b.WriteByte(' ')
		b.WriteString(quote(word))
	}
	return b.String()
}

func quote(word string) string {
	switch {
	case word != "" && !strings.ContainsAny(word, " \t\r\n\"`{}#\\"):
		return word
	case !strings.Contains(word, "`") && word != "":
		return "`" + word + "`"
	}
	return `"` + strings.ReplaceAll(word, `"`, `\"`) + `"`
}
