package accesslog_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/statusgate/statusgate/accesslog"
)

// show writes what an entry says, without what it does not.
func show(e *accesslog.Entry) string {
	var b strings.Builder
	say := func(format string, v any, said bool) {
		if said {
			fmt.Fprintf(&b, format+" ", v)
		}
	}
	say("%s", time.Unix(0, e.Time).UTC().Format(time.RFC3339Nano), e.Time != 0)
	say("%s", e.Method, e.Method != nil)
	say("%s", e.Target, e.Target != nil)
	say("%s", e.Protocol, e.Protocol != nil)
	say("host=%s", e.Host, e.Host != nil)
	say("%d", e.Status, true)
	say("backend=%d", e.Backend, e.Backend != 0)
	say("bytes=%d", e.Bytes, e.Bytes >= 0)
	say("accept=%s", e.Accept, e.Accept != nil)
	return strings.TrimSuffix(b.String(), " ")
}

// readAll reads in and returns the entries as show writes them, in the order of a
// single worker.
func readAll(t testing.TB, in *accesslog.Input) ([]string, *accesslog.Summary) {
	t.Helper()
	if in.Workers == 0 {
		in.Workers = 1
	}
	var mu sync.Mutex
	var entries []string
	sum, err := accesslog.Read(context.Background(), in, func(int) func(*accesslog.Entry) {
		return func(e *accesslog.Entry) {
			mu.Lock()
			defer mu.Unlock()
			entries = append(entries, show(e))
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return entries, sum
}

func readText(t testing.TB, text string) ([]string, *accesslog.Summary) {
	t.Helper()
	return readAll(t, &accesslog.Input{Stdin: strings.NewReader(text)})
}

func write(t testing.TB, dir, name string, text []byte) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
