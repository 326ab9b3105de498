//go:build unix

package tests

import (
	"fmt"
	"mime"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// migration is a pair of configurations of docs/migrate.md, and what clients
// get from both.
type migration struct {
	heading, language string
	old, ours         string
	rows              [][]string
}

// migrations reads the page: each part with a table of what the backend answers
// has the old lines and ours.
func migrations(t *testing.T) []migration {
	t.Helper()
	var all []migration
	for part := range strings.SplitSeq(strings.ReplaceAll(readFile(t, pageMigrate), "\n### ", "\n## "), "\n## ") {
		if !strings.Contains(part, "\n| the backend | ") {
			continue
		}
		heading, _, _ := strings.Cut(part, "\n")
		found := blocks.FindAllStringSubmatch(part, -1)
		if len(found) != 2 || found[1][1] != "caddyfile" {
			t.Fatalf("%s: not the old lines and ours", heading)
		}
		all = append(all, migration{heading, found[0][1], found[0][2], found[1][2], tableUnder(t, part, "the backend")})
	}
	if len(all) == 0 {
		t.Fatal("the page has no pair")
	}
	return all
}

// Of which body a text is.
const (
	backendsWords = "the backend says"
	ownPage       = "our page"
)

var mediaTypes = map[string]string{"HTML": "text/html", "JSON": "application/json", "text": "text/plain"}

// migrationBackend answers /404/HTML with this status and a body of this type.
func migrationBackend(t *testing.T) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		status, kind, _ := strings.Cut(strings.Trim(r.URL.Path, "/"), "/")
		code, _ := strconv.Atoi(status)
		w.Header().Set("Content-Type", mediaTypes[kind])
		w.WriteHeader(code)
		fmt.Fprintf(w, `{"%s":"%d"}`, backendsWords, code)
	}))
	t.Cleanup(server.Close)
	return server.Listener.Addr().String()
}

// errorFiles writes the pages that the configurations name.
func errorFiles(t *testing.T) string {
	t.Helper()
	dir := publicDir(t)
	for _, status := range []string{"400", "401", "403", "404", "405", "406", "415", "500", "503"} {
		page := "<!DOCTYPE html><title>" + status + "</title><p>" + ownPage
		writeFile(t, filepath.Join(dir, status+".html"), page)
		writeFile(t, filepath.Join(dir, status+".http"),
			fmt.Sprintf("HTTP/1.1 %s Error\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n%s", status, len(page), page))
	}
	return dir
}

// placed puts a configuration where the test has its port, its backend and its
// files.
func placed(config, listen, backend, files string) string {
	return strings.NewReplacer("http://:8080", "http://"+listen, "listen 8080", "listen "+listen, "bind :8080", "bind "+listen,
		"127.0.0.1:9000", backend, "/srv/errors", files).Replace(config)
}

// nginxWith is a whole configuration around some servers.
const nginxWith = `daemon off;
master_process off;
pid %[1]s/nginx.pid;
error_log stderr;
events {}
http {
	access_log off;
	types { text/html html; }
	client_body_temp_path %[1]s/body;
	proxy_temp_path %[1]s/proxy;
	fastcgi_temp_path %[1]s/fastcgi;
	uwsgi_temp_path %[1]s/uwsgi;
	scgi_temp_path %[1]s/scgi;
%[2]s
}
`

// customHTTPErrors is what ingress-nginx makes of its key, with a default backend
// that goes by X-Code.
func customHTTPErrors(t *testing.T, yaml string) string {
	t.Helper()
	_, list, found := strings.Cut(yaml, `custom-http-errors: "`)
	list, _, ended := strings.Cut(list, `"`)
	if !found || !ended {
		t.Fatal("the YAML has no custom-http-errors")
	}
	pages := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		code, _ := strconv.Atoi(r.Header.Get("X-Code"))
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(code)
		fmt.Fprintf(w, "<!DOCTYPE html><p>%s", ownPage)
	}))
	t.Cleanup(pages.Close)
	var b strings.Builder
	b.WriteString("server {\n\tlisten 8080;\n\tproxy_intercept_errors on;\n\tlocation / { proxy_pass http://127.0.0.1:9000; }\n")
	for code := range strings.SplitSeq(list, ",") {
		fmt.Fprintf(&b, "\terror_page %[1]s = @custom_%[1]s;\n\tlocation @custom_%[1]s {\n\t\tinternal;\n\t\tproxy_intercept_errors off;\n"+
			"\t\tproxy_set_header X-Code %[1]s;\n\t\trewrite (.*) / break;\n\t\tproxy_pass %[2]s;\n\t}\n", code, pages.URL)
	}
	return b.String() + "}\n"
}

// startOld serves with the old lines, and gives the address. Those of Caddy are
// for the Caddy of the test to serve; of Traefik there is none.
func (m *migration) startOld(t *testing.T, backend, files string) (address, site string) {
	t.Helper()
	port := freePort(t)
	address = fmt.Sprintf("127.0.0.1:%d", port)
	dir := publicDir(t)
	config := m.old
	switch m.language {
	case "caddyfile":
		return address, placed(config, address, backend, files)
	case "yaml":
		if !strings.Contains(config, "custom-http-errors") {
			return "", ""
		}
		config = customHTTPErrors(t, config)
		fallthrough
	case "nginx":
		file := filepath.Join(dir, "nginx.conf")
		writeFile(t, file, fmt.Sprintf(nginxWith, dir, placed(config, address, backend, files)))
		startServer(t, port, program(t, "nginx"), "-e", "stderr", "-p", dir, "-c", file)
	case "haproxy":
		file := filepath.Join(dir, "haproxy.cfg")
		writeFile(t, file, placed(config, address, backend, files))
		startServer(t, port, program(t, "haproxy"), "-db", "-f", file)
	default:
		t.Fatalf("no server for %q", m.language)
	}
	return address, ""
}

// described says in the words of the page what a client got.
func described(a answer) string {
	mediaType, _, _ := mime.ParseMediaType(a.Header.Get("Content-Type"))
	what := "a page of its own"
	switch {
	case a.body == "":
		what = "empty"
	case strings.Contains(a.body, backendsWords):
		what = "the backend's body"
	case strings.Contains(a.body, ownPage):
		what = "your page"
	case mediaType == problemType:
		what = "a problem"
	case strings.Contains(a.body, "What you can do"):
		what = "the gate's page"
	}
	if a.Header.Get("Retry-After") != "" {
		what += ", with Retry-After"
	}
	return fmt.Sprintf("%d, %s", a.StatusCode, what)
}

// ask makes the request of a row.
func (m *migration) ask(t *testing.T, address string, row []string) string {
	t.Helper()
	path := "/200/JSON"
	if status, kind, ok := strings.Cut(row[0], " with "); ok {
		path = "/" + status + "/" + kind
	}
	accept := map[string]string{"a program": "application/json", "a browser": browser}[row[1]]
	if accept == "" {
		t.Fatalf("no client is %q", row[1])
	}
	target := url.URL{Scheme: "http", Host: address, Path: path}
	return described(fetch(t, http.MethodGet, target.String(), "", "Accept", accept))
}

// TestMigrate runs each pair of docs/migrate.md in front of the same backend, and
// one that is down. The old lines are run by the server for which they are.
func TestMigrate(t *testing.T) {
	files := errorFiles(t)
	for _, m := range migrations(t) {
		t.Run(m.heading, func(t *testing.T) {
			backends := map[bool]string{false: migrationBackend(t), true: "127.0.0.1:1"}
			var sites strings.Builder
			old, ours := make(map[bool]string), make(map[bool]string)
			for down, backend := range backends {
				var site string
				old[down], site = m.startOld(t, backend, files)
				ours[down] = fmt.Sprintf("127.0.0.1:%d", freePort(t))
				sites.WriteString(site + placed(m.ours, ours[down], backend, files))
			}
			startCaddy(t, "", sites.String())
			for i, row := range m.rows {
				down := row[0] == "it is down"
				got := []string{row[2], m.ask(t, ours[down], row)}
				if old[down] != "" {
					got[0] = m.ask(t, old[down], row)
				}
				if *update {
					copy(m.rows[i][2:], got)
				}
				m.judge(t, row, got)
			}
			if *update {
				m.write(t)
			}
		})
	}
}

// judge compares what clients got with a row of the page, and with its verdict.
func (m *migration) judge(t *testing.T, row, got []string) {
	t.Helper()
	for i, side := range []string{"the old lines", "ours"} {
		if got[i] != row[2+i] {
			t.Errorf("%s, for %s: got %q from %s, the page says %q", row[0], row[1], got[i], side, row[2+i])
		}
	}
	switch verdict, _, _ := strings.Cut(row[4], ":"); verdict {
	case "same":
		if got[0][:3] != got[1][:3] {
			t.Errorf("%s, for %s: %q and %q are not the same", row[0], row[1], got[0], got[1])
		}
	case "better":
		if got[0] == got[1] {
			t.Errorf("%s, for %s: %q is not better than the same", row[0], row[1], got[1])
		}
	default:
		t.Errorf("%s, for %s: the verdict %q is neither same nor better", row[0], row[1], row[4])
	}
}

// write brings the table of the pair on the page up to date.
func (m *migration) write(t *testing.T) {
	t.Helper()
	text := readFile(t, pageMigrate)
	at := strings.Index(text, "# "+m.heading+"\n")
	begin := at + strings.Index(text[at:], "\n| the backend | ")
	begin += strings.Index(text[begin:], "|---|---|---|---|---|\n") + len("|---|---|---|---|---|\n")
	length := strings.Index(text[begin:], "\n\n")
	var rows []string
	for _, row := range m.rows {
		rows = append(rows, "| "+strings.Join(row, " | ")+" |")
	}
	text = text[:begin] + strings.Join(rows, "\n") + text[begin+length:]
	if err := os.WriteFile("../"+pageMigrate, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
