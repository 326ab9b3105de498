package tests

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/textproto"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/statusgate/statusgate/normalize"
)

// documented are the statuses of the contract, as the documentation lists them.
var documented = []int{200, 201, 202, 400, 401, 403, 404, 405, 406, 415, 500, 503}

// profile is a row of the documentation's table of profiles: what passes
// beside the twelve, and what no content and redirects become.
type profile struct {
	name   string
	passes func(status int, ranged bool) bool
}

var profiles = []profile{
	{"documented", func(status int, ranged bool) bool {
		return ranged && (status == 206 || status == 416) || slices.Contains([]int{204, 301, 302, 303, 304, 307, 308, 421}, status)
	}},
	{"strict", func(status int, ranged bool) bool { return status == 206 && ranged || status == 304 }},
	{"registered", func(status int, _ bool) bool { return normalize.Registered(status) }},
}

// want is the status that a client must see.
func (p profile) want(status int, ranged bool) int {
	switch {
	case status == 201 && p.name == "strict":
		return 200 // the raw backend gives no Location
	case slices.Contains(documented, status), p.passes(status, ranged):
		return status
	case status >= 200 && status < 300:
		return 200
	case status >= 300 && status < 400:
		return 500
	}
	to, _ := normalize.Target(status)
	return to
}

// Every status line that three digits can make goes through every profile.
func TestEveryStatusLine(t *testing.T) {
	for _, p := range profiles {
		t.Run("contract "+p.name, func(t *testing.T) { everyStatusLine(t, p) })
	}
}

func everyStatusLine(t *testing.T, p profile) {
	backend := newRawBackend(t, func(conn *net.TCPConn, r *http.Request) {
		digits := strings.TrimPrefix(r.URL.Path, "/")
		line := "HTTP/1.1 " + digits + " As The Backend Likes"
		switch {
		case digits == "204" || digits == "304":
			io.WriteString(conn, line+"\r\nX-Backend: yes\r\n\r\n")
		case digits >= "100" && digits <= "199":
			// An informational response is no answer; a 404 comes after it.
			io.WriteString(conn, line+"\r\nX-Hint: yes\r\n\r\n"+response("HTTP/1.1 404 Gone Fishing", htmlType, htmlPage, "X-Backend: yes"))
		default:
			io.WriteString(conn, response(line, htmlType, htmlPage, "X-Backend: yes", "Via: 1.0 old"))
		}
	})
	url := gateBefore(t, "contract "+p.name, backend)
	for received := range 1000 {
		if received == http.StatusSwitchingProtocols {
			continue // nobody asked for it, see TestUnaskedUpgrade
		}
		for _, ranged := range []bool{false, true} {
			t.Run(fmt.Sprintf("%03d ranged %t", received, ranged), func(t *testing.T) { oneStatusLine(t, p, url, received, ranged) })
		}
	}
}

func oneStatusLine(t *testing.T, p profile, url string, received int, ranged bool) {
	header := []string{"Accept", "application/json"}
	if ranged {
		header = append(header, "Range", "bytes=0-9")
	}
	a, err := attempt(t, http.MethodGet, fmt.Sprintf("%s/%03d", url, received), header...)
	if err != nil {
		t.Fatalf("the client got no whole response: %v", err)
	}
	final := received
	if received >= 100 && received <= 199 {
		final = 404
	}
	want := p.want(final, ranged)
	if a.StatusCode != want {
		t.Fatalf("status %d, want %d", a.StatusCode, want)
	}
	if !slices.Contains(documented, want) && !p.passes(want, ranged) {
		t.Errorf("%d is not documented", want)
	}
	if a.Header.Get("X-Backend") != "yes" {
		t.Error("a field of the backend's was lost")
	}
	proxyStatus := ""
	if want != final {
		proxyStatus = "statusgate; received-status=" + strconv.Itoa(final)
	}
	if got := a.Header.Get("Proxy-Status"); got != proxyStatus {
		t.Errorf("Proxy-Status %q, want %q", got, proxyStatus)
	}
	owed(t, a, want)
	if want < 400 {
		body := htmlPage
		if final == 204 || final == 304 {
			body = ""
		}
		if a.body != body {
			t.Errorf("body %q, want %q", a.body, body)
		}
		if final == 204 && want == 200 && a.Header.Get("Content-Length") != "0" {
			t.Errorf("Content-Length %q, want 0", a.Header.Get("Content-Length"))
		}
		return
	}
	if strings.Contains(a.body, secret) {
		t.Errorf("the backend's page got out: %s", a.body)
	}
	isProblem(t, a, want)
}

// owed checks the header fields that a status owes the client when the
// backend sends none and the gate has declared nothing.
func owed(t *testing.T, a answer, status int) {
	t.Helper()
	want := map[string]string{"WWW-Authenticate": "", "Retry-After": "", "Allow": "", "Location": ""}
	switch status {
	case 401:
		want["WWW-Authenticate"] = "Bearer"
	case 503:
		want["Retry-After"] = "5"
	case 406:
		if vary := a.Header.Values("Vary"); !slices.Contains(vary, "Accept") {
			t.Errorf("Vary %q, want Accept", vary)
		}
	}
	for field, value := range want {
		if got := strings.Join(a.Header.Values(field), ", "); got != value {
			t.Errorf("%s %q, want %q", field, got, value)
		}
	}
}

// A backend may write its status line as it likes: a client gets a whole and
// documented response.
func TestOddStatusLines(t *testing.T) {
	const protocol = "statusgate; error=http_protocol_error"
	tests := []struct {
		name, head  string
		status      int
		proxyStatus string
	}{
		{"one digit", "HTTP/1.1 4 Not Found", 503, protocol},
		{"two digits", "HTTP/1.1 20 OK", 503, protocol},
		{"four digits", "HTTP/1.1 2000 OK", 503, protocol},
		{"four digits that begin like a 404", "HTTP/1.1 4040 Not Found", 503, protocol},
		{"a sign and two digits", "HTTP/1.1 +99 Odd", 500, "statusgate; received-status=99"},
		{"a negative number", "HTTP/1.1 -12 Odd", 503, protocol},
		{"letters for a status", "HTTP/1.1 OK OK", 503, protocol},
		{"a hexadecimal status", "HTTP/1.1 0xC OK", 503, protocol},
		{"no status", "HTTP/1.1", 503, protocol},
		{"no status but a blank", "HTTP/1.1 ", 503, protocol},
		{"no reason phrase", "HTTP/1.1 404", 404, ""},
		{"no reason phrase but a blank", "HTTP/1.1 404 ", 404, ""},
		{"a reason phrase in Latin-1", "HTTP/1.1 404 nicht verf\xfcgbar", 404, ""},
		{"a reason phrase that is another status", "HTTP/1.1 799 200 OK", 500, "statusgate; received-status=799"},
		{"a reason phrase of four thousand bytes", "HTTP/1.1 404 " + strings.Repeat("x", 4000), 404, ""},
		{"two blanks before the status", "HTTP/1.1  404 Not Found", 404, ""},
		{"a tab before the status", "HTTP/1.1\t404 Not Found", 503, protocol},
		{"no version", "404 Not Found", 503, protocol},
		{"a lower-case protocol", "http/1.1 404 Not Found", 503, protocol},
		{"another protocol", "ICY 200 OK", 503, protocol},
		{"HTTP/1.0", "HTTP/1.0 520 Odd", 503, "statusgate; received-status=520"},
		{"HTTP/1.2, which does not exist", "HTTP/1.2 404 Not Found", 404, ""},
		{"HTTP/9.9, which does not exist", "HTTP/9.9 404 Not Found", 404, ""},
		{"a version of three digits", "HTTP/1.10 404 Not Found", 503, protocol},
		{"a status line folded over two lines", "HTTP/1.1\r\n 404 Not Found", 503, protocol},
		{"a blank line first", "\r\nHTTP/1.1 404 Not Found", 503, protocol},
		{"the body at once, as HTTP/0.9 has it", "<html>" + secret + "</html>", 503, protocol},
		{"garbage", "\x00\xff\x16\x03\x01", 503, protocol},
		{"a field without a colon", "HTTP/1.1 404 Not Found\r\nno field at all", 503, protocol},
		{"a field with a blank in its name", "HTTP/1.1 404 Not Found\r\nX Y: z", 404, ""},
		{"a content length that is no number", "HTTP/1.1 404 Not Found\r\nContent-Length: many", 503, protocol},
		{"a negative content length", "HTTP/1.1 404 Not Found\r\nContent-Length: -1", 503, protocol},
		{"two content lengths that differ", "HTTP/1.1 404 Not Found\r\nContent-Length: 3\r\nContent-Length: 4", 503, protocol},
		{"a transfer coding that does not exist", "HTTP/1.1 404 Not Found\r\nTransfer-Encoding: quantum", 503, protocol},
		{"bare line feeds", "HTTP/1.1 404 Not Found\nX: y", 404, ""},
	}
	backend := newRawBackend(t, func(conn *net.TCPConn, r *http.Request) {
		row, _ := strconv.Atoi(strings.TrimPrefix(r.URL.Path, "/"))
		io.WriteString(conn, tests[row].head+"\r\n\r\n")
	})
	url := gateBefore(t, "", backend)
	for row, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a, err := attempt(t, http.MethodGet, fmt.Sprintf("%s/%d", url, row), "Accept", "application/json")
			if err != nil {
				t.Fatalf("the client got no whole response to %q: %v", tt.head, err)
			}
			if a.StatusCode != tt.status {
				t.Errorf("status %d, want %d", a.StatusCode, tt.status)
			}
			if got := a.Header.Get("Proxy-Status"); got != tt.proxyStatus {
				t.Errorf("Proxy-Status %q, want %q", got, tt.proxyStatus)
			}
			isProblem(t, a, tt.status)
			owed(t, a, tt.status)
			if strings.Contains(a.body, secret) {
				t.Errorf("the backend's page got out: %s", a.body)
			}
		})
	}
}

func TestHeaderWithoutEnd(t *testing.T) {
	backend := newRawBackend(t, func(conn *net.TCPConn, _ *http.Request) {
		io.WriteString(conn, "HTTP/1.1 200 OK\r\n")
		line := "X-Filler: " + strings.Repeat("x", 1<<10) + "\r\n"
		for range 12 << 10 { // net/http takes 10 MiB
			if _, err := io.WriteString(conn, line); err != nil {
				return
			}
		}
	})
	url := gateBefore(t, "", backend)
	a, err := attempt(t, http.MethodGet, url, "Accept", "application/json")
	if err != nil {
		t.Fatal(err)
	}
	if a.StatusCode != 503 || a.Header.Get("Proxy-Status") != "statusgate; error=http_protocol_error" {
		t.Errorf("status %d, Proxy-Status %q", a.StatusCode, a.Header.Get("Proxy-Status"))
	}
	isProblem(t, a, 503)
}

// Informational responses pass, and the final one after them is decided on as
// if they had not been.
func TestInformationalFirst(t *testing.T) {
	const (
		early = "HTTP/1.1 103 Early Hints\r\nLink: </%s>; rel=preload\r\n\r\n"
		cont  = "HTTP/1.1 100 Continue\r\n\r\n"
	)
	tests := []struct {
		name, sends string
		hints       []string
		status      int
	}{
		{"103 then 502", fmt.Sprintf(early, "a") + response("HTTP/1.1 502 Bad Gateway", htmlType, htmlPage), []string{"103 </a>; rel=preload"}, 503},
		{"100 then 404", cont + response("HTTP/1.1 404 Not Found", htmlType, htmlPage), []string{"100 "}, 404},
		{"102 then 799", "HTTP/1.1 102 Processing\r\n\r\n" + response("HTTP/1.1 799 Odd", htmlType, htmlPage), []string{"102 "}, 500},
		{
			"three times 103 then 520",
			fmt.Sprintf(early+early+early, "a", "b", "c") + response("HTTP/1.1 520 Odd", htmlType, htmlPage),
			[]string{"103 </a>; rel=preload", "103 </b>; rel=preload", "103 </c>; rel=preload"},
			503,
		},
		{
			"100 then 103 then 401", cont + fmt.Sprintf(early, "a") + response("HTTP/1.1 401 Unauthorized", htmlType, htmlPage),
			[]string{"100 ", "103 </a>; rel=preload"},
			401,
		},
	}
	backend := newRawBackend(t, func(conn *net.TCPConn, r *http.Request) {
		row, _ := strconv.Atoi(strings.TrimPrefix(r.URL.Path, "/"))
		io.WriteString(conn, tests[row].sends)
	})
	url := gateBefore(t, "", backend)
	for row, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var hints []string
			ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{
				Got1xxResponse: func(code int, header textproto.MIMEHeader) error {
					hints = append(hints, fmt.Sprintf("%d %s", code, header.Get("Link")))
					return nil
				},
			})
			req, _ := http.NewRequestWithContext(ctx, http.MethodGet, fmt.Sprintf("%s/%d", url, row), nil)
			req.Header.Set("Accept", "application/json")
			a := do(t, http.DefaultTransport, req)
			if !slices.Equal(hints, tt.hints) {
				t.Errorf("informational responses %q, want %q", hints, tt.hints)
			}
			if a.StatusCode != tt.status {
				t.Errorf("status %d, want %d", a.StatusCode, tt.status)
			}
			if a.Header.Get("Link") != "" {
				t.Error("a field of an informational response is in the final one")
			}
			owed(t, a, tt.status)
			isProblem(t, a, tt.status)
		})
	}
}

// A backend that switches protocols though nobody asked has not answered.
func TestUnaskedUpgrade(t *testing.T) {
	tests := []struct{ name, sends string }{
		{"without a protocol", "HTTP/1.1 101 Switching Protocols\r\n\r\n"},
		{"to a protocol", "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"},
	}
	backend := newRawBackend(t, func(conn *net.TCPConn, r *http.Request) {
		row, _ := strconv.Atoi(strings.TrimPrefix(r.URL.Path, "/"))
		io.WriteString(conn, tests[row].sends)
	})
	url := gateBefore(t, "", backend)
	for row, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, header := range [][]string{nil, {"Connection", "Upgrade", "Upgrade", "chess"}} {
				a, err := attempt(t, http.MethodGet, fmt.Sprintf("%s/%d", url, row), append(header, "Accept", "application/json")...)
				if err != nil {
					t.Fatal(err)
				}
				if a.StatusCode != 503 || a.Header.Get("Proxy-Status") != "statusgate; error=http_upgrade_failed" {
					t.Errorf("asking with %q: status %d, Proxy-Status %q", header, a.StatusCode, a.Header.Get("Proxy-Status"))
				}
				isProblem(t, a, 503)
			}
		})
	}
}
