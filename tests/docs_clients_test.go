//go:build unix

package tests

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// beforeCaddy names a Caddy with an older gate, for the column of what clients made
// of that. Without it the column stays as it is.
const beforeCaddy = "STATUSGATE_BEFORE"

// trial is a real client and what it does through a gate, in words.
type trial struct {
	client, does string
	line         string // what the operator is advised to write, "" for nothing
	programs     []string
	// behind starts the backend and gives the directives behind the gate.
	behind func(t *testing.T) string
	// run gives what came of it.
	run func(t *testing.T, dir, url string, programs []string) string
}

const clientsPage = "../docs/clients.md"

// The page of clients says what each really makes of the gate.
func TestDocsClients(t *testing.T) {
	page, err := os.ReadFile(clientsPage)
	if err != nil {
		t.Fatal(err)
	}
	text := string(page)
	for _, c := range trials {
		t.Run(c.client+", "+c.does, func(t *testing.T) {
			var programs []string
			for _, name := range c.programs {
				programs = append(programs, program(t, name))
			}
			start := fmt.Sprintf("| %s | %s | ", c.client, c.does)
			row, found := rowOf(text, start)
			before := "?"
			if found {
				before = strings.Split(row, " | ")[2]
			}
			through := func(name string, site func(t *testing.T, behind string) string) (outcome string) {
				t.Run(name, func(t *testing.T) { outcome = c.run(t, t.TempDir(), site(t, c.behind(t)), programs) })
				if outcome == "" && !t.Failed() {
					t.Skip("the server is not installed")
				}
				return outcome
			}
			if os.Getenv(beforeCaddy) != "" {
				before = through("before", olderGate)
			}
			now, with := through("now", func(t *testing.T, behind string) string { return trialGate(t, "", behind) }), "none is needed"
			if c.line != "" {
				with = "`" + c.line + "`: " + through(c.line, func(t *testing.T, behind string) string { return trialGate(t, c.line, behind) })
			}
			want := start + before + " | " + now + " | " + with + " |"
			if row == want {
				return
			}
			if !*update || !found {
				t.Errorf("the page has\n%s\nbut it is\n%s", row, want)
				return
			}
			text = strings.Replace(text, row, want, 1)
		})
	}
	if *update && text != string(page) {
		writeFile(t, clientsPage, text)
	}
	if rows := strings.Count(text, "\n| ") - 1; rows != len(trials) {
		t.Errorf("the page has %d rows, want %d", rows, len(trials))
	}
}

// rowOf finds the row of a table that begins so.
func rowOf(text, start string) (row string, found bool) {
	at := strings.Index(text, "\n"+start)
	if at < 0 {
		return "", false
	}
	row, _, _ = strings.Cut(text[at+1:], "\n")
	return row, true
}

// trialGate starts a gate for HTTP/1.1 and HTTP/2 and gives its URL.
func trialGate(t *testing.T, options, behind string) string {
	t.Helper()
	port := freePort(t)
	startCaddy(t, trialGlobal, gateSite(port, options, behind))
	return fmt.Sprintf("http://127.0.0.1:%d", port)
}

const trialGlobal = "\tservers {\n\t\tprotocols h1 h2c\n\t}\n"

// olderGate starts a Caddy with an older gate without options and gives its URL.
func olderGate(t *testing.T, behind string) string {
	t.Helper()
	dir, port := t.TempDir(), freePort(t)
	site := fmt.Sprintf("http://127.0.0.1:%d {\n\tstatusgate\n\t%s\n}\n", port, strings.ReplaceAll(behind, "\n", "\n\t"))
	writeFile(t, filepath.Join(dir, "Caddyfile"), fmt.Sprintf(globalOptions, trialGlobal)+site)
	t.Setenv("HOME", dir)
	t.Setenv("XDG_DATA_HOME", dir)
	startServer(t, port, os.Getenv(beforeCaddy), "run", "--adapter", "caddyfile", "--config", filepath.Join(dir, "Caddyfile"))
	return fmt.Sprintf("http://127.0.0.1:%d", port)
}

// ends says how a program ended.
func ends(said string, err error, why *regexp.Regexp) string {
	if err == nil {
		return "ends well"
	}
	exit, ok := err.(*exec.ExitError) //nolint:errorlint // as it comes from package exec
	if !ok {
		return "does not end"
	}
	outcome := fmt.Sprintf("fails with %d", exit.ExitCode())
	if why != nil {
		if found := why.FindStringSubmatch(said); found != nil {
			outcome += ": " + strings.TrimSpace(found[1])
		}
	}
	return outcome
}

// answering is a backend that reads each request and answers with the same bytes.
func answering(answer string) func(t *testing.T) string {
	return func(t *testing.T) string {
		return newRawBackend(t, func(conn *net.TCPConn, _ *http.Request) { _, _ = io.WriteString(conn, answer) }).proxy()
	}
}
