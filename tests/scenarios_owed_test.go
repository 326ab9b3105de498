package tests

import (
	"net"
	"net/http"
	"testing"
)

func TestWhatAStatusOwesIsMadeUpFor(t *testing.T) {
	const templates = "location {\n\tcreated /orders/{http.response.header.X-Id}\n\taccepted /jobs/{http.response.header.X-Job}?for={http.request.uri.path}\n}"
	const declared = "methods GET POST PUT PATCH DELETE\nconsumes application/json text/*\ncodings gzip\nchallenge `Basic realm=\"{http.request.uri.path}\"`\nretry_after 90s 90s"
	const asXML = "Content-Type: application/xml"
	post := func(c scenario) scenario {
		c.method, c.content, c.request = "POST", "{}", append(c.request, "Content-Type", "application/json")
		c.behind = reads(c.behind)
		return c
	}
	runScenarios(t, []scenario{
		{
			name:   "201 with Location passes",
			behind: answers(201, "{}", asJSON, "Location: /orders/7"),
			want:   gets(201, "{}", asJSON, "Location: /orders/7"),
		},
		{
			name:   "201 without Location stays a 201",
			behind: answers(201, "{}", asJSON),
			want:   gets(201, "{}", asJSON),
		},
		{
			name:   "201 with an empty Location stays a 201, without it",
			behind: answers(201, "{}", asJSON, "Location: "),
			want:   gets(201, "{}", asJSON),
		},
		{
			name: "201 without Location is a 200 where the contract is strict", options: "contract strict",
			behind: answers(201, "{}", asJSON),
			want:   gets(200, "{}", asJSON, after(201)),
		},
		{
			name: "201 to MKCOL is at the target", method: "MKCOL", path: "/dav/new",
			behind: answers(201, "", asJSON),
			want:   gets(201, "", asJSON, "Location: /dav/new"),
		},
		{
			name:   "201 takes its Location from Content-Location",
			behind: answers(201, "{}", asJSON, "Content-Location: /orders/8"),
			want:   gets(201, "{}", asJSON, "Content-Location: /orders/8", "Location: /orders/8"),
		},
		{
			name: "201 to PUT is at the target", method: "PUT", path: "/orders/9?x=y", content: "{}",
			behind: reads(answers(201, "", asJSON)),
			want:   gets(201, "", asJSON, "Location: /orders/9?x=y"),
		},
		{
			name: "201 to PUT with an empty Location is at the target", method: "PUT", path: "/orders/9", content: "{}",
			behind: reads(answers(201, "", asJSON, "Location: ")),
			want:   gets(201, "", asJSON, "Location: /orders/9"),
		},
		{
			name: "201 to PUT is at the target that the client asked for, not where it was rewritten to", method: "PUT", path: "/orders/9", content: "{}",
			site:   "rewrite * /legacy.php?id=9",
			behind: reads(answers(201, "", asJSON)),
			want:   gets(201, "", asJSON, "Location: /orders/9"),
		},
		{
			name: "201 without Location passes where the registered pass", options: "contract registered",
			behind: answers(201, "{}", asJSON),
			want:   gets(201, "{}", asJSON),
		},
		{
			name: "201 takes its Location from the template", options: templates,
			behind: answers(201, "{}", asJSON, "X-Id: 4 2\u00fc"),
			want:   gets(201, "{}", asJSON, "X-Id: 4 2\u00fc", "Location: /orders/4%202%C3%BC"),
		},
		{
			name: "201 keeps its own Location before the template", options: templates,
			behind: answers(201, "{}", asJSON, "X-Id: 42", "Location: /o/1"),
			want:   gets(201, "{}", asJSON, "X-Id: 42", "Location: /o/1"),
		},
		{
			name: "201 skips a template with a hole", options: templates,
			behind: answers(201, "{}", asJSON, "Content-Location: /o/2"),
			want:   gets(201, "{}", asJSON, "Content-Location: /o/2", "Location: /o/2"),
		},
		{
			name:   "202 with Location passes",
			behind: answers(202, "", "Location: /jobs/1"),
			want:   gets(202, "", "Location: /jobs/1"),
		},
		{
			name:   "202 without Location passes",
			behind: answers(202, ""),
			want:   gets(202, ""),
		},
		{
			name: "202 takes its Location from the template", options: templates, path: "/import",
			behind: answers(202, "", "X-Job: 12"),
			want:   gets(202, "", "X-Job: 12", "Location: /jobs/12?for=/import"),
		},
		{
			name:   "401 keeps its challenges",
			behind: answers(401, "{}", asJSON, "WWW-Authenticate: Negotiate", "WWW-Authenticate: NTLM"),
			want:   gets(401, "{}", asJSON, "WWW-Authenticate: Negotiate", "WWW-Authenticate: NTLM"),
		},
		{
			name:   "401 gets a challenge",
			behind: answers(401, "{}", asJSON),
			want:   gets(401, "{}", asJSON, "WWW-Authenticate: Bearer"),
		},
		{
			name:   "407 becomes a 401 with a challenge",
			behind: answers(407, "{}", asJSON, "Proxy-Authenticate: Basic"),
			only:   "direct", // Proxy-Authenticate is for a single hop
			want:   gets(401, "{}", asJSON, "Proxy-Authenticate: Basic", "WWW-Authenticate: Bearer", after(407)),
		},
		{
			name: "401 gets the configured challenge", options: declared, path: "/a",
			behind: answers(401, "", asJSON),
			want:   explains(401, "", `WWW-Authenticate: Basic realm="/a"`),
		},
		{
			name:   "405 keeps its Allow",
			behind: answers(405, "", "Allow: GET, HEAD"),
			want:   explains(405, `,"allowed":["GET","HEAD"]`, "Allow: GET, HEAD"),
		},
		{
			name:   "405 without Allow where nothing is declared",
			behind: answers(405, ""),
			want:   explains(405, ""),
		},
		{
			name: "405 gets the declared methods", options: declared,
			behind: answers(405, ""),
			want:   explains(405, `,"allowed":["GET","HEAD","POST","PUT","PATCH","DELETE","OPTIONS"]`, "Allow: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"),
		},
		{
			name: "501 becomes a 405 with the declared methods", options: declared,
			behind: answers(501, "no such method", asHTML),
			want: explains(405, `,"allowed":["GET","HEAD","POST","PUT","PATCH","DELETE","OPTIONS"]`,
				"Allow: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS", after(501)),
		},
		{
			name:   "503 keeps its Retry-After",
			behind: answers(503, "busy", asHTML, "Retry-After: 120"),
			want:   explains(503, `,"retry_after":120`, "Retry-After: 120"),
		},
		{
			name:   "503 keeps its Retry-After that is a date",
			behind: answers(503, "busy", asHTML, "Retry-After: Fri, 31 Dec 2100 23:59:59 GMT"),
			want:   explains(503, "", "Retry-After: Fri, 31 Dec 2100 23:59:59 GMT"),
		},
		{
			name: "503 gets the configured Retry-After", options: declared,
			behind: answers(503, "busy", asHTML),
			want:   explains(503, `,"retry_after":90`, "Retry-After: 90"), // 90s 90s
		},
		{
			name:   "429 keeps its Retry-After",
			behind: answers(429, "slow down", asHTML, "Retry-After: 30"),
			want:   explains(503, `,"retry_after":30`, "Retry-After: 30", after(429)),
		},
		{
			name:   "406 of the backend varies by Accept",
			behind: answers(406, "", "Vary: Cookie"),
			want:   withoutVary(explains(406, "", "Vary: Cookie", "Vary: Accept")),
		},
		{
			name:   "415 of the backend, where nothing is declared",
			behind: answers(415, ""),
			want:   explains(415, ""),
		},
		post(scenario{
			name: "415 of the backend to POST", options: declared,
			behind: answers(415, ""),
			want:   explains(415, `,"accepted":["application/json","text/*"]`, "Accept: application/json, text/*", "Accept-Post: application/json, text/*"),
		}),
		{
			name: "415 of the backend to PATCH", options: declared, method: "PATCH", content: "{}", request: []string{"Content-Type", "application/json"},
			behind: reads(answers(415, "")),
			want:   explains(415, `,"accepted":["application/json","text/*"]`, "Accept: application/json, text/*", "Accept-Patch: application/json, text/*"),
		},
		post(scenario{
			name: "415 of the backend that tells what it takes", options: declared,
			behind: answers(415, "", "Accept: application/xml"),
			want:   explains(415, `,"accepted":["application/json","text/*"]`, "Accept: application/xml"),
		}),
		{
			name: "what passes is owed nothing of another status", options: declared,
			behind: answers(200, "<a/>", asXML),
			want:   gets(200, "<a/>", asXML),
		},
		{
			name: "Proxy-Status may be left out", options: "proxy_status off",
			behind: answers(520, "origin", asHTML, "Proxy-Status: cdn; error=dns_error"),
			want:   explains(503, `,"retry_after":5`, "Retry-After: 5", "Proxy-Status: cdn; error=dns_error"),
		},
		{
			name: "Proxy-Status is added to what proxies behind said, under the gate's name", options: "name `edge gate`",
			behind: answers(520, "origin", asHTML, "Proxy-Status: cdn; error=dns_error"),
			want: explains(503, `,"retry_after":5`, "Retry-After: 5", "Proxy-Status: cdn; error=dns_error",
				`Proxy-Status: "edge gate"; received-status=520`),
		},
	})
}

// reads is a backend that reads the request's content before it answers.
func reads(b backend) backend {
	return func(w http.ResponseWriter, r *http.Request) error {
		readAll(r)
		return b(w, r)
	}
}

func withoutVary(w want) want {
	w.fields = append(w.fields[:1:1], w.fields[2:]...)
	return w
}

// atHome answers with a Location on the backend's own host.
func atHome(status int, path, body string) backend { return atHomeWith(status, body, path, asText) }

// atHomeWith is the same with other fields.
func atHomeWith(status int, body, path string, fields ...string) backend {
	return func(w http.ResponseWriter, r *http.Request) error {
		addr := r.Context().Value(http.LocalAddrContextKey).(net.Addr).String()
		return answers(status, body, append([]string{"Location: http://" + addr + path}, fields...)...)(w, r)
	}
}

func TestALocationOnTheBackendsHostLeadsBackToTheGateway(t *testing.T) {
	runScenarios(t, []scenario{
		{
			name: "a redirect", only: "proxy",
			behind: atHome(302, "/login?next=%2F", "x"),
			want:   gets(302, "x", asText, "Location: http://{host}/login?next=%2F"),
		},
		{
			name: "a created resource", only: "proxy",
			behind: atHome(201, "/orders/1", "x"),
			want:   gets(201, "x", asText, "Location: http://{host}/orders/1"),
		},
		{
			name:   "another host",
			behind: answers(302, "", asText, "Location: https://login.example/"),
			want:   gets(302, "", asText, "Location: https://login.example/"),
		},
		{
			name: "an allowed redirect stays as it is", options: "allow 201", only: "proxy",
			behind: answers(201, "", asText, "Location: http://backend/"),
			want:   gets(201, "", asText, "Location: http://backend/"),
		},
		{
			name: "a client's X-Forwarded-Host is not believed", only: "proxy",
			request: []string{"X-Forwarded-Host", "evil.example", "X-Forwarded-Proto", "https"},
			behind:  atHome(302, "/", "x"),
			want:    gets(302, "x", asText, "Location: http://{host}/"),
		},
	})
}
