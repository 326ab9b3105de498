package connect_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// features is what the suite may ask for of a server behind a Caddy without TLS.
const features = `features:
  versions:
    - HTTP_VERSION_1
    - HTTP_VERSION_2
  protocols:
    - PROTOCOL_CONNECT
    - PROTOCOL_GRPC
    - PROTOCOL_GRPC_WEB
  supportsTls: false
`

// asServer has the test's binary be the server of the suite. Its value is the
// statusgate directive in front of the reference server, or "-" for none.
const asServer = "STATUSGATE_CONNECT_GATE"

func TestMain(m *testing.M) {
	if gate := os.Getenv(asServer); gate != "" {
		if err := serve(gate); err != nil {
			_, _ = os.Stderr.WriteString(err.Error() + "\n")
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// Each case that passes through a Caddy passes through a gate.
func TestConformance(t *testing.T) {
	suite, reference := tool(t, "connectconformance"), tool(t, "referenceserver")
	config := filepath.Join(t.TempDir(), "features.yaml")
	if err := os.WriteFile(config, []byte(features), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, gate := range map[string]string{
		"no gate":    "-",
		"default":    "statusgate",
		"registered": "statusgate {\n\tcontract registered\n}",
		"all of it":  "statusgate {\n\tsoft_errors common\n\tshed\n\tcors https://app.example\n}",
	} {
		t.Run(name, func(t *testing.T) {
			cmd := exec.CommandContext(t.Context(), suite, "--mode", "server", "--conf", config, "--", os.Args[0], reference)
			cmd.Env = append(os.Environ(), asServer+"="+gate)
			out, err := cmd.CombinedOutput()
			said := strings.TrimSpace(string(out))
			t.Log(summary.FindString(said))
			if err != nil || !summary.MatchString(said) {
				t.Errorf("%v:\n%s", err, tail(said, 6000))
			}
		})
	}
}

// summary is the line that the suite ends with where all is well.
var summary = regexp.MustCompile(`(?m)^\d{3,} passed, 0 failed$`)

func tail(s string, n int) string { return s[max(0, len(s)-n):] }

// tool builds a tool of go.mod and gives its path.
func tool(t *testing.T, name string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "tool", "-n", name).Output()
	if err != nil {
		t.Fatalf("go tool %s: %v", name, err)
	}
	return strings.TrimSpace(string(out))
}
