package normalize

import (
	"net/netip"
	"net/url"
	"strings"
)

// Origin is where a server is reached (RFC 9110 §4.3.1). Scheme is http or
// https, or empty where it is not known. Host is a name or an address, with the
// port where that is not the scheme's own.
type Origin struct{ Scheme, Host string }

// split takes the host apart. port is that of the scheme where Host has none, and
// empty where nobody knows.
func (o Origin) split() (name, port string) {
	u := url.URL{Host: o.Host}
	if name, port = u.Hostname(), u.Port(); port == "" {
		port = defaultPort(o.Scheme)
	}
	return name, port
}

func defaultPort(scheme string) string {
	switch scheme {
	case "http":
		return "80"
	case "https":
		return "443"
	}
	return ""
}

// MoveLocation gives the Location that a client can follow, and whether it is
// another one. The backend knows neither by which origin it is public, nor by which
// prefix of the path; both may be empty for not known.
//
// To public moves a URL whose origin is the backend's: the same name, where any
// two of localhost and the loopback addresses are the same, and the same port. So
// does one on the public name with the port of the backend, or with http where the
// public is reached by https; but none with https where it is reached by http,
// which is how a server asks for TLS. Any other port is another server.
//
// In front of a path that does not begin with it stands prefix then, be it of a URL
// on the public origin or of a path alone. Relative paths are left alone.
func MoveLocation(location string, public, backend Origin, prefix string) (string, bool) {
	moved := moveLocation(location, public, backend, prefix)
	if moved == location {
		return "", false
	}
	return moved, true
}

func moveLocation(location string, public, backend Origin, prefix string) string {
	u, err := url.Parse(location)
	switch {
	case err != nil || u.Opaque != "":
		return location
	case isPath(location):
		return addPrefix(location, u.EscapedPath(), prefix)
	case public.Host == "" || !public.isFor(u, backend):
		return location
	}
	u.Scheme, u.Host, u.User = public.Scheme, public.Host, nil
	moved := u.String()
	at := len(u.Scheme) + len("://") + len(u.Host)
	return moved[:at] + addPrefix(moved[at:], u.EscapedPath(), prefix)
}

// IsOnHost reports whether a Location is a URL on the backend's host, whatever the
// port: it tells where the backend is.
func IsOnHost(location string, backend Origin) bool {
	u, err := url.Parse(location)
	if err != nil || u.Hostname() == "" {
		return false
	}
	name, _ := backend.split()
	return sameName(u.Hostname(), name)
}

// isFor reports whether u, which a backend names, is meant to be on the origin o.
func (o Origin) isFor(u *url.URL, backend Origin) bool {
	at := Origin{Scheme: u.Scheme, Host: u.Host}
	switch at.Scheme {
	case "":
		at.Scheme = o.Scheme
	case "http", "https":
	default:
		return false
	}
	name, port := at.split()
	publicName, publicPort := o.split()
	backendName, backendPort := backend.split()
	if backendPort == "" {
		backendPort = defaultPort(at.Scheme)
	}
	if name == "" {
		return false
	}
	if port == backendPort && sameName(name, backendName) {
		return true
	}
	if !strings.EqualFold(name, publicName) || at.Scheme == "https" && o.Scheme == "http" {
		return false
	}
	return port == publicPort || port == backendPort && backend.Host != "" || at.Scheme == "http" && port == "80" && publicPort == "443"
}

// sameName compares two names of hosts.
func sameName(a, b string) bool {
	return strings.EqualFold(a, b) || isLoopback(a) && isLoopback(b)
}

func isLoopback(name string) bool {
	if strings.EqualFold(name, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(name)
	return err == nil && ip.IsLoopback()
}

// isPath reports whether a reference is a path from the root, on whatever origin
// (RFC 3986 §4.2).
func isPath(reference string) bool {
	return strings.HasPrefix(reference, "/") && !strings.HasPrefix(reference, "//")
}

// addPrefix puts prefix in front of reference, whose path is given, unless the path
// has it already.
func addPrefix(reference, path, prefix string) string {
	rest, ok := strings.CutPrefix(path, prefix)
	if ok && (rest == "" || rest[0] == '/') {
		return reference
	}
	return prefix + reference
}

// StrippedPrefix is what stood before the path of a request, as it is now, when the
// client sent it: "/api" of "/api/orders" and "/orders", both escaped. It is empty
// where the one does not end with the other.
func StrippedPrefix(original, now string) string {
	prefix, ok := strings.CutSuffix(original, now)
	if !ok || !strings.HasPrefix(now, "/") || strings.HasSuffix(prefix, "/") {
		return ""
	}
	return prefix
}

// CreatedURI is what a 201 without Location has created, as far as HTTP says it:
// the target URI for PUT (RFC 9110 §9.3.4), MKCOL, LOCK (RFC 4918 §9.3, §9.10.4),
// MKCALENDAR (RFC 4791 §5.3.1) and MKACTIVITY (RFC 3253 §13.5), the Destination
// for COPY and MOVE (RFC 4918 §9.8.5, §9.9.4) where it is on the public origin. For
// any other method it is empty. target is the path and query that the client sent.
func CreatedURI(method, target, destination string, public Origin) string {
	switch method {
	case "PUT", "MKCOL", "LOCK", "MKCALENDAR", "MKACTIVITY":
		return CleanLocation(onOrigin(target, public))
	case "COPY", "MOVE":
		return CleanLocation(onPublic(destination, public))
	}
	return ""
}

// onOrigin keeps a path that begins with two slashes from naming a host
// (RFC 3986 §4.2).
func onOrigin(target string, origin Origin) string {
	if strings.HasPrefix(target, "//") {
		return origin.Scheme + "://" + origin.Host + target
	}
	return target
}

// onPublic is the destination, a URL or a path (RFC 4918 §10.3), if it is on the
// public origin, else nothing.
func onPublic(destination string, public Origin) string {
	u, err := url.Parse(destination)
	switch {
	case err != nil || u.Opaque != "" || u.User != nil || u.Fragment != "":
		return ""
	case isPath(destination):
		return destination
	case u.Scheme != public.Scheme || u.Host == "":
		return ""
	}
	name, port := Origin{u.Scheme, u.Host}.split()
	publicName, publicPort := public.split()
	if !strings.EqualFold(name, publicName) || port != publicPort {
		return ""
	}
	return destination
}

// PathSegment makes a value one segment of a path (RFC 3986 §3.3): slashes and
// all that would end it are percent-encoded. It is empty for "." and "..", which are
// no segments but ways to go, however they are encoded.
func PathSegment(value string) string {
	if value == "." || value == ".." {
		return ""
	}
	return url.PathEscape(value)
}

// HasDotSegment reports whether the path of a URI reference has a segment "." or
// "..", encoded or not, so that it is not where it seems to be (RFC 3986 §5.2.4).
func HasDotSegment(reference string) bool {
	if end := strings.IndexAny(reference, "?#"); end >= 0 {
		reference = reference[:end]
	}
	for segment := range strings.SplitSeq(reference, "/") {
		switch strings.ToLower(segment) {
		case ".", "%2e", "..", ".%2e", "%2e.", "%2e%2e":
			return true
		}
	}
	return false
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
