package dryrun

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
)

// prepared is a configuration without what must not run.
type prepared struct {
	http    json.RawMessage
	apps    caddyApps
	servers []*server
	gates   []*Gate
}

type caddyApps = map[string]json.RawMessage

// object is a JSON object whose members are read one by one.
type object map[string]json.RawMessage

func (o object) set(name string, value any) error {
	raw, err := json.Marshal(value)
	if err == nil {
		o[name] = raw
	}
	return err
}

// text is a member that is a string, else "".
func (o object) text(name string) (s string) {
	_ = json.Unmarshal(o[name], &s)
	return s
}

// prepare takes out of a configuration what would open a file, a port or a
// connection.
func prepare(config []byte) (*prepared, error) {
	var root struct{ Apps caddyApps }
	if err := json.Unmarshal(config, &root); err != nil {
		return nil, fmt.Errorf("reading the configuration: %w", err)
	}
	var app object
	if err := json.Unmarshal(root.Apps["http"], &app); err != nil {
		return nil, fmt.Errorf("the configuration has no HTTP server")
	}
	var servers map[string]object
	if err := json.Unmarshal(app["servers"], &servers); err != nil {
		return nil, fmt.Errorf("the configuration has no HTTP server")
	}
	p := &prepared{apps: root.Apps}
	for _, name := range []string{"http", "tls", "pki", "events"} {
		delete(p.apps, name)
	}
	ports := portsOf(app)
	for _, name := range slices.Sorted(maps.Keys(servers)) {
		if err := p.server(name, servers[name], ports); err != nil {
			return nil, fmt.Errorf("server %s: %w", name, err)
		}
	}
	only := object{"http_port": app["http_port"], "https_port": app["https_port"]}
	maps.DeleteFunc(only, func(_ string, value json.RawMessage) bool { return value == nil })
	if err := only.set("servers", servers); err != nil {
		return nil, err
	}
	var err error
	p.http, err = json.Marshal(only)
	return p, err
}

// server prepares one server.
func (p *prepared) server(name string, o object, ports httpPorts) error {
	srv := newServer(name, o, ports)
	p.servers = append(p.servers, srv)
	for _, member := range []string{"listener_wrappers", "packet_conn_wrappers", "tls_connection_policies", "logs", "metrics"} {
		delete(o, member)
	}
	o["automatic_https"] = json.RawMessage(`{"disable":true}`)
	var trusted object
	if _ = json.Unmarshal(o["trusted_proxies"], &trusted); trusted.text("source") != "static" {
		delete(o, "trusted_proxies") // others ask the network
	}
	w := &walk{prepared: p, server: srv}
	if err := w.routes(o, "routes", way{}); err != nil {
		return err
	}
	if err := w.within(o, "errors", way{}); err != nil {
		return err
	}
	if o["named_routes"] == nil {
		return nil
	}
	var named map[string]json.RawMessage
	if err := json.Unmarshal(o["named_routes"], &named); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(named)) {
		var err error
		if named[name], err = w.route(named[name], way{named: true}.to("named route "+name)); err != nil {
			return err
		}
	}
	return o.set("named_routes", named)
}

// walk goes through the routes of a server.
type walk struct {
	*prepared
	server *server
}

// way is how a request comes to a handler.
type way struct {
	words []string // the matchers, outermost first
	hosts []string // of the outermost matcher that has some
	named bool     // within a named route
}

func (on way) to(words string) way {
	on.words = append(slices.Clip(on.words), words)
	return on
}

// through goes on through the matchers of a route.
func (on way) through(match json.RawMessage) way {
	var sets []struct{ Host []string }
	_ = json.Unmarshal(match, &sets) // absent: everything
	for _, set := range sets {
		if on.hosts == nil {
			on.hosts = set.Host
		}
	}
	if words := matcherWords(match); words != "" {
		return on.to(words)
	}
	return on
}

// within prepares the routes within a member, if there is one.
func (w *walk) within(o object, member string, on way) error {
	var inner object
	if o[member] == nil || json.Unmarshal(o[member], &inner) != nil || inner == nil {
		return nil
	}
	if err := w.routes(inner, "routes", on.to("errors")); err != nil {
		return err
	}
	return o.set(member, inner)
}

// responses prepares the routes that answer in place of a response.
func (w *walk) responses(o object, on way) error {
	var list []object
	if o["handle_response"] == nil {
		return nil
	}
	if err := json.Unmarshal(o["handle_response"], &list); err != nil {
		return err
	}
	for _, one := range list {
		if err := w.routes(one, "routes", on.to("a response")); err != nil {
			return err
		}
	}
	return o.set("handle_response", list)
}

// routes prepares a member that is a list of routes.
func (w *walk) routes(o object, member string, on way) error {
	if o[member] == nil {
		return nil
	}
	var list []json.RawMessage
	if err := json.Unmarshal(o[member], &list); err != nil {
		return err
	}
	for i := range list {
		var err error
		if list[i], err = w.route(list[i], on); err != nil {
			return err
		}
	}
	return o.set(member, list)
}

// route prepares one route.
func (w *walk) route(raw json.RawMessage, on way) (json.RawMessage, error) {
	var route object
	if err := json.Unmarshal(raw, &route); err != nil {
		return nil, err
	}
	on = on.through(route["match"])
	var handlers []json.RawMessage
	if route["handle"] != nil {
		if err := json.Unmarshal(route["handle"], &handlers); err != nil {
			return nil, err
		}
	}
	for i := range handlers {
		var h object
		if err := json.Unmarshal(handlers[i], &h); err != nil {
			return nil, err
		}
		replaced, err := w.handler(h, handlers[i], on)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", h.text("handler"), err)
		}
		if handlers[i], err = json.Marshal(replaced); err != nil {
			return nil, err
		}
	}
	if handlers != nil {
		if err := route.set("handle", handlers); err != nil {
			return nil, err
		}
	}
	return json.Marshal(route)
}

// asTheyAre are the handlers that run as they are: they change requests and answers,
// and touch nothing else.
var asTheyAre = []string{
	"rewrite", "vars", "map", "headers", "invoke", "error", "encode", "request_body", "copy_response", "copy_response_headers", "log_append",
}

// handler prepares one handler, and gives what takes its place.
func (w *walk) handler(h object, raw json.RawMessage, on way) (any, error) {
	name := h.text("handler")
	switch name {
	case directive:
		return w.gate(h, raw, on), nil
	case "subroute":
		if err := w.routes(h, "routes", on); err != nil {
			return nil, err
		}
		return h, w.within(h, "errors", on)
	case "intercept":
		return h, w.responses(h, on)
	case "reverse_proxy", "statusgate_proxy":
		return h, w.proxy(h, on)
	case "static_response":
		return standIn{Handler: standInName, Role: roleStatic, Name: name, InnerRaw: raw}, nil
	case "file_server", "metrics":
		return standIn{Handler: standInName, Role: roleBackend, Name: name}, nil
	}
	if slices.Contains(asTheyAre, name) {
		return h, nil
	}
	return standIn{Handler: standInName, Role: rolePass, Name: name}, nil
}

// gate prepares a gate: it runs as it is, within what tells the exchange that it is
// there.
func (w *walk) gate(h object, raw json.RawMessage, on way) standIn {
	g := &Gate{Name: h.text("name"), Way: on.words, hosts: on.hosts, named: on.named, server: w.server, says: canonical(raw), where: func(string) string { return "" }}
	if g.Name == "" {
		g.Name = directive
	}
	var resources []struct{ Path string }
	_ = json.Unmarshal(h["resource"], &resources) // a mistake in it is found when it is loaded
	for _, r := range resources {
		g.resources = append(g.resources, r.Path)
	}
	w.gates = append(w.gates, g)
	return standIn{Handler: standInName, Role: roleGate, Name: directive, Place: len(w.gates) - 1, InnerRaw: raw}
}

// proxy leaves of a reverse proxy all but what reaches for servers.
func (w *walk) proxy(h object, on way) error {
	var transport object
	_ = json.Unmarshal(h["transport"], &transport) // absent: nil
	for _, member := range []string{"health_checks", "dynamic_upstreams", "circuit_breaker", "load_balancing"} {
		delete(h, member)
	}
	var upstreams []object
	_ = json.Unmarshal(h["upstreams"], &upstreams)
	if len(upstreams) == 0 {
		if err := h.set("upstreams", []object{{"dial": json.RawMessage(`"backend:80"`)}}); err != nil {
			return err
		}
	}
	scripted := object{"protocol": json.RawMessage(`"` + transportName + `"`)}
	for _, member := range []string{"compression", "max_response_header_size"} {
		if transport[member] != nil {
			scripted[member] = transport[member]
		}
	}
	if asksOnly(h["handle_response"]) {
		scripted["asks"] = json.RawMessage("true")
	}
	if err := h.set("transport", scripted); err != nil {
		return err
	}
	return w.responses(h, on)
}

// asksOnly reports whether a proxy only asks its server whether a request may go on:
// so does forward_auth.
func asksOnly(responses json.RawMessage) bool {
	var list []struct {
		Match  caddyhttp.ResponseMatcher
		Routes []struct{ Handle []struct{ Handler string } }
	}
	if json.Unmarshal(responses, &list) != nil || len(list) == 0 {
		return false
	}
	if first := list[0]; !slices.Equal(first.Match.StatusCode, []int{2}) || len(first.Match.Headers) > 0 {
		return false
	}
	for _, route := range list[0].Routes {
		for _, h := range route.Handle {
			if h.Handler != "vars" && h.Handler != "headers" {
				return false
			}
		}
	}
	return true
}

// matcherWords says in words what a route matches, "" for everything.
func matcherWords(raw json.RawMessage) string {
	var sets []map[string]json.RawMessage
	if json.Unmarshal(raw, &sets) != nil {
		return ""
	}
	var alternatives []string
	for _, set := range sets {
		var all []string
		for _, name := range slices.Sorted(maps.Keys(set)) {
			all = append(all, name+" "+valueWords(set[name]))
		}
		alternatives = append(alternatives, strings.Join(all, ", "))
	}
	return strings.Join(alternatives, " or ")
}

// valueWords says what a matcher wants: the words of a list, else JSON.
func valueWords(raw json.RawMessage) string {
	var words []string
	if json.Unmarshal(raw, &words) == nil {
		return strings.Join(words, " ")
	}
	return string(raw)
}
