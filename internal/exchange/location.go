package exchange

import (
	"net/http"
	"strings"

	"github.com/caddyserver/caddy/v2/modules/caddyhttp"

	"github.com/statusgate/statusgate/normalize"
)

// locationOf gives the Location of a 201 or 202: the backend's own, or what the
// configuration and the response make of it; "" where there is none.
func locationOf(g *Gate, r *request, h http.Header, status int) string {
	if values := h["Location"]; len(values) > 0 && values[0] != "" {
		return values[0]
	}
	if status == http.StatusAccepted {
		return r.expandLocation(g.Owed.Accepted)
	}
	if location := r.expandLocation(g.Owed.Created); location != "" {
		return location
	}
	if location := h.Get("Content-Location"); location != "" {
		return location
	}
	if r.method == http.MethodPut {
		return r.onThisHost(normalize.CleanLocation(originalURI(r.Request)))
	}
	return ""
}

// onThisHost keeps a path that begins with two slashes from naming a host
// (RFC 3986 §4.2).
func (r *request) onThisHost(location string) string {
	if !strings.HasPrefix(location, "//") {
		return location
	}
	scheme, host := r.publicBase()
	return scheme + "://" + host + location
}

// originalURI is the target URI as the client sent it, before any rewrite.
func originalURI(r *http.Request) string {
	if orig, ok := r.Context().Value(caddyhttp.OriginalRequestCtxKey).(http.Request); ok && orig.URL != nil {
		return orig.URL.RequestURI()
	}
	return r.URL.RequestURI()
}

// publishLocation moves a Location on the backend's own host to where the
// client found the gateway.
func publishLocation(r *request, h http.Header) {
	hostport := r.backend()
	if hostport == "" {
		return
	}
	scheme, public := r.publicBase()
	to, from := normalize.Origin{Scheme: scheme, Host: public}, normalize.Origin{Host: hostport}
	if moved, ok := normalize.MoveLocation(h["Location"][0], to, from, ""); ok {
		h["Location"] = []string{moved}
	}
}

// hideLocation drops a Location that tells where the backend is.
func hideLocation(r *request, h http.Header) {
	if normalize.IsOnHost(h["Location"][0], normalize.Origin{Host: r.backend()}) {
		delete(h, "Location")
	}
}

// publicBase is the scheme and host by which the client reached the gateway,
// or says a trusted proxy in front of it.
func (r *request) publicBase() (scheme, host string) {
	scheme, host = "http", r.Host
	if r.TLS != nil {
		scheme = "https"
	}
	if trusted, _ := caddyhttp.GetVar(r.Context(), caddyhttp.TrustedProxyVarKey).(bool); !trusted {
		return scheme, host
	}
	if proto := r.Header.Get("X-Forwarded-Proto"); proto == "http" || proto == "https" {
		scheme = proto
	}
	if forwarded := r.Header.Get("X-Forwarded-Host"); forwarded != "" && !strings.ContainsAny(forwarded, ", /\\") {
		host = forwarded
	}
	return scheme, host
}

// backend gives the host and port by which reverse_proxy reached the backend, ""
// if it did not.
func (r *request) backend() string {
	if r.replacer == nil {
		return ""
	}
	hostport, _ := r.replacer.GetString("http.reverse_proxy.upstream.hostport")
	return hostport
}
