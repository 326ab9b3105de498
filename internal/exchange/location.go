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
		r.trace.location("location accepted")
		return r.expandLocation(g.Owed.Accepted)
	}
	if location := r.expandLocation(g.Owed.Created); location != "" {
		r.trace.location("location created")
		return location
	}
	if location := h.Get("Content-Location"); location != "" {
		r.trace.location("Content-Location")
		return location
	}
	r.trace.location("the target URI")
	return normalize.CreatedURI(r.method, originalURI(r.Request), r.Header.Get("Destination"), r.public())
}

// onThisHost keeps a path that begins with two slashes from naming a host
// (RFC 3986 §4.2).
func (r *request) onThisHost(location string) string {
	if !strings.HasPrefix(location, "//") {
		return location
	}
	public := r.public()
	return public.Scheme + "://" + public.Host + location
}

// originalURI is the target URI as the client sent it, before any rewrite.
func originalURI(r *http.Request) string {
	if orig, ok := r.Context().Value(caddyhttp.OriginalRequestCtxKey).(http.Request); ok && orig.URL != nil {
		return orig.URL.RequestURI()
	}
	return r.URL.RequestURI()
}

// publishLocation moves a Location on the backend's own host to where the client
// found the gateway, and puts back the part of the path that the backend does not
// know. It reports whether that made a difference.
func publishLocation(g *Gate, r *request, h http.Header) (moved bool) {
	prefix := g.Owed.Prefix
	if prefix == "" {
		prefix = strippedPrefix(r.Request)
	}
	hostport := r.backend()
	if hostport == "" && prefix == "" {
		return false
	}
	location, moved := normalize.MoveLocation(h["Location"][0], r.public(), normalize.Origin{Host: hostport}, prefix)
	if moved {
		h["Location"] = []string{location}
	}
	return moved
}

// strippedPrefix is what handle_path or uri strip_prefix have taken from the path.
func strippedPrefix(r *http.Request) string {
	orig, ok := r.Context().Value(caddyhttp.OriginalRequestCtxKey).(http.Request)
	if !ok || orig.URL == nil || len(orig.URL.Path) == len(r.URL.Path) {
		return ""
	}
	return normalize.StrippedPrefix(orig.URL.EscapedPath(), r.URL.EscapedPath())
}

// hideLocation drops a Location that tells where the backend is.
func hideLocation(r *request, h http.Header) {
	if normalize.IsOnHost(h["Location"][0], normalize.Origin{Host: r.backend()}) {
		delete(h, "Location")
	}
}

// public is the origin by which the client reached the gateway, or says a trusted
// proxy in front of it.
func (r *request) public() normalize.Origin {
	o := normalize.Origin{Scheme: "http", Host: r.host}
	if r.TLS != nil {
		o.Scheme = "https"
	}
	if trusted, _ := caddyhttp.GetVar(r.Context(), caddyhttp.TrustedProxyVarKey).(bool); !trusted {
		return o
	}
	if scheme, ok := normalize.ForwardedScheme(r.Header["X-Forwarded-Proto"]); ok {
		o.Scheme = scheme
	}
	if host, ok := normalize.ForwardedHost(r.Header["X-Forwarded-Host"]); ok {
		o.Host = host
	}
	return o
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
