package negotiate_test

import (
	"fmt"
	"net/http"

	"github.com/statusgate/statusgate/negotiate"
)

func ExampleParseMediaType() {
	m, err := negotiate.ParseMediaType(`Text/HTML; Charset="utf-8"`)
	fmt.Println(m.Type, m.Subtype, m.Params, err)
	fmt.Println(m)
	_, err = negotiate.ParseMediaType("json")
	fmt.Println(err)
	// Output:
	// text html [{charset utf-8}] <nil>
	// text/html;charset=utf-8
	// media type "json" has no "/" after the type
}

func ExampleMediaType_String() {
	m := negotiate.MediaType{Type: "a", Subtype: "b", Params: []negotiate.Param{{Name: "title", Value: `say "hi"`}}}
	fmt.Println(m)
	// Output: a/b;title="say \"hi\""
}

func ExampleNewOffers() {
	_, err := negotiate.NewOffers("application/json", "text/*", "html")
	fmt.Println(err)
	// Output:
	// media type "text/*" is a range; a resource produces concrete types
	// media type "html" has no "/" after the type
}

func ExampleOffers_Choose() {
	offers, err := negotiate.NewOffers("application/json", "text/html")
	if err != nil {
		panic(err)
	}
	r := http.Header{"Accept": {"text/html, application/json;q=0.5", "*/*;q=0.1"}}
	i, ok := offers.Choose(r.Values("Accept"))
	fmt.Println(offers.Types()[i], ok)

	_, ok = offers.Choose([]string{"image/png"})
	fmt.Println(ok, "of", offers)
	// Output:
	// text/html true
	// false of application/json, text/html
}

// Only the field lines that http.Header.Values returns are the whole field:
// Get has the first line alone.
func ExampleOffers_Choose_incorrect() {
	offers, err := negotiate.NewOffers("application/json")
	if err != nil {
		panic(err)
	}
	h := http.Header{"Accept": {"text/html", "application/json"}}
	_, ok := offers.Choose([]string{h.Get("Accept")})
	fmt.Println(ok)
	// Output: false
}

func ExampleOffers_Types() {
	offers, _ := negotiate.NewOffers("Text/HTML", "application/json")
	fmt.Printf("%q\n", offers.Types())
	// Output: ["text/html" "application/json"]
}

func ExampleOffers_String() {
	offers, _ := negotiate.NewOffers("Text/HTML", "application/json")
	fmt.Println(offers)
	// Output: text/html, application/json
}

func ExampleQuality() {
	accept := []string{"text/html, application/*;q=0.5, application/pdf;q=0"}
	fmt.Println(negotiate.Quality(accept, "text/html; charset=utf-8"))
	fmt.Println(negotiate.Quality(accept, "application/json"))
	fmt.Println(negotiate.Quality(accept, "application/pdf"))
	fmt.Println(negotiate.Quality(nil, "application/pdf"))
	// Output:
	// 1000
	// 500
	// 0
	// 1000
}

func ExampleAccepts() {
	accept := []string{"application/json"}
	fmt.Println(negotiate.Accepts(accept, "application/json; charset=utf-8"))
	fmt.Println(negotiate.Accepts(accept, "text/html"))
	fmt.Println(negotiate.Accepts(accept, "garbage"))
	// Output:
	// true
	// false
	// true
}

func ExampleNewRanges() {
	_, err := negotiate.NewRanges("application/json", "*/json")
	fmt.Println(err)
	// Output: media range "*/json" has "*" for a type, which goes with "*/*" or "*/*+suffix" only
}

func ExampleRanges_Contains() {
	ranges, err := negotiate.NewRanges("application/json", "application/*+json", "text/*")
	if err != nil {
		panic(err)
	}
	for _, contentType := range []string{"application/json; charset=utf-8", "application/problem+json", "text/csv", "image/png", "json"} {
		fmt.Println(contentType, ranges.Contains([]string{contentType}))
	}
	// Output:
	// application/json; charset=utf-8 true
	// application/problem+json true
	// text/csv true
	// image/png false
	// json false
}

func ExampleRanges_String() {
	ranges, _ := negotiate.NewRanges("Application/JSON", "application/*+json")
	fmt.Println("Accept:", ranges)
	// Output: Accept: application/json, application/*+json
}

func ExampleRanges_List() {
	ranges, _ := negotiate.NewRanges("application/json", "text/*")
	fmt.Printf("%q\n", ranges.List())
	// Output: ["application/json" "text/*"]
}

func ExampleNewCodings() {
	_, err := negotiate.NewCodings("gzip", "x-gzip", "*")
	fmt.Println(err)
	// Output:
	// content coding "x-gzip" is already there as "gzip"
	// content coding "*" is no coding; name those that the resource takes
}

func ExampleCodings_Contains() {
	codings, err := negotiate.NewCodings("gzip", "zstd")
	if err != nil {
		panic(err)
	}
	fmt.Println(codings.Contains(nil))
	fmt.Println(codings.Contains([]string{"X-Gzip, zstd"}))
	fmt.Println(codings.Contains([]string{"gzip", "br"}))
	// Output:
	// true
	// true
	// false
}

func ExampleCodings_String() {
	codings, _ := negotiate.NewCodings("gzip", "zstd")
	none, _ := negotiate.NewCodings()
	fmt.Println("Accept-Encoding:", codings)
	fmt.Println("Accept-Encoding:", none)
	// Output:
	// Accept-Encoding: gzip, zstd
	// Accept-Encoding: identity
}

func ExampleCodings_List() {
	codings, _ := negotiate.NewCodings("GZIP", "zstd")
	fmt.Printf("%q\n", codings.List())
	// Output: ["gzip" "zstd"]
}

func ExampleNewMethods() {
	_, err := negotiate.NewMethods("GET", "post")
	fmt.Println(err)
	// Output: method "post" must be written "POST": the case of methods counts
}

func ExampleMethods_Contains() {
	methods, err := negotiate.NewMethods("GET", "POST")
	if err != nil {
		panic(err)
	}
	fmt.Println(methods.Contains("HEAD"), methods.Contains("OPTIONS"), methods.Contains("DELETE"))
	// Output: true true false
}

func ExampleMethods_Declares() {
	methods, _ := negotiate.NewMethods("GET", "POST")
	fmt.Println(methods.Declares("HEAD"), methods.Declares("OPTIONS"))
	// Output: true false
}

func ExampleMethods_Allow() {
	methods, _ := negotiate.NewMethods("GET", "POST")
	fmt.Println("Allow:", methods.Allow())
	// Output: Allow: GET, HEAD, POST, OPTIONS
}

func ExampleMethods_List() {
	methods, _ := negotiate.NewMethods("PUT", "GET")
	fmt.Printf("%q\n", methods.List())
	// Output: ["PUT" "GET" "HEAD" "OPTIONS"]
}

func ExampleResources_Add() {
	var resources negotiate.Resources[int]
	fmt.Println(resources.Add("/orders/{id}", 1))
	fmt.Println(resources.Add("/Orders/{number}", 2))
	fmt.Println(resources.Add("/orders/*", 3))
	// Output:
	// <nil>
	// path template "/Orders/{number}" matches the same paths as "/orders/{id}"
	// path template "/orders/*" has "*"; write a variable, {name...} for the rest, or %2A for the character
}

func ExampleResources_Match() {
	var resources negotiate.Resources[string]
	for _, template := range []string{"/orders", "/orders/{id}", "/reports/{name}.json", "/files/{path...}"} {
		if err := resources.Add(template, template); err != nil {
			panic(err)
		}
	}
	for _, path := range []string{"/orders", "/Orders//17", "/reports/may.json", "/files/a/b", "/files", "/orders/1/x"} {
		template, ok := resources.Match(path)
		fmt.Printf("%s: %q %t\n", path, template, ok)
	}
	// Output:
	// /orders: "/orders" true
	// /Orders//17: "/orders/{id}" true
	// /reports/may.json: "/reports/{name}.json" true
	// /files/a/b: "/files/{path...}" true
	// /files: "" false
	// /orders/1/x: "" false
}

func ExampleResources_Len() {
	var resources negotiate.Resources[int]
	fmt.Println(resources.Add("/orders", 1), resources.Len())
	// Output: <nil> 1
}
