//go:build unix

package tests

import (
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
)

// The server that comes with Python answers in HTML, calls methods that it
// lacks 501 and speaks HTTP/1.0.
func TestPython(t *testing.T) {
	python := program(t, "python3")
	dir := publicDir(t)
	writeFile(t, filepath.Join(dir, "file.txt"), "0123456789")
	writeFile(t, filepath.Join(dir, "dir", "index.html"), "index")
	port := freePort(t)
	startServer(t, port, python, "-m", "http.server", "--bind", "127.0.0.1", "--directory", dir, fmt.Sprint(port))
	url := gate(t, "", fmt.Sprintf("reverse_proxy 127.0.0.1:%d", port))
	exchanges(t, url, []exchange{
		{name: "a file", method: "GET", path: "/file.txt", status: 200, text: "0123456789", want: map[string]string{"Proxy-Status": ""}},
		{name: "a file by HEAD", method: "HEAD", path: "/file.txt", status: 200, want: map[string]string{"Content-Length": "10"}},
		{name: "no file", method: "GET", path: "/none", status: 404, text: "problem", want: map[string]string{"Proxy-Status": ""}},
		{name: "a method that Python lacks", method: "DELETE", path: "/file.txt", status: 405, text: "problem", want: map[string]string{"Proxy-Status": changedFrom(501), "Allow": ""}},
		{name: "a POST with content", method: "POST", path: "/file.txt", body: "a=b", status: 405, text: "problem", want: map[string]string{"Proxy-Status": changedFrom(501)}},
		{name: "a method that nobody knows", method: "BREW", path: "/file.txt", status: 405, text: "problem", want: map[string]string{"Proxy-Status": changedFrom(501)}},
		{name: "a directory without a slash", method: "GET", path: "/dir", status: 301, want: map[string]string{"Location": "/dir/"}},
		{name: "a file that has not changed", method: "GET", path: "/file.txt", status: 304, header: []string{"If-Modified-Since", "Sun, 31 Dec 2199 23:59:59 GMT"}},
	}, "Error response", "explanation")
}

const nginxConfig = `daemon off;
master_process off;
worker_processes 1;
pid %[1]s/nginx.pid;
error_log stderr;
events {}
http {
	access_log off;
	client_body_temp_path %[1]s/body;
	proxy_temp_path %[1]s/proxy;
	fastcgi_temp_path %[1]s/fastcgi;
	uwsgi_temp_path %[1]s/uwsgi;
	scgi_temp_path %[1]s/scgi;
	large_client_header_buffers 2 1k;
	client_max_body_size 10;
	default_type application/octet-stream;
	server {
		listen 127.0.0.1:%[2]d;
		root %[1]s/www;
		location = /none { return 204; }
		location = /code/418 { return 418; }
		location = /code/444 { return 444; }
		location = /code/499 { return 499; }
		location = /code/507 { return 507; }
		location = /code/999 { return 999; }
		location = /code/429 { add_header Retry-After 77 always; return 429; }
		location = /down { proxy_pass http://127.0.0.1:1; }
		location = /moved { return 302 http://127.0.0.1:%[2]d/file?a=b; }
		location = /elsewhere { return 307 http://example.com:%[2]d/file; }
		location = /private { auth_basic "the realm"; auth_basic_user_file %[1]s/users; }
		location = /forbidden { deny all; }
	}
}
`

func TestNginx(t *testing.T) {
	nginx := program(t, "nginx")
	dir := publicDir(t)
	port := freePort(t)
	writeFile(t, filepath.Join(dir, "nginx.conf"), fmt.Sprintf(nginxConfig, dir, port))
	writeFile(t, filepath.Join(dir, "users"), "")
	writeFile(t, filepath.Join(dir, "www", "file"), "0123456789")
	writeFile(t, filepath.Join(dir, "www", "dir", "index.html"), "index")
	startServer(t, port, nginx, "-e", "stderr", "-p", dir, "-c", filepath.Join(dir, "nginx.conf"))
	url := gate(t, "", fmt.Sprintf("reverse_proxy 127.0.0.1:%d", port))
	etag := fetch(t, http.MethodGet, url+"/file", "").Header.Get("ETag")
	if etag == "" {
		t.Error("the entity tag was lost")
	}
	from := func(status int) map[string]string { return map[string]string{"Proxy-Status": changedFrom(status)} }
	exchanges(t, url, []exchange{
		{name: "a file", method: "GET", path: "/file", status: 200, text: "0123456789", want: map[string]string{"Proxy-Status": "", "Content-Length": "10"}},
		{name: "no file", method: "GET", path: "/missing", status: 404, text: "problem", want: map[string]string{"Proxy-Status": ""}},
		{name: "no file by HEAD", method: "HEAD", path: "/missing", status: 404, want: map[string]string{"Content-Type": problemType}},
		{name: "a range", method: "GET", path: "/file", header: []string{"Range", "bytes=2-4"}, status: 206, text: "234", want: map[string]string{"Content-Range": "bytes 2-4/10"}},
		{name: "a range that is not there", method: "GET", path: "/file", header: []string{"Range", "bytes=20-"}, status: 416, text: "problem", want: map[string]string{"Proxy-Status": ""}},
		{name: "an entity tag that it has", method: "GET", path: "/file", header: []string{"If-None-Match", etag}, status: 304, want: map[string]string{"ETag": etag, "Proxy-Status": ""}},
		{name: "an entity tag that must be another", method: "GET", path: "/file", header: []string{"If-Match", `"other"`}, status: 412, text: "problem", want: map[string]string{"Proxy-Status": ""}},
		{name: "no content", method: "GET", path: "/none", status: 204},
		{name: "a POST to a file", method: "POST", path: "/file", body: "a=b", status: 405, text: "problem", want: map[string]string{"Proxy-Status": ""}},
		{name: "content that is too large", method: "POST", path: "/down", body: strings.Repeat("x", 100), status: 400, text: "problem", want: from(413)},
		{name: "content that is far too large", method: "POST", path: "/down", body: strings.Repeat("x", 1<<20), status: 400, text: "problem", want: from(413)},
		{name: "a URI that is too long", method: "GET", path: "/" + strings.Repeat("x", 2000), status: 400, text: "problem", want: from(414)},
		{name: "a header that is too large", method: "GET", path: "/file", header: []string{"X-Large", strings.Repeat("x", 2000)}, status: 400, text: "problem"},
		{name: "a backend of its own that is down", method: "GET", path: "/down", status: 503, text: "problem", want: map[string]string{"Proxy-Status": changedFrom(502), "Retry-After": "5"}},
		{name: "no answer at all", method: "GET", path: "/code/444", status: 503, text: "problem", want: map[string]string{"Proxy-Status": "statusgate; error=http_response_incomplete"}},
		{name: "too many requests", method: "GET", path: "/code/429", status: 503, text: "problem", want: map[string]string{"Proxy-Status": changedFrom(429), "Retry-After": "77"}},
		{name: "a teapot", method: "GET", path: "/code/418", status: 400, text: "problem", want: from(418)},
		{name: "the status that nginx never sends", method: "GET", path: "/code/499", status: 503, text: "problem", want: map[string]string{"Proxy-Status": "statusgate; error=http_response_incomplete"}},
		{name: "no storage", method: "GET", path: "/code/507", status: 503, text: "problem", want: from(507)},
		{name: "a number that is no status", method: "GET", path: "/code/999", status: 403, text: "problem", want: from(999)},
		{name: "a redirect to nginx's own port", method: "GET", path: "/moved", status: 302, want: map[string]string{"Location": url + "/file?a=b"}, text: "any"},
		{name: "a directory without a slash", method: "GET", path: "/dir", status: 301, want: map[string]string{"Location": url + "/dir/"}, text: "any"},
		{name: "a redirect to another host", method: "GET", path: "/elsewhere", status: 307, want: map[string]string{"Location": fmt.Sprintf("http://example.com:%d/file", port)}, text: "any"},
		{name: "credentials that lack", method: "GET", path: "/private", status: 401, text: "problem", want: map[string]string{"WWW-Authenticate": `Basic realm="the realm"`}},
		{name: "a location that is forbidden", method: "GET", path: "/forbidden", status: 403, text: "problem"},
	}, "nginx/")
}
