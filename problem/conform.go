package problem

import "bytes"

// Conform checks that body is a problem document in format f already, and appends it to dst with its status member
// brought in line with the status that is sent, as RFC 9457 §3.1.2 demands of who generates the response. Where ok is
// false, body is no such document and out is dst as it was; the caller writes a problem of its own then. HTML and text
// are never problem documents. dst and body must not overlap.
//
// A problem document is one well-formed JSON object (RFC 8259) or XML document (root element problem, in the namespace
// urn:ietf:rfc:7807, urn:ietf:rfc:9457 or none, without document type declaration), in UTF-8, nested at most 64
// deep. It has at least one of type, title, status and detail; the status is a number, type, title, detail and
// instance are strings, and none of the five is there twice, for readers disagree about which one counts (RFC 8259 §4).
// A JSON null counts as absent (§3.1: members of another type are to be ignored; backends write null for what they
// don't know).
//
// For a status below 500 everything but the status member stays as it is, byte for byte. A status member is added
// behind the others if there was none: readers that got hold of the document without the response need it.
//
// From 500 on, nothing of a backend's internals may get out (RFC 9457 §5). They travel in extension members, so only
// the five registered members stay, and in texts that span lines, such as stack traces, so those go, too. What a
// string shows as \n counts as a new line. If neither type, title nor detail is left then, ok is false: a problem of
// the caller's own says more.
func Conform(dst, body []byte, f Format, status int) (out []byte, ok bool) {
	switch f {
	case JSON:
		return conformJSON(dst, body, status)
	case XML:
		return conformXML(dst, body, status)
	default:
		return dst, false
	}
}

// maxDepth bounds how deep a document may be nested: far beyond what problems have, far below what hurts a reader.
const maxDepth = 64

// The registered members, RFC 9457 §3.1.
const (
	memberType = iota
	memberTitle
	memberStatus
	memberDetail
	memberInstance
	memberCount
)

var memberNames = [memberCount]string{"type", "title", "status", "detail", "instance"}

// members tells which registered members a document has.
type members [memberCount]bool

// suffice tells whether they say enough for the document to be sent.
func (m *members) suffice(status int) bool {
	return m[memberType] || m[memberTitle] || m[memberDetail] || status < 500 && m[memberStatus]
}

// memberIndex returns the index of a registered member, -1 for an extension.
func memberIndex(name []byte) int {
	for i := range memberNames {
		if memberNames[i] == string(name) {
			return i
		}
	}
	return -1
}

// spansLines tells whether a text has more than one line for anyone who reads it: with a line break of Unicode §5.8, or
// with one that was escaped twice. The latter also takes some Windows paths, which are internals as well.
func spansLines(text []byte) bool {
	return bytes.ContainsAny(text, "\n\v\f\r\u0085\u2028\u2029") ||
		bytes.Contains(text, []byte(`\n`)) || bytes.Contains(text, []byte(`\r`))
}
