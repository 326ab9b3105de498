package normalize

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// bodyFields describe or belong to one body and are wrong for another:
// framing and coding (RFC 9110 §8), ranges (§14), validators (§8.8), trailers
// (RFC 9110 §6.6), and where to go from a page that is not shown.
var bodyFields = append([]string{
	"Content-Length", "Content-Type", "Content-Encoding", "Content-Language", "Content-Location",
	"Content-Range", "Content-Disposition", "Accept-Ranges",
	"Etag", "Last-Modified",
	"Trailer", "Refresh",
}, digestFields...)

// digestFields are made of the bytes of a representation: digests (RFC 9530,
// RFC 3230, RFC 1864, the draft on unencoded digests), what a later response can
// be compressed with (RFC 9842), and signatures, which cover digests or the status
// (RFC 9421).
var digestFields = []string{
	"Content-Digest", "Repr-Digest", "Unencoded-Digest", "Digest", "Content-Md5",
	"Use-As-Dictionary", "Signature", "Signature-Input",
}

// freshFields say how long a response may be reused (RFC 9111 §5), and by what
// it is known again (RFC 9110 §8.8).
var freshFields = []string{
	"Etag", "Last-Modified", "Cache-Control", "Expires", "Age", "Pragma",
	"Surrogate-Control", "Edge-Control", "X-Accel-Expires", // of CDNs and of nginx
}

// DropFreshness takes back what was said of caching: an error must not be
// kept for as long as the success that it stands in for. So go all fields that
// are meant for one cache, which it follows rather than Cache-Control (RFC 9213).
func DropFreshness(h http.Header) {
	for _, field := range freshFields {
		delete(h, field)
	}
	for field := range h {
		if strings.HasSuffix(field, "-Cache-Control") {
			delete(h, field)
		}
	}
}

// DropRange takes back what is only true of a 206 or a 416, the status received,
// once the response is sent under another one: where the part stands
// (RFC 9110 §14.4), and what is said of the whole of which a 206 is a part, its
// validators, digests and freshness. A cache must not keep a part as the whole: the
// caller says no-store.
func DropRange(h http.Header, received int) {
	switch received {
	case http.StatusPartialContent:
		DropFreshness(h)
		for _, field := range digestFields {
			delete(h, field)
		}
		fallthrough
	case http.StatusRequestedRangeNotSatisfiable:
		delete(h, "Content-Range")
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
