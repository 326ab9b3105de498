package tests

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// pageContent is what the tests read of the JSON form.
type pageContent struct {
	Gate     string
	Statuses []struct {
		Status  int
		Section string
	}
	Problems *struct {
		Kinds []struct{ Section string }
		Types bool
	}
	Resources []struct {
		Path    string
		Methods []struct {
			Method                       string
			Consumes, Produces, Statuses []string
		}
	}
	UnknownResources string `json:"unknown_resources"`
	Retry            struct{ Least, Most int }
}

func promises(t *testing.T, url string) (p pageContent) {
	t.Helper()
	a := fetch(t, http.MethodGet, url, "")
	if err := json.Unmarshal([]byte(a.body), &p); err != nil || a.Header.Get("Content-Type") != "application/json" {
		t.Fatalf("%v, %s\n%s", err, a.Header.Get("Content-Type"), a.body)
	}
	return p
}

func statusesOf(p *pageContent) string {
	var list []int
	for _, s := range p.Statuses {
		list = append(list, s.Status)
	}
	return fmt.Sprint(list)
}

// What the page says is what the gate does, also after a reload.
func TestTheContractPageIsTheRunningConfiguration(t *testing.T) {
	port, file := freePort(t), ordersFile(t)
	options := "name orders\nopenapi " + file + " {\nunknown reject\n}\nresource /items {\nmethods GET PUT\nconsumes text/csv\n}\ncontract_page /contract\nmap 520 409\nproblems {\ntype auto\n}"
	startCaddy(t, "", gateSite(port, options, "respond ok"))
	url := fmt.Sprintf("http://127.0.0.1:%d", port)
	p := promises(t, url+"/contract")
	if p.Gate != "orders" || p.UnknownResources != "reject" || p.Retry.Least != 5 || p.Problems == nil || !p.Problems.Types {
		t.Errorf("got %+v", p)
	}
	want := "[{/items [{GET [text/csv] [] []} {PUT [text/csv] [] []}]} " +
		"{/orders [{GET [] [application/json] [200 404]} {POST [application/json] [] [201 409 5XX]}]} " +
		"{/orders/{id} [{GET [] [application/json] [200 404]} {DELETE [] [] [204 default]}]}]"
	if got := fmt.Sprint(p.Resources); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got := statusesOf(&p); !strings.Contains(got, " 404 405 406 409 ") || strings.Contains(got, "429") || strings.Contains(got, "520") {
		t.Errorf("got %s", got)
	}
	loadCaddy(t, "", gateSite(port, "name other\ncontract_page /promises\ncontract strict\nretry_after 7s 9s\nproblems off", "respond ok"))
	p = promises(t, url+"/promises")
	if got := statusesOf(&p); got != "[200 201 202 206 304 400 401 403 404 405 406 415 500 503]" || p.Gate != "other" || p.Retry.Least != 7 || p.Problems != nil || len(p.Resources) != 0 {
		t.Errorf("after a reload: got %s, %+v", got, p)
	}
	if a := fetch(t, http.MethodGet, url+"/contract", ""); a.body != "ok" {
		t.Errorf("the page is still at its old place: %s", a.body)
	}
}

func TestTheContractPageHasForms(t *testing.T) {
	url := gate(t, "contract_page /contract\nmethods GET\nunknown_resources reject\nresource /orders\nproblems {\ntype auto\n}", "respond ok") + "/contract"
	for accept, want := range map[string]string{
		"":                            "application/json",
		"*/*":                         "application/json",
		"text/html,*/*;q=0.8":         "text/html; charset=utf-8",
		"text/markdown":               "text/markdown; charset=utf-8",
		"text/*;q=0.5, text/html;q=0": "text/markdown; charset=utf-8",
	} {
		a := fetch(t, http.MethodGet, url, "", "Accept", accept)
		if got := a.Header.Get("Content-Type"); a.StatusCode != 200 || got != want || a.Header.Get("Vary") != "Accept" || a.Header.Get("Cache-Control") != "no-cache" {
			t.Errorf("%q: got %s %s, want %s", accept, a.Status, got, want)
		}
		tag := a.Header.Get("ETag")
		if again := fetch(t, http.MethodGet, url, "", "Accept", accept, "If-None-Match", `"x", W/`+tag); again.StatusCode != 304 || again.body != "" || again.Header.Get("ETag") != tag {
			t.Errorf("%q: got %s for a tag that is right", accept, again.Status)
		}
		if head := fetch(t, http.MethodHead, url, "", "Accept", accept); head.StatusCode != 200 || head.ContentLength != int64(len(a.body)) {
			t.Errorf("%q: HEAD: got %s, %d bytes", accept, head.Status, head.ContentLength)
		}
	}
	for _, c := range []struct {
		method, accept string
		status         int
		kind           string
	}{{"POST", "", 405, "method"}, {"GET", "image/png", 406, "accept"}, {"OPTIONS", "", 200, ""}} {
		a := fetch(t, c.method, url, "", "Accept", c.accept)
		if a.StatusCode != c.status || c.kind != "" && !strings.Contains(a.body, `"type":"`+url+"#"+c.kind+`"`) || c.status != 406 && a.Header.Get("Allow") != "GET, HEAD, OPTIONS" {
			t.Errorf("%s %s: got %s, Allow %q\n%s", c.method, c.accept, a.Status, a.Header.Get("Allow"), a.body)
		}
	}
}

// The type of each problem leads to a section of the page.
func TestTypesLeadToTheContractPage(t *testing.T) {
	port := freePorts(t, 1)[0]
	startCaddy(t, "", fmt.Sprintf(`http://127.0.0.1:%d {
	handle_path /api/* {
		statusgate {
			contract_page /contract
			unknown_resources reject
			resource /orders {
				methods GET
				produces application/json
			}
			resource /down
			resource /teapot
			problems {
				type auto
			}
		}
		reverse_proxy /down 127.0.0.1:1
		respond /teapot 418
		respond /orders 200
	}
}
`, port))
	base := fmt.Sprintf("http://127.0.0.1:%d/api", port)
	page := fetch(t, http.MethodGet, base+"/contract", "", "Accept", "text/html").body
	for _, c := range []struct{ method, path, accept, want string }{
		{"GET", "/nowhere", "", "unknown_resource"},
		{"POST", "/orders", "", "method"},
		{"GET", "/orders", "text/csv", "accept"},
		{"GET", "/down", "", "backend_unreachable"},
		{"GET", "/teapot", "", "status-400"},
	} {
		var problem struct{ Type string }
		a := fetch(t, c.method, base+c.path, "", "Accept", c.accept)
		if err := json.Unmarshal([]byte(a.body), &problem); err != nil || problem.Type != base+"/contract#"+c.want {
			t.Errorf("%s: got %q, %v", c.path, problem.Type, err)
		}
		if !strings.Contains(page, `id="`+c.want+`"`) {
			t.Errorf("the page has no section %s", c.want)
		}
	}
}

// Without a page, types lead to the documentation, which has each.
func TestTypesLeadToTheDocumentation(t *testing.T) {
	url := gate(t, "methods GET\nproblems {\ntype auto\n}", "respond 418")
	for method, want := range map[string]string{"POST": "https://github.com/statusgate/statusgate/blob/main/docs/errors.md#method", "GET": "about:blank"} {
		if a := fetch(t, method, url, ""); !strings.Contains(a.body, `"type":"`+want+`"`) {
			t.Errorf("%s: got %s", method, a.body)
		}
	}
	p := promises(t, gateAgain(t, "contract_page /c\nshed\njobs", "respond ok")+"/c")
	page := readFile(t, "docs/errors.md")
	for _, k := range p.Problems.Kinds {
		if !strings.Contains(page, "\n### "+k.Section+"\n") {
			t.Errorf("docs/errors.md does not tell of %s", k.Section)
		}
	}
	if len(p.Problems.Kinds) != 10 {
		t.Errorf("got %v", p.Problems.Kinds)
	}
}

// gateAgain is gate for a test that has a Caddy already.
func gateAgain(t *testing.T, options, behind string) string {
	t.Helper()
	port := freePort(t)
	loadCaddy(t, "", gateSite(port, options, behind))
	return fmt.Sprintf("http://127.0.0.1:%d", port)
}

// looked is what Chromium finds on the page.
type looked struct {
	Milliseconds float64
	Wide         []int    // widths at which it must be scrolled sideways
	Faint        []string // texts with too little contrast
	Nameless     []string // what has the focus and no name
	Found        int      // resources that a search finds
	Said         string   // of the search
	Visible      int      // of those that it shows
	Closed       int      // groups that do not show what was found
	Focused      bool     // by /
	Broken       []string // what the policy or the script breaks
	Dark         bool
	Anchor       bool // the fragment of a problem is there
}

// look is a script of a page that has the contract page in a frame.
const look = `addEventListener("load", async () => {
  const sleep = event => new Promise(done => event(done));
  const out = {Wide: [], Faint: [], Nameless: [], Broken: []};
  const frame = document.createElement("iframe");
  frame.style = "border:0;height:900px;width:320px";
  const begin = performance.now();
  frame.src = "/contract#method";
  document.body.append(frame);
  await sleep(done => frame.onload = done);
  const view = frame.contentWindow, page = view.document;
  view.addEventListener("error", e => out.Broken.push(e.message));
  page.addEventListener("securitypolicyviolation", e => out.Broken.push(e.violatedDirective));
  await sleep(done => view.requestAnimationFrame(done));
  out.Milliseconds = performance.now() - begin;
  out.Dark = matchMedia("(prefers-color-scheme: dark)").matches;
  out.Anchor = !!page.querySelector(":target");
  const box = page.getElementById("search");
  page.dispatchEvent(new view.KeyboardEvent("keydown", {key: "/", bubbles: true}));
  out.Focused = page.activeElement === box;
  box.value = "orders delete";
  box.dispatchEvent(new view.Event("input", {bubbles: true}));
  out.Said = page.getElementById("found").textContent;
  out.Found = parseInt(out.Said);
  out.Visible = [...page.querySelectorAll(".resource")].filter(e => e.checkVisibility()).length;
  out.Closed = [...page.querySelectorAll("details.group")].filter(g => !g.hidden && !g.open).length;
  page.querySelectorAll("details").forEach(g => { g.open = true; });
  for (const width of [320, 375, 480, 768, 1024, 1600]) {
    frame.style.width = width + "px";
    await sleep(done => view.requestAnimationFrame(done));
    if (page.documentElement.scrollWidth > width) out.Wide.push(width);
  }
  const light = colour => {
    const [r, g, b] = colour.match(/[\d.]+/g).map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05;
  };
  const ground = e => {
    for (; e; e = e.parentElement) { const c = view.getComputedStyle(e).backgroundColor; if (c !== "rgba(0, 0, 0, 0)") return c; }
    return "rgb(255,255,255)";
  };
  for (const e of page.querySelectorAll("h1, h2, h3, p, a:not(.skip), code, .quiet, dd, b, input")) {
    const a = light(view.getComputedStyle(e).color), b = light(ground(e));
    if (Math.max(a, b) / Math.min(a, b) < 4.5) out.Faint.push(e.outerHTML.slice(0, 60));
  }
  for (const e of page.querySelectorAll("a, summary, input, button")) {
    if (e.tabIndex < 0 || !(e.textContent.trim() || e.labels?.length)) out.Nameless.push(e.outerHTML.slice(0, 60));
  }
  await fetch("/result", {method: "POST", body: JSON.stringify(out)});
});`

// lookAt has Chromium look at the page of a gate with more options.
func lookAt(t *testing.T, options, scheme string) (found looked) {
	t.Helper()
	chromium := program(t, "chromium", "chromium-browser", "google-chrome")
	result := make(chan []byte, 1)
	behind := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/result" {
			b := make([]byte, 1<<16)
			n, _ := r.Body.Read(b)
			result <- b[:n]
			return
		}
		w.Header().Set("Content-Type", "text/html")
		_, _ = fmt.Fprint(w, "<!DOCTYPE html><title>test</title><link rel=icon href='data:,'><body><script>"+look+"</script>")
	}))
	t.Cleanup(behind.Close)
	url := gate(t, options+"\ncontract_page /contract", "reverse_proxy "+strings.TrimPrefix(behind.URL, "http://"))
	startProgram(t, func() error { return nil }, chromium, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--window-size=1700,1000",
		"--blink-settings=preferredColorScheme="+scheme, "--disable-background-networking", "--disable-component-update", "--disable-sync",
		"--user-data-dir="+t.TempDir(), url+"/page")
	select {
	case b := <-result:
		if err := json.Unmarshal(b, &found); err != nil {
			t.Fatalf("%s: %v", b, err)
		}
	case <-time.After(time.Minute):
		t.Fatal("the page told nothing within a minute")
	}
	return found
}

// usable fails a test where the page is not for everybody.
func (l *looked) usable(t *testing.T) {
	t.Helper()
	if len(l.Wide) > 0 || len(l.Faint) > 0 || len(l.Nameless) > 0 || len(l.Broken) > 0 || !l.Focused || !l.Anchor || l.Closed > 0 || l.Visible != l.Found {
		t.Errorf("got %+v", *l)
	}
}

// For phones and wide screens, in light and dark, with a keyboard, and with its
// policy. "0" and "1" are Chromium's dark and light.
func TestTheContractPageInABrowser(t *testing.T) {
	for scheme, dark := range map[string]bool{"0": true, "1": false} {
		t.Run("scheme "+scheme, func(t *testing.T) {
			found := lookAt(t, "openapi "+ordersFile(t)+"\nshed\njobs", scheme)
			found.usable(t)
			if found.Found != 1 || found.Said != "1 resource found" || found.Dark != dark {
				t.Errorf("got %+v", found)
			}
		})
	}
}

// GitHub's description has more than a thousand operations. npm has it as
// @octokit/openapi: its folder "generated" is what OPENAPI_GITHUB names.
func TestTheContractPageOfGitHubInABrowser(t *testing.T) {
	dir := os.Getenv("OPENAPI_GITHUB")
	if dir == "" {
		t.Skip("OPENAPI_GITHUB names no folder of @octokit/openapi")
	}
	found := lookAt(t, "openapi "+filepath.Join(dir, "api.github.com.json"), "1")
	found.usable(t)
	if found.Milliseconds > 2000 {
		t.Errorf("the page took %.0f ms", found.Milliseconds)
	}
	t.Logf("%.0f ms", found.Milliseconds)
}
