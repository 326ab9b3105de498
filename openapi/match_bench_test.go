package openapi_test

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"

	"github.com/statusgate/statusgate/negotiate"
	"github.com/statusgate/statusgate/openapi"
)

// github loads GitHub's description, which npm has as @octokit/openapi: its folder
// "generated" is named by OPENAPI_GITHUB.
func github(tb testing.TB) *openapi.Contract {
	tb.Helper()
	dir := os.Getenv("OPENAPI_GITHUB")
	if dir == "" {
		tb.Skip("OPENAPI_GITHUB names no folder of @octokit/openapi")
	}
	c, err := openapi.Load(openapi.Options{}, dir+"/api.github.com.json")
	if err != nil {
		tb.Fatal(err)
	}
	return c
}

// synthetic is a description with n operations, as a large API has them.
func synthetic(n int) string {
	var doc strings.Builder
	doc.WriteString(`{"openapi":"3.0.3","servers":[{"url":"/api/v1"}],"paths":{`)
	for i := 0; i < n; i += 4 {
		if i > 0 {
			doc.WriteByte(',')
		}
		body := `{"requestBody":{"content":{"application/json":{"schema":{"type":"object"}}}},"responses":{"200":{"content":{"application/json":{}}},"404":{}}}`
		fmt.Fprintf(&doc, `"/type%d/{id}":{"get":%s,"put":%s},"/type%d/{id}/parts/{part}":{"get":%s,"delete":%s}`,
			i, body, body, i, body, body)
	}
	doc.WriteString(`}}`)
	return doc.String()
}

// request is one that an operation takes.
type request struct {
	method, path        string
	contentType, accept []string
}

// requestFor makes a request of an operation, variables filled in.
func requestFor(o *openapi.Operation) request {
	var path strings.Builder
	for rest := o.Templates[0]; rest != ""; {
		before, after, ok := strings.Cut(rest, "{")
		path.WriteString(before)
		if ok {
			_, after, _ = strings.Cut(after, "}")
			path.WriteString("Value17")
		}
		rest = after
	}
	r := request{method: o.Method, path: path.String()}
	if o.Consumes != nil {
		r.contentType = o.Consumes.List()[:1]
	}
	if o.Produces != nil {
		r.accept = o.Produces.Types()[:1]
	}
	return r
}

// check does what a gateway does with a request.
func check(c *openapi.Contract, r *request) bool {
	o, found := c.Find(r.method, r.path)
	if found != negotiate.FoundOperation {
		return false
	}
	if o.Consumes != nil && r.contentType != nil && !o.Consumes.Contains(r.contentType) {
		return false
	}
	if o.Produces != nil {
		if _, ok := o.Produces.Choose(r.accept); !ok {
			return false
		}
	}
	o.Covers(200)
	return true
}

// benchmarkCheck takes requests for up to 2000 operations in turn, spread evenly.
func benchmarkCheck(b *testing.B, c *openapi.Contract) {
	b.Helper()
	var requests []request
	operations := c.Operations()
	for i := 0; i < len(operations); i += 1 + len(operations)/2000 {
		requests = append(requests, requestFor(operations[i]))
	}
	for i := range requests {
		if !check(c, &requests[i]) {
			b.Fatalf("%v is refused", requests[i])
		}
	}
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		check(c, &requests[i])
		if i++; i == len(requests) {
			i = 0
		}
	}
}

// BenchmarkCheckGitHub is the work for a request among GitHub's operations, over
// all of them in turn.
func BenchmarkCheckGitHub(b *testing.B) { benchmarkCheck(b, github(b)) }

// BenchmarkCheck is the same among more and more operations.
func BenchmarkCheck(b *testing.B) {
	for _, n := range []int{10, 100, 1000, 20_000} {
		c, err := openapi.Parse(openapi.Options{}, "synthetic", []byte(synthetic(n)))
		if err != nil {
			b.Fatal(err)
		}
		b.Run(fmt.Sprintf("operations=%d", n), func(b *testing.B) { benchmarkCheck(b, c) })
	}
}

// BenchmarkLoadGitHub reads GitHub's description; what stays of it is reported too.
func BenchmarkLoadGitHub(b *testing.B) {
	github(b)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	var c *openapi.Contract
	b.ReportAllocs()
	for b.Loop() {
		c = github(b)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/(1<<20), "MiB-retained")
	runtime.KeepAlive(c)
}
