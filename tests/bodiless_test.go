package tests

import (
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
)

// Answers without content have no length either: curl takes the Content-Length of a
// 204 or a 304 over HTTP/2 for a broken stream and ends with 92. Early hints come
// first, as they are (RFC 8297), also before an answer that the gate makes.
func TestCurlReadsAnswersWithoutContent(t *testing.T) {
	const hints = "HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n"
	backend := newRawBackend(t, func(conn *net.TCPConn, r *http.Request) {
		_, _ = io.WriteString(conn, map[string]string{
			"/204":         "HTTP/1.1 204 No Content\r\nContent-Length: 5\r\nX-Kept: yes\r\n\r\n",
			"/304":         "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\nETag: \"1\"\r\nX-Kept: yes\r\n\r\n",
			"/hints":       hints + response("HTTP/1.1 200 OK", jsonType, "{}", "X-Kept: yes"),
			"/hints/204":   hints + "HTTP/1.1 204 No Content\r\nX-Kept: yes\r\n\r\n",
			"/hints/error": hints + response("HTTP/1.1 520 Oops", jsonType, "{}", "X-Kept: yes"),
		}[r.URL.Path])
	})
	secure, clear := everyProtocol(t, "soft_errors", backend.proxy())
	for protocol, args := range map[string][]string{
		"HTTP/1.1":           {"--http1.1", clear},
		"HTTP/2 without TLS": {"--http2-prior-knowledge", clear},
		"HTTP/1.1 with TLS":  {"--http1.1", secure},
		"HTTP/2":             {"--http2", secure},
	} {
		for path, want := range map[string]struct {
			statuses, length, body string
		}{
			"/204":         {"204", "", ""},
			"/304":         {"304", "", ""},
			"/hints":       {"103 200", "2", "{}"},
			"/hints/204":   {"103 204", "", ""},
			"/hints/error": {"103 503", "any", `"status":503`},
		} {
			t.Run(protocol+" "+path, func(t *testing.T) {
				said := curl(t, args[0], args[1]+path)
				var statuses []string
				length, kept, hinted := "", false, false
				head, body, _ := strings.Cut(said, "\n\n")
				if strings.HasPrefix(want.statuses, "103 ") {
					var final string
					final, body, _ = strings.Cut(body, "\n\n")
					hinted = strings.Contains(strings.ToLower(head), "\nlink: </style.css>; rel=preload")
					head += "\n" + final
				}
				for line := range strings.Lines(head) {
					name, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
					switch {
					case strings.HasPrefix(line, "HTTP/"):
						statuses = append(statuses, strings.Fields(line)[1])
					case strings.EqualFold(name, "Content-Length"):
						length = value
					case strings.EqualFold(name, "X-Kept"):
						kept = true
					}
				}
				if got := strings.Join(statuses, " "); got != want.statuses || !kept || hinted != strings.HasPrefix(got, "103") || !strings.Contains(body, want.body) {
					t.Errorf("want %s, X-Kept, and %q in the body, got\n%s", want.statuses, want.body, said)
				}
				if length != want.length && (want.length != "any" || length == "") {
					t.Errorf("got Content-Length %q, want %q", length, want.length)
				}
			})
		}
	}
}
