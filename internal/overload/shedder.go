// Package overload ties the limiters of package shed to Caddy: which limiter a
// gate has, of which class, client and route a request is, when it gives its
// place back, and what operators see of it.
package overload

import (
	"hash/maphash"
	"net/http"
	"net/netip"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"

	"github.com/statusgate/statusgate/shed"
)

// Shedder is a gate's way to its limiter, which other gates and other
// configurations may share. It is immutable.
type Shedder struct {
	limiter    *limiter
	config     shed.Config
	generation uint64 // of config
	matchers   []ClassMatcher
	key        clientKey
	logger     *zap.Logger
	routes     map[string]uint64 // of the declared resources
	waits      [shed.Classes]prometheus.Observer
	retryAfter prometheus.Observer
}

// ClassMatcher takes the requests of a class.
type ClassMatcher struct {
	Class shed.Class
	Sets  caddyhttp.MatcherSets
}

// Options say how a gate sheds.
type Options struct {
	// Name is that of a limiter that gates share, "" for one of the gate's own.
	Name string
	// Gate is the name of the gate.
	Gate string
	// Config is how the limiter works.
	Config shed.Config
	// ClientKey is the template of who a client is. Its placeholders are known
	// to be well-formed.
	ClientKey string
	// Settings are what all gates that share the limiter must agree on.
	Settings Settings
	// Matchers are tried in this order.
	Matchers []ClassMatcher
	// Paths are those of the declared resources, which metrics tell apart.
	Paths []string
	// Logger is the log of the gate.
	Logger *zap.Logger
}

// New gives a gate its limiter. The registry is that of the configuration,
// through which its gates find each other. Close gives the limiter back.
func New(reg *prometheus.Registry, o *Options) (*Shedder, error) {
	configured, err := limitersOf(reg)
	if err != nil {
		return nil, err
	}
	name, err := configured.claim(o.Name, o.Gate, o.Settings)
	if err != nil {
		return nil, err
	}
	s := &Shedder{config: o.Config, matchers: o.Matchers, key: parseClientKey(o.ClientKey), logger: o.Logger}
	s.limiter = takeLimiter(name, o.Config)
	if o.Name == "" && name != o.Gate {
		o.Logger.Warn("gates that shed have one name: which limiter is whose may change with any reload, so give each a name of its own",
			zap.String("limiter", name))
	}
	s.generation = s.limiter.newest.Add(1)
	s.declare(o.Paths)
	s.waits, s.retryAfter = configured.show(s)
	return s, nil
}

// declare gives the declared resources their routes: slots of their own as long as
// there are some.
func (s *Shedder) declare(paths []string) {
	s.routes = make(map[string]uint64, len(paths))
	for _, path := range paths {
		if _, ok := s.routes[path]; ok {
			continue
		}
		s.routes[path] = notZero(s.limiter.hash(path) &^ ownRoute)
		if pair, ok := s.limiter.routes.take(path); ok {
			s.routes[path] = ownRoute | uint64(pair)
		}
	}
}

// Close gives the limiter back. It is called once.
func (s *Shedder) Close() error {
	for path, route := range s.routes {
		if route&ownRoute != 0 {
			s.limiter.routes.release(path)
		}
	}
	_, err := limiters.Delete(s.limiter.name)
	return err
}

// Stats tells how things stand with the limiter.
func (s *Shedder) Stats() shed.Stats { return s.limiter.Stats() }

// Route is the ID of the route to a declared resource, one of [Options].Paths. It
// is not 0.
func (s *Shedder) Route(path string) uint64 { return s.routes[path] }

// classOf is the class of a request.
func (s *Shedder) classOf(r *http.Request) (shed.Class, error) {
	for i := range s.matchers {
		m := &s.matchers[i]
		if ok, err := m.Sets.AnyMatchWithError(r); err != nil {
			return shed.Normal, err
		} else if ok {
			return m.Class, nil
		}
	}
	return shed.Normal, nil
}

// Client identifies who asks, 0 if nobody knows.
func (s *Shedder) Client(r *http.Request, replacer *caddy.Replacer) uint64 {
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

// RouteOf identifies what is asked for: a resource that is declared, or 0 for
// what its path begins with, and whether it is only read.
func (s *Shedder) RouteOf(r *http.Request, route uint64) uint64 {
	if route == 0 {
		route = s.limiter.hash(firstSegments(r.URL.Path)) &^ ownRoute
	}
	return s.limiter.routes.place(route, isRead(r.Method))
}
