package proxy

import (
	"fmt"
	"net/http"
	"strings"
)

// Problem is a body as large as the problems of Statusgate.
const Problem = `{"type":"about:blank","title":"Service Unavailable","status":%d,"detail":"The server behind this gateway cannot do this for now.","instance":"urn:uuid:0e5a7c0a-7d2f-4b8e-9c55-1f1f6f0f6a53","retry_after":5}`

func problem(status int) string { return fmt.Sprintf(Problem, status) }

// SixRules are rules that read bodies, as an operator may write them.
const SixRules = `map 200 auto when soap_fault
		map 200 auto when jsonrpc_error
		map 200 auto when graphql_errors
		map 200 400 when json /ok false
		map 200 404 when json /error/code 404 NOT_FOUND
		map 200 500 when html_page`

// Ours is Caddy with Statusgate, whose block has these options, a line each.
func Ours(name, options string) Proxy {
	gate := "statusgate"
	if options != "" {
		gate = "statusgate {\n\t\t" + strings.TrimSpace(options) + "\n\t}"
	}
	return Proxy{Name: name, Kind: Gateway, Directives: gate + "\n\treverse_proxy BACKEND"}
}

// NoGate is the binary of ours without the directive.
func NoGate(name string) Proxy {
	return Proxy{Name: name, Kind: Gateway, Directives: "reverse_proxy BACKEND"}
}

// CaddyPass passes everything through.
func CaddyPass() Proxy {
	return Proxy{Name: "stock Caddy", Kind: Stock, Directives: "reverse_proxy BACKEND"}
}

// Resources declares so many resources, of which the request can tell all but one
// apart only by the path.
func Resources(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "resource /r%d/{id} {\n\t\t\tmethods GET POST\n\t\t\tproduces application/json text/html\n\t\t}\n\t\t", i)
	}
	return b.String()
}

// Handles is ours with so many handle blocks, each for a path of its own with a
// gate of its own, or with none if there is no directive.
func Handles(name, gate string, n int) Proxy {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "handle /app%d/* {\n", i)
		if gate != "" {
			fmt.Fprintf(&b, "\t\t%s {\n\t\t\tname app%d\n\t\t}\n", gate, i)
		}
		b.WriteString("\t\treverse_proxy BACKEND\n\t}\n\t")
	}
	return Proxy{Name: name, Kind: Gateway, Directives: b.String()}
}

// NginxPass passes everything through.
func NginxPass() Proxy {
	return Proxy{Name: "nginx", Kind: Nginx, Directives: "location / { proxy_pass http://backends; }"}
}

// HAProxyPass passes everything through.
func HAProxyPass() Proxy { return Proxy{Name: "HAProxy", Kind: HAProxy} }

// owed are the header fields that Statusgate sends with a problem, so that the
// rivals do as much.
func owed(status int) [][2]string {
	all := [][2]string{{"Proxy-Status", "caddy; error=http_request_denied"}, {"Vary", "Accept"}}
	switch status {
	case http.StatusMethodNotAllowed:
		all = append(all, [2]string{"Allow", "GET, HEAD, POST, OPTIONS"})
	case http.StatusUnsupportedMediaType:
		all = append(all, [2]string{"Accept", "application/json"}, [2]string{"Accept-Post", "application/json"})
	case http.StatusServiceUnavailable:
		all = append(all, [2]string{"Retry-After", "5"})
	}
	return all
}

// written writes the fields, each by a format.
func written(status int, format string) string {
	var b strings.Builder
	for _, field := range owed(status) {
		fmt.Fprintf(&b, format, field[0], field[1])
	}
	return b.String()
}

func response(status int) string {
	return fmt.Sprintf("header {\n\t\t\t\tContent-Type application/problem+json\n%s\t\t\t}\n\t\t\trespond `%s` %d", written(status, "\t\t\t\t%s %q\n"), problem(status), status)
}

// CaddyHandleResponse answers a 520 by a problem, as Caddy's documentation has
// it.
func CaddyHandleResponse() Proxy {
	return Proxy{Name: "stock Caddy, handle_response", Kind: Stock, Directives: `reverse_proxy BACKEND {
		@odd status 520
		handle_response @odd {
			` + response(503) + `
		}
	}`}
}

// CaddyReplaceStatus sends the backend's body under another status.
func CaddyReplaceStatus() Proxy {
	return Proxy{Name: "stock Caddy, replace_status (body kept)", Kind: Stock, Directives: `reverse_proxy BACKEND {
		@odd status 520
		replace_status @odd 503
	}`}
}

// CaddyIntercept answers a 520 by a problem through the intercept handler, which
// would send the backend's Content-Length with it.
func CaddyIntercept() Proxy {
	return Proxy{Name: "stock Caddy, intercept", Kind: Stock, Directives: `intercept {
		@odd status 520
		handle_response @odd {
			header -Content-Length
			` + response(503) + `
		}
	}
	reverse_proxy BACKEND`}
}

// NginxErrorPage answers a 520 by a problem.
func NginxErrorPage() Proxy {
	return Proxy{Name: "nginx, error_page", Kind: Nginx, Directives: `location / {
			proxy_pass http://backends;
			proxy_intercept_errors on;
			error_page 520 =503 @problem;
		}
		location @problem {
			` + nginxFields(503) + `return 503 '` + problem(503) + `';
		}`}
}

func nginxFields(status int) string { return written(status, "add_header %s %q always;\n\t\t\t") }

// HAProxyReturn answers a 520 by a problem.
func HAProxyReturn() Proxy {
	return Proxy{Name: "HAProxy, return", Kind: HAProxy, Directives: haproxyReturn("http-response", 503) + " if { status 520 }"}
}

// HAProxySetStatus sends the backend's body under another status.
func HAProxySetStatus() Proxy {
	return Proxy{Name: "HAProxy, set-status (body kept)", Kind: HAProxy, Directives: "http-response set-status 503 if { status 520 }"}
}

func haproxyReturn(when string, status int) string {
	return fmt.Sprintf(`%s return status %d content-type application/problem+json string '%s'%s`, when, status, problem(status), written(status, " hdr %s %q"))
}

// CaddyRespond answers everything by a problem, and asks no backend.
func CaddyRespond(status int) Proxy {
	return Proxy{Name: fmt.Sprintf("stock Caddy, respond %d", status), Kind: Stock, Directives: "route {\n\t\t\t" + response(status) + "\n\t}"}
}

// CaddyRespondBare is the same with no field but Content-Type.
func CaddyRespondBare(status int) Proxy {
	return Proxy{
		Name: fmt.Sprintf("stock Caddy, respond %d with Content-Type only", status), Kind: Stock,
		Directives: fmt.Sprintf("header Content-Type application/problem+json\n\trespond `%s` %d", problem(status), status),
	}
}

// CaddyHandleErrors raises an error, which handle_errors answers by a problem.
func CaddyHandleErrors(status int) Proxy {
	return Proxy{Name: fmt.Sprintf("stock Caddy, error %d + handle_errors", status), Kind: Stock, Directives: fmt.Sprintf(`error "no" %d
	handle_errors {
			`, status) + response(status) + "\n\t}"}
}

// NginxReturn answers everything by a problem.
func NginxReturn(status int) Proxy {
	return Proxy{Name: fmt.Sprintf("nginx, return %d", status), Kind: Nginx, Directives: fmt.Sprintf(`location / {
			%sreturn %d '%s';
		}`, nginxFields(status), status, problem(status))}
}

// HAProxyRefuse answers everything by a problem.
func HAProxyRefuse(status int) Proxy {
	return Proxy{Name: fmt.Sprintf("HAProxy, return %d", status), Kind: HAProxy, Directives: haproxyReturn("http-request", status)}
}

// CaddyUnhealthy takes no more than so many requests at a time.
func CaddyUnhealthy(n int) Proxy {
	return Proxy{Name: "stock Caddy, unhealthy_request_count", Kind: Stock, Directives: fmt.Sprintf(`reverse_proxy BACKEND {
		unhealthy_request_count %d
	}`, n)}
}

// NginxLimit takes no more than so many requests at a time.
func NginxLimit(n int) Proxy {
	return Proxy{Name: "nginx, limit_conn", Kind: Nginx, Directives: fmt.Sprintf(`location / {
			limit_conn all %d;
			limit_conn_log_level info;
			error_page 503 @problem;
			proxy_pass http://backends;
		}
		location @problem {
			%sreturn 503 '%s';
		}`, n, nginxFields(503), problem(503))}
}

// HAProxyLimit takes no more than so many requests at a time.
func HAProxyLimit(n int) Proxy {
	return Proxy{Name: "HAProxy, be_conn", Kind: HAProxy, Directives: haproxyReturn("http-request", 503) + fmt.Sprintf(" if { be_conn(backends) ge %d }", n)}
}
