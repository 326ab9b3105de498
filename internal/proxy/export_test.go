package proxy

import (
	"net/http"

	"github.com/caddyserver/caddy/v2/modules/caddyhttp/reverseproxy"
)

// Needs gives the options that leave everything to reverse_proxy.
func Needs(h *reverseproxy.Handler) []string { return needs(h) }

// EachInFlight gives the counts of the short way.
func EachInFlight(f func(upstream string, requests int)) {
	inFlight.Range(func(key, value any) bool {
		f(key.(string), int(value.(*active).Load()))
		return true
	})
}

// IsPlainRequest tells what of a request needs no more than to be sent on.
func IsPlainRequest(r *http.Request) bool { return isPlainRequest(r) }

// Outgoing gives the fields that the upstream gets.
func Outgoing(r *http.Request, client string, trusted bool) http.Header {
	return outgoing(r, client, trusted)
}
