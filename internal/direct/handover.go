package direct

import (
	"os"
	"slices"
	"strings"

	"github.com/caddyserver/caddy/v2/modules/caddyhttp/reverseproxy"

	"github.com/statusgate/statusgate/transport"
)

// proxyVariables make the transport http ask a proxy.
var proxyVariables = []string{"HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy"}

// handedOver tells what leaves everything to the transport http, "" if nothing
// does.
func (t *Transport) handedOver() string {
	if !transport.Supported {
		return "this system"
	}
	if option := beyond(&t.HTTPTransport); option != "" {
		return option
	}
	for _, name := range proxyVariables {
		if os.Getenv(name) != "" {
			return "the environment variable " + name
		}
	}
	return ""
}

// beyond is the first option that is set and that only the transport http has.
func beyond(h *reverseproxy.HTTPTransport) string {
	switch {
	case h.Resolver != nil:
		return "resolver"
	case h.ProxyProtocol != "":
		return "proxy_protocol"
	case h.ForwardProxyURL != "":
		return "forward_proxy_url"
	case len(h.NetworkProxyRaw) > 0:
		return "network_proxy"
	case h.LocalAddress != "":
		return "local_address"
	case h.Compression != nil && *h.Compression:
		return "compression"
	case slices.Contains(h.Versions, "h2c"), slices.Contains(h.Versions, "3"):
		return "versions"
	case h.TLS != nil && strings.Contains(h.TLS.ServerName, "{"):
		return "tls.server_name"
	}
	return ""
}
