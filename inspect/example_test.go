package inspect_test

import (
	"fmt"

	"github.com/statusgate/statusgate/inspect"
)

func Example() {
	failed, err := inspect.JSON("/ok", "false")
	if err != nil {
		fmt.Println(err)
		return
	}
	tests := []inspect.Test{failed, inspect.JSONRPCError()}
	plan, err := inspect.NewPlan(tests, []string{"/id"})
	if err != nil {
		fmt.Println(err)
		return
	}
	i := plan.Get(inspect.MediaOf("application/json"), "", nil, true)
	defer plan.Put(i)
	for _, chunk := range []string{`{"jsonrpc":"2.0","id":7,"err`, `or":{"code":-32601,"message":"no such method"}}`} {
		i.Write([]byte(chunk))
	}
	i.End(inspect.Whole)
	for n, test := range tests {
		status, _ := i.Auto(n)
		fmt.Println(test, i.Answer(n), status)
	}
	id, _ := i.Value(0)
	fmt.Println("id", id)
	// Output:
	// json /ok false no 0
	// jsonrpc_error yes 404
	// id 7
}

// An array is no object: a pointer does not search, it leads to one place.
func ExampleJSON_incorrect() {
	test, err := inspect.JSON("/errors/code", "42")
	if err != nil {
		fmt.Println(err)
		return
	}
	plan, err := inspect.NewPlan([]inspect.Test{test}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	i := plan.Get(inspect.MediaJSON, "", nil, false)
	defer plan.Put(i)
	i.Write([]byte(`{"errors":[{"code":42}]}`)) // /errors/0/code
	fmt.Println(i.Answer(0), i.Done())
	// Output: no true
}

func ExampleDecode() {
	out, complete, ok := inspect.Decode("identity", []byte("more than that"), 4, nil)
	fmt.Printf("%q %v %v\n", out, complete, ok)
	// Output: "more" false true
}
