package shedlog_test

import (
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/statusgate/statusgate/internal/shedlog"
	"github.com/statusgate/statusgate/shed"
)

func TestHasReason(t *testing.T) {
	for outcome := range shed.Outcome(shed.Outcomes) {
		word := outcome.String()
		if got, want := shedlog.HasReason(outcome), word == "rejected" || word == "evicted" || word == "timeout"; got != want {
			t.Errorf("%s: got %v, want %v", word, got, want)
		}
	}
}

// The same client has the same name, another one another, and both have none that
// a later process would give them.
func TestClient(t *testing.T) {
	const clients = 1000
	if os.Getenv("SHEDLOG_TELLS") != "" {
		t.Log("client: " + shedlog.Client(1))
		return
	}
	seen := make(map[string]bool)
	for hash := range uint64(clients) {
		name := shedlog.Client(hash)
		if name != shedlog.Client(hash) {
			t.Errorf("client %d has two names", hash)
		}
		if known := regexp.MustCompile(`^[a-z2-7]{8}$`).MatchString(name); known != (hash != 0) || hash == 0 && name != "" {
			t.Errorf("client %d is called %q", hash, name)
		}
		seen[name] = true
	}
	if len(seen) != clients {
		t.Errorf("%d clients have %d names", clients, len(seen))
	}
	other := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestClient$", "-test.v")
	other.Env = append(os.Environ(), "SHEDLOG_TELLS=1", "GOCOVERDIR="+t.TempDir())
	out, err := other.CombinedOutput()
	_, after, found := strings.Cut(string(out), "client: ")
	if err != nil || !found {
		t.Fatalf("another process: %v\n%s", err, out)
	}
	if name, _, _ := strings.Cut(after, "\n"); len(name) != 8 || name == shedlog.Client(1) {
		t.Errorf("another process calls client 1 %q, this one %q", name, shedlog.Client(1))
	}
}
