package problem_test

import (
	"fmt"
	"os"

	"github.com/statusgate/statusgate/problem"
)

func ExampleProblem_Append() {
	p := problem.Problem{Status: 405, Detail: "This resource cannot be deleted.", Allowed: []string{"GET", "HEAD", "PUT"}}
	os.Stdout.Write(p.Append(nil, problem.JSON))
	fmt.Println()
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

// A plain JSON error is no problem, whatever its media type says: write one's own then.
func ExampleConform_incorrect() {
	_, ok := problem.Conform(nil, []byte(`{"error": "not found"}`), problem.JSON, 404)
	fmt.Println(ok)
	// Output: false
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
