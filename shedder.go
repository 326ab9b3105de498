package statusgate

import (
	"encoding/json"
	"hash/maphash"
	"net/http"
	"net/netip"
	"strings"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"

	"github.com/statusgate/statusgate/shed"
)

// shedder is a gate's way to its limiter, which other gates and other
// configurations may share. It is immutable.
type shedder struct {
	limiter    *limiter
	config     shed.Config
	generation uint64 // of config
	matchers   []classMatcher
	key        clientKey
	waits      [shed.Classes]prometheus.Observer
	retryAfter prometheus.Observer
}

// classMatcher takes the requests of a class.
type classMatcher struct {
	class shed.Class
	sets  caddyhttp.MatcherSets
}

// provisionShed gives the gate its limiter.
func (h *Handler) provisionShed(ctx caddy.Context, g *gate) error {
	if g.shedding == nil {
		return nil
	}
	settings := g.shedding.settings(h.Shed)
	s := &shedder{config: g.shedding.config, key: parseClientKey(g.shedding.key)}
	var err error
	if s.matchers, err = h.Shed.loadMatchers(ctx); err != nil {
		return err
	}
	configured, err := limitersOf(ctx.GetMetricsRegistry())
	if err != nil {
		return err
	}
	name, err := configured.claim(g.shedding.name, g.name, settings)
	if err != nil {
		return err
	}
	s.limiter = takeLimiter(name, s.config)
	h.limiter = name // the reference was taken: Cleanup gives it back
	s.generation = s.limiter.newest.Add(1)
	for _, r := range g.declared {
		r.route = s.limiter.hash(r.path)
	}
	s.waits, s.retryAfter = configured.show(s.limiter, g.declared)
	g.shedder = s
	return nil
}

// loadMatchers loads the matchers of the classes, in the order in which they
// are tried.
func (in *Shed) loadMatchers(ctx caddy.Context) ([]classMatcher, error) {
	var matchers []classMatcher
	for _, c := range []struct {
		class shed.Class
		field string
		raw   caddyhttp.RawMatcherSets
	}{
		{shed.Exempt, "Exempt", in.Exempt},
		{shed.Critical, "Critical", in.Critical},
		{shed.Background, "Background", in.Background},
	} {
		if len(c.raw) == 0 {
			continue
		}
		loaded, err := ctx.LoadModule(in, c.field)
		if err != nil {
			return nil, err
		}
		m := classMatcher{class: c.class}
		if err := m.sets.FromInterface(loaded); err != nil {
			return nil, err
		}
		matchers = append(matchers, m)
	}
	return matchers, nil
}

// settings are what the gate says of its limiter, defaults included. They are
// to be asked for before the matchers are loaded.
func (s *shedding) settings(in *Shed) settings {
	all := make(settings)
	for option, value := range map[string]any{
		"critical": in.Critical, "background": in.Background, "exempt": in.Exempt, "client_key": s.key,
		"fixed": s.config.Fixed, "max": s.config.Max, "max_streams": s.config.MaxStreams, "queue": s.config.Queue,
		"patience": s.config.Patience.String(), "retry_after_max": s.config.RetryAfterMax.String(), "report": s.config.Report,
	} {
		var canonical any
		if text, err := json.Marshal(value); err == nil && json.Unmarshal(text, &canonical) == nil {
			if canonical == nil {
				canonical = "none"
			}
			text, _ = json.Marshal(canonical) // of matchers, without their order
			all[option] = strings.Trim(string(text), `"`)
		}
	}
	return all
}

// classOf is the class of a request.
func (s *shedder) classOf(r *http.Request) (shed.Class, error) {
	for i := range s.matchers {
		m := &s.matchers[i]
		if ok, err := m.sets.AnyMatchWithError(r); err != nil {
			return shed.Normal, err
		} else if ok {
			return m.class, nil
		}
	}
	return shed.Normal, nil
}

// clientOf identifies who asks, 0 if nobody knows.
func (s *shedder) clientOf(r *http.Request, replacer *caddy.Replacer) uint64 {
	if id := s.key.hash(s.limiter.seed, replacer); id != 0 {
		return id
	}
	text, _ := caddyhttp.GetVar(r.Context(), caddyhttp.ClientIPVarKey).(string)
	if text == "" {
		return 0
	}
	ip, err := netip.ParseAddr(text)
	if err != nil {
		return s.limiter.hash(text)
	}
	if ip = ip.Unmap(); ip.Is4() {
		b := ip.As4()
		return notZero(maphash.Bytes(s.limiter.seed, b[:]))
	}
	// One client has at least the 64 bits of interfaces in its network.
	b := ip.As16()
	return notZero(maphash.Bytes(s.limiter.seed, b[:8]))
}

// routeOf identifies what is asked for: a resource that is declared, or what
// its path begins with, and whether it is only read.
func (s *shedder) routeOf(r *http.Request, res *resource) uint64 {
	route := res.route
	if route == 0 {
		route = s.limiter.hash(firstSegments(r.URL.Path))
	}
	return routeKind(route, isRead(r.Method))
}

// routeKind tells reading from writing, in slots that differ.
func routeKind(route uint64, read bool) uint64 {
	route <<= 1
	if !read {
		route |= 1
	}
	return route
}

// firstSegments is the beginning of a path, up to two segments of it.
func firstSegments(path string) string {
	end := 0
	for range 2 {
		if end >= len(path) {
			break
		}
		next := strings.IndexByte(path[end+1:], '/')
		if next < 0 {
			return path
		}
		end += 1 + next
	}
	return path[:end]
}

// isRead reports whether a method is safe (RFC 9110 §9.2.1), WebDAV's and
// QUERY among them.
func isRead(method string) bool {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodTrace, "PROPFIND", "REPORT", "SEARCH", "QUERY":
		return true
	}
	return false
}

// asksForStream reports whether a request may go on after its answer has begun.
func (w *responseWriter) asksForStream() bool {
	r := w.request
	if len(r.Header["Upgrade"]) > 0 || isWebSocketConnect(r) {
		return true
	}
	for _, line := range w.accept {
		if strings.Contains(line, "text/event-stream") {
			return true
		}
	}
	return isGRPC(r.Header)
}

func isGRPC(h http.Header) bool {
	contentType := h["Content-Type"]
	return len(contentType) > 0 && strings.HasPrefix(contentType[0], "application/grpc")
}

// isStream reports whether a response goes on for as long as it likes.
func isStream(h http.Header) bool {
	contentType := h["Content-Type"]
	return len(contentType) > 0 && (strings.HasPrefix(contentType[0], "text/event-stream") || strings.HasPrefix(contentType[0], "application/grpc"))
}

// What the map of the fields needs beside their texts. Without it thousands of
// empty fields would count for next to nothing.
const (
	fieldSize = 112 // for each name
	valueSize = 24  // for each value, with what was allocated too much for them
)

// sizeOf is what a request holds in its head while it waits.
func sizeOf(r *http.Request) int {
	size := len(r.RequestURI)
	for name, values := range r.Header {
		size += fieldSize + len(name) + valueSize*len(values)
		for _, value := range values {
			size += len(value)
		}
	}
	return size
}
