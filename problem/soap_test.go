package problem_test

import (
	"testing"

	"github.com/statusgate/statusgate/problem"
)

func TestFaultFormat(t *testing.T) {
	for _, c := range []struct {
		name, contentType string
		action            bool
		want              problem.Format
		ok                bool
	}{
		{"SOAP 1.1", "text/xml; charset=utf-8", true, problem.SOAP11, true},
		{"SOAP 1.1 without a media type", "", true, problem.SOAP11, true},
		{"SOAP 1.2", "application/soap+xml", false, problem.SOAP12, true},
		{"SOAP 1.2 with parameters", " Application/SOAP+XML ;charset=utf-8; action=\"x\"", false, problem.SOAP12, true},
		{"SOAP 1.2 with the field of 1.1", "application/soap+xml", true, problem.SOAP12, true},
		{"SOAP 1.2 in a MIME package", `multipart/related; type="application/xop+xml"; start-info="application/soap+xml"; boundary==_x`, false, problem.SOAP12, true},
		{"SOAP 1.1 in a MIME package", `multipart/related; type="application/xop+xml"; start-info="text/xml"`, true, problem.SOAP11, true},
		{"another MIME package", "multipart/related; type=text/xml", false, problem.SOAP11, false},
		{"XML", "text/xml", false, problem.SOAP11, false},
		{"another parameter", "text/plain; x=application/soap+xml", false, problem.SOAP11, false},
		{"JSON", "application/json", false, problem.SOAP11, false},
		{"nothing", "", false, problem.SOAP11, false},
	} {
		if got, ok := problem.FaultFormat(c.contentType, c.action); ok != c.ok || ok && got != c.want {
			t.Errorf("%s: got %v %v, want %v %v", c.name, got, ok, c.want, c.ok)
		}
	}
}

func TestAppendSOAP(t *testing.T) {
	const decl = `<?xml version="1.0" encoding="UTF-8"?>` + "\n"
	bare := problem.Problem{Status: 405}
	busy := problem.Problem{Status: 503, Title: "Busy", Detail: "a <b>", RetryAfter: 5, Members: []problem.Member{{Name: "trace_id", Value: "17"}}}
	for _, c := range []struct {
		name string
		p    problem.Problem
		f    problem.Format
		want string
	}{
		{
			"SOAP 1.1, the client's", bare, problem.SOAP11,
			`<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body><soap:Fault><faultcode>soap:Client</faultcode>` +
				`<faultstring>Method Not Allowed</faultstring><detail><problem xmlns="urn:ietf:rfc:7807"><type>about:blank</type>` +
				`<title>Method Not Allowed</title><status>405</status></problem></detail></soap:Fault></soap:Body></soap:Envelope>`,
		},
		{
			"SOAP 1.1, the server's", busy, problem.SOAP11,
			`<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body><soap:Fault><faultcode>soap:Server</faultcode>` +
				`<faultstring>a &lt;b&gt;</faultstring><detail><problem xmlns="urn:ietf:rfc:7807"><type>about:blank</type><title>Busy</title>` +
				`<status>503</status><detail>a &lt;b&gt;</detail><retry_after>5</retry_after><trace_id>17</trace_id></problem></detail>` +
				`</soap:Fault></soap:Body></soap:Envelope>`,
		},
		{
			"SOAP 1.2, the sender's", bare, problem.SOAP12,
			`<soap:Envelope xmlns:soap="http://www.w3.org/2003/05/soap-envelope"><soap:Body><soap:Fault><soap:Code><soap:Value>soap:Sender</soap:Value></soap:Code>` +
				`<soap:Reason><soap:Text xml:lang="en">Method Not Allowed</soap:Text></soap:Reason><soap:Detail><problem xmlns="urn:ietf:rfc:7807">` +
				`<type>about:blank</type><title>Method Not Allowed</title><status>405</status></problem></soap:Detail></soap:Fault></soap:Body></soap:Envelope>`,
		},
		{
			"SOAP 1.2, nothing known",
			problem.Problem{},
			problem.SOAP12,
			`<soap:Envelope xmlns:soap="http://www.w3.org/2003/05/soap-envelope"><soap:Body><soap:Fault><soap:Code><soap:Value>soap:Receiver</soap:Value></soap:Code>` +
				`<soap:Reason><soap:Text xml:lang="en">Error</soap:Text></soap:Reason><soap:Detail><problem xmlns="urn:ietf:rfc:7807">` +
				`<type>about:blank</type></problem></soap:Detail></soap:Fault></soap:Body></soap:Envelope>`,
		},
	} {
		if got := string(c.p.Append([]byte("before"), c.f)); got != "before"+decl+c.want+"\n" {
			t.Errorf("%s:\n got %s\nwant %s", c.name, got, c.want)
		}
	}
}

func TestFaultsAreNeverChosenByAccept(t *testing.T) {
	for _, accept := range []string{"*/*", "text/*", "text/plain;q=0.1, text/xml", "application/soap+xml, text/plain;q=0.1"} {
		offered := []problem.Format{problem.SOAP11, problem.SOAP12, problem.Text}
		if got := problem.Choose([]string{accept}, offered); got != problem.Text {
			t.Errorf("%q: got %v", accept, got)
		}
	}
}
