package problem

import "strings"

// FaultFormat tells whether a request speaks SOAP, by its Content-Type and whether it has a SOAPAction field, and which
// fault is an answer to it: SOAP 1.2 has its own media type, also within MIME packages (MTOM); SOAP 1.1 over HTTP has
// the field (SOAP 1.1 section 6.1.1).
func FaultFormat(contentType string, soapAction bool) (f Format, ok bool) {
	const (
		soap12  = "application/soap+xml"
		related = "multipart/related"
	)
	essence, params, _ := strings.Cut(contentType, ";")
	essence = strings.Trim(essence, " \t")
	if strings.EqualFold(essence, soap12) ||
		strings.EqualFold(essence, related) && strings.Contains(strings.ToLower(params), soap12) {
		return SOAP12, true
	}
	return SOAP11, soapAction
}

const (
	soap11Start = xmlDeclaration + `<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/">` +
		`<soap:Body><soap:Fault><faultcode>soap:`
	soap11End   = "</detail></soap:Fault></soap:Body></soap:Envelope>\n"
	soap12Start = xmlDeclaration + `<soap:Envelope xmlns:soap="http://www.w3.org/2003/05/soap-envelope">` +
		`<soap:Body><soap:Fault><soap:Code><soap:Value>soap:`
	soap12End = "</soap:Detail></soap:Fault></soap:Body></soap:Envelope>\n"
)

// appendSOAP11 follows SOAP 1.1 section 4.4.
func (p *Problem) appendSOAP11(dst []byte) []byte {
	dst = append(dst, soap11Start...)
	dst = append(dst, p.side("Client", "Server")...)
	dst = append(dst, "</faultcode><faultstring>"...)
	dst = appendXMLText(dst, p.reason())
	dst = append(dst, "</faultstring><detail>"...)
	return append(p.appendXMLElements(dst), soap11End...)
}

// appendSOAP12 follows SOAP 1.2 part 1 section 5.4.
func (p *Problem) appendSOAP12(dst []byte) []byte {
	dst = append(dst, soap12Start...)
	dst = append(dst, p.side("Sender", "Receiver")...)
	dst = append(dst, `</soap:Value></soap:Code><soap:Reason><soap:Text xml:lang="en">`...)
	dst = appendXMLText(dst, p.reason())
	dst = append(dst, "</soap:Text></soap:Reason><soap:Detail>"...)
	return append(p.appendXMLElements(dst), soap12End...)
}

// side tells whose fault it is, by the class of the status.
func (p *Problem) side(client, server string) string {
	if p.Status >= 400 && p.Status < 500 {
		return client
	}
	return server
}

// reason is what a person reads first, and often all that a program shows.
func (p *Problem) reason() string {
	if p.Detail != "" {
		return p.Detail
	}
	_, title := p.headline()
	return title
}
