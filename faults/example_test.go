package faults_test

import (
	"fmt"

	"github.com/statusgate/statusgate/faults"
)

func ExampleTrim() {
	body := []byte(`{"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"boom\n  at f (a.js:1)","data":{"order":17,"stack":"at f"}}}`)
	kind, _ := faults.Recognize(body, "application/json")
	out, _ := faults.Trim(nil, body, "application/json")
	fmt.Println(kind)
	fmt.Printf("%s\n", out)
	// Output:
	// jsonrpc
	// {"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"boom","data":{"order":17}}}
}

// A success of a protocol is no fault of it.
func ExampleRecognize() {
	for _, body := range []string{
		`{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}`,
		`{"jsonrpc":"2.0","id":1,"result":"error"}`,
	} {
		fmt.Println(faults.Recognize([]byte(body), "application/json"))
	}
	// Output:
	// registry true
	// none false
}
