package packaging_test

import (
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// caddyfiles are the configurations that are shipped, by where they run.
func caddyfiles(t *testing.T) map[string]string {
	t.Helper()
	var configuration struct{ Data map[string]string }
	for _, document := range documents(t, "packaging/kubernetes/statusgate.yaml") {
		if document["kind"] == "ConfigMap" {
			text := must(t, func() ([]byte, error) { return yaml.Marshal(document) })
			if err := yaml.Unmarshal(text, &configuration); err != nil {
				t.Fatal(err)
			}
		}
	}
	return map[string]string{"container": read(t, "packaging/container/Caddyfile"), "kubernetes": configuration.Data["Caddyfile"]}
}

// here makes a configuration run on this machine, in front of a backend.
func here(t *testing.T, caddyfile, backend string) (moved, address, metrics string) {
	t.Helper()
	free := freeAddresses(t, 2)
	for _, change := range [][2]string{
		{"\n:8080 {", "\nhttp://" + free[0] + " {"},
		{"\n:8081 {", "\nhttp://" + free[1] + " {"},
		{"admin 127.0.0.1:2019", "admin off"},
		{"storage file_system /data", "storage file_system " + t.TempDir()},
	} {
		if strings.Count(caddyfile, change[0]) != 1 {
			t.Fatalf("%q does not stand once in\n%s", change[0], caddyfile)
		}
		caddyfile = strings.Replace(caddyfile, change[0], change[1], 1)
	}
	start := strings.Index(caddyfile, "\treverse_proxy ")
	end := start + strings.Index(caddyfile[start:], "\n")
	return caddyfile[:start] + "\treverse_proxy " + strings.TrimPrefix(backend, "http://") + caddyfile[end:], free[0], free[1]
}

// TestProbesPassWhileItSheds: a rush that fills the backend takes no place away from the
// health checks, and would where they were not exempt.
func TestProbesPassWhileItSheds(t *testing.T) {
	const exempt = "exempt path /-/healthy"
	for name, caddyfile := range caddyfiles(t) {
		for _, with := range []bool{true, false} {
			t.Run(name+map[bool]string{true: ", as shipped", false: ", without exempt"}[with], func(t *testing.T) {
				caddyfile := strings.Replace(caddyfile, "\treport\n", "", 1)
				caddyfile = strings.Replace(caddyfile, "shed {\n", "shed {\nfixed 1\nqueue 1\npatience 20ms\n", 1)
				if !strings.Contains(caddyfile, "fixed 1") || !strings.Contains(caddyfile, exempt) {
					t.Fatalf("there is no shed:\n%s", caddyfile)
				}
				if !with {
					caddyfile = strings.Replace(caddyfile, exempt, "", 1)
				}
				inside, leave := make(chan struct{}), make(chan struct{})
				backend := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
					inside <- struct{}{}
					<-leave
				}))
				defer backend.Close()
				defer close(leave)
				caddyfile, address, _ := here(t, caddyfile, backend.URL)
				startCaddy(t, caddyfile, address)
				go func() { _, _ = http.Get("http://" + address + "/slow") }() //nolint:bodyclose,noctx // ends with the test
				<-inside

				if got := get(t, "http://"+address+"/other").StatusCode; got != http.StatusServiceUnavailable {
					t.Errorf("a client gets %d, want a 503", got)
				}
				healthy := func() bool {
					return exec.CommandContext(t.Context(), must(t, healthcheckBinary), "http://"+address+"/-/healthy").Run() == nil
				}
				if with {
					awaited(t, nil, healthy) // it waits for no more than two seconds
				} else if healthy() {
					t.Error("a health check that is not exempt passes: this test shows nothing")
				}
			})
		}
	}
}

// TestNobodyLearnsTheServer: neither what passes nor what the gate or Caddy answer has a
// Server field. Without its line they have.
func TestNobodyLearnsTheServer(t *testing.T) {
	backend := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Server", "Apache/1.3.9")
		switch r.URL.Path {
		case "/broken":
			w.WriteHeader(520)
		case "/cut":
			panic(http.ErrAbortHandler)
		}
	}))
	defer backend.Close()
	const line = "\theader -Server\n"
	for name, caddyfile := range caddyfiles(t) {
		for _, with := range []bool{true, false} {
			caddyfile := strings.Replace(caddyfile, "\treport\n", "", 1)
			if !with {
				caddyfile = strings.Replace(caddyfile, line, "", 1)
			}
			caddyfile, address, _ := here(t, caddyfile, backend.URL)
			startCaddy(t, caddyfile, address)
			for path, status := range map[string]int{"/": 200, "/broken": 503, "/cut": 503, "/-/healthy": 200} {
				resp := get(t, "http://"+address+path)
				if server := resp.Header.Values("Server"); resp.StatusCode != status || (len(server) == 0) != with {
					t.Errorf("%s, with the line %v: %s: %d by %q", name, with, path, resp.StatusCode, server)
				}
			}
		}
	}
}

// TestHealthcheck says by its exit status what an answer is.
func TestHealthcheck(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/elsewhere":
			http.Redirect(w, r, "/", http.StatusFound)
		case "/down":
			w.WriteHeader(http.StatusServiceUnavailable)
		case "/late":
			<-r.Context().Done()
		}
	}))
	defer server.Close()
	for arguments, want := range map[string]int{
		server.URL + "/": 0, server.URL + "/elsewhere": 1, server.URL + "/down": 1, server.URL + "/late": 1,
		"http://" + freeAddresses(t, 1)[0]: 1, "": 2, server.URL + " " + server.URL: 2,
	} {
		cmd := exec.CommandContext(t.Context(), must(t, healthcheckBinary), strings.Fields(arguments)...)
		if _ = cmd.Run(); cmd.ProcessState.ExitCode() != want {
			t.Errorf("%q: exit status %d, want %d", arguments, cmd.ProcessState.ExitCode(), want)
		}
	}
}
