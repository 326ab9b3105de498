package tests

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/caddyserver/caddy/v2"

	"github.com/statusgate/statusgate/shed"
)

// ask gets a JSON answer of the admin endpoint.
func ask(t *testing.T, url string, into any) answer {
	t.Helper()
	a := fetch(t, http.MethodGet, url, "")
	if got := a.Header.Get("Content-Type"); got != "application/json" {
		t.Errorf("%s: got Content-Type %q", url, got)
	}
	if err := json.Unmarshal([]byte(a.body), into); err != nil {
		t.Fatalf("%s: %v\n%s", url, err, a.body)
	}
	return a
}

// withAdmin starts a Caddy with one site and its admin endpoint, and gives the URLs of both.
func withAdmin(t *testing.T, options, behind string) (site, admin string) {
	t.Helper()
	ports := freePorts(t, 2)
	startCaddy(t, fmt.Sprintf("\tadmin 127.0.0.1:%d\n", ports[1]), gateSite(ports[0], options, behind))
	return fmt.Sprintf("http://127.0.0.1:%d", ports[0]), fmt.Sprintf("http://127.0.0.1:%d/statusgate", ports[1])
}

func TestTheAdminEndpointTellsOfGates(t *testing.T) {
	file := ordersFile(t)
	_, admin := withAdmin(t, "name orders\nreport\nmap 520 500\nresource /items/{id}\nopenapi "+file, "respond ok")
	want := fmt.Sprintf(`[map[contract:documented documents:[%s] gate:orders jobs:false mode:report operations:4 resources:[/items/{id}] rules:[map 520 500] sheds:false]]`, file)
	var got struct{ Gates []map[string]any }
	ask(t, admin+"/gates", &got)
	if text := fmt.Sprint(got.Gates); text != want {
		t.Errorf("got  %s\nwant %s", text, want)
	}
	a := fetch(t, http.MethodDelete, admin+"/gates", "")
	if a.StatusCode != http.StatusMethodNotAllowed || a.Header.Get("Allow") != "GET, HEAD" {
		t.Errorf("DELETE: got %s, Allow %q", a.Status, a.Header.Get("Allow"))
	}
}

// A configuration that fails, or that is gone, has no gates. A reload replaces the
// admin server, which may reset connections: so the module is asked, not the server.
func TestTheAdminEndpointTellsOfTheRunningConfiguration(t *testing.T) {
	port := freePort(t)
	module, err := caddy.GetModule("admin.api.statusgate")
	if err != nil {
		t.Fatal(err)
	}
	names := func() string {
		w := httptest.NewRecorder()
		if err := module.New().(caddy.AdminRouter).Routes()[0].Handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/statusgate/gates", http.NoBody)); err != nil {
			t.Fatal(err)
		}
		var got struct{ Gates []struct{ Gate string } }
		if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
			t.Fatal(err)
		}
		return fmt.Sprint(got.Gates)
	}
	startCaddy(t, "", gateSite(port, "name first", "respond ok"))
	if got := names(); got != "[{first}]" {
		t.Errorf("got %s", got)
	}
	loadCaddy(t, "", gateSite(port, "name second", "respond ok"))
	if got := names(); got != "[{second}]" {
		t.Errorf("after a reload: got %s", got)
	}
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	broken, err := adapt(fmt.Sprintf(globalOptions, "") + gateSite(taken.Addr().(*net.TCPAddr).Port, "name third", "respond ok"))
	if err != nil {
		t.Fatal(err)
	}
	if err := caddy.Load(broken, true); err == nil {
		t.Fatal("the configuration is not broken")
	}
	if got := names(); got != "[{second}]" {
		t.Errorf("after a reload that failed: got %s", got)
	}
}

func TestTheAdminEndpointTellsOfUnknownStatuses(t *testing.T) {
	backend := newScenarioBackend(t)
	backends.Store(t.Name(), answers(799, ""))
	defer backends.Delete(t.Name())
	site, admin := withAdmin(t, "name one", "reverse_proxy "+backend)
	for range 3 {
		fetch(t, http.MethodGet, site+"/users/1234567", "", "X-Scenario", t.Name())
	}
	var got struct {
		Unknown []struct {
			Gate, Path, First, Last string
			Status, Count           int
		}
	}
	ask(t, admin+"/unknown", &got)
	if len(got.Unknown) != 1 {
		t.Fatalf("got %v", got)
	}
	u := got.Unknown[0]
	if u.Gate != "one" || u.Status != 799 || u.Count != 3 || strings.Contains(u.Path, "1234567") || u.First == "" || u.Last < u.First {
		t.Errorf("got %+v", u)
	}
}

func TestTheAdminEndpointTellsOfDrift(t *testing.T) {
	file := ordersFile(t)
	site, admin := withAdmin(t, "name one\nopenapi "+file, "respond /orders 418\nrespond /orders/* 200")
	for range 2 {
		fetch(t, http.MethodGet, site+"/orders", "")
	}
	fetch(t, http.MethodGet, site+"/orders/1", "")
	var got struct {
		Drift []struct {
			Gate, Kind, Operation, Value string
			Received, Count              int
		}
	}
	ask(t, admin+"/drift", &got)
	want := "[{one undocumented_status GET /orders  418 2} {one missing_header GET /orders/{id} X-Version 200 1}]"
	if text := fmt.Sprint(got.Drift); text != want {
		t.Errorf("got  %s\nwant %s", text, want)
	}
	var overlay struct {
		Overlay string
		Actions []struct{ Target string }
	}
	ask(t, admin+"/drift/overlay", &overlay)
	if overlay.Overlay != "1.0.0" || len(overlay.Actions) != 1 || overlay.Actions[0].Target != "$['paths']['/orders']['get']" {
		t.Errorf("got %+v", overlay)
	}
	if a := fetch(t, http.MethodGet, admin+"/drift/overlay?document=other.yaml", ""); a.StatusCode != http.StatusNotFound || !strings.Contains(a.body, filepath.Base(file)) {
		t.Errorf("another document: got %s", a.Status)
	}
}

// Two descriptions, and nobody says which.
func TestAnOverlayIsForOneDocument(t *testing.T) {
	a, b := ordersFile(t), ordersFile(t)
	_, admin := withAdmin(t, "openapi "+a+" "+b, "respond ok")
	got := fetch(t, http.MethodGet, admin+"/drift/overlay", "")
	if got.StatusCode != http.StatusBadRequest || !strings.Contains(got.body, "which of gate=") {
		t.Errorf("got %s\n%s", got.Status, got.body)
	}
	if got := fetch(t, http.MethodGet, admin+"/drift/overlay?gate=statusgate&document="+b, ""); got.StatusCode != http.StatusOK {
		t.Errorf("got %s\n%s", got.Status, got.body)
	}
}

// What a limiter has recorded is beside the answers that are JSON, by its name.
func TestTheAdminEndpointHasTracesOfLimiters(t *testing.T) {
	site, admin := withAdmin(t, "shed the_traced {\n\trecord 100\n}", "respond ok")
	fetch(t, http.MethodGet, site+"/", "")
	got := fetch(t, http.MethodGet, admin+"/limiters/the_traced/trace", "")
	if got.StatusCode != http.StatusOK || got.Header.Get("Content-Type") != "application/jsonl" {
		t.Fatalf("got %s, %v", got.Status, got.Header)
	}
	trace, err := shed.ReadTrace(strings.NewReader(got.body))
	if err != nil {
		t.Fatal(err)
	}
	arrived := 0
	for i := range trace.Events {
		if trace.Events[i].What == shed.EventArrived {
			arrived++
		}
	}
	if arrived != 1 {
		t.Errorf("one request came, the trace has %d", arrived)
	}
	if got := fetch(t, http.MethodGet, admin+"/limiters/another/trace", ""); got.StatusCode != http.StatusNotFound {
		t.Errorf("a limiter that is not there: got %s", got.Status)
	}
}
