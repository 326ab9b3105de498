package experiment

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/statusgate/statusgate/tests/bench/proxy"
)

// shipped is what an operator gets who runs ./xcaddy.sh run, or who takes the
// files in packaging and Caddyfile.example.
type shipped struct {
	environment []string // of packaging/statusgate.env
	proxy       string   // the block of reverse_proxy in Caddyfile.example
}

func readShipped(root string) (shipped, error) {
	var s shipped
	text, err := os.ReadFile(filepath.Join(root, "packaging", "statusgate.env")) //nolint:gosec // this repository's
	if err != nil {
		return s, err
	}
	s.environment = settings(string(text))
	if text, err = os.ReadFile(filepath.Join(root, "Caddyfile.example")); err != nil { //nolint:gosec // likewise
		return s, err
	}
	const begin, end = "\n\treverse_proxy 127.0.0.1:8081 {\n", "\n\t}\n"
	_, block, found := strings.Cut(string(text), begin)
	if !found {
		return s, fmt.Errorf("Caddyfile.example has no %q", strings.TrimSpace(begin))
	}
	block, _, _ = strings.Cut(block, end)
	s.proxy = strings.Join(settings(block), "\n\t\t")
	return s, nil
}

// settings are the lines of a text without its comments.
func settings(text string) []string {
	var all []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			all = append(all, line)
		}
	}
	return all
}

// String is what makes the difference, on one line.
func (s shipped) String() string {
	return strings.Join(s.environment, " ") + " and " + strings.Join(strings.Fields(s.proxy), " ")
}

// sameSettings is what the name of a rival has at its end that was given what is
// shipped.
const sameSettings = ", same settings"

// alike is an entry for stock Caddy with what is shipped with us.
func (lab *Lab) alike(e entry) entry {
	e.Proxy, e.long = lab.ship(e.Proxy, e.Name+sameSettings), true
	return e
}

// ship gives a proxy what is shipped.
func (lab *Lab) ship(p proxy.Proxy, name string) proxy.Proxy {
	p.Name, p.Environment = name, lab.shipped.environment
	const plain = "reverse_proxy BACKEND"
	block := plain + " {\n\t\t" + lab.shipped.proxy
	switch {
	case lab.shipped.proxy == "":
	case strings.Contains(p.Directives, plain+" {"):
		p.Directives = strings.Replace(p.Directives, plain+" {", block, 1)
	default:
		p.Directives = strings.Replace(p.Directives, plain, block+"\n\t}", 1)
	}
	return p
}
