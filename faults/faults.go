// Package faults knows the bodies in which an error is part of the client's own protocol: SOAP faults, errors of
// JSON-RPC, GraphQL, XML-RPC, OData, container registries and Google's APIs. A client of such a protocol understands
// them, and takes any other body for a broken answer, or even for a success.
//
// A body is recognized by its shape alone. It comes whole, and is read once.
//
//	if kind, ok := faults.Recognize(body, contentType); ok && status >= 500 {
//		body, _ = faults.Trim(nil, body, contentType)
//	}
package faults

import (
	"fmt"

	"github.com/statusgate/statusgate/inspect"
	"github.com/statusgate/statusgate/internal/charset"
)

// Kind is a protocol that has errors of its own.
type Kind uint8

// The kinds.
const (
	None     Kind = iota
	SOAP11        // SOAP 1.1 section 4.4
	SOAP12        // SOAP 1.2 part 1 section 5.4
	JSONRPC       // JSON-RPC 1.0, 1.1 and 2.0, batches too
	GraphQL       // GraphQL specification section 7.1, and lists of such responses
	XMLRPC        // a methodResponse with a fault
	Registry      // OCI distribution specification, error codes: an errors list of objects with a code
	OData         // OData 2 to 4 in JSON and XML, and who else has an error with a code and a message
	Google        // google.rpc.Status in an error member, or bare as grpc-gateway writes it
)

var names = [...]string{
	None: "none", SOAP11: "soap11", SOAP12: "soap12", JSONRPC: "jsonrpc", GraphQL: "graphql", XMLRPC: "xmlrpc",
	Registry: "registry", OData: "odata", Google: "google",
}

// String gives the kind as a word in lower case.
func (k Kind) String() string {
	if int(k) >= len(names) {
		return fmt.Sprintf("Kind(%d)", uint8(k))
	}
	return names[k]
}

// Possible tells whether a body under such a Content-Type can be recognized: one that is labelled as JSON, XML or plain
// text, or not at all. HTML is not: what stands in it a browser would run.
func Possible(contentType string) bool {
	switch inspect.MediaOf(contentType) {
	case inspect.MediaJSON, inspect.MediaScript, inspect.MediaXML, inspect.MediaText, inspect.MediaUnlabelled:
		return true
	default:
		return false
	}
}

// Recognize tells whether body, labelled with contentType, is an error of one of the protocols, and of which. The body
// is whole and without a content coding. It is never one if it is not well-formed, has a document type declaration, is
// nested more than 64 deep, or has a member twice that decides.
func Recognize(body []byte, contentType string) (Kind, bool) {
	t, ok := textOf(body, contentType)
	if !ok {
		return None, false
	}
	return t.kind()
}

// Trim appends body, labelled with contentType, to dst without what tells of the server's internals: what is named
// after stack traces, exceptions and debugging; of texts that span lines all but the first; comments. What a client of
// the protocol needs stays, so that the outcome is recognized as the same kind; it is in the body's character encoding,
// and not longer. Where ok is false, body is no error of a protocol, and out is dst as it was. dst and body must not
// overlap.
//
// It is for server errors (5xx), whose details are nobody's business. On a client error the client has to learn what it
// did wrong: there the body goes out as it is.
func Trim(dst, body []byte, contentType string) (out []byte, ok bool) {
	t, ok := textOf(body, contentType)
	if !ok {
		return dst, false
	}
	if _, ok := t.kind(); !ok {
		return dst, false
	}
	if t.charset == charset.UTF8 {
		return t.cut(append(dst, t.mark...))
	}
	text, _ := t.cut(nil)
	return t.charset.AppendEncoded(append(dst, t.mark...), text) // all its characters came from there
}
