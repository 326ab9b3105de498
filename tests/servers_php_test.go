//go:build unix

package tests

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// phpScripts are what old applications do.
var phpScripts = map[string]string{
	"hello.php":  `<?php header('Content-Type: text/plain'); echo "hello";`,
	"odd.php":    `<?php http_response_code((int)$_GET['code']); echo "<h1>my own page</h1>";`,
	"line.php":   `<?php header('HTTP/1.1 ' . $_GET['line']); echo "<h1>my own page</h1>";`,
	"json.php":   `<?php http_response_code((int)$_GET['code']); header('Content-Type: application/json'); echo '{"error":"mine"}';`,
	"fatal.php":  `<?php http_response_code(500); ini_set('display_errors', '1'); function login($password) { throw new RuntimeException('no such table'); } login('hunter2');`,
	"silent.php": `<?php ini_set('display_errors', '0'); nosuchfunction();`,
	"move.php":   `<?php header('Location: ' . $_GET['to']); echo "moved";`,
	"made.php":   `<?php http_response_code(201); header('Content-Type: application/json'); if (isset($_GET['at'])) header('Location: ' . $_GET['at']); echo '{"id":7}';`,
	"none.php":   `<?php http_response_code(204);`,
	"login.php":  `<?php header('WWW-Authenticate: Basic realm="php"'); http_response_code(401); setcookie('seen', 'yes'); echo "<h1>log in</h1>";`,
	"file.php":   `<?php header('ETag: "v1"'); if (($_SERVER['HTTP_IF_NONE_MATCH'] ?? '') === '"v1"') { http_response_code(304); exit; } header('Content-Type: text/plain'); echo "file";`,
	"echo.php":   `<?php header('Content-Type: text/plain'); echo strlen(file_get_contents('php://input'));`,
}

func writeScripts(t *testing.T, dir string) {
	t.Helper()
	for name, script := range phpScripts {
		writeFile(t, filepath.Join(dir, name), script)
	}
}

// phpExchanges hold for every way to run PHP.
func phpExchanges() []exchange {
	from := func(status int) map[string]string { return map[string]string{"Proxy-Status": changedFrom(status)} }
	return []exchange{
		{name: "a script", method: "GET", path: "/hello.php", status: 200, text: "hello", want: map[string]string{"Proxy-Status": ""}},
		{name: "a script that reads", method: "POST", path: "/echo.php", body: "12345", status: 200, text: "5"},
		{name: "422 with JSON", method: "GET", path: "/json.php?code=422", status: 400, text: `{"error":"mine"}`, want: from(422)},
		{name: "500 with JSON", method: "GET", path: "/json.php?code=500", status: 500, text: "problem"},
		{name: "404 with a page", method: "GET", path: "/odd.php?code=404", status: 404, text: "problem", want: map[string]string{"Proxy-Status": ""}},
		{name: "503 with a page", method: "GET", path: "/odd.php?code=503", status: 503, text: "problem", want: map[string]string{"Proxy-Status": "", "Retry-After": "5"}},
		{name: "405 with a page", method: "GET", path: "/odd.php?code=405", status: 405, text: "problem", want: map[string]string{"Allow": ""}},
		{name: "410 in a status line", method: "GET", path: "/line.php?line=410+Gone+Fishing", status: 404, text: "problem", want: from(410)},
		{name: "an uncaught exception with its stack", method: "GET", path: "/fatal.php", status: 500, text: "problem"},
		{name: "a fatal error without a word", method: "GET", path: "/silent.php", status: 500, text: "problem"},
		{name: "no content", method: "GET", path: "/none.php", status: 204},
		{name: "something made, somewhere", method: "POST", path: "/made.php?at=/things/7", status: 201, text: `{"id":7}`, want: map[string]string{"Location": "/things/7"}},
		{name: "something made, nobody knows where", method: "POST", path: "/made.php", status: 201, text: `{"id":7}`},
		{name: "credentials that lack", method: "GET", path: "/login.php", status: 401, text: "problem", want: map[string]string{"WWW-Authenticate": `Basic realm="php"`, "Set-Cookie": "seen=yes"}},
		{name: "an entity tag that it has", method: "GET", path: "/file.php", header: []string{"If-None-Match", `"v1"`}, status: 304, want: map[string]string{"ETag": `"v1"`}},
		{name: "a redirect to another host", method: "GET", path: "/move.php?to=http://example.com/", status: 302, text: "any", want: map[string]string{"Location": "http://example.com/"}},
	}
}

var phpSecrets = []string{"hunter2", "no such table", "Stack trace", "my own page", ".php on line"}

const apacheConfig = `ServerRoot %[1]s
ServerName 127.0.0.1
PidFile %[1]s/apache.pid
Listen 127.0.0.1:%[2]d
ErrorLog %[1]s/error.log
DefaultRuntimeDir %[1]s
Mutex file:%[1]s default
LoadModule mpm_prefork_module %[3]s/mod_mpm_prefork.so
LoadModule authz_core_module %[3]s/mod_authz_core.so
LoadModule dir_module %[3]s/mod_dir.so
LoadModule mime_module %[3]s/mod_mime.so
LoadModule php_module %[4]s
StartServers 2
TypesConfig /dev/null
DocumentRoot %[1]s/www
%[5]s
<FilesMatch \.php$>
	SetHandler application/x-httpd-php
</FilesMatch>
<Location /forbidden>
	Require all denied
</Location>
`

// modulesOf finds Apache's modules where the distributions put them.
func modulesOf(t *testing.T) (dir, php string) {
	t.Helper()
	for _, dir := range []string{"/usr/lib/apache2/modules", "/usr/lib64/httpd/modules", "/usr/lib/httpd/modules", "/usr/libexec/apache2"} {
		if php, _ := filepath.Glob(filepath.Join(dir, "libphp*.so")); len(php) > 0 {
			return dir, php[len(php)-1]
		}
	}
	t.Skip("Apache's mod_php is not installed")
	return "", ""
}

func TestApacheWithPHP(t *testing.T) {
	apache := program(t, "apache2", "httpd")
	modules, php := modulesOf(t)
	dir := publicDir(t)
	www := filepath.Join(dir, "www")
	writeScripts(t, www)
	writeFile(t, filepath.Join(www, "file.txt"), "0123456789")
	writeFile(t, filepath.Join(www, "dir", "index.html"), "index")
	port, account := freePort(t), ""
	if user, group := nobody(t); user != "" {
		account = "User " + user + "\nGroup " + group
	}
	writeFile(t, filepath.Join(dir, "apache.conf"), fmt.Sprintf(apacheConfig, dir, port, modules, php, account))
	startServer(t, port, apache, "-f", filepath.Join(dir, "apache.conf"), "-DFOREGROUND")
	t.Cleanup(func() {
		if log, _ := os.ReadFile(filepath.Join(dir, "error.log")); t.Failed() {
			t.Logf("Apache's log:\n%s", log)
		}
	})
	url := gate(t, "", fmt.Sprintf("reverse_proxy 127.0.0.1:%d", port))
	own := fmt.Sprintf("http://127.0.0.1:%d", port)
	etag := fetch(t, http.MethodGet, url+"/file.txt", "").Header.Get("ETag")
	exchanges(t, url, append(phpExchanges(), []exchange{
		{name: "419, an expired page, which Apache turns into a 500", method: "GET", path: "/odd.php?code=419", status: 500, text: "problem"},
		{name: "a file", method: "GET", path: "/file.txt", status: 200, text: "0123456789"},
		{name: "no file", method: "GET", path: "/missing", status: 404, text: "problem"},
		{name: "a range", method: "GET", path: "/file.txt", header: []string{"Range", "bytes=2-4"}, status: 206, text: "234"},
		{name: "a range that is not there", method: "GET", path: "/file.txt", header: []string{"Range", "bytes=20-"}, status: 416, text: "problem", want: map[string]string{"Proxy-Status": ""}},
		{name: "Apache's entity tag", method: "GET", path: "/file.txt", header: []string{"If-None-Match", etag}, status: 304},
		{name: "a method that Apache lacks", method: "BREW", path: "/file.txt", status: 405, text: "problem"},
		{name: "a location that is forbidden", method: "GET", path: "/forbidden", status: 403, text: "problem"},
		{name: "a directory without a slash", method: "GET", path: "/dir", status: 301, text: "any", want: map[string]string{"Location": url + "/dir/"}},
		{name: "a redirect to Apache's own port", method: "GET", path: "/move.php?to=" + own + "/hello.php", status: 302, text: "any", want: map[string]string{"Location": url + "/hello.php"}},
	}...), append(slices.Clone(phpSecrets), "Apache/")...)
	t.Run("a status that Apache does not know", func(t *testing.T) {
		for _, line := range []string{"999+Odd", "520+Odd", "600+Odd"} {
			a, err := attempt(t, http.MethodGet, url+"/line.php?line="+line, "Accept", jsonType)
			if err != nil || !slices.Contains(documented, a.StatusCode) || a.StatusCode < 400 {
				t.Fatalf("%s: %v, %v", line, a, err)
			}
			isProblem(t, a, a.StatusCode)
		}
	})
}

const fpmConfig = `[global]
error_log = %[1]s/fpm.log
daemonize = no
[www]
listen = 127.0.0.1:%[2]d
pm = static
pm.max_children = 2
catch_workers_output = yes
%[3]s
`

func TestPHPThroughFastCGI(t *testing.T) {
	fpm := program(t, "php-fpm", "php-fpm[0-9]*")
	dir := publicDir(t)
	www := filepath.Join(dir, "www")
	writeScripts(t, www)
	port, account := freePort(t), ""
	if user, group := nobody(t); user != "" {
		account = "user = " + user + "\ngroup = " + group
	}
	writeFile(t, filepath.Join(dir, "fpm.conf"), fmt.Sprintf(fpmConfig, dir, port, account))
	startServer(t, port, fpm, "--nodaemonize", "--no-php-ini", "--fpm-config", filepath.Join(dir, "fpm.conf"))
	url := gate(t, "", fmt.Sprintf("root %s\nphp_fastcgi 127.0.0.1:%d", www, port))
	from := func(status int) map[string]string { return map[string]string{"Proxy-Status": changedFrom(status)} }
	exchanges(t, url, append(phpExchanges(), []exchange{
		{name: "419, an expired page", method: "GET", path: "/odd.php?code=419", status: 401, text: "problem", want: map[string]string{"Proxy-Status": changedFrom(419), "WWW-Authenticate": "Bearer"}},
		{name: "520 by number", method: "GET", path: "/odd.php?code=520", status: 503, text: "problem", want: from(520)},
		{name: "799 by number", method: "GET", path: "/odd.php?code=799", status: 500, text: "problem", want: from(799)},
		{name: "999 in a status line", method: "GET", path: "/line.php?line=999+X", status: 403, text: "problem", want: from(999)},
		{name: "600 in a status line", method: "GET", path: "/line.php?line=600+X", status: 503, text: "problem", want: from(600)},
		{name: "499 in a status line", method: "GET", path: "/line.php?line=499+X", status: 401, text: "problem", want: from(499)},
	}...), phpSecrets...)
}
