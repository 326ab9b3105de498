package dryrun

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/textproto"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Script is what the backend answers.
type Script struct {
	// Head is the status line and the fields, with the empty line behind them; nil
	// says that nothing is given: an empty 200.
	Head []byte
	// Body is the body, framed as the head says.
	Body []byte
	// Failure is what happens in place of an answer, "" for nothing.
	Failure Failure
}

// Failure is what happens in place of an answer.
type Failure string

// The failures.
const (
	Refused    Failure = "refused"    // nobody listens
	DNS        Failure = "dns"        // the name of the backend is not known
	Timeout    Failure = "timeout"    // no answer in time
	Incomplete Failure = "incomplete" // the connection ends without an answer
	Malformed  Failure = "malformed"  // the answer is no HTTP
	Canceled   Failure = "canceled"   // the client leaves meanwhile
)

// Failures are all failures.
func Failures() []Failure {
	return []Failure{Refused, DNS, Timeout, Incomplete, Malformed, Canceled}
}

// ParseFailure reads a failure.
func ParseFailure(word string) (Failure, error) {
	f := Failure(word)
	if !slices.Contains(Failures(), f) {
		words := make([]string, 0, len(Failures()))
		for _, f := range Failures() {
			words = append(words, string(f))
		}
		return "", fmt.Errorf("%q is not one of %s", word, strings.Join(words, ", "))
	}
	return f, nil
}

// given reports whether the script says anything.
func (s *Script) given() bool { return s.Head != nil || s.Failure != "" }

// Field is a header field, as it was written.
type Field struct{ Name, Value string }

// ParseField reads a field of the form "Name: value".
func ParseField(text string) (Field, error) {
	name, value, ok := strings.Cut(text, ":")
	if !ok || name == "" || strings.ContainsAny(name, " \t\r\n") || strings.ContainsAny(value, "\r\n") {
		return Field{}, fmt.Errorf("%q is not a field of the form 'Name: value'", text)
	}
	return Field{name, strings.TrimSpace(value)}, nil
}

// has reports whether a field is among the fields.
func has(fields []Field, name string) bool {
	return slices.ContainsFunc(fields, func(f Field) bool { return strings.EqualFold(f.Name, name) })
}

// NewScript is an answer with a status, fields and a body. The status may be any that
// fits a status line. A length is added where the fields frame no body.
func NewScript(status int, fields []Field, body []byte) *Script {
	var head bytes.Buffer
	fmt.Fprintf(&head, "HTTP/1.1 %03d %s\r\n", status, http.StatusText(status))
	for _, f := range fields {
		fmt.Fprintf(&head, "%s: %s\r\n", f.Name, f.Value)
	}
	bodiless := status == http.StatusNoContent || status == http.StatusNotModified || status < 200 && status >= 100
	if !bodiless && !has(fields, "Content-Length") && !has(fields, "Transfer-Encoding") {
		fmt.Fprintf(&head, "Content-Length: %d\r\n", len(body))
	}
	head.WriteString("\r\n")
	return &Script{Head: head.Bytes(), Body: body}
}

// ParseScript reads a whole answer as it stands on a connection, or as `curl -i`
// saves it: that shows HTTP/2 and HTTP/3 by their number, and bodies without their
// chunks or their coding under a head that still has these fields. Then the head is
// made to fit.
func ParseScript(raw []byte) (*Script, error) {
	for {
		head, body, ok := cutHead(raw)
		if !ok {
			return nil, errors.New("this is no HTTP answer: an empty line ends its head")
		}
		line, rest, _ := bytes.Cut(head, []byte("\n"))
		version, status, _ := strings.Cut(strings.TrimRight(string(line), "\r"), " ")
		if !strings.HasPrefix(version, "HTTP/") {
			return nil, fmt.Errorf("this is no HTTP answer: it begins with %q", version)
		}
		if len(status) >= 3 && status[0] == '1' && (len(status) == 3 || status[3] == ' ') && status[:3] != "101" {
			raw = body // one that went before
			continue
		}
		if version == "HTTP/2" || version == "HTTP/3" || version == "HTTP/2.0" || version == "HTTP/3.0" {
			version = "HTTP/1.1"
		}
		script := &Script{Body: body}
		script.Head = append([]byte(version+" "+status+"\r\n"), fitting(rest, &script.Body)...)
		return script, nil
	}
}

// cutHead cuts behind the empty line.
func cutHead(raw []byte) (head, body []byte, ok bool) {
	for at := 0; at < len(raw); {
		end := bytes.IndexByte(raw[at:], '\n')
		if end < 0 {
			return nil, nil, false
		}
		if line := raw[at : at+end]; at > 0 && (len(line) == 0 || string(line) == "\r") {
			return raw[:at], raw[at+end+1:], true
		}
		at += end + 1
	}
	return nil, nil, false
}

// fitting gives the fields of a head that fit the body, with the empty line.
func fitting(fields []byte, body *[]byte) []byte {
	var out bytes.Buffer
	chunked := !isChunked(*body)
	gzipped := bytes.HasPrefix(*body, []byte{0x1f, 0x8b})
	length := false // to be written anew
	var lengths []string
	for line := range bytes.Lines(fields) {
		text := strings.TrimRight(string(line), "\r\n")
		name, value, _ := strings.Cut(text, ":")
		switch name = textproto.CanonicalMIMEHeaderKey(name); {
		case name == "Transfer-Encoding" && chunked:
			length = true
			continue
		case name == "Content-Encoding" && strings.TrimSpace(value) == "gzip" && !gzipped && len(*body) > 0:
			length = true
			continue
		case name == "Content-Length":
			lengths = append(lengths, text)
			continue
		}
		out.WriteString(text + "\r\n")
	}
	switch {
	case length:
		fmt.Fprintf(&out, "Content-Length: %d\r\n", len(*body))
	default:
		for _, text := range lengths {
			out.WriteString(text + "\r\n")
		}
	}
	out.WriteString("\r\n")
	return out.Bytes()
}

// isChunked reports whether a body has chunks (RFC 9112 §7.1).
func isChunked(body []byte) bool {
	line, _, ok := bytes.Cut(body, []byte("\n"))
	size, _, _ := strings.Cut(strings.TrimSpace(string(line)), ";")
	_, err := strconv.ParseUint(size, 16, 63)
	return ok && err == nil && bytes.HasSuffix(bytes.TrimRight(body, "\r\n"), []byte("0"))
}

// roundTrip asks the backend.
func (s *Script) roundTrip(r *http.Request, t *transport) (*http.Response, error) {
	if r.URL.Scheme == "" {
		r.URL.Scheme = "http" // as Caddy's transport does
	}
	rt := &http.Transport{
		DialContext: s.dial, DisableKeepAlives: true, DisableCompression: t.Compression != nil && !*t.Compression,
		MaxResponseHeaderBytes: t.MaxResponseHeaderSize,
	}
	switch s.Failure {
	case Canceled:
		return nil, context.Canceled
	case Timeout:
		rt.ResponseHeaderTimeout = time.Nanosecond
	default: // dial and serve see to it
	}
	r = r.Clone(r.Context())
	r.URL.Scheme = "http"
	return rt.RoundTrip(r)
}

// dial connects to the backend.
func (s *Script) dial(_ context.Context, network, address string) (net.Conn, error) {
	var cause error
	switch s.Failure {
	case Refused:
		cause = os.NewSyscallError("connect", syscall.ECONNREFUSED)
	case DNS:
		host, _, _ := net.SplitHostPort(address)
		cause = &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
	default:
		client, backend := net.Pipe()
		go s.serve(backend)
		return client, nil
	}
	return nil, dialError{&net.OpError{Op: "dial", Net: network, Err: cause}}
}

// dialError hides its cause, as that of reverse_proxy does.
type dialError struct{ error }

// serve answers one request on a connection: once it was read to its end.
func (s *Script) serve(conn net.Conn) {
	defer conn.Close() //nolint:errcheck // nobody is at its other end
	r, err := http.ReadRequest(bufio.NewReader(conn))
	if err != nil {
		return
	}
	_, _ = io.Copy(io.Discard, r.Body) // a body that breaks off is answered too
	switch s.Failure {
	case Incomplete:
		return
	case Timeout:
		_, _ = io.Copy(io.Discard, conn) // until the proxy gives up
		return
	case Malformed:
		_, _ = io.WriteString(conn, "this is no HTTP\r\n\r\n")
		return
	default:
	}
	_, _ = conn.Write(s.message(r.Method))
}

// message is the answer on the connection.
func (s *Script) message(method string) []byte {
	head := s.Head
	if head == nil {
		head = NewScript(http.StatusOK, nil, nil).Head
	}
	if method == http.MethodHead {
		return head
	}
	return slices.Concat(head, s.Body)
}
