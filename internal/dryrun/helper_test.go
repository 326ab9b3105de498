package dryrun_test

import (
	"strings"
	"testing"

	_ "github.com/caddyserver/caddy/v2/modules/standard"

	_ "github.com/statusgate/statusgate"
	"github.com/statusgate/statusgate/internal/dryrun"
)

// globals keep a Caddy that serves from the disk and from ports of its own.
const globals = "{\n\tadmin off\n\tpersist_config off\n\tauto_https off\n\tgrace_period 1s\n\tlog {\n\t\toutput discard\n\t}\n}\n"

// load loads a Caddyfile.
func load(t testing.TB, caddyfile string) *dryrun.Stage {
	t.Helper()
	src, err := dryrun.Adapt("Caddyfile", "", []byte(caddyfile))
	if err != nil {
		t.Fatalf("%v\n%s", err, caddyfile)
	}
	stage, err := dryrun.Load(src)
	if err != nil {
		t.Fatalf("%v\n%s", err, caddyfile)
	}
	t.Cleanup(func() {
		if err := stage.Close(); err != nil {
			t.Error(err)
		}
	})
	return stage
}

// indented puts a tab before each line.
func indented(lines string) string {
	return "\t" + strings.ReplaceAll(strings.TrimSpace(lines), "\n", "\n\t")
}
