package statusgate

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/http/httpguts"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"

	"github.com/statusgate/statusgate/internal/overload"
	"github.com/statusgate/statusgate/shed"
)

const (
	defaultClientKey = "{http.auth.user.id}"
	maxPlaces        = 1_000_000            // of anything that is counted one by one
	maxWaiting       = 64 << 20 / (4 << 10) // more are never held: see [shed.Place]
	maxPatience      = time.Minute
	maxAppointment   = 24 * time.Hour
)

// shedding is how a gate sheds. The limiter comes when the gate is provisioned.
type shedding struct {
	name   string // of a limiter that is shared; "" for one of the gate's own
	config shed.Config
	key    string // the template of the client key
}

// shedding reads the settings of the limiter, nil if there is none.
func (b *builder) shedding(in *Shed, report bool) *shedding {
	if in == nil {
		return nil
	}
	out := &shedding{name: in.Name, config: shed.Defaults(), key: defaultClientKey}
	c := &out.config
	c.Report = in.Report || report
	b.label("shed", in.Name)
	if in.ClientKey != "" {
		out.key = in.ClientKey
		b.template("shed.client_key", in.ClientKey)
		if !strings.Contains(in.ClientKey, "{") {
			b.failf("shed.client_key", "%q has no placeholder: all clients would be one", in.ClientKey)
		}
	}
	b.places("shed.max", in.Max, &c.Max)
	b.places("shed.fixed", in.Fixed, &c.Fixed)
	b.places("shed.max_streams", in.MaxStreams, &c.MaxStreams)
	b.places("shed.record", in.Record, &c.Record)
	if c.Fixed > c.Max {
		b.failf("shed.fixed", "%d is above max, which is %d%s", c.Fixed, c.Max, b.written("shed.max"))
	}
	if in.Queue != nil {
		c.Queue = *in.Queue
		if c.Queue < 0 || c.Queue > maxWaiting {
			b.failf("shed.queue", "%d is not between 0 and %d", c.Queue, maxWaiting)
		}
	}
	b.patience(in.Patience, c)
	if in.RetryAfterMax != 0 {
		c.RetryAfterMax = time.Duration(in.RetryAfterMax)
		if c.RetryAfterMax < time.Second || c.RetryAfterMax > maxAppointment {
			b.failf("shed.retry_after_max", "%v is not between 1s and %v", c.RetryAfterMax, maxAppointment)
		}
	}
	b.classes(in)
	return out
}

// places reads a number of which 0 is the default.
func (b *builder) places(option string, n int, to *int) {
	if n < 0 || n > maxPlaces {
		b.failf(option, "%d is not between 1 and %d", n, maxPlaces)
		return
	}
	if n > 0 {
		*to = n
	}
}

func (b *builder) patience(in *caddy.Duration, c *shed.Config) {
	if in == nil {
		return
	}
	c.Patience = time.Duration(*in)
	switch {
	case c.Patience < 0 || c.Patience > maxPatience:
		b.failf("shed.patience", "%v is not between 1ms and %v", c.Patience, maxPatience)
	case c.Patience < time.Millisecond && c.Queue > 0:
		b.failf("shed.patience", "%v leaves no time to wait in a queue of %d%s; queue 0 is how nobody waits",
			c.Patience, c.Queue, b.written("shed.queue"))
	}
}

// written tells where an option stands that another one is about, or that it
// stands nowhere.
func (b *builder) written(option string) string {
	if at, ok := b.lines[option]; ok {
		return " (" + at.String() + ")"
	}
	return " by default"
}

// settings are what the gate says of its limiter, defaults included. They are
// to be asked for before the matchers are loaded.
func (s *shedding) settings(in *Shed) overload.Settings {
	all := make(overload.Settings)
	for option, value := range map[string]any{
		"critical": in.Critical, "background": in.Background, "exempt": in.Exempt, "client_key": s.key,
		"fixed": s.config.Fixed, "max": s.config.Max, "max_streams": s.config.MaxStreams, "queue": s.config.Queue,
		"patience": s.config.Patience.String(), "retry_after_max": s.config.RetryAfterMax.String(), "record": s.config.Record, "report": s.config.Report,
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

// provisionShed gives the gate its limiter.
func (h *Handler) provisionShed(ctx caddy.Context, built *built) error {
	s, g := built.shedding, built.gate
	if s == nil {
		return nil
	}
	o := &overload.Options{
		Name: s.name, Gate: g.Name, Config: s.config, ClientKey: s.key, Settings: s.settings(h.Shed), Logger: g.Telemetry.Logger(),
	}
	for _, r := range built.declared {
		o.Paths = append(o.Paths, r.Path)
	}
	var err error
	if o.Matchers, err = h.Shed.loadMatchers(ctx); err != nil {
		return err
	}
	if g.Shedder, err = overload.New(ctx.GetMetricsRegistry(), o); err != nil {
		return err
	}
	h.shedder = g.Shedder // Cleanup gives it back
	for _, r := range built.declared {
		r.Route = g.Shedder.Route(r.Path)
	}
	return nil
}

// loadMatchers loads the matchers of the classes, in the order in which they
// are tried.
func (s *Shed) loadMatchers(ctx caddy.Context) ([]overload.ClassMatcher, error) {
	var matchers []overload.ClassMatcher
	for _, c := range []struct {
		class shed.Class
		field string
		raw   caddyhttp.RawMatcherSets
	}{
		{shed.Exempt, "Exempt", s.Exempt},
		{shed.Critical, "Critical", s.Critical},
		{shed.Background, "Background", s.Background},
	} {
		if len(c.raw) == 0 {
			continue
		}
		loaded, err := ctx.LoadModule(s, c.field)
		if err != nil {
			return nil, fmt.Errorf("shed.%s: %w", strings.ToLower(c.field), err)
		}
		m := overload.ClassMatcher{Class: c.class}
		if err := m.Sets.FromInterface(loaded); err != nil {
			return nil, err
		}
		matchers = append(matchers, m)
	}
	return matchers, nil
}

// classes checks the matchers of classes: one that can never match is a
// mistake. So is one without a condition, which would take every request.
func (b *builder) classes(in *Shed) {
	type written struct {
		option string
		set    caddy.ModuleMap
	}
	var earlier []written
	for _, class := range []struct {
		option string
		sets   caddyhttp.RawMatcherSets
	}{{"shed.exempt", in.Exempt}, {"shed.critical", in.Critical}, {"shed.background", in.Background}} {
		if class.sets != nil && len(class.sets) == 0 {
			b.failf(class.option, "no matcher")
		}
		for i, set := range class.sets {
			option := numbered(class.option, i)
			if takesEvery(set) {
				b.failf(option, "no matcher that leaves some: it would take every request")
				continue
			}
			if why := neverMatches(set); why != "" {
				b.failf(option, "can never match: %s", why)
				continue
			}
			for _, e := range earlier {
				if covers(e.set, set) {
					b.failf(option, "can never match: its requests are always taken by %s (%s)", inCaddyfile(e.option), b.at(e.option))
					break
				}
			}
			earlier = append(earlier, written{option, set})
		}
	}
}

// neverMatches tells why no request can match a set, "" if one may. It knows
// the matchers of which that can be said.
func neverMatches(set caddy.ModuleMap) string {
	for _, name := range slices.Sorted(maps.Keys(set)) {
		impossible, known := impossibles[name]
		if !known {
			continue
		}
		var values []string
		if name == "protocol" {
			var value string
			if json.Unmarshal(set[name], &value) != nil {
				continue
			}
			values = []string{value}
		} else if json.Unmarshal(set[name], &values) != nil {
			continue // for Caddy to refuse
		}
		if len(values) == 0 {
			return name + " has no value"
		}
		if !slices.ContainsFunc(values, func(value string) bool { return impossible(value) == "" }) {
			return name + " " + strings.Join(values, " ") + ": " + impossible(values[0])
		}
	}
	return ""
}

// impossibles tell why no request has a value, "" if one may have.
var impossibles = map[string]func(value string) string{
	"path": func(value string) string {
		if value == "" || !strings.ContainsRune("/*{", rune(value[0])) {
			return "every path begins with a slash"
		}
		return ""
	},
	"method": func(value string) string {
		if !httpguts.ValidHeaderFieldName(value) { // both are tokens (RFC 9110 §9.1)
			return "that is no method"
		}
		if value != strings.ToUpper(value) {
			return "methods are written in capitals"
		}
		return ""
	},
	"host": func(value string) string {
		if strings.ContainsAny(value, "/ ") {
			return "a host has neither a scheme nor a path"
		}
		return ""
	},
	"protocol": func(value string) string {
		if value == "" {
			return "that is no protocol"
		}
		return ""
	},
}

// covers reports whether every request that matches narrow also matches wide.
// It may miss that.
func covers(wide, narrow caddy.ModuleMap) bool {
	for name, condition := range wide {
		if takesAll(name, condition) {
			continue
		}
		other, ok := narrow[name]
		if !ok || !implies(name, other, condition) {
			return false
		}
	}
	return len(wide) > 0
}

// takesEvery reports whether every request matches a set.
func takesEvery(set caddy.ModuleMap) bool {
	for name, condition := range set {
		if !takesAll(name, condition) {
			return false
		}
	}
	return true
}

// takesAll reports whether every request matches a condition.
func takesAll(name string, condition json.RawMessage) bool {
	var paths []string
	return name == "path" && json.Unmarshal(condition, &paths) == nil && slices.Contains(paths, "*")
}

// implies reports whether what matches narrow also matches wide, both
// configurations of the matcher of this name.
func implies(name string, narrow, wide json.RawMessage) bool {
	if equalJSON(narrow, wide) {
		return true
	}
	var n, w []string
	if json.Unmarshal(narrow, &n) != nil || json.Unmarshal(wide, &w) != nil {
		return false
	}
	switch name {
	case "path":
		return within(n, w, func(n, w string) bool { return pathWithin(strings.ToLower(n), strings.ToLower(w)) })
	case "method":
		return within(n, w, func(n, w string) bool { return n == w })
	case "host":
		return within(n, w, strings.EqualFold)
	}
	return false
}

func equalJSON(a, b json.RawMessage) bool {
	var x, y any
	return json.Unmarshal(a, &x) == nil && json.Unmarshal(b, &y) == nil && reflect.DeepEqual(x, y)
}

// within reports whether each narrow value is in one of the wide ones.
func within(narrow, wide []string, in func(narrow, wide string) bool) bool {
	for _, n := range narrow {
		if !slices.ContainsFunc(wide, func(w string) bool { return in(n, w) }) {
			return false
		}
	}
	return true
}

// pathWithin reports whether all paths of one pattern are those of another.
func pathWithin(narrow, wide string) bool {
	if narrow == wide || wide == "*" {
		return true
	}
	if strings.ContainsAny(narrow+wide, "{%") {
		return false // not known before the request
	}
	prefix, ok := strings.CutSuffix(wide, "*")
	return ok && !strings.Contains(prefix, "*") && strings.HasPrefix(narrow, prefix)
}
