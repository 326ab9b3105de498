package problem

import (
	"bytes"
	"net/http"
	"slices"
	"strconv"

	"github.com/statusgate/statusgate/internal/lex"
)

// Conform is [Response.Conform] for a response of which nothing but the status matters.
func Conform(dst, body []byte, f Format, status int) (out []byte, ok bool) {
	return Response{Status: status}.Conform(dst, body, f)
}

// Response is what a problem document goes out with.
type Response struct {
	Status     int  // the status that is sent
	RetryAfter int  // the seconds that the field Retry-After says; 0 if there is none; NoSeconds if it says them otherwise
	Gateway    bool // the document is not the backend's: a gateway in front of it has written it
}

// NoSeconds is the RetryAfter of a response that must not be waited for in seconds: its field is a date, or nobody
// knows whether to repeat the request. The document says nothing of it then.
const NoSeconds = -1

// Conform checks that body is a problem document in format f already, and appends it to dst with its status member
// brought in line with the status that is sent, as RFC 9457 §3.1.2 demands of who generates the response. Where ok is
// false, body is no such document and out is dst as it was; the caller writes a problem of its own then. HTML and text
// are never problem documents. dst and body must not overlap.
//
// A problem document is one well-formed JSON object (RFC 8259; a byte order mark goes) or XML document (root element
// problem, in the namespace urn:ietf:rfc:7807, urn:ietf:rfc:9457 or none; well-formed with its namespaces, without
// document type declaration), in UTF-8, nested at most 64 deep. It has a member that is not null, registered or not,
// and none of the registered ones twice, for readers disagree about which one counts (RFC 8259 §4). A member of another
// type than §3.1 gives it is ignored: it counts for nothing here.
//
// For a status below 500 everything stays as it is, byte for byte, but for what has to agree with the response: the
// status member, which is added behind the others if there was none, for readers that got hold of the document
// without the response; the title, if it is the phrase of another status and there is no type that says more (§4.2.1);
// and the extension member retry_after.
//
// From 500 on, nothing of a backend's internals may get out (RFC 9457 §5). They travel in extension members, so only
// the five registered members and retry_after stay, and in texts that span lines, such as stack traces, so those go,
// too. What a string shows as \n counts as a new line. If neither type, title nor detail is left then, ok is false: a
// problem of the caller's own says more. A gateway's document keeps its extension members, but for those whose names
// tell of stack traces, exceptions and debugging, and the first lines of its texts.
func (r Response) Conform(dst, body []byte, f Format) (out []byte, ok bool) {
	switch f {
	case JSON:
		return r.conformJSON(dst, body)
	case XML:
		return r.conformXML(dst, body)
	default:
		return dst, false
	}
}

var byteOrderMark = []byte("\uFEFF")

// The members that matter: those of RFC 9457 §3.1, and one of ours.
const (
	memberType = iota
	memberTitle
	memberStatus
	memberDetail
	memberInstance
	memberRetryAfter
	memberCount
)

var memberNames = [memberCount]string{"type", "title", "status", "detail", "instance", "retry_after"}

// isText tells whether a member is a text; the others are numbers.
func isText(member int) bool { return member != memberStatus && member != memberRetryAfter }

// memberIndex returns the index of a member that matters, -1 for another.
func memberIndex(name []byte) int {
	for i := range memberNames {
		if memberNames[i] == string(name) {
			return i
		}
	}
	return -1
}

// members tells which members a document has with the right type.
type members [memberCount]bool

// tell reports whether they say what the problem is.
func (m *members) tell() bool { return m[memberType] || m[memberTitle] || m[memberDetail] }

// follows returns the phrase that has to take the place of a title: where there is no type that gives it its meaning,
// and it is the phrase of another status, which the document had. It is empty where the title stays.
func (r Response) follows(typ, title, status []byte) string {
	if len(typ) > 0 && string(typ) != "about:blank" {
		return ""
	}
	if had, err := strconv.Atoi(string(status)); err == nil && had == r.Status {
		return ""
	}
	if is := statusOf(title); is == 0 || is == r.Status {
		return ""
	}
	return http.StatusText(r.Status)
}

// otherPhrases are those that net/http does not have: the current ones where it has those of RFC 7231, and older ones.
var otherPhrases = [...]struct {
	status int
	phrase string
}{
	{http.StatusRequestEntityTooLarge, "Content Too Large"},
	{http.StatusRequestEntityTooLarge, "Payload Too Large"},
	{http.StatusRequestURITooLong, "URI Too Long"},
	{http.StatusRequestedRangeNotSatisfiable, "Range Not Satisfiable"},
	{http.StatusUnprocessableEntity, "Unprocessable Content"},
	{http.StatusHTTPVersionNotSupported, "Version Not Supported"},
	{http.StatusBadGateway, "Proxy Error"}, // as Apache httpd has it
}

// statusOf returns the status of an error whose phrase a title is, letter for letter, 0 for other titles.
func statusOf(title []byte) int {
	const longest = len("Network Authentication Required") // of the phrases
	if len(title) == 0 || len(title) > longest {
		return 0
	}
	is := string(title)
	for status := http.StatusBadRequest; status < 600; status++ {
		if is == http.StatusText(status) {
			return status
		}
	}
	for _, other := range otherPhrases {
		if is == other.phrase {
			return other.status
		}
	}
	return 0
}

// edit is a part of a document and what takes its place: a text, and a number unless that is 0, between two more texts.
type edit struct {
	lex.Span

	before, text string
	number       int
	after        string
}

// edits are changes to a document, in any order.
type edits struct {
	list [memberCount]edit
	n    int
}

func (e *edits) add(one edit) {
	e.list[e.n] = one
	e.n++
}

// append appends a document with its changes.
func (e *edits) append(dst, body []byte) []byte {
	list := e.list[:e.n]
	slices.SortFunc(list, func(a, b edit) int { return a.Start - b.Start })
	at := 0
	for i := range list {
		one := &list[i]
		dst = append(dst, body[at:one.Start]...)
		dst = append(append(dst, one.before...), one.text...)
		if one.number > 0 {
			dst = strconv.AppendInt(dst, int64(one.number), 10)
		}
		dst = append(dst, one.after...)
		at = one.End
	}
	return append(dst, body[at:]...)
}

// spansLines tells whether a text has more than one line for anyone who reads it: with a line break of Unicode §5.8, or
// with one that was escaped twice. The latter also takes some Windows paths, which are internals as well.
func spansLines(text []byte) bool {
	return bytes.ContainsAny(text, "\n\v\f\r\u0085\u2028\u2029") ||
		bytes.Contains(text, []byte(`\n`)) || bytes.Contains(text, []byte(`\r`))
}
