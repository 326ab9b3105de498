package jobs_test

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig"
	caddycmd "github.com/caddyserver/caddy/v2/cmd"
	_ "github.com/caddyserver/caddy/v2/modules/standard"

	_ "github.com/statusgate/statusgate"
	"github.com/statusgate/statusgate/internal/freeport"
)

var long = flag.Bool("long", false, "run the long forms")

// asCaddy is the environment variable that makes the test binary a Caddy.
const asCaddy = "STATUSGATE_TEST_AS_CADDY"

func TestMain(m *testing.M) {
	if os.Getenv(asCaddy) != "" {
		os.Args = append([]string{"caddy"}, os.Args[1:]...)
		caddycmd.Main()
		return
	}
	flag.Parse()
	os.Exit(m.Run())
}

// There is one Caddy in a process.
var caddyInUse sync.Mutex

// serve starts a Caddy with jobs in this process, and gives its URL.
func serve(t *testing.T, options, backend string) string {
	t.Helper()
	caddyInUse.Lock()
	address := freeAddress(t)
	config, _, err := caddyconfig.GetAdapter("caddyfile").Adapt([]byte(caddyfileOf(address, "storage file_system "+t.TempDir(), options, backend)), nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := caddy.Load(config, true); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := caddy.Stop(); err != nil {
			t.Error(err)
		}
		caddyInUse.Unlock()
	})
	return "http://" + address
}

func caddyfileOf(address, global, options, backend string) string {
	return fmt.Sprintf(`{
	admin off
	persist_config off
	auto_https off
	%s
}
http://%s {
	statusgate {
		jobs {
			%s
		}
	}
	reverse_proxy %s
}
`, global, address, options, strings.TrimPrefix(backend, "http://"))
}

func freeAddress(t *testing.T) string {
	t.Helper()
	address, err := freeport.Address()
	if err != nil {
		t.Fatal(err)
	}
	return address
}

// largeOutcome is one that stands in many chunks.
var largeOutcome = bytes.Repeat([]byte("0123456789abcdef"), 64<<10)

// legacy is a backend that takes its time until the test lets it go on.
type legacy struct {
	*httptest.Server
	began, gone chan string
	free        chan struct{}
}

func newLegacy(t *testing.T) *legacy {
	t.Helper()
	l := &legacy{began: make(chan string, 100), gone: make(chan string, 100), free: make(chan struct{}, 100)}
	l.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		l.began <- r.URL.Path
		select {
		case <-l.free:
		case <-r.Context().Done():
			l.gone <- r.URL.Path
			return
		}
		switch r.URL.Path {
		case "/fails":
			w.WriteHeader(520)
		case "/large":
			_, _ = w.Write(largeOutcome)
		default:
			w.Header().Set("Location", "/orders/17")
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusCreated)
			_, _ = io.WriteString(w, `{"id":17}`)
		}
	}))
	t.Cleanup(l.Close)
	return l
}
