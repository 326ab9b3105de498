package accesslog_test

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/statusgate/statusgate/accesslog"
)

// exchanges are sent to real servers as they are; want is what their logs say of
// them. Which status a server gives to what is malformed is its own affair: want
// then has none.
var exchanges = []struct{ send, want string }{
	{"GET /plain?a=b HTTP/1.1\r\nHost: a.example\r\nAccept: application/json\r\nConnection: close\r\n\r\n", "GET /plain?a=b HTTP/1.1 200"},
	{"HEAD /520 HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n", "HEAD /520 HTTP/1.1 520"},
	{"POST /plain HTTP/1.1\r\nHost: a.example\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi", "POST /plain HTTP/1.1 200"},
	{"GET /%22%20%C3%A9 HTTP/1.1\r\nHost: a.example\r\nUser-Agent: quo\"te \\ \r\nConnection: close\r\n\r\n", "GET /%22%20%C3%A9 HTTP/1.1 200"},
	{"GET http://b.example/absolute?x HTTP/1.1\r\nHost: b.example\r\nConnection: close\r\n\r\n", "GET /absolute?x HTTP/1.1 200"},
	{"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\"\\\r\n\r\n", ""},
	{"hello\r\n\r\n", ""},
}

// statusOf is what is left of an entry for the comparison.
var statusOf = regexp.MustCompile(`^\S+ ((?:GET|HEAD|POST) .*?)(?: host=\S+)?( \d+)(?: backend=\d+)?(?: bytes=\d+)?(?: accept=\S+)?$`)

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

// missingIn tells what a log lacks or has too much.
func missingIn(t *testing.T, text, layout string) string {
	got, sum := readText(t, text)
	if sum.Unread != 0 || sum.Formats[layout] == 0 {
		return fmt.Sprintf("read as %v, unread %v", sum.Formats, sum.First)
	}
	for i, e := range got {
		if parts := statusOf.FindStringSubmatch(e); parts != nil {
			got[i] = parts[1] + parts[2]
		} else {
			got[i] = "" // no request
		}
	}
	for _, exchange := range exchanges {
		if !slices.Contains(got, exchange.want) {
			return fmt.Sprintf("no %q in %q", exchange.want, got)
		}
	}
	return ""
}

// serve starts a server and sends it the exchanges. It skips where it is not there.
func serve(t *testing.T, address string, out io.Writer, binary string, args ...string) {
	t.Helper()
	path, err := exec.LookPath(binary)
	if err != nil {
		t.Skipf("no %s", binary)
	}
	var errors bytes.Buffer
	c := exec.Command(path, args...)
	c.Stdout, c.Stderr = out, &errors
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- c.Wait() }()
	t.Cleanup(func() {
		_ = c.Process.Signal(syscall.SIGTERM)
		select {
		case <-ended:
		case <-time.After(5 * time.Second):
			_ = c.Process.Kill()
		}
	})
	again, late := time.NewTicker(5*time.Millisecond), time.After(20*time.Second)
	defer again.Stop()
	for {
		if conn, err := net.Dial("tcp", address); err == nil {
			_ = conn.Close()
			break
		}
		select {
		case <-again.C:
		case err := <-ended:
			t.Fatalf("%s ended: %v: %s", binary, err, errors.String())
		case <-late:
			t.Fatalf("%s does not listen: %s", binary, errors.String())
		}
	}
	for _, exchange := range exchanges {
		conn, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
		_, _ = io.WriteString(conn, exchange.send)
		_, _ = io.Copy(io.Discard, conn)
		_ = conn.Close()
	}
}

func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

// Run with nginx 1.22.1.
func TestRealLogsOfNginx(t *testing.T) {
	dir, address := t.TempDir(), freeAddress(t)
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
	server { listen %[2]s; location / { return 200 hello; } location /520 { return 520; } }
}`, dir, address)
	serve(t, address, io.Discard, "nginx", "-e", dir+"/error", "-c", write(t, dir, "nginx.conf", []byte(config)))
	checkServerLog(t, dir+"/combined", "combined")
	checkServerLog(t, dir+"/json", "nginx_json")
	checkServerLog(t, dir+"/vhost", "common")
}

// Run with Apache 2.4.71.
func TestRealLogsOfApache(t *testing.T) {
	dir, address := t.TempDir(), freeAddress(t)
	config := fmt.Sprintf(`ServerRoot %[1]s
PidFile %[1]s/pid
ErrorLog %[1]s/error
Listen %[2]s
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
`, dir, address)
	write(t, dir, "page", []byte("hello"))
	write(t, dir, "520.asis", []byte("Status: 520 Odd\nContent-Type: text/plain\n\nodd"))
	for name, mode := range map[string]os.FileMode{".": 0o755, "..": 0o755, "page": 0o644, "520.asis": 0o644} { // the server has another user
		if err := os.Chmod(filepath.Join(dir, name), mode); err != nil {
			t.Fatal(err)
		}
	}
	serve(t, address, io.Discard, "apache2", "-DFOREGROUND", "-f", write(t, dir, "apache.conf", []byte(config)))
	checkServerLog(t, dir+"/common", "common")
	checkServerLog(t, dir+"/vhost", "combined")
}

// Run with HAProxy 2.6.12.
func TestRealLogsOfHAProxy(t *testing.T) {
	for _, tt := range []struct{ format, layout string }{{"raw", "haproxy"}, {"rfc3164", "haproxy in syslog"}, {"rfc5424", "haproxy in syslog"}} {
		t.Run(tt.format, func(t *testing.T) {
			dir, address := t.TempDir(), freeAddress(t)
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
	bind %s
	capture request header User-Agent len 64
	http-request return status 200 if !{ path /520 }
	http-request return status 520 if { path /520 }
`, tt.format, address)
			log, err := os.Create(filepath.Join(dir, "log"))
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = log.Close() }()
			serve(t, address, log, "haproxy", "-db", "-f", write(t, dir, "haproxy.cfg", []byte(config)))
			checkServerLog(t, log.Name(), tt.layout)
		})
	}
}

func TestFormatsHaveNames(t *testing.T) {
	for _, name := range accesslog.Formats() {
		format, err := accesslog.ParseFormat(name)
		if err != nil || format.String() != name {
			t.Errorf("%s: got %v, %v", name, format, err)
		}
	}
	if f, err := accesslog.ParseFormat(""); f != accesslog.Auto || err != nil {
		t.Errorf("got %v, %v", f, err)
	}
	if _, err := accesslog.ParseFormat("clf"); err == nil || !strings.Contains(err.Error(), `format "clf": want one of auto, caddy, combined`) {
		t.Errorf("got %v", err)
	}
	if got := accesslog.Format(99).String(); got != "format(99)" {
		t.Errorf("got %s", got)
	}
}
