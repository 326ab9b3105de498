package jobs_test

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/websocket"
)

// pollChromium is a person with a browser: it opens the address, leaves the page open,
// and presses its button to cancel.
func pollChromium(ctx context.Context, t *testing.T, uri string) (bool, string) {
	program, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("chromium is not installed")
	}
	command := exec.CommandContext(ctx, program, "--headless=new", "--no-sandbox", "--disable-gpu", "--remote-debugging-port=0",
		"--remote-allow-origins=*", "--user-data-dir="+t.TempDir(), "about:blank")
	stderr, err := command.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = command.Process.Kill()
		_ = command.Wait()
	}()
	page := openPage(t, stderr)
	defer page.Close()
	page.call("Page.navigate", map[string]any{"url": uri})
	pressed := false
	look := time.NewTicker(200 * time.Millisecond)
	defer look.Stop()
	for ; ctx.Err() == nil; <-look.C {
		text := page.text()
		switch {
		case strings.Contains(text, "being worked on") && strings.HasSuffix(uri, "/canceled") && !pressed:
			page.evaluate(`document.querySelector("button").click()`)
			pressed = true
		case strings.Contains(text, `"id":17`):
			return true, text
		case strings.Contains(text, "500") || strings.Contains(text, "503"):
			return false, text
		}
	}
	t.Error("chromium: no outcome in time")
	return false, page.text()
}

// page is a page of a browser, by its protocol for developer tools.
type page struct {
	*websocket.Conn
	t  *testing.T
	id int
}

func openPage(t *testing.T, stderr interface{ Read([]byte) (int, error) }) *page {
	t.Helper()
	lines := bufio.NewScanner(stderr)
	port := ""
	for port == "" && lines.Scan() {
		if m := regexp.MustCompile(`ws://127\.0\.0\.1:(\d+)/`).FindStringSubmatch(lines.Text()); m != nil {
			port = m[1]
		}
	}
	go func() {
		for lines.Scan() { // so that it never waits for a reader
		}
	}()
	a, err := http.Get("http://127.0.0.1:" + port + "/json/list")
	if err != nil {
		t.Fatal(err)
	}
	defer a.Body.Close()
	var pages []struct {
		Type string
		URL  string `json:"webSocketDebuggerUrl"`
	}
	if err := json.NewDecoder(a.Body).Decode(&pages); err != nil {
		t.Fatal(err)
	}
	for _, p := range pages {
		if p.Type == "page" {
			conn, err := websocket.Dial(p.URL, "", "http://127.0.0.1/")
			if err != nil {
				t.Fatal(err)
			}
			return &page{Conn: conn, t: t}
		}
	}
	t.Fatal("chromium has no page")
	return nil
}

func (p *page) call(method string, params map[string]any) json.RawMessage {
	p.id++
	if err := websocket.JSON.Send(p.Conn, map[string]any{"id": p.id, "method": method, "params": params}); err != nil {
		p.t.Fatal(err)
	}
	for {
		var message struct {
			ID     int
			Result json.RawMessage
		}
		if err := websocket.JSON.Receive(p.Conn, &message); err != nil {
			p.t.Fatal(err)
		}
		if message.ID == p.id {
			return message.Result
		}
	}
}

func (p *page) evaluate(expression string) string {
	var result struct{ Result struct{ Value string } }
	_ = json.Unmarshal(p.call("Runtime.evaluate", map[string]any{"expression": expression}), &result)
	return result.Result.Value
}

func (p *page) text() string { return p.evaluate(`document.documentElement.innerText`) }
