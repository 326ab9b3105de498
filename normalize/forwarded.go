package normalize

import "strings"

// ForwardedScheme reads X-Forwarded-Proto, which proxies write in any case and
// extend to a list: the first member is what the client used. ws and wss are http and
// https. It is not ok where that is none of them.
func ForwardedScheme(values []string) (scheme string, ok bool) {
	switch first := firstMember(values); {
	case strings.EqualFold(first, "https"), strings.EqualFold(first, "wss"):
		return "https", true
	case strings.EqualFold(first, "http"), strings.EqualFold(first, "ws"):
		return "http", true
	}
	return "", false
}

// ForwardedHost reads X-Forwarded-Host, likewise. It is not ok where the first
// member is no host, with or without a port (RFC 3986 §3.2).
func ForwardedHost(values []string) (host string, ok bool) {
	host = firstMember(values)
	for i := range len(host) {
		if c := host[i]; !isAlphanumeric(c) && strings.IndexByte("-._~:[]", c) < 0 {
			return "", false
		}
	}
	return host, host != ""
}

func isAlphanumeric(c byte) bool {
	return c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9'
}

// firstMember is the first member of a list that is not empty.
func firstMember(values []string) string {
	for _, line := range values {
		for member := range strings.SplitSeq(line, ",") {
			if member = strings.Trim(member, " \t"); member != "" {
				return member
			}
		}
	}
	return ""
}
