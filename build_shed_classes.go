package statusgate

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"

	"golang.org/x/net/http/httpguts"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
)

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
