package dryrun_test

import (
	"strings"
	"testing"

	"github.com/statusgate/statusgate/internal/dryrun"
)

func TestWhichSite(t *testing.T) {
	const config = `api.example.com {
	statusgate {
		name api
	}
	reverse_proxy 127.0.0.1:1
}
http://api.example.com:8080, http://*.example.org:8080 {
	statusgate {
		name plain
	}
	reverse_proxy 127.0.0.1:1
}
http://:9090 {
	respond metrics
}
`
	stage := load(t, config)
	for _, c := range []struct{ site, url, gate, want string }{
		{"", "https://api.example.com/x?y=1", "", "https://api.example.com/x?y=1"},
		{"", "https://api.example.com", "", "https://api.example.com/"},
		{"", "http://api.example.com:8080/x", "", "http://api.example.com:8080/x"},
		{"", "api.example.com/x", "", "https://api.example.com/x"},
		{"", "a.example.org/x", "", "http://a.example.org/x"},
		{"a.example.org:8080", "/x", "", "http://a.example.org:8080/x"},
		{"api.example.com", "/x", "", "https://api.example.com/x"},
		{"http://api.example.com:8080", "*", "", "http://api.example.com:8080 *"},
		{"", "/x", "api", "https://api.example.com/x"},
		{"", "http://localhost:9090/", "", "http://localhost:9090/"},
	} {
		r, err := stage.Run(t.Context(), &dryrun.Request{Method: "OPTIONS", URL: c.url, Site: c.site, Gate: c.gate}, status(200))
		if err != nil || r.URL != c.want {
			t.Errorf("%q at %q: got %+v, %v, want %s", c.url, c.site, r, err, c.want)
		}
	}
	for _, c := range []struct{ site, url, gate, want string }{
		{"", "/x", "", "several sites have a gate"},
		{"", "/x", "plain", "several sites have a gate"},
		{"", "/x", "other", `no gate has the name "other"`},
		{"", "http://api.example.com:1/", "", "no server of the configuration is at http://api.example.com:1: there is https://:443, http://:8080, http://:9090"},
		{"", "a b/c", "", `"a b/c" is no URL`},
	} {
		_, err := stage.Run(t.Context(), &dryrun.Request{Method: "GET", URL: c.url, Site: c.site, Gate: c.gate}, status(200))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q at %q: got %v, want %q", c.url, c.site, err, c.want)
		}
	}
	if _, err := stage.Run(t.Context(), &dryrun.Request{Method: "G T", URL: "http://localhost:9090/"}, status(200)); err == nil {
		t.Error("a method of two words was sent")
	}
}

func TestGateOf(t *testing.T) {
	stage := load(t, `http://a.example.com {
	statusgate {
		name a
	}
}
http://b.example.com {
	statusgate {
		name b
	}
}
http://:81 {
	statusgate {
		name all
	}
}
`)
	for _, c := range []struct{ name, site, want, err string }{
		{"a", "", "a", ""},
		{"", "b.example.com", "", "several gates, say which: b (Caddyfile:7), all (Caddyfile:12)"},
		{"b", "b.example.com", "b", ""},
		{"", "c.example.com", "all", ""},
		{"c", "", "", "no such gate"},
	} {
		g, err := stage.GateOf(c.name, c.site)
		switch {
		case c.err != "" && (err == nil || !strings.Contains(err.Error(), c.err)):
			t.Errorf("%+v: got %v", c, err)
		case c.err == "" && (err != nil || g.Name != c.want || g.Gate() == nil):
			t.Errorf("%+v: got %+v, %v", c, g, err)
		}
	}
}
