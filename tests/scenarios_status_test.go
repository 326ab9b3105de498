package tests

import (
	"errors"
	"net/http"
	"testing"

	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
)

// notStored is what an error says that stands for something else: no cache is
// to keep it under the terms of that.
const notStored = "Cache-Control: no-store"

const (
	asText = "Content-Type: text/plain; charset=utf-8"
	asHTML = "Content-Type: text/html; charset=utf-8"
	asJSON = "Content-Type: application/json"
)

func TestStatusesLeaveAsTheContractSays(t *testing.T) {
	runScenarios(t, []scenario{
		{
			name:   "a plain 200 passes",
			behind: answers(200, "hello", asText, "ETag: \"1\"", "X-Unheard-Of: y", "Set-Cookie: a=b", "Set-Cookie: c=d"),
			want:   gets(200, "hello", asText, "ETag: \"1\"", "X-Unheard-Of: y", "Set-Cookie: a=b", "Set-Cookie: c=d"),
		},
		{
			name:   "a 200 of unknown length passes",
			behind: streams(200, []string{"hel", "lo"}, asText),
			want:   want{status: 200, body: "hello", fields: []string{asText}, chunked: true},
		},
		{
			name:   "an empty 200 passes",
			behind: answers(200, "", asText),
			want:   gets(200, "", asText),
		},
		{
			name:   "a handler that writes nothing answers an empty 200",
			behind: func(http.ResponseWriter, *http.Request) error { return nil },
			only:   "direct get", // net/http does not count for HEAD
			want:   gets(200, ""),
		},
		{
			name:   "418 with a page becomes 400",
			behind: answers(418, "<h1>teapot</h1>", asHTML),
			want:   explains(400, "", after(418)),
		},
		{
			name:   "520 becomes 503",
			behind: answers(520, "origin error", asText),
			want:   explains(503, `,"retry_after":5`, after(520), "Retry-After: 5"),
		},
		{
			name:   "999 becomes 403",
			behind: answers(999, "denied", asHTML),
			want:   explains(403, "", after(999)),
		},
		{
			name:   "a status that nobody knows goes by its class",
			behind: answers(467, "huh", asHTML),
			want:   explains(400, "", after(467)),
		},
		{
			name:   "a status that nobody knows in a class that there is not becomes 500",
			behind: answers(777, "huh", asText),
			want:   explains(500, "", after(777)),
		},
		{
			name:   "an unknown success becomes 200 and keeps its body",
			behind: answers(299, "{}", asJSON, "ETag: \"7\""),
			want:   gets(200, "{}", asJSON, "ETag: \"7\"", after(299)),
		},
		{
			name:   "207 becomes 200",
			behind: answers(207, "<multistatus/>", "Content-Type: application/xml"),
			want:   gets(200, "<multistatus/>", "Content-Type: application/xml", after(207)),
		},
		{
			name:    "207 passes where the registered pass",
			options: "contract registered",
			behind:  answers(207, "<multistatus/>", "Content-Type: application/xml"),
			want:    gets(207, "<multistatus/>", "Content-Type: application/xml"),
		},
		{
			name:    "409 passes where the registered pass",
			options: "contract registered",
			behind:  answers(409, "{}", asJSON),
			want:    gets(409, "{}", asJSON),
		},
		{
			name:   "204 passes",
			behind: answers(204, "", "X-A: 1"),
			want:   gets(204, "", "X-A: 1"),
		},
		{
			name:    "204 becomes an empty 200 in the strict contract",
			options: "contract strict",
			behind:  answers(204, "", "X-A: 1"),
			want:    gets(200, "", "X-A: 1", after(204)),
		},
		{
			name:   "304 passes",
			behind: answers(304, "", "ETag: \"1\""),
			want:   gets(304, "", "ETag: \"1\""),
		},
		{
			name:    "304 passes in the strict contract",
			options: "contract strict",
			behind:  answers(304, "", "ETag: \"1\""),
			want:    gets(304, "", "ETag: \"1\""),
		},
		{
			name:    "206 passes to a request with Range",
			options: "contract strict",
			behind:  answers(206, "ell", asText, "Content-Range: bytes 1-3/5", "Accept-Ranges: bytes"),
			request: []string{"Range", "bytes=1-3"},
			want:    gets(206, "ell", asText, "Content-Range: bytes 1-3/5", "Accept-Ranges: bytes"),
		},
		{
			name:   "206 that nobody asked for becomes 200",
			behind: answers(206, "hello", asText, "Content-Range: bytes 0-4/5"),
			want:   gets(200, "hello", asText, after(206), notStored),
		},
		{
			name:   "a redirect passes",
			behind: answers(302, "moved", asHTML, "Location: /elsewhere"),
			want:   gets(302, "moved", asHTML, "Location: /elsewhere"),
		},
		{
			name:    "a redirect becomes 500 in the strict contract",
			options: "contract strict",
			behind:  answers(302, "moved", asHTML, "Location: /elsewhere"),
			want:    explains(500, "", after(302), notStored),
		},
		{
			name:   "300 becomes 500",
			behind: answers(300, "choose", asText),
			want:   explains(500, "", after(300), notStored),
		},
		{
			name:   "103 before 502 passes, 502 becomes 503",
			behind: early(103, answers(502, "bad gateway", asHTML)),
			want:   early103(explains(503, `,"retry_after":5`, after(502), "Retry-After: 5")),
			only:   "direct get",
		},
		{
			name:   "103 before 200 passes",
			behind: early(103, answers(200, "ok", asText)),
			want:   early103(gets(200, "ok", asText)),
			only:   "get",
		},
		{
			name: "only the first status counts",
			behind: func(w http.ResponseWriter, r *http.Request) error {
				setFields(w, []string{asHTML})
				w.WriteHeader(410)
				w.WriteHeader(200)
				w.WriteHeader(103)
				_, err := w.Write([]byte("gone"))
				return err
			},
			only: "direct",
			want: explains(404, "", after(410)),
		},
		{
			name:    "an allowed status passes unchanged, page and all",
			options: "allow 520 404",
			behind:  answers(520, "<h1>origin</h1>", asHTML, "ETag: \"1\""),
			want:    gets(520, "<h1>origin</h1>", asHTML, "ETag: \"1\""),
		},
		{
			name:    "an allowed 404 keeps its page and an empty one stays empty",
			options: "allow 520 404",
			behind:  answers(404, "", asHTML),
			want:    gets(404, "", asHTML),
		},
		{
			name:    "an allowed 401 is owed nothing",
			options: "allow 401",
			behind:  answers(401, "log in", asHTML),
			want:    gets(401, "log in", asHTML),
		},
	})
}

func early(status int, final backend) backend {
	return func(w http.ResponseWriter, r *http.Request) error {
		w.Header().Set("Link", "</style.css>; rel=preload")
		w.WriteHeader(status)
		w.Header().Del("Link")
		return final(w, r)
	}
}

func early103(w want) want {
	w.informational = []int{103}
	return w
}

func TestRulesDecideBeforeTheContract(t *testing.T) {
	options := "map 418 pass\nmap 410 401 when header X-App *login*\nmap 208 204\nmap 404 200 when header X-Empty-Result\n" +
		"map 5xx 400 when not source gateway\nmap 200 500 {\n\theader X-Failed\n\tnot header X-Failed no\n}\nmap 409 201\nmap 302 404"
	runScenarios(t, []scenario{
		{
			name: "a rule passes a status, page and all", options: options,
			behind: answers(418, "<h1>teapot</h1>", asHTML, "ETag: \"1\""),
			want:   gets(418, "<h1>teapot</h1>", asHTML, "ETag: \"1\""),
		},
		{
			name: "a rule with a condition that holds", options: options,
			behind: answers(410, "who are you", asHTML, "X-App: the login page"),
			want:   explains(401, "", after(410), "WWW-Authenticate: Bearer", "X-App: the login page"),
		},
		{
			name: "a rule with a condition that does not hold", options: options,
			behind: answers(410, "gone", asHTML, "X-App: shop"),
			want:   explains(404, "", after(410), "X-App: shop"),
		},
		{
			name: "a rule to 204 takes the body away", options: options,
			behind: answers(208, "already", asText, "ETag: \"1\"", "Set-Cookie: a=b"),
			want:   gets(204, "", after(208), "Set-Cookie: a=b"),
		},
		{
			name: "a rule to 200 keeps the body", options: options,
			behind: answers(404, "[]", asJSON, "X-Empty-Result: yes"),
			want:   gets(200, "[]", asJSON, "X-Empty-Result: yes", after(404)),
		},
		{
			name: "a rule for what the backend sent", options: options,
			behind: answers(503, "busy", asHTML, "Retry-After: 9"),
			want:   explains(400, "", after(503), "Retry-After: 9"),
		},
		{
			name: "a rule that makes an error of a success", options: options,
			behind: answers(200, "it failed", asText, "X-Failed: yes"),
			want:   explains(500, "", after(200), notStored, "X-Failed: yes"),
		},
		{
			name: "a rule whose second condition does not hold", options: options,
			behind: answers(200, "fine", asText, "X-Failed: no"),
			want:   gets(200, "fine", asText, "X-Failed: no"),
		},
		{
			name: "a rule to 201 can't make up what 201 owes", options: options,
			behind: answers(409, "exists", asText),
			want:   gets(201, "exists", asText, after(409)),
		},
		{
			name: "a rule that makes an error of a redirect", options: options,
			behind: answers(302, "", "Location: /login"),
			want:   explains(404, "", after(302), notStored, "Location: /login"),
		},
		{
			name: "a rule for the backend leaves the gateway's errors to the table", options: options,
			behind: fails(caddyhttp.Error(500, errors.New("oh"))),
			only:   "direct",
			want:   explains(500, "", notStored, "Proxy-Status: statusgate; error=proxy_internal_error"),
		},
	})
}
