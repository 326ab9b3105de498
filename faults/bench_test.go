package faults_test

import (
	"strings"
	"testing"

	"github.com/statusgate/statusgate/faults"
)

var benchmarks = []struct{ name, contentType, body string }{
	{"JSON-RPC", "application/json", `{"jsonrpc":"2.0","id":1,"error":{"code":3,"message":"execution reverted","data":"0x08c379a0"}}`},
	{"GraphQL with a stack trace", "application/json", `{"errors":[{"message":"boom","path":["a"],"extensions":{"code":"X","exception":{"stacktrace":["Error","` + strings.Repeat(`at f (/srv/a.js:1)","`, 40) + `"]}}}],"data":null}`},
	{"SOAP 1.1", "text/xml; charset=utf-8", soap11},
	{"XML-RPC in ISO-8859-1", "text/xml; charset=iso-8859-1", xmlrpc},
	{"another error", "application/json", `{"status":500,"error":"Internal Server Error","path":"/orders"}`},
	{"64 KiB of JSON-RPC", "application/json", `{"jsonrpc":"2.0","error":{"code":1,"message":"m","data":[` + strings.Repeat(`{"name":"a name","value":"a text that is long"},`, 1340) + `1]}}`},
	{"64 KiB of SOAP", "text/xml", strings.Replace(soap11, "<faultstring>", "<detail>"+strings.Repeat("<name a='b'>a text that is long</name>", 1700)+"</detail><faultstring>", 1)},
	{"64 KiB of attributes", "text/xml", "<a" + strings.Repeat(" xmlns:a='b'", 5400)},
	{"64 KiB of brackets", "application/json", strings.Repeat("[", 64<<10)},
}

func BenchmarkRecognize(b *testing.B) {
	for _, c := range benchmarks {
		b.Run(c.name, func(b *testing.B) {
			body := []byte(c.body)
			b.SetBytes(int64(len(body)))
			b.ReportAllocs()
			for b.Loop() {
				faults.Recognize(body, c.contentType)
			}
		})
	}
}

func BenchmarkTrim(b *testing.B) {
	dst := make([]byte, 0, 128<<10)
	for _, c := range benchmarks {
		b.Run(c.name, func(b *testing.B) {
			body := []byte(c.body)
			b.SetBytes(int64(len(body)))
			b.ReportAllocs()
			for b.Loop() {
				faults.Trim(dst, body, c.contentType)
			}
		})
	}
}
