package tests

import "testing"

const declaredResources = `methods GET POST
consumes application/json
produces application/json text/csv
resource /orders {
	methods GET POST PUT
}
resource /orders/{id} {
	methods GET DELETE
	produces text/csv
}
resource /files/{path...} {
	methods GET PUT OPTIONS
	consumes */*
	produces text/plain
	codings gzip
}`

func TestRequestsAreCheckedBeforeTheBackendIsAsked(t *testing.T) {
	const strictly = declaredResources + "\nunknown_resources reject"
	const (
		noType    = "detail This resource does not take the media type of the request content, or it has none.|"
		noCoding  = "detail This resource does not decode the content coding of the request content.|"
		available = `,"available":["application/json","text/csv"]`
	)
	fine := reads(answers(200, "fine", asText))
	refuses := func(name, method, path string, request []string, content string, want want) scenario {
		want.fields = append(want.fields, refused)
		return scenario{
			name: name, options: strictly, method: method, path: path, request: request, content: content, only: "direct",
			behind: answers(999, "the backend was asked", asText), want: want,
		}
	}
	wrongAccept := []string{"Accept", "image/png"}
	wrongBoth := []string{"Accept", "image/png", "Content-Type", "text/plain"}
	runScenarios(t, []scenario{
		refuses("an unknown resource comes before everything else", "DELETE", "/nowhere", wrongBoth, "x",
			explains(404, "detail No resource has this path.|")),
		refuses("the method comes before the media type and Accept", "PATCH", "/orders", wrongBoth, "x",
			explains(405, `,"allowed":["GET","HEAD","POST","PUT","OPTIONS"]`, "Allow: GET, HEAD, POST, PUT, OPTIONS")),
		refuses("the media type comes before Accept", "PUT", "/orders", wrongBoth, "x",
			explains(415, noType+`,"accepted":["application/json"]`, "Accept: application/json")),
		refuses("Accept comes last", "PUT", "/orders", append(wrongAccept, "Content-Type", "application/json"), "{}",
			explains(406, available)),
		refuses("Accept of a GET", "GET", "/orders", wrongAccept, "", explains(406, available)),
		refuses("an unknown method", "BREW", "/orders", nil, "",
			explains(405, `,"allowed":["GET","HEAD","POST","PUT","OPTIONS"]`, "Allow: GET, HEAD, POST, PUT, OPTIONS")),
		refuses("content without a type", "POST", "/orders", nil, "{}",
			explains(415, noType+`,"accepted":["application/json"]`, "Accept: application/json", "Accept-Post: application/json")),
		refuses("content of a broken type", "POST", "/orders", []string{"Content-Type", "json"}, "{}",
			explains(415, noType+`,"accepted":["application/json"]`, "Accept: application/json", "Accept-Post: application/json")),
		refuses("a coding that is not decoded", "PUT", "/files/a/b", []string{"Content-Type", "a/b", "Content-Encoding", "br"}, "x",
			explains(415, noCoding+`,"accepted":["gzip"]`, "Accept-Encoding: gzip")),
		refuses("a resource's own methods", "POST", "/orders/7", nil, "",
			explains(405, `,"allowed":["GET","HEAD","DELETE","OPTIONS"]`, "Allow: GET, HEAD, DELETE, OPTIONS")),
		refuses("a resource's own media types", "GET", "/orders/7", []string{"Accept", "application/json"}, "",
			explains(406, `,"available":["text/csv"]`)),

		{
			name: "what is declared passes", options: strictly, method: "POST", path: "/orders", content: "{}",
			request: []string{"Content-Type", "Application/JSON; charset=utf-8", "Accept", "text/*;q=0.2, */*;q=.1"},
			behind:  fine, want: gets(200, "fine", asText),
		},
		{
			name: "no content needs no type", options: strictly, method: "POST", path: "/orders",
			behind: fine, want: gets(200, "fine", asText),
		},
		{
			name: "a resource's own ranges and codings", options: strictly, method: "PUT", path: "/files/a/b", content: "x",
			request: []string{"Content-Type", "image/png", "Content-Encoding", "gzip"},
			behind:  fine, want: gets(200, "fine", asText),
		},
		{
			name: "GET includes HEAD", options: strictly, path: "/files/a",
			behind: fine, want: gets(200, "fine", asText, "Vary: Accept"),
		},
		{
			name: "a path that nothing has takes the defaults", options: declaredResources, method: "POST", path: "/nowhere",
			behind: fine, want: gets(200, "fine", asText),
		},
		{
			name: "a path that nothing has takes the defaults' methods", options: declaredResources, method: "PUT", path: "/nowhere", only: "direct",
			behind: fine, want: explains(405, `,"allowed":["GET","HEAD","POST","OPTIONS"]`, "Allow: GET, HEAD, POST, OPTIONS", refused),
		},
		{
			name: "OPTIONS is answered by the gate", options: strictly, method: "OPTIONS", path: "/orders/7", only: "direct",
			behind: fine, want: gets(200, "", "Allow: GET, HEAD, DELETE, OPTIONS"),
		},
		{
			name: "OPTIONS that is declared goes to the backend", options: strictly, method: "OPTIONS", path: "/files/x",
			behind: answers(200, "", "Allow: GET"), want: gets(200, "", "Allow: GET"),
		},
		{
			name: "a preflight goes to the backend", options: strictly, method: "OPTIONS", path: "/orders",
			request: []string{"Origin", "https://app.example", "Access-Control-Request-Method", "PUT"},
			behind:  answers(204, "", "Access-Control-Allow-Origin: *"), want: gets(204, "", "Access-Control-Allow-Origin: *"),
		},
		{
			name: "an Origin alone is no preflight", options: strictly, method: "OPTIONS", path: "/orders", only: "direct",
			request: []string{"Origin", "https://app.example"},
			behind:  fine, want: gets(200, "", "Allow: GET, HEAD, POST, PUT, OPTIONS"),
		},
		{
			name: "a gate that checks nothing takes any method", method: "BREW", request: []string{"Accept", "image/png", "Content-Type", "x"}, content: "x",
			behind: fine, want: gets(200, "fine", asText),
		},
		{
			name: "a rejection in a browser's language", options: strictly, path: "/nowhere", only: "direct get", request: []string{"Accept", "text/plain"},
			behind: fine,
			want: gets(404, "404 Not Found\n"+"No resource has this path.\nReference: "+scenarioUUID+"\n",
				"Content-Type: text/plain; charset=utf-8", "Vary: Accept", refused),
		},
	})
}

func TestRepresentationsAreHeldAgainstAccept(t *testing.T) {
	const produces = "produces application/json text/csv\n"
	page := reads(answers(200, "<p>", asHTML, "ETag: \"1\""))
	accepts := []string{"Accept", "application/json, application/xml"}
	const available = `,"available":["application/json","text/csv"]`
	kept := gets(200, "<p>", asHTML, "ETag: \"1\"")
	runScenarios(t, []scenario{
		{
			name: "a page for a client of JSON is a 406", options: produces, request: accepts,
			behind: page, want: explains(406, available, after(200), notStored),
		},
		{
			name: "what the client accepts passes, declared or not", options: produces, request: accepts,
			behind: answers(200, "<a/>", "Content-Type: application/xml"), want: gets(200, "<a/>", "Content-Type: application/xml", "Vary: Accept"),
		},
		{
			name: "a client without Accept takes anything", options: produces,
			behind: page, want: gets(200, "<p>", asHTML, "ETag: \"1\"", "Vary: Accept"),
		},
		{
			name: "a POST has had its effect", options: produces, method: "POST", request: accepts,
			behind: page, want: kept,
		},
		{
			name: "a POST too, where all are checked", options: produces + "representations all", method: "POST", request: accepts,
			behind: page, want: explains(406, available, after(200), notStored),
		},
		{
			name: "none is checked where it is off", options: produces + "representations off", request: accepts,
			behind: page, want: kept,
		},
		{
			name: "none is checked where nothing is declared", request: accepts,
			behind: page, want: kept,
		},
		{
			name: "a GET is checked without a declaration where that is asked for", options: "representations safe", request: accepts,
			behind: page, want: explains(406, "", after(200), notStored),
		},
		{
			name: "a part is not checked", options: produces, request: append([]string{"Range", "bytes=0-2"}, accepts...),
			behind: answers(206, "<p>", asHTML, "Content-Range: bytes 0-2/9"),
			want:   gets(206, "<p>", asHTML, "Content-Range: bytes 0-2/9", "Vary: Accept"), // as its 200
		},
		{
			name: "no content is not checked", options: produces, request: accepts,
			behind: answers(200, "", asHTML), want: gets(200, "", asHTML),
		},
		{
			name: "an allowed status is not checked", options: produces + "allow 200", request: accepts,
			behind: page, want: kept,
		},
		{
			name: "a rule's status is not checked", options: produces + "map 200 202", request: accepts,
			behind: page, want: gets(202, "<p>", asHTML, "ETag: \"1\"", after(200)),
		},
	})
}
