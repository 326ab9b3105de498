package openapi

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/statusgate/statusgate/negotiate"
)

// Contract is what documents say about an API. It is immutable and safe for
// concurrent use. Make it with [Load] or [Parse].
type Contract struct {
	find       negotiate.Operations[*Operation]
	operations []*Operation
	warnings   []Warning
	more       int
}

// Operation is what the documents say about a method of a path. It is only read.
type Operation struct {
	// Consumes is what Content-Type is checked against, nil where the document does
	// not say: no body, no type, "*/*", or one that cannot be read.
	Consumes *negotiate.Ranges
	// Produces is what Accept is checked against, from successes only, nil where
	// the document does not say.
	Produces *negotiate.Offers
	// Responses are those documented, in the order of the document.
	Responses []Response
	// Exempt says that the document is known to be wrong: nothing is to be checked.
	Exempt bool

	// Method is the method as it stands in a request line, [negotiate.AnyMethod]
	// for an exempt template.
	Method string
	// Path is the template as the document has it, without a base and without what
	// follows "?" or "#".
	Path string
	// Templates are the paths that match, with their bases, in the syntax of
	// [negotiate.Resources].
	Templates []string
	// Body is what a request may carry.
	Body Body
	// At is where the operation is described.
	At Position

	places  []place
	bodyRef string // the $ref that the body came from, in the main file
}

// Body is a documented request body.
type Body struct {
	Declared bool              // there is one
	Required bool              // a request without one is wrong
	Types    *negotiate.Ranges // as declared; nil where nothing can be read
}

// Response is a documented response.
type Response struct {
	Code Code
	At   Position
	// Types are the media types as declared, nil where nothing can be read: a
	// response without content, or of which the document says nothing.
	Types *negotiate.Ranges
	// Fields are the header fields declared, but for Content-Type, which OpenAPI
	// ignores there.
	Fields []Field

	unsure bool   // there may be others: some cannot be read, or 2.0 has no schema
	ref    string // the $ref that it came from, in the main file, or elsewhere
}

// Field is a header field that a response is declared to have.
type Field struct {
	Name     string // as declared
	Required bool   // OpenAPI 3 can say so; its default is false
	At       Position

	key   string // in http.Header
	apart bool   // described elsewhere, by a $ref
}

// Code is the key of a response: a status, 1 to 5 for a class of statuses, or
// [Default].
type Code uint16

// Default is the code of the response for errors that no other one documents.
const Default Code = 0

// String is the code as OpenAPI writes it: 404, 4XX, default.
func (c Code) String() string {
	switch {
	case c == Default:
		return "default"
	case c <= 5:
		return strconv.Itoa(int(c)) + "XX"
	default:
		return strconv.Itoa(int(c))
	}
}

// ParseCode reads a code as OpenAPI or a Caddyfile writes it: 404, 4XX or 4xx,
// default. The error says what is wrong with word.
func ParseCode(word string) (Code, error) {
	c, _, ok := parseCode(word)
	if !ok {
		return 0, fmt.Errorf("%s is no documented status: want a status such as 404, a class such as 4xx, or default", quoted(word))
	}
	return c, nil
}

// parseCode reads the key of a response. odd says that it is understood though no
// specification has it so.
func parseCode(key string) (c Code, odd, ok bool) {
	if strings.EqualFold(key, "default") {
		return Default, key != "default", true
	}
	if len(key) != 3 || key[0] < '1' || key[0] > '5' {
		return 0, false, false
	}
	if strings.EqualFold(key[1:], "XX") {
		return Code(key[0] - '0'), key[1:] != "XX", true
	}
	n, err := strconv.ParseUint(key, 10, 16)
	return Code(n), false, err == nil
}

// String is the method and the path: the operation's name in metrics and logs.
func (o *Operation) String() string { return o.Method + " " + o.Path }

// Operations lists the operations in the order of the documents, exempt templates
// last. The list is the contract's own.
func (c *Contract) Operations() []*Operation { return c.operations }

// Warnings lists what the contract does without, in the order of the documents,
// and how many more there are than are listed. The list is the contract's own.
func (c *Contract) Warnings() (list []Warning, more int) { return c.warnings, c.more }

// Find returns the operation of a request, whose path is given as URL.EscapedPath
// gives it: that of the most specific template that has the method. HEAD is GET
// where it has no description of its own. It does not allocate for paths of up to
// 512 bytes.
func (c *Contract) Find(method, escapedPath string) (*Operation, negotiate.Found) {
	return c.find.Find(method, escapedPath)
}

// Methods is the set of methods that some template has for a path, for Allow
// (RFC 9110 §10.2.1).
func (c *Contract) Methods(escapedPath string) *negotiate.Methods {
	return c.find.Methods(escapedPath)
}

// Missing lists the fields declared that header lacks.
func (r *Response) Missing(header http.Header) []Field {
	var missing []Field
	for _, f := range r.Fields {
		if len(header[f.key]) == 0 {
			missing = append(missing, f)
		}
	}
	return missing
}

// Declares reports whether a response with these Content-Type lines is documented.
// It is where the document does not say, or the response has no type.
func (r *Response) Declares(contentType []string) bool {
	return r.Types == nil || r.unsure || len(contentType) == 0 || r.Types.Contains(contentType)
}
