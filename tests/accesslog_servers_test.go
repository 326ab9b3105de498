package tests

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/statusgate/statusgate/accesslog"
)

// rawExchanges are sent to real servers as they are; want is what their logs say of
// them. Which status a server gives to what is malformed is its own affair: want
// is then empty.
var rawExchanges = []struct{ send, want string }{
	{"GET /plain?a=b HTTP/1.1\r\nHost: a.example\r\nAccept: application/json\r\nConnection: close\r\n\r\n", "GET /plain?a=b HTTP/1.1 200"},
	{"HEAD /520 HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n", "HEAD /520 HTTP/1.1 520"},
	{"POST /plain HTTP/1.1\r\nHost: a.example\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi", "POST /plain HTTP/1.1 200"},
	{"GET /%22%20%C3%A9 HTTP/1.1\r\nHost: a.example\r\nUser-Agent: quo\"te \\ \r\nConnection: close\r\n\r\n", "GET /%22%20%C3%A9 HTTP/1.1 200"},
	{"GET http://b.example/absolute?x HTTP/1.1\r\nHost: b.example\r\nConnection: close\r\n\r\n", "GET /absolute?x HTTP/1.1 200"},
	{"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\"\\\r\n\r\n", ""},
	{"hello\r\n\r\n", ""},
}

// checkServerLog waits until a log has all exchanges.
func checkServerLog(t *testing.T, path, layout string) {
	t.Helper()
	again, late := time.NewTicker(5*time.Millisecond), time.After(10*time.Second)
	defer again.Stop()
	for {
		text, err := os.ReadFile(path)
		missing := missingIn(t, string(text), layout)
		if err == nil && missing == "" {
			return
		}
		select {
		case <-again.C:
		case <-late:
			t.Fatalf("%s: %s %v in\n%s", layout, missing, err, text)
		}
	}
}

// entriesOf reads a log and writes what its entries say.
func entriesOf(t *testing.T, text string) (list []string, sum *accesslog.Summary) {
	t.Helper()
	sum, err := accesslog.Read(context.Background(), &accesslog.Input{Stdin: strings.NewReader(text), Workers: 1}, func(int) func(*accesslog.Entry) {
		return func(e *accesslog.Entry) {
			list = append(list, strings.TrimSpace(fmt.Sprintf("%s %s %s %d", e.Method, e.Target, e.Protocol, e.Status)))
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return list, sum
}

// missingIn tells what a log lacks or has too much.
func missingIn(t *testing.T, text, layout string) string {
	got, sum := entriesOf(t, text)
	if sum.Unread != 0 || sum.Formats[layout] == 0 {
		return fmt.Sprintf("read as %v, unread %v", sum.Formats, sum.First)
	}
	for _, x := range rawExchanges {
		if !slices.ContainsFunc(got, func(e string) bool { return e == x.want || x.want == "" && len(e) == 3 }) {
			return fmt.Sprintf("no %q in %q", x.want, got)
		}
	}
	return ""
}

// logOf starts a server and sends it the exchanges.
func logOf(t *testing.T, port int, binary string, args ...string) {
	t.Helper()
	path, err := exec.LookPath(binary)
	if err != nil {
		t.Skipf("no %s", binary)
	}
	startServer(t, port, path, args...)
	for _, x := range rawExchanges {
		conn, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err != nil {
			t.Fatal(err)
		}
		_ = conn.SetDeadline(time.Now().Add(patience))
		_, _ = io.WriteString(conn, x.send)
		_, _ = io.Copy(io.Discard, conn)
		_ = conn.Close()
	}
}

// writeIn writes a file and returns its path.
func writeIn(t *testing.T, dir, name, text string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// Run with nginx 1.22.1.
func TestRealLogsOfNginx(t *testing.T) {
	dir, port := t.TempDir(), freePort(t)
	config := fmt.Sprintf(`daemon off; master_process off; pid %[1]s/pid; error_log %[1]s/error;
events {}
http {
	log_format json escape=json '{"time":"$time_iso8601","request":"$request","uri":"$uri","status":"$status",'
		'"upstream_status":"$upstream_status","body_bytes_sent":"$body_bytes_sent","http_host":"$http_host","http_accept":"$http_accept"}';
	log_format vhost '$host:$server_port $remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent';
	access_log %[1]s/combined combined;
	access_log %[1]s/json json;
	access_log %[1]s/vhost vhost;
	client_body_temp_path %[1]s/b; proxy_temp_path %[1]s/p; fastcgi_temp_path %[1]s/f; uwsgi_temp_path %[1]s/u; scgi_temp_path %[1]s/s;
	server { listen 127.0.0.1:%[2]d; location / { return 200 hello; } location /520 { return 520; } }
}`, dir, port)
	logOf(t, port, "nginx", "-e", dir+"/error", "-c", writeIn(t, dir, "nginx.conf", config))
	checkServerLog(t, dir+"/combined", "combined")
	checkServerLog(t, dir+"/json", "nginx_json")
	checkServerLog(t, dir+"/vhost", "common")
}

// Run with Apache 2.4.71.
func TestRealLogsOfApache(t *testing.T) {
	dir, port := t.TempDir(), freePort(t)
	config := fmt.Sprintf(`ServerRoot %[1]s
PidFile %[1]s/pid
ErrorLog %[1]s/error
Listen 127.0.0.1:%[2]d
ServerName a.example
LoadModule mpm_event_module /usr/lib/apache2/modules/mod_mpm_event.so
LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so
LoadModule alias_module /usr/lib/apache2/modules/mod_alias.so
LoadModule asis_module /usr/lib/apache2/modules/mod_asis.so
DocumentRoot %[1]s
AliasMatch ^/520 %[1]s/520.asis
AliasMatch ^/ %[1]s/page
<Files "*.asis">
SetHandler send-as-is
</Files>
LogFormat "%%h %%l %%u %%t \"%%r\" %%>s %%b" common
LogFormat "%%v:%%p %%h %%l %%u %%t \"%%r\" %%>s %%O \"%%{Referer}i\" \"%%{User-Agent}i\"" vhost_combined
CustomLog %[1]s/common common
CustomLog %[1]s/vhost vhost_combined
`, dir, port)
	writeIn(t, dir, "page", "hello")
	writeIn(t, dir, "520.asis", "Status: 520 Odd\nContent-Type: text/plain\n\nodd")
	for name, mode := range map[string]os.FileMode{".": 0o755, "..": 0o755, "page": 0o644, "520.asis": 0o644} { // the server has another user
		if err := os.Chmod(filepath.Join(dir, name), mode); err != nil {
			t.Fatal(err)
		}
	}
	logOf(t, port, "apache2", "-DFOREGROUND", "-f", writeIn(t, dir, "apache.conf", config))
	checkServerLog(t, dir+"/common", "common")
	checkServerLog(t, dir+"/vhost", "combined")
}

// Run with HAProxy 2.6.12.
func TestRealLogsOfHAProxy(t *testing.T) {
	for _, tt := range []struct{ format, layout string }{{"raw", "haproxy"}, {"rfc3164", "haproxy in syslog"}, {"rfc5424", "haproxy in syslog"}} {
		t.Run(tt.format, func(t *testing.T) {
			dir, port := t.TempDir(), freePort(t)
			config := fmt.Sprintf(`global
	log stdout format %s local0
defaults
	mode http
	log global
	option httplog
	timeout client 5s
	timeout server 5s
	timeout connect 5s
frontend front
	bind 127.0.0.1:%d
	capture request header User-Agent len 64
	http-request return status 200 if !{ path /520 }
	http-request return status 520 if { path /520 }
`, tt.format, port)
			if _, err := exec.LookPath("haproxy"); err != nil {
				t.Skip("no haproxy")
			}
			log := filepath.Join(dir, "log")
			logOf(t, port, "sh", "-c", "exec haproxy -db -f "+writeIn(t, dir, "haproxy.cfg", config)+" >"+log)
			checkServerLog(t, log, tt.layout)
		})
	}
}
