// Package problem writes RFC 9457 problem details as JSON, XML, HTML and plain text, chooses among the four by the
// client's Accept header field, and brings problem documents that others wrote in line with the status that is sent.
// To clients of SOAP it writes them as faults, and to people on pages of the operator's own.
//
// The package decides on plain values and appends to byte slices. It is usable from any net/http program:
//
//	p := problem.Problem{Status: 404, Detail: "There is no order 17."}
//	f := problem.Choose(r.Header["Accept"], []problem.Format{problem.JSON, problem.HTML})
//	w.Header().Set("Content-Type", f.ContentType())
//	w.WriteHeader(p.Status)
//	w.Write(p.Append(nil, f))
package problem

import (
	"fmt"
	"net/http"
	"strings"
)

// Format is a way to write a problem.
type Format uint8

// The formats. JSON is the zero value: it is what a client gets that states no preference.
const (
	JSON   Format = iota // application/problem+json, RFC 9457 §3
	XML                  // application/problem+xml, RFC 9457 Appendix B
	HTML                 // a self-contained page for people
	Text                 // a few lines for a terminal
	SOAP11               // a fault of SOAP 1.1; never chosen by Accept
	SOAP12               // a fault of SOAP 1.2; never chosen by Accept
)

// choosable is how many formats a client may choose from: those before the faults.
const choosable = int(SOAP11)

var formats = [...]struct{ name, contentType string }{
	JSON: {"json", "application/problem+json"},
	XML:  {"xml", "application/problem+xml"},
	HTML: {"html", "text/html; charset=utf-8"},
	Text: {"text", "text/plain; charset=utf-8"},

	SOAP11: {"soap11", "text/xml; charset=utf-8"},
	SOAP12: {"soap12", "application/soap+xml; charset=utf-8"},
}

// ParseFormat returns the format called name: json, xml, html or text, in lower case.
func ParseFormat(name string) (Format, error) {
	for f := range choosable {
		if formats[f].name == name {
			return Format(f), nil
		}
	}
	return JSON, fmt.Errorf("unknown problem format %q: want json, xml, html or text", name)
}

// String returns the name that ParseFormat takes, of the faults soap11 and soap12, which it does not.
func (f Format) String() string {
	if int(f) >= len(formats) {
		return fmt.Sprintf("Format(%d)", uint8(f))
	}
	return formats[f].name
}

// ContentType returns the value of the Content-Type field that goes with the format: the media types of RFC 9457 §6
// for JSON and XML, whose charset is fixed, and types with charset=utf-8 for the others. It is empty for a value that is
// no format.
func (f Format) ContentType() string {
	if int(f) >= len(formats) {
		return ""
	}
	return formats[f].contentType
}

// FormatOf tells whether a Content-Type value names a problem document, application/problem+json or
// application/problem+xml (RFC 9457 §6), and which. Case and parameters do not matter.
func FormatOf(contentType string) (Format, bool) {
	mediaType, _, _ := strings.Cut(contentType, ";")
	mediaType = strings.Trim(mediaType, " \t")
	for _, f := range [...]Format{JSON, XML} {
		if strings.EqualFold(mediaType, formats[f].contentType) {
			return f, true
		}
	}
	return JSON, false
}

// Problem is one problem details object: the members of RFC 9457 §3.1 and the extension members (§3.2) that a
// contract of status codes has use for. Every member but the type is left out where it is empty.
type Problem struct {
	Type       string   // URI reference of the problem type (§3.1.1); empty is about:blank
	Title      string   // summary of the problem type (§3.1.3); empty is the status's reason phrase, as §4.2.1 asks
	Status     int      // status code of the response (§3.1.2)
	Detail     string   // what went wrong this time (§3.1.4)
	Instance   string   // URI reference of this occurrence (§3.1.5)
	Allowed    []string // 405: methods that the resource allows, member "allowed"
	Accepted   []string // 415: media ranges or content codings that the resource consumes, member "accepted"
	Available  []string // 406: media types that the resource produces, member "available"
	RetryAfter int      // seconds until a new attempt makes sense, member "retry_after"
	Drawn      bool     // RetryAfter only spreads attempts, and nobody knows when the server is ready: people are not told
	Members    []Member // more extension members, in their order; see CheckMembers

	// Provisioning is the state of a job that failed, in the words of Azure's pollers: "Failed" or "Canceled", in JSON
	// as member "provisioningState" of a member "properties". Other formats leave it out.
	Provisioning string
}

// Append appends the problem, written in format f, to dst and returns the result, which ends with a new line. It
// allocates nothing where dst has room. Values are data: each is escaped for its format, and what is not UTF-8 becomes U+FFFD. A value of f that is
// no format counts as JSON.
func (p *Problem) Append(dst []byte, f Format) []byte {
	switch f {
	case XML:
		return p.appendXML(dst)
	case HTML:
		return p.appendHTML(dst)
	case Text:
		return p.appendText(dst)
	case SOAP11:
		return p.appendSOAP11(dst)
	case SOAP12:
		return p.appendSOAP12(dst)
	default:
		return p.appendJSON(dst)
	}
}

func (p *Problem) typeURI() string {
	if p.Type == "" {
		return "about:blank"
	}
	return p.Type
}

// title is empty where the caller gave none and the status has no registered phrase.
func (p *Problem) title() string {
	if p.Title == "" {
		return http.StatusText(p.Status)
	}
	return p.Title
}

// replacement stands for what a format cannot hold, as in Unicode §3.9.
const replacement = "\uFFFD"
