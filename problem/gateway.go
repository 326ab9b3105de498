package problem

import "strings"

// FromGateway tells by the lines of the field Proxy-Status (RFC 9209) whether a gateway between the backend and this
// one has made the response, or changed its status: one of the members then has a parameter error or received-status.
// A problem document in a server error is the gateway's own then, or has passed it; see [Response].
func FromGateway(proxyStatus []string) bool {
	left := maxMembers
	for _, line := range proxyStatus {
		for ; line != "" && left > 0; left-- {
			var member string
			if member, line = cutMember(line); made(member) {
				return true
			}
		}
	}
	return false
}

func made(member string) bool {
	for {
		end := unquotedIndex(member, ';')
		if end < 0 || end == len(member) {
			return false
		}
		member = member[end+1:]
		name, _, _ := strings.Cut(member, "=")
		if name = strings.Trim(name, " \t"); name == "error" || name == "received-status" {
			return true
		}
	}
}
