//go:build unix

package tests

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// httpClient sends a request to each address and prints the last status. It repeats
// any method after 429 and 503, as its defaults are.
const httpClient = `import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.core5.http.io.entity.StringEntity;
import java.net.URI;
class Client {
	public static void main(String[] args) throws Exception {
		try (var client = HttpClients.createDefault()) {
			for (String arg : args) {
				var method = arg.split(" ")[0];
				var request = new HttpUriRequestBase(method, URI.create(arg.split(" ")[1]));
				request.setEntity(new StringEntity("{}"));
				if (arg.endsWith(" key")) request.setHeader("Idempotency-Key", "1");
				int status = client.execute(request, response -> response.getCode());
				System.out.println(status);
			}
		}
	}
}`

// executions counts the requests that a backend has executed, by path.
type executions struct {
	mu sync.Mutex
	n  map[string]int
}

func (e *executions) add(path string) int {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.n[path]++
	return e.n[path]
}

func (e *executions) of(path string) int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.n[path]
}

// executing is a backend that executes every request that it can read, and then
// answers as the first segment of its path says.
func executing(t *testing.T, done *executions) *rawBackend {
	return newRawBackend(t, func(conn *net.TCPConn, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		n := done.add(r.URL.Path)
		switch how := strings.Split(r.URL.Path, "/")[1]; how {
		case "slow":
			_, _ = io.Copy(io.Discard, conn) // until the gateway hangs up
		case "resets":
			reset(conn)
		case "closes":
		case "busy", "limited": // it has not executed the first one
			status := map[string]string{"busy": "503 Busy", "limited": "429 Slow Down"}[how]
			if n == 1 {
				_, _ = io.WriteString(conn, response("HTTP/1.1 "+status, jsonType, "{}", "Retry-After: 1"))
				return
			}
			fallthrough
		case "fine":
			_, _ = io.WriteString(conn, response("HTTP/1.1 200 OK", jsonType, "{}"))
		default:
			_, _ = io.WriteString(conn, response("HTTP/1.1 "+how+" Oops", jsonType, "{}", "Retry-After: 1"))
		}
	})
}

// httpClientSite has a gate that gives up on slow backends, and one that sheds.
const httpClientSite = `http://127.0.0.1:%[1]d {
	handle_path /shed/* {
		statusgate {
			name shed
			retry_after 1s 1s
			shed {
				fixed 1
				queue 0
			}
		}
		reverse_proxy %[4]s
	}
	handle {
		statusgate {
			retry_after 1s 1s
		}
		reverse_proxy /refused/* 127.0.0.1:%[2]d
		reverse_proxy %[3]s {
			transport http {
				keepalive off
				response_header_timeout 300ms
			}
		}
	}
}
`

// takePlace makes a request that takes the only place of a gate, for the time of the
// test.
func takePlace(t *testing.T, url string, taken func() bool) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		if resp, err := http.DefaultTransport.RoundTrip(r); err == nil {
			resp.Body.Close()
		}
	}()
	awaitServer(t, func() error {
		if taken() {
			return nil
		}
		return errors.New("the place is not taken")
	})
}

// httpClientJars is the class path of Apache's HttpClient 5.
func httpClientJars(t *testing.T) string {
	t.Helper()
	var jars []string
	for _, name := range []string{"httpclient5", "httpcore5", "httpcore5-h2", "slf4j-api", "slf4j-nop"} {
		jar := "/usr/share/java/" + name + ".jar"
		if _, err := os.Stat(jar); err != nil {
			t.Skip("Apache's HttpClient 5 is not installed")
		}
		jars = append(jars, jar)
	}
	return strings.Join(jars, ":")
}

// Apache's HttpClient 5 repeats any method after 503, so a request that is not
// idempotent and may have been executed must not get one. What says that nothing
// was done, it may repeat.
func TestHttpClientExecutesNothingTwice(t *testing.T) {
	java, jars := program(t, "java"), httpClientJars(t)
	program(t, "javac")
	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, "Client.java"), httpClient)
	done := &executions{n: make(map[string]int)}
	backend := executing(t, done)
	full := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if done.add(r.URL.Path); r.URL.Path == "/held" {
			<-r.Context().Done()
		}
	}))
	t.Cleanup(full.Close)
	ports := freePorts(t, 2)
	startCaddy(t, "", fmt.Sprintf(httpClientSite, ports[0], ports[1], backend.addr, full.Listener.Addr()))
	url := fmt.Sprintf("http://127.0.0.1:%d", ports[0])
	takePlace(t, url+"/shed/held", func() bool { return done.of("/held") > 0 })
	cases := []struct {
		method, path string
		status       int
		executions   int
	}{
		{"POST", "/slow/1", 500, 1},
		{"POST", "/slow/2 key", 500, 1},
		{"PATCH", "/slow/3", 500, 1},
		{"FROB", "/slow/4", 500, 1},
		{"PUT", "/slow/5", 503, 2},
		{"POST", "/closes/1", 500, 1},
		{"POST", "/resets/1", 500, 1},
		{"DELETE", "/closes/2", 503, 2},
		{"POST", "/502/1", 500, 1},
		{"POST", "/504/1", 500, 1},
		{"POST", "/524/1", 500, 1},
		{"POST", "/599/1", 500, 1},
		{"PUT", "/504/2", 503, 2},
		{"POST", "/busy/1", 200, 2}, // the second one is executed
		{"POST", "/limited/1", 200, 2},
		{"POST", "/fine/1", 200, 1},
		{"POST", "/refused/1", 503, 0},
		{"POST", "/shed/2", 503, 0},
	}
	args := []string{"-cp", jars, filepath.Join(dir, "Client.java")}
	for _, c := range cases {
		args = append(args, c.method+" "+url+c.path)
	}
	statuses := strings.Fields(succeeds(t, dir, java, args...))
	if len(statuses) != len(cases) {
		t.Fatalf("got %d answers, want %d: %q", len(statuses), len(cases), statuses)
	}
	for i, c := range cases {
		path, _, _ := strings.Cut(c.path, " ")
		if n := done.of(strings.TrimPrefix(path, "/shed")); statuses[i] != fmt.Sprint(c.status) || n != c.executions {
			t.Errorf("%s %s: got %s, executed %d times, want %d, %d times", c.method, c.path, statuses[i], n, c.status, c.executions)
		}
	}
}
