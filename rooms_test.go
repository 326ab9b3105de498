package statusgate_test

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/statusgate/statusgate"

// What a package must not need, directly or not. The compiler keeps imports from
// running in circles; this keeps them running one way.
var forbidden = map[string][]string{
	"/accesslog":             {"caddy", "root", "/internal/", "/audit"},
	"/audit":                 {"caddy", "root", "rooms"},
	"/faults":                {"caddy", "root", "rooms"},
	"/inspect":               {"caddy", "rooms"},
	"/jobs":                  {"caddy", "/internal/"},
	"/negotiate":             {"caddy", "/internal/"},
	"/normalize":             {"caddy", "rooms"},
	"/openapi":               {"caddy", "/internal/"},
	"/problem":               {"caddy", "rooms"},
	"/shapes":                {"caddy", "rooms"},
	"/shed":                  {"caddy", "/internal/"},
	"/suspects":              {"caddy", "rooms"},
	"/transport":             {"caddy", "root", "rooms"},
	"/internal/admin":        {"root", "/internal/command", "/internal/dryrun"},
	"/internal/cputime":      {module},
	"/internal/charset":      {module},
	"/internal/lex":          {module},
	"/internal/redact":       {"caddy", "root", "rooms"},
	"/internal/command":      {"root"},
	"/internal/contractpage": {"root", "/internal/command", "/internal/dryrun", "/internal/admin"},
	"/internal/direct":       {"root", "/internal/"},
	"/internal/dryrun":       {"root", "/internal/command"},
	"/internal/exchange":     {"root", "/internal/dryrun", "/internal/command"},
	"/internal/drift":        {"root", "/internal/exchange", "/internal/overload"},
	"/internal/freeport":     {module},
	"/internal/failure":      {"caddy", "root", "/internal/exchange"},
	"/internal/jobdesk":      {"root", "/internal/exchange", "/internal/overload"},
	"/internal/overload":     {"root", "/internal/exchange", "/internal/telemetry"},
	"/internal/proxy":        {"root", "/internal/exchange", "/internal/overload", "/internal/telemetry"},
	"/internal/registry":     {"caddy", "root", "/internal/exchange"},
	"/internal/requestbody":  {"root", "/internal/exchange"},
	"/internal/schematest":   {module},
	"/internal/shedlog":      {"caddy", "root", "/internal/exchange", "/internal/overload", "/internal/telemetry"},
	"/internal/telemetry":    {"root", "/internal/exchange", "/internal/overload"},
	"/packaging/healthcheck": {"caddy", module},
}

// Each package of the module, the tests apart, is in the table or above it.
func TestImportsRunOneWay(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), "go", "list", "-f", "{{.ImportPath}} {{join .Deps \" \"}}", "./...").Output()
	if err != nil {
		t.Fatal(err)
	}
	seen := make(map[string]bool)
	for line := range strings.Lines(string(out)) {
		words := strings.Fields(line)
		name := strings.TrimPrefix(words[0], module)
		seen[name] = true
		rules, ok := forbidden[name]
		if !ok && strings.HasPrefix(name, "/internal/") {
			t.Errorf("%s has no rule here", name)
		}
		for _, rule := range rules {
			for _, dep := range words[1:] {
				if breaks(rule, dep) {
					t.Errorf("%s needs %s, which it must not", name, dep)
				}
			}
		}
	}
	for name := range forbidden {
		if !seen[name] {
			t.Errorf("%s: there is no such package", name)
		}
	}
}

// breaks reports whether a dependency is what a rule forbids.
func breaks(rule, dep string) bool {
	switch rule {
	case "caddy":
		return strings.HasPrefix(dep, "github.com/caddyserver/")
	case "root":
		return dep == module
	case "rooms": // all of internal but what reads and cuts documents, which is as pure
		name, internal := strings.CutPrefix(dep, module+"/internal/")
		return internal && !slices.Contains([]string{"charset", "lex", "redact"}, name)
	case module:
		return strings.HasPrefix(dep, module)
	}
	return strings.HasPrefix(dep, module+rule)
}
