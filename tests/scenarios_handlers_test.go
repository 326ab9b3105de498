package tests

import (
	"errors"
	"fmt"
	"net/http"
	"testing"

	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
)

func TestErrorsOfHandlersAreAnswered(t *testing.T) {
	failed := func(status int, proxyError string, want want) scenario {
		want.fields = append(want.fields, notStored, "Proxy-Status: statusgate; error="+proxyError)
		return scenario{
			name:   fmt.Sprintf("an error with status %d", status),
			behind: fails(caddyhttp.Error(status, errors.New("secret cause"))),
			only:   "direct",
			want:   want,
		}
	}
	const again = `,"retry_after":5`
	runScenarios(t, []scenario{
		failed(400, "http_request_error", explains(400, "")),
		failed(401, "http_request_denied", explains(401, "", "WWW-Authenticate: Bearer")),
		failed(403, "http_request_denied", explains(403, "")),
		failed(404, "http_request_error", explains(404, "")),
		failed(413, "http_request_error", explains(400, "")),
		failed(500, "proxy_internal_error", explains(500, "")),
		failed(502, "destination_unavailable", explains(503, "detail The server behind this gateway cannot be reached.|"+again, "Retry-After: 5")),
		failed(503, "destination_unavailable", explains(503, "detail The server behind this gateway cannot be reached.|"+again, "Retry-After: 5")),
		failed(504, "http_response_timeout", explains(503, "detail The server behind this gateway did not answer in time.|"+again, "Retry-After: 5")),
		{
			name:   "an error with status 429 keeps its Retry-After and other fields, and none of a body",
			behind: fails(caddyhttp.Error(429, nil), "Retry-After: 30", "X-RateLimit-Limit: 1", "Set-Cookie: a=b", asJSON, "Content-Length: 7", "ETag: \"1\""),
			only:   "direct",
			want: explains(503, `,"retry_after":30`, "Retry-After: 30", "X-RateLimit-Limit: 1", "Set-Cookie: a=b", notStored,
				"Proxy-Status: statusgate; error=http_request_denied"),
		},
		{
			name:   "an error with a status, wrapped in another error",
			behind: fails(fmt.Errorf("while at work: %w", caddyhttp.Error(404, errors.New("no file")))),
			only:   "direct",
			want:   explains(404, "", notStored, "Proxy-Status: statusgate; error=http_request_error"),
		},
		{
			name:   "an error without a status",
			behind: fails(errors.New("oh")),
			only:   "direct",
			want:   explains(500, "", notStored, "Proxy-Status: statusgate; error=proxy_internal_error"),
		},
		{
			name: "an error after a body that was replaced is not a second answer",
			behind: func(w http.ResponseWriter, r *http.Request) error {
				_ = answers(500, "stack trace", asHTML)(w, r)
				return caddyhttp.Error(502, errors.New("and then"))
			},
			only: "direct",
			want: explains(500, ""),
		},
		{
			name: "an error while a body is held",
			behind: func(w http.ResponseWriter, r *http.Request) error {
				setFields(w, []string{"Content-Type: application/problem+json"})
				w.WriteHeader(404)
				_, _ = w.Write([]byte(`{"title":`))
				return caddyhttp.Error(502, errors.New("broke off"))
			},
			only: "direct get",
			want: explains(503, "detail The server behind this gateway cannot be reached."+"|"+again, "Retry-After: 5", notStored,
				"Proxy-Status: statusgate; error=destination_unavailable"),
		},
		{
			name:   "an abort before anything was sent",
			behind: func(http.ResponseWriter, *http.Request) error { panic(http.ErrAbortHandler) },
			only:   "direct",
			want:   incomplete(notStored),
		},
		{
			name: "an abort while a body is held",
			behind: func(w http.ResponseWriter, r *http.Request) error {
				setFields(w, []string{"Content-Type: application/problem+json", "ETag: \"1\""})
				w.WriteHeader(404)
				_, _ = w.Write([]byte(`{"title":`))
				_ = http.NewResponseController(w).Flush()
				panic(http.ErrAbortHandler)
			},
			only: "direct get",
			want: explains(404, ""),
		},
		{
			name: "an abort before the body of an error came: the status is known",
			behind: func(w http.ResponseWriter, r *http.Request) error {
				setFields(w, []string{asJSON})
				w.WriteHeader(404)
				_ = http.NewResponseController(w).Flush()
				panic(http.ErrAbortHandler)
			},
			only: "direct get",
			want: explains(404, ""),
		},
		{
			name: "an abort after a body that was replaced",
			behind: func(w http.ResponseWriter, r *http.Request) error {
				_ = answers(520, "origin", asHTML)(w, r)
				panic(http.ErrAbortHandler)
			},
			only: "direct",
			want: explains(503, again, after(520), "Retry-After: 5"),
		},
		{
			name: "a rule may make a success of an error", options: "map 404 200 when source gateway\nmap 410 204",
			behind: fails(caddyhttp.Error(404, nil), "X-A: 1", asHTML),
			only:   "direct",
			want:   gets(200, "", "X-A: 1"),
		},
		{
			name: "a rule may make an error 204", options: "map 404 200 when source gateway\nmap 410 204",
			behind: fails(caddyhttp.Error(410, nil), "X-A: 1"),
			only:   "direct",
			want:   gets(204, "", "X-A: 1"),
		},
		{
			name:   "an error with a redirect's status passes",
			behind: fails(caddyhttp.Error(302, nil), "Location: /login"),
			only:   "direct get", // Caddy's answer has no length
			want:   gets(302, "", "Location: /login"),
		},
	})
}

func incomplete(more ...string) want {
	return explains(503, `detail The server behind this gateway broke off its answer.|,"retry_after":5`,
		append(more, "Retry-After: 5", "Proxy-Status: statusgate; error=http_response_incomplete")...)
}

func TestWithProblemsOffErrorsAreForHandleErrors(t *testing.T) {
	const pages = "handle_errors {\n\trespond \"page {err.status_code} {err.message}\"\n}"
	const page = asText
	off := func(name, site string, behind backend, want want, only string) scenario {
		return scenario{name: name, options: "problems off", site: site, behind: behind, only: only, want: want}
	}
	runScenarios(t, []scenario{
		off("a backend's page stays under another status", pages, answers(520, "<h1>origin</h1>", asHTML, "ETag: \"1\""),
			gets(503, "<h1>origin</h1>", asHTML, "ETag: \"1\"", after(520), "Retry-After: 5"), ""),
		off("a backend's empty error stays empty", pages, answers(410, ""), gets(404, "", after(410)), ""),
		off("an error reaches handle_errors with the contract's status", pages, fails(caddyhttp.Error(502, errors.New("oh"))),
			gets(503, "page 503 oh", page, "Proxy-Status: statusgate; error=destination_unavailable", "Retry-After: 5", notStored), "direct"),
		off("a wrapped error reaches handle_errors with the contract's status", pages, fails(fmt.Errorf("well: %w", caddyhttp.Error(502, errors.New("oh")))),
			gets(503, "page 503 oh", page, "Proxy-Status: statusgate; error=destination_unavailable", "Retry-After: 5", notStored), "direct"),
		off("an abort reaches handle_errors", pages, func(http.ResponseWriter, *http.Request) error { panic(http.ErrAbortHandler) },
			gets(503, "page 503 net/http: abort Handler", page, "Proxy-Status: statusgate; error=http_response_incomplete", "Retry-After: 5", notStored), "direct"),
		off("without handle_errors an error is an empty answer", "", fails(caddyhttp.Error(502, errors.New("oh")), asHTML, "ETag: \"1\"", "X-A: 1"),
			gets(503, "", "Proxy-Status: statusgate; error=destination_unavailable", "Retry-After: 5", "X-A: 1", notStored), "direct get"),
		{
			name: "a rejected request reaches handle_errors", options: "problems off\nmethods GET", site: pages, method: "DELETE", only: "direct",
			want: gets(405, "page 405 Method Not Allowed", page, refused, "Allow: GET, HEAD, OPTIONS"),
		},
	})
}
