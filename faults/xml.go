package faults

import "github.com/statusgate/statusgate/internal/lex"

const (
	spaceSOAP11 = "http://schemas.xmlsoap.org/soap/envelope/"
	spaceSOAP12 = "http://www.w3.org/2003/05/soap-envelope"
	spaceOData3 = "http://schemas.microsoft.com/ado/2007/08/dataservices/metadata" // and before
	spaceOData4 = "http://docs.oasis-open.org/odata/ns/metadata"
)

// xmlKind recognizes a document in XML.
func xmlKind(body []byte) (Kind, bool) {
	r := xmlReader{in: lex.NewXML(body)}
	for {
		switch r.in.Next() {
		case lex.XMLBad:
			return None, false
		case lex.XMLEnd:
			if !r.fault {
				return None, false
			}
			return r.kind, true
		case lex.Start:
			if !r.start() {
				return None, false
			}
		case lex.Close:
			r.within = r.within && r.in.Depth > 1
		default: // no element
		}
	}
}

type xmlReader struct {
	in     lex.XML
	kind   Kind
	space  string // the namespace of what matters
	within bool   // the element that has the fault
	first  bool   // the first element in it
	code   bool   // of OData
	fault  bool
}

// start takes the begin of an element. It reports false if the document is no fault, whatever follows.
func (r *xmlReader) start() bool {
	if r.in.Depth == 0 {
		return r.root()
	}
	switch r.kind {
	case XMLRPC: // <fault> alone
		if r.in.Depth == 1 {
			r.fault = !r.fault && r.in.Is("", "fault")
			return r.fault
		}
	case OData:
		if r.in.Depth == 1 {
			r.code = r.code || r.in.Is(r.space, "code")
			r.fault = r.fault || r.code && r.in.Is(r.space, "message")
		}
	default: // SOAP: the first element of the body
		if r.in.Depth == 1 && r.in.Is(r.space, "Body") {
			r.within, r.first = true, true
		}
		if r.in.Depth == 2 && r.within && r.first {
			r.first = false
			r.fault = r.in.Is(r.space, "Fault")
			return r.fault
		}
	}
	return true
}

func (r *xmlReader) root() bool {
	switch {
	case r.in.Is(spaceSOAP11, "Envelope"):
		r.kind, r.space = SOAP11, spaceSOAP11
	case r.in.Is(spaceSOAP12, "Envelope"):
		r.kind, r.space = SOAP12, spaceSOAP12
	case r.in.Is("", "methodResponse"):
		r.kind = XMLRPC
	case r.in.Is(spaceOData3, "error"):
		r.kind, r.space = OData, spaceOData3
	case r.in.Is(spaceOData4, "error"):
		r.kind, r.space = OData, spaceOData4
	default:
		return false
	}
	return true
}
