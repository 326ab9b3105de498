package normalize

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// bodyFields describe or belong to one body and are wrong for another:
// framing and coding (RFC 9110 §8), ranges (§14), validators (§8.8), digests
// (RFC 9530, RFC 3230, RFC 1864), trailers (RFC 9110 §6.6), and where to go
// from a page that is not shown.
var bodyFields = []string{
	"Content-Length", "Content-Type", "Content-Encoding", "Content-Language", "Content-Location",
	"Content-Range", "Content-Disposition", "Accept-Ranges",
	"Etag", "Last-Modified",
	"Content-Digest", "Repr-Digest", "Digest", "Content-Md5",
	"Trailer", "Refresh",
}

// freshFields say how long a response may be reused (RFC 9111 §5, RFC 9213),
// and by what it is known again (RFC 9110 §8.8).
var freshFields = []string{"Etag", "Last-Modified", "Cache-Control", "Expires", "Age", "Pragma", "Cdn-Cache-Control", "Surrogate-Control"}

// DropFreshness takes back what was said of caching: an error must not be
// kept for as long as the success that it stands in for.
func DropFreshness(h http.Header) {
	for _, field := range freshFields {
		delete(h, field)
	}
}

// DropBodyFields removes what describes a body that will not be sent. All
// else stays: Set-Cookie, WWW-Authenticate, Retry-After, Allow, Vary,
// Cache-Control and every field it does not know.
func DropBodyFields(h http.Header) {
	if len(h) >= len(bodyFields)/4 {
		for _, field := range bodyFields {
			delete(h, field)
		}
		return
	}
	// To look at a few is cheaper than to look for many.
	for field := range h {
		if slices.Contains(bodyFields, field) {
			delete(h, field)
		}
	}
}

// DropTrailers removes the trailer fields that a handler put into the header
// map behind its body: those that Trailer announces, and those that nothing
// does, see [http.TrailerPrefix].
func DropTrailers(h http.Header) {
	for _, field := range List(h["Trailer"]) {
		delete(h, http.CanonicalHeaderKey(field))
	}
	for field := range h {
		if strings.HasPrefix(field, http.TrailerPrefix) {
			delete(h, field)
		}
	}
}

// AddVary adds field to Vary (RFC 9110 §12.5.5) unless it is there already.
func AddVary(h http.Header, field string) {
	for _, line := range h["Vary"] {
		for member := range strings.SplitSeq(line, ",") {
			member = strings.TrimSpace(member)
			if member == "*" || strings.EqualFold(member, field) {
				return
			}
		}
	}
	h.Add("Vary", field)
}

// ProxyStatus gives one member for a Proxy-Status field (RFC 9209 §2): the
// name of the gateway, then error where it is not empty, then
// received-status where it is not negative: a malformed answer can have 000.
func ProxyStatus(name, proxyError string, received int) string {
	b := make([]byte, 0, 64)
	b = appendItem(b, name)
	if proxyError != "" {
		b = append(b, "; error="...)
		b = append(b, proxyError...)
	}
	if received >= 0 {
		b = append(b, "; received-status="...)
		b = strconv.AppendInt(b, int64(received), 10)
	}
	return string(b)
}

// appendItem writes a structured-field token, or a string where the name is
// no token (RFC 9651 §3.3).
func appendItem(b []byte, name string) []byte {
	if isToken(name) {
		return append(b, name...)
	}
	b = append(b, '"')
	for i := range len(name) {
		if c := name[i]; c == '"' || c == '\\' {
			b = append(b, '\\')
		}
		b = append(b, name[i])
	}
	return append(b, '"')
}

func isToken(name string) bool {
	for i := range len(name) {
		c := name[i]
		alpha := c|0x20 >= 'a' && c|0x20 <= 'z'
		if alpha || i > 0 && (c >= '0' && c <= '9' || strings.IndexByte("!#$%&'*+-.^_`|~:/", c) >= 0) {
			continue
		}
		return false
	}
	return name != ""
}

// RetryAfter reads a Retry-After field in seconds (RFC 9110 §10.2.3). A date
// or anything else gives false.
func RetryAfter(h http.Header) (seconds int, ok bool) {
	values := h["Retry-After"]
	if len(values) == 0 {
		return 0, false
	}
	n, err := strconv.ParseUint(strings.TrimSpace(values[0]), 10, 31)
	return int(n), err == nil //nolint:gosec // 31 bits
}

// List splits the comma-separated members of a field such as Allow, without
// its empty ones.
func List(values []string) []string {
	var members []string
	for _, line := range values {
		if members == nil {
			members = make([]string, 0, 1+strings.Count(line, ","))
		}
		for member := range strings.SplitSeq(line, ",") {
			if member = strings.TrimSpace(member); member != "" {
				members = append(members, member)
			}
		}
	}
	return members
}

// PublicLocation gives the Location value that a client can follow: one on
// the backend's own host moves to the public scheme and host. It returns
// false where the value needs no change: relative, on another host, or not a
// URL. backends are host or host:port values by which the gateway reaches
// the backend; default ports count as written.
func PublicLocation(location, scheme, host string, backends ...string) (string, bool) {
	u, err := url.Parse(location)
	if err != nil || u.Host == "" || u.Opaque != "" || host == "" {
		return "", false
	}
	if u.Scheme != "" && u.Scheme != "http" && u.Scheme != "https" {
		return "", false
	}
	if !slices.ContainsFunc(backends, func(b string) bool { return sameHost(u, b) }) {
		return "", false
	}
	u.Scheme, u.Host, u.User = scheme, host, nil
	return u.String(), true
}

func sameHost(u *url.URL, backend string) bool {
	if backend == "" {
		return false
	}
	if strings.EqualFold(u.Host, backend) {
		return true
	}
	port := "80"
	if u.Scheme == "https" {
		port = "443"
	}
	return u.Port() == "" && strings.EqualFold(u.Host+":"+port, backend)
}

// QuotedContent makes a value fit to stand between the quotes of a quoted
// string (RFC 9110 §5.6.4): quotes and backslashes are escaped, control
// characters go.
func QuotedContent(value string) string {
	var b strings.Builder
	for i := range len(value) {
		switch c := value[i]; {
		case c == '"' || c == '\\':
			b.WriteByte('\\')
			b.WriteByte(c)
		case c >= ' ' && c != 0x7f || c == '\t':
			b.WriteByte(c)
		}
	}
	return b.String()
}

// PathSegment makes a value one segment of a path (RFC 3986 §3.3): slashes and
// all that would end it are percent-encoded, and so are dots where nothing
// else would be left.
func PathSegment(value string) string {
	if value == "." || value == ".." {
		return strings.ReplaceAll(value, ".", "%2E")
	}
	return url.PathEscape(value)
}

// CleanLocation makes a value fit for a Location field (RFC 3986): bytes that
// no URI reference has, and a line break above all, are percent-encoded.
func CleanLocation(value string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(value) {
		c := value[i]
		if c > ' ' && c < 0x7f && strings.IndexByte("\"<>\\^`{|}", c) < 0 {
			b.WriteByte(c)
			continue
		}
		b.Write([]byte{'%', hex[c>>4], hex[c&15]})
	}
	return b.String()
}
