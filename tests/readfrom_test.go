package tests

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
)

// readerFromSpy is a handler before the gate that tells whether a body came by
// ReadFrom, which is how a file gets to the connection without being copied.
type readerFromSpy struct{}

var readFroms = make(chan int64, 8)

type spyingWriter struct {
	*caddyhttp.ResponseWriterWrapper
}

func (w *spyingWriter) ReadFrom(r io.Reader) (int64, error) {
	n, err := w.ResponseWriterWrapper.ReadFrom(r)
	if n > 0 {
		readFroms <- n
	}
	return n, err
}

func init() { caddy.RegisterModule(readerFromSpy{}) }

func TestFileReachesTheConnectionUncopied(t *testing.T) {
	dir := t.TempDir()
	content := strings.Repeat("0123456789", 10_000)
	if err := os.WriteFile(filepath.Join(dir, "file.bin"), []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	port := freePort(t)
	caddyInUse.Lock()
	t.Cleanup(func() {
		caddy.Stop()
		caddyInUse.Unlock()
	})
	config := fmt.Sprintf(`{"admin":{"disabled":true,"config":{"persist":false}},"apps":{"http":{"grace_period":"1s","servers":{"test":{
		"listen":["127.0.0.1:%d"],"automatic_https":{"disable":true},"routes":[{"handle":[
			{"handler":"test_read_from"},{"handler":"statusgate"},{"handler":"file_server","root":%q}]}]}}}}}`, port, dir)
	if err := caddy.Load([]byte(config), true); err != nil {
		t.Fatal(err)
	}
	a := fetch(t, http.MethodGet, fmt.Sprintf("http://127.0.0.1:%d/file.bin", port), "")
	if a.body != content {
		t.Errorf("got %d bytes, want %d", len(a.body), len(content))
	}
	select {
	case n := <-readFroms:
		if n != int64(len(content)) {
			t.Errorf("%d bytes came by ReadFrom, want %d", n, len(content))
		}
	case <-time.After(patience):
		t.Error("the file was copied")
	}
}
