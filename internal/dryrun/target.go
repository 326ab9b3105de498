package dryrun

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// target is where a request goes.
type target struct {
	server *server
	host   string // as in the Host field
	port   int
	uri    string // as in the request line
}

// String is the target as a URL.
func (t *target) String() string {
	if strings.HasPrefix(t.uri, "/") {
		return t.server.scheme() + "://" + t.host + t.uri
	}
	return t.server.scheme() + "://" + t.host + " " + t.uri
}

// target finds the server that a request is for.
func (s *Stage) target(req *Request) (*target, error) {
	if len(s.gates) == 0 {
		return nil, errors.New("the configuration has no statusgate")
	}
	site, uri := req.Site, req.URL
	if !strings.HasPrefix(uri, "/") && uri != "*" {
		u, err := url.Parse(uri)
		if err != nil || u.Host == "" {
			u, err = url.Parse("//" + uri)
		}
		if err != nil || u.Host == "" {
			return nil, fmt.Errorf("%q is no URL", req.URL)
		}
		site = u.Host
		if u.Scheme != "" {
			site = u.Scheme + "://" + u.Host
		}
		uri = u.RequestURI()
	}
	if site == "" {
		return s.onlySite(req.Gate, uri)
	}
	return s.siteOf(site, uri)
}

// siteOf finds the server for a host, which may have a scheme and a port.
func (s *Stage) siteOf(site, uri string) (*target, error) {
	scheme, host, ok := strings.Cut(site, "://")
	if !ok {
		scheme, host = "", site
	}
	name, portText, err := net.SplitHostPort(host)
	if err != nil {
		name, portText = host, ""
	}
	port, _ := strconv.Atoi(portText)
	if port == 0 && scheme != "" {
		port = map[string]int{"http": 80, "https": 443}[scheme]
	}
	best := -1
	var found *server
	for _, srv := range s.servers {
		if scheme != "" && srv.scheme() != scheme || port != 0 && !slices.Contains(srv.ports, port) {
			continue
		}
		rank := s.rank(srv, name)
		if rank > best {
			best, found = rank, srv
		}
	}
	if found == nil {
		return nil, fmt.Errorf("no server of the configuration is at %s: there is %s", site, s.addresses())
	}
	t := &target{server: found, host: host, port: port, uri: uri}
	if port == 0 && len(found.ports) > 0 {
		t.port = found.ports[0]
	}
	return t, nil
}

// rank says how well a server suits a host: one with a site and a gate best.
func (s *Stage) rank(srv *server, host string) int {
	rank := 0
	if srv.takes(host) {
		rank += 2
		if len(srv.hosts) > 0 {
			rank++
		}
	}
	if slices.ContainsFunc(s.gates, func(g *Gate) bool { return g.server == srv }) {
		rank += 4
	}
	return rank
}

// onlySite is the site with a gate, or with the gate of a name, if there is one.
func (s *Stage) onlySite(gate, uri string) (*target, error) {
	var found []*target
	var names []string
	for _, g := range s.gates {
		if gate != "" && g.Name != gate {
			continue
		}
		for _, host := range g.sites() {
			t := &target{server: g.server, host: host, uri: uri}
			if len(g.server.ports) > 0 {
				t.port = g.server.ports[0]
			}
			if t.port != 0 && t.port != 80 && t.port != 443 {
				t.host = net.JoinHostPort(host, strconv.Itoa(t.port))
			}
			if name := t.server.scheme() + "://" + t.host; !slices.Contains(names, name) {
				found, names = append(found, t), append(names, name)
			}
		}
	}
	switch len(found) {
	case 0:
		return nil, fmt.Errorf("no gate has the name %q", gate)
	case 1:
		return found[0], nil
	}
	return nil, fmt.Errorf("several sites have a gate: say which, by a whole URL: %s", strings.Join(names, ", "))
}

// sites are the hosts of the sites that lead to the gate.
func (g *Gate) sites() []string {
	hosts := slices.Clone(g.hosts)
	if g.named {
		hosts = slices.Clone(g.server.hosts)
	}
	if len(hosts) == 0 {
		return []string{"localhost"}
	}
	for i := range hosts {
		hosts[i] = strings.Replace(hosts[i], "*", "any", 1)
	}
	return hosts
}

// addresses are those of all servers, in words.
func (s *Stage) addresses() string {
	all := make([]string, 0, len(s.servers))
	for _, srv := range s.servers {
		all = append(all, srv.String())
	}
	return strings.Join(all, ", ")
}

// GateOf finds the gate of a name and a site, for what needs only one: "" stands for
// any.
func (s *Stage) GateOf(name, site string) (*Gate, error) {
	var found []*Gate
	var names []string
	for _, g := range s.gates {
		if name != "" && g.Name != name || site != "" && !g.isFor(site) {
			continue
		}
		found = append(found, g)
		names = append(names, fmt.Sprintf("%s (%s)", g.Name, g.place()))
	}
	switch len(found) {
	case 0:
		return nil, fmt.Errorf("the configuration has no such gate")
	case 1:
		return found[0], nil
	}
	return nil, fmt.Errorf("there are several gates, say which: %s", strings.Join(names, ", "))
}

// isFor reports whether a site that leads to the gate is for a host.
func (g *Gate) isFor(host string) bool {
	return len(g.hosts) == 0 || slices.ContainsFunc(g.hosts, func(pattern string) bool { return matchesHost(pattern, host) })
}

// place says where a gate is, as far as that is known.
func (g *Gate) place() string {
	switch {
	case g.At != "":
		return g.At
	case len(g.hosts) > 0:
		return g.hosts[0]
	}
	return g.server.String()
}
