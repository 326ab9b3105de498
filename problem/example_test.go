package problem_test

import (
	"fmt"
	"os"
	"testing/fstest"

	"github.com/statusgate/statusgate/problem"
)

func ExampleProblem_Append() {
	p := problem.Problem{Status: 405, Detail: "This resource cannot be deleted.", Allowed: []string{"GET", "HEAD", "PUT"}}
	os.Stdout.Write(p.Append(nil, problem.JSON))
	os.Stdout.Write(p.Append(nil, problem.Text))
	// Output:
	// {"type":"about:blank","title":"Method Not Allowed","status":405,"detail":"This resource cannot be deleted.","allowed":["GET","HEAD","PUT"]}
	// 405 Method Not Allowed
	// This resource cannot be deleted.
	// Allowed methods: GET, HEAD, PUT
}

func ExampleChoose() {
	offered := []problem.Format{problem.JSON, problem.XML, problem.HTML, problem.Text}
	for _, accept := range []string{
		"*/*",
		"application/xml",
		"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
		"application/json, text/plain, */*",
		"image/png",
	} {
		fmt.Println(problem.Choose([]string{accept}, offered), "for", accept)
	}
	// Output:
	// json for */*
	// xml for application/xml
	// html for text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8
	// json for application/json, text/plain, */*
	// json for image/png
}

func ExampleConform() {
	body := []byte(`{"title": "Out of credit", "status": 402, "balance": 30}`)
	out, ok := problem.Conform(nil, body, problem.JSON, 403)
	fmt.Printf("%v %s\n", ok, out)

	body = []byte(`{"title": "An error occurred", "status": 500, "exception": {"details": "System.NullReferenceException"}}`)
	out, ok = problem.Conform(nil, body, problem.JSON, 500)
	fmt.Printf("%v %s\n", ok, out)
	// Output:
	// true {"title": "Out of credit", "status": 403, "balance": 30}
	// true {"title":"An error occurred","status":500}
}

// On a server error extension members go. A problem without anything else says less than one's own.
func ExampleConform_incorrect() {
	_, ok := problem.Conform(nil, []byte(`{"error": "not found"}`), problem.JSON, 500)
	fmt.Println(ok)
	// Output: false
}

func ExampleResponse_Conform() {
	r := problem.Response{Status: 503, RetryAfter: 30, Gateway: true}
	body := []byte(`{"title": "Bad Gateway", "status": 502, "retry_after": 5, "trace_id": "4bf92f35"}`)
	out, ok := r.Conform(nil, body, problem.JSON)
	fmt.Printf("%v %s\n", ok, out)
	// Output: true {"title": "Service Unavailable", "status": 503, "retry_after": 30, "trace_id": "4bf92f35"}
}

func ExampleFaultFormat() {
	p := problem.Problem{Status: 415, Detail: "This resource takes no PDF."}
	if f, ok := problem.FaultFormat("application/soap+xml; action=order", false); ok {
		fmt.Println(f.ContentType())
		os.Stdout.Write(p.Append(nil, f))
	}
	// Output:
	// application/soap+xml; charset=utf-8
	// <?xml version="1.0" encoding="UTF-8"?>
	// <soap:Envelope xmlns:soap="http://www.w3.org/2003/05/soap-envelope"><soap:Body><soap:Fault><soap:Code><soap:Value>soap:Sender</soap:Value></soap:Code><soap:Reason><soap:Text xml:lang="en">This resource takes no PDF.</soap:Text></soap:Reason><soap:Detail><problem xmlns="urn:ietf:rfc:7807"><type>about:blank</type><title>Unsupported Media Type</title><status>415</status><detail>This resource takes no PDF.</detail></problem></soap:Detail></soap:Fault></soap:Body></soap:Envelope>
}

func ExampleLoadPages() {
	files := fstest.MapFS{"404.html": {Data: []byte(`<h1>{{.Title}}</h1>{{range .Members}}<p>{{.Name}}: {{.Value}}{{end}}`)}}
	pages, err := problem.LoadPages("{status}.html", files.ReadFile)
	if err != nil {
		fmt.Println(err)
		return
	}
	p := problem.Problem{Status: 404, Members: []problem.Member{{Name: "trace_id", Value: "4bf92f35"}}}
	out, _ := pages.Append(nil, &p)
	os.Stdout.Write(out)
	// Output: <h1>Not Found</h1><p>trace_id: 4bf92f35
}

func ExampleFormatOf() {
	fmt.Println(problem.FormatOf("application/problem+xml; charset=utf-8"))
	fmt.Println(problem.FormatOf("application/json"))
	// Output:
	// xml true
	// json false
}

func ExampleParseFormat() {
	_, err := problem.ParseFormat("yaml")
	fmt.Println(err)
	// Output: unknown problem format "yaml": want json, xml, html or text
}

func ExampleFormat_ContentType() {
	fmt.Println(problem.HTML.ContentType())
	// Output: text/html; charset=utf-8
}
