package openapi_test

import (
	"fmt"

	"github.com/statusgate/statusgate/negotiate"
	"github.com/statusgate/statusgate/openapi"
)

const orders = `openapi: 3.0.3
servers:
  - url: https://api.example/v1
paths:
  /orders/{id}:
    get:
      responses:
        200: {content: {application/json: {}}}
        404: {description: There is no such order.}
    put:
      requestBody: {content: {application/json: {}}}
      responses: {204: {description: Done.}, oops: {}}
`

func Example() {
	contract, err := openapi.Parse(openapi.Options{}, "orders.yaml", []byte(orders))
	if err != nil {
		fmt.Println(err)
		return
	}
	warnings, _ := contract.Warnings()
	fmt.Println(warnings[0])

	operation, found := contract.Find("GET", "/v1/orders/17")
	fmt.Println(operation, found == negotiate.FoundOperation)
	_, found = contract.Find("DELETE", "/v1/orders/17")
	fmt.Println(found == negotiate.FoundPath, contract.Methods("/v1/orders/17").Allow())
	// Output:
	// orders.yaml:12:46: "oops" is no status; nothing is made of it
	// GET /orders/{id} true
	// true GET, HEAD, PUT, OPTIONS
}

func ExampleOperation_Normalize() {
	contract, err := openapi.Parse(openapi.Options{}, "orders.yaml", []byte(orders))
	if err != nil {
		fmt.Println(err)
		return
	}
	get, _ := contract.Find("GET", "/v1/orders/17")
	put, _ := contract.Find("PUT", "/v1/orders/17")
	fmt.Println(get.Normalize(404, 404)) // documented
	fmt.Println(get.Normalize(410, 404)) // not documented, but what the table says is
	fmt.Println(get.Normalize(422, 400)) // the nearest documented error of the class
	fmt.Println(get.Normalize(520, 500)) // no error of the class is documented
	fmt.Println(put.Normalize(422, 400)) // nothing is said about errors
	// Output:
	// 404
	// 404
	// 404
	// 500
	// 400
}

func ExampleContract_Caddyfile() {
	contract, err := openapi.Parse(openapi.Options{}, "orders.yaml", []byte(orders))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(string(contract.Caddyfile()))
	// Output:
	// resource /v1/orders/{id} {
	// 	GET {
	// 		produces application/json
	// 		statuses 200 404
	// 	}
	// 	PUT {
	// 		consumes application/json
	// 		statuses 204
	// 	}
	// }
}
