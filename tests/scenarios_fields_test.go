package tests

import (
	"strings"
	"testing"
)

// A field that says nothing, or that no client can read, is as good as none. The
// field and the member of the problem agree.
func TestOwedFieldsThatSayNothingAreMissing(t *testing.T) {
	table := []scenario{
		{
			name: "a challenge that is empty", behind: answers(401, "{}", asJSON, "WWW-Authenticate: "),
			want: gets(401, "{}", asJSON, "WWW-Authenticate: Bearer"),
		},
		{
			name: "an Accept that is empty", options: "consumes application/json", behind: answers(415, "{}", asJSON, "Accept: "),
			want: gets(415, "{}", asJSON, "Accept: application/json"),
		},
		{
			name: "an Allow that is empty", options: "methods GET", behind: answers(405, "{}", asJSON, "Allow: "),
			want: gets(405, "{}", asJSON, "Allow: GET, HEAD, OPTIONS"),
		},
		{
			name: "a Retry-After of which the member of a problem knows more", only: "get",
			behind: answers(503, `{"title":"Down","status":503,"retry_after":9}`, asProblem, "Retry-After: soon"),
			want:   gets(503, `{"title":"Down","status":503,"retry_after":5}`+"\n", asProblem, "Retry-After: 5"),
		},
		{
			name: "a Retry-After beside another member", only: "get",
			behind: answers(503, `{"title":"Down","status":503,"retry_after":9}`, asProblem, "Retry-After: 30"),
			want:   gets(503, `{"title":"Down","status":503,"retry_after":30}`+"\n", asProblem, "Retry-After: 30"),
		},
		{
			name: "a Retry-After that is a date, beside a member", only: "get",
			behind: answers(503, `{"title":"Down","status":503,"retry_after":9}`, asProblem, "Retry-After: Fri, 31 Dec 2100 23:59:59 GMT"),
			want:   gets(503, `{"title":"Down","status":503}`+"\n", asProblem, "Retry-After: Fri, 31 Dec 2100 23:59:59 GMT"),
		},
		{
			name: "a Retry-After of a client's error", only: "get",
			behind: answers(409, `{"title":"Busy","status":409,"retry_after":9}`, asProblem, "Retry-After: 30"),
			want:   gets(400, `{"title":"Busy","status":400,"retry_after":30}`, asProblem, after(409), "Retry-After: 30"),
		},
	}
	for _, value := range []string{"", "0.493", "2026-11-28T10:00:00Z", "120 seconds", "-1", "soon", strings.Repeat("9", 30)} {
		table = append(table, scenario{
			name: "Retry-After: " + value, behind: answers(503, "busy", asText, "Retry-After: "+value),
			want: explains(503, `,"retry_after":5`, "Retry-After: 5"),
		})
	}
	runScenarios(t, table)
}

// An error made of a success is kept by no cache, whatever was said of the success
// and to which cache (RFC 9213).
func TestAnErrorMadeOfASuccessIsNotCached(t *testing.T) {
	fresh := []string{
		asJSON, "Cache-Control: max-age=60", "CDN-Cache-Control: max-age=600", "Cloudflare-CDN-Cache-Control: max-age=600",
		"Example-Cache-Control: max-age=1", "X-Accel-Expires: 600", "Surrogate-Control: max-age=9", "Expires: Fri, 31 Dec 2100 23:59:59 GMT", "ETag: \"1\"",
	}
	runScenarios(t, []scenario{
		{
			name: "an error", options: "map 200 500 when json /failed", behind: answers(200, `{"failed":true}`, fresh...), only: "get",
			want: explains(500, "", after(200), notStored),
		},
		{
			name: "a success", options: "map 200 500 when json /failed", behind: answers(200, `{"failed":false}`, fresh...), only: "get",
			want: gets(200, `{"failed":false}`, fresh...),
		},
		{
			name: "a part that nobody asked for is no whole",
			behind: answers(206, "hello", asText, "Content-Range: bytes 0-4/9", "ETag: \"1\"", "Last-Modified: Fri, 31 Dec 1999 23:59:59 GMT",
				"Content-Digest: x", "Repr-Digest: x", "Cache-Control: max-age=60", "CDN-Cache-Control: max-age=60"),
			want: gets(200, "hello", asText, after(206), notStored),
		},
	})
}

// What was made of a body's bytes goes with them: digests, dictionaries, signatures.
func TestWhatWasMadeOfABodyGoesWithIt(t *testing.T) {
	made := []string{
		"Unencoded-Digest: x", "Use-As-Dictionary: match=\"/*\"", "Signature: a=:x:", "Signature-Input: a=()", "Content-Digest: x", "Repr-Digest: x", "Digest: x",
	}
	runScenarios(t, []scenario{
		{name: "a body that is replaced", behind: answers(404, "<h1>no</h1>", append(made, asHTML)...), want: explains(404, "")},
		{
			name: "one that is mended", only: "get", behind: answers(404, `{"title":"a","status":410}`, append(made, asProblem)...),
			want: gets(404, `{"title":"a","status":404}`, asProblem),
		},
		{name: "one that passes", behind: answers(404, "{}", append(made, asJSON)...), want: gets(404, "{}", append(made, asJSON)...)},
	})
}

// The answer varies by Accept wherever Accept could have decided, and nowhere else.
func TestTheAnswerVariesWhereAcceptDecides(t *testing.T) {
	const page, json = "map 2xx 500 when html_page", "produces application/json"
	vary := "Vary: Accept"
	runScenarios(t, []scenario{
		{name: "a page", options: page, behind: answers(200, "<p>", asHTML), only: "get", want: gets(200, "<p>", asHTML, vary)},
		{name: "a page under another label", options: page, behind: answers(200, "<!DOCTYPE html>", asText), only: "get", want: gets(200, "<!DOCTYPE html>", asText, vary)},
		{name: "JSON", options: page, behind: answers(200, "{}", asJSON), only: "get", want: gets(200, "{}", asJSON)},
		{name: "a redirect with a page", options: page, behind: answers(301, "<p>", asHTML, "Location: /x"), want: gets(301, "<p>", asHTML, "Location: /x")},
		{name: "204", options: page, behind: answers(204, "", asHTML), want: gets(204, "", asHTML)},
		{name: "304 as its 200", options: page, behind: answers(304, "", asHTML), only: "direct h2", want: gets(304, "", asHTML, vary)},
		{
			name: "206 as its 200", options: page, behind: answers(206, "<p>", asHTML, "Content-Range: bytes 0-2/9"), request: []string{"Range", "bytes=0-2"}, only: "get",
			want: gets(206, "<p>", asHTML, "Content-Range: bytes 0-2/9", vary),
		},
		{name: "200 with representations", options: json, behind: answers(200, "{}", asJSON), want: gets(200, "{}", asJSON, vary)},
		{name: "204 with representations", options: json, behind: answers(204, ""), want: gets(204, "")},
		{name: "304 with representations", options: json, behind: answers(304, "", "ETag: \"1\""), want: gets(304, "", "ETag: \"1\"", vary)},
		{name: "301 with representations", options: json, behind: answers(301, "", asJSON, "Location: /x"), want: gets(301, "", asJSON, "Location: /x")},
		{name: "a Vary of the backend's", options: json, behind: answers(200, "{}", asJSON, "Vary: Cookie, accept"), want: gets(200, "{}", asJSON, "Vary: Cookie, accept")},
	})
}

// QUERY is safe and has content.
func TestQUERY(t *testing.T) {
	const options = "consumes application/sql\nproduces application/json"
	const noType = "detail This resource does not take the media type of the request content, or it has none.|"
	query := []string{"Content-Type", "application/sql", "Accept", "application/json"}
	runScenarios(t, []scenario{
		{
			name: "a media type that is not taken", options: options, method: "QUERY", content: "x", request: []string{"Content-Type", "text/plain"}, only: "direct h2",
			behind: answers(200, "", asJSON),
			want:   explains(415, noType+`,"accepted":["application/sql"]`, "Accept: application/sql", "Accept-Query: application/sql", refused),
		},
		{
			name: "its answer is held against Accept", options: options, method: "QUERY", content: "x", request: query,
			behind: reads(answers(200, "<p>", asHTML)), want: explains(406, `,"available":["application/json"]`, after(200), notStored),
		},
		{
			name: "and passes where it is accepted", options: options, method: "QUERY", content: "x", request: query,
			behind: reads(answers(200, "{}", asJSON)), want: gets(200, "{}", asJSON, "Vary: Accept"),
		},
		{
			name: "an outcome that nobody knows may be asked for again", method: "QUERY", content: "x", request: query,
			behind: reads(answers(504, "", asJSON)), want: explains(503, `,"retry_after":5`, after(504), "Retry-After: 5"),
		},
	})
}

// An outcome that nobody knows is no 503 to a method that is not idempotent.
func TestAnUnknownOutcome(t *testing.T) {
	const detail = "detail The outcome is unknown: the server behind this gateway may have done what the request asks for.|"
	var table []scenario
	for _, status := range []int{502, 504, 520, 524, 598, 599} {
		for _, method := range []string{"POST", "PATCH", "BREW"} {
			table = append(table, scenario{
				name: method + " " + after(status), method: method, request: []string{"Idempotency-Key", "1"},
				behind: answers(status, "", asJSON, "Retry-After: 9"), want: explains(500, detail, after(status)),
			})
		}
		table = append(table, scenario{
			name: "PUT " + after(status), method: "PUT", behind: answers(status, "", asJSON, "Retry-After: 9"),
			want: explains(503, `,"retry_after":9`, after(status), "Retry-After: 9"),
		})
	}
	runScenarios(t, append(table, []scenario{
		{name: "map wins", options: "map 504 503", method: "POST", behind: answers(504, "", asJSON), want: explains(503, `,"retry_after":5`, after(504), "Retry-After: 5")},
		{name: "allow wins", options: "allow 504", method: "POST", behind: answers(504, "x", asText, "Retry-After: 9"), want: gets(504, "x", asText, "Retry-After: 9")},
		{name: "the backend's own 503", method: "POST", behind: answers(503, "", asJSON, "Retry-After: 9"), want: explains(503, `,"retry_after":9`, "Retry-After: 9")},
		{name: "its 429", method: "POST", behind: answers(429, "", asJSON, "Retry-After: 9"), want: explains(503, `,"retry_after":9`, after(429), "Retry-After: 9")},
		{
			name: "a problem of the backend's loses its retry_after", method: "POST", only: "get",
			behind: answers(504, `{"title":"Late","status":504,"retry_after":9}`, asProblem, "Retry-After: 9"),
			want:   gets(500, `{"title":"Late","status":500}`+"\n", asProblem, after(504)),
		},
	}...))
}

// A Location on the backend's host tells where the backend is: it goes from every
// 5xx, and from its problems too. Others get back what the backend does not know.
func TestLocationsOfABackend(t *testing.T) {
	const prefixed = "location {\n\tprefix /api\n}"
	const taken = "uri strip_prefix /app"
	runScenarios(t, []scenario{
		{name: "a 500", behind: atHome(500, "/x", "oops"), only: "proxy", want: explains(500, "")},
		{
			name: "a problem of a 500 that is kept", only: "proxy get",
			behind: atHomeWith(500, `{"title":"Oops","status":500}`, "/x", asProblem),
			want:   gets(500, `{"title":"Oops","status":500}`+"\n", asProblem),
		},
		{
			name: "a fault that is kept", only: "proxy get", behind: atHomeWith(500, soap11Fault, "/x", asXML), want: gets(500, soap11Fault, asXML),
		},
		{
			name: "a page of a 500 that is kept", options: "problems {\n\tbodies keep\n}", only: "proxy", behind: atHomeWith(500, "oops", "/x", asText),
			want: gets(500, "oops", asText),
		},
		{
			name: "a prefix that was declared", options: prefixed, behind: answers(302, "", "Location: /login"), want: gets(302, "", "Location: /api/login"),
		},
		{
			name: "one that is there already", options: prefixed, behind: answers(302, "", "Location: /api/login"), want: gets(302, "", "Location: /api/login"),
		},
		{
			name: "on the backend's host", options: prefixed, behind: atHome(302, "/login", "x"), only: "proxy",
			want: gets(302, "x", asText, "Location: http://{host}/api/login"),
		},
		{
			name: "another host", options: prefixed, behind: answers(302, "", "Location: https://login.example/a"), want: gets(302, "", "Location: https://login.example/a"),
		},
		{
			name: "a prefix that was taken away", site: "route {\n\t" + taken + "\n}", path: "/app/thing", behind: answers(302, "", "Location: /login"),
			want: gets(302, "", "Location: /app/login"),
		},
		{
			name: "nothing was taken away", site: "route {\n\t" + taken + "\n}", path: "/thing", behind: answers(302, "", "Location: /login"),
			want: gets(302, "", "Location: /login"),
		},
	})
}
