package tests

import (
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"testing"
)

// shownLog is the access log as the pages call it.
const shownLog = "/var/log/caddy/access.log"

// What differs from one run, or from one system, to the next.
var (
	dates  = regexp.MustCompile(`(?m)^Date: .*$`)
	uuids  = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)
	drawn  = regexp.MustCompile(`(Retry-After: |"retry_after":)(1\d|20)\b`) // by the gate of the example
	padded = regexp.MustCompile(`(?m)^ +(\d+) `)
)

func normalized(output string) string {
	output = strings.ReplaceAll(output, "\r\n", "\n")
	output = dates.ReplaceAllString(output, "Date: Thu, 01 Jan 2026 12:00:00 GMT")
	output = drawn.ReplaceAllString(output, "${1}10")
	output = uuids.ReplaceAllString(output, "0e5a7c0a-7d2f-4b8e-9c55-1f1f6f0f6a53")
	return strings.TrimRight(padded.ReplaceAllString(output, "      $1 "), "\n")
}

// shell runs a command of a page as its reader would, but for the ports, the access
// log and the file that is ./caddy.
func shell(t *testing.T, e *example, command string) string {
	t.Helper()
	command = strings.ReplaceAll(e.Replace(command), shownLog, e.accessLog)
	cmd := caddyCommand(t)
	cmd.Args = []string{"sh", "-c", strings.ReplaceAll(command, "./caddy ", "'"+cmd.Path+"' ")}
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Fatal(err)
	}
	cmd.Path = sh
	home := t.TempDir() // no .curlrc, no proxy
	cmd.Env = append(cmd.Env, "HOME="+home, "CURL_HOME="+home, "NO_PROXY=*", "no_proxy=*", "LC_ALL=C")
	output, err := cmd.Output()
	if err != nil {
		t.Errorf("%s: %v", command, err)
	}
	return e.back(string(output))
}

// awaitAccessLog waits until the access log has a line for each exchange that
// was counted.
func awaitAccessLog(t *testing.T, e *example) {
	t.Helper()
	exchanges := 0
	for line := range strings.Lines(fetch(t, "GET", e.url(metricsPort, "/metrics"), "").body) {
		if rest, ok := strings.CutPrefix(line, "caddy_statusgate_responses_total{"); ok {
			_, value, _ := strings.Cut(strings.TrimSpace(rest), "} ")
			n, err := strconv.Atoi(value)
			if err != nil {
				t.Fatal(err)
			}
			exchanges += n
		}
	}
	awaitLines(t, e.accessLog, exchanges)
}

// startExampleFor serves Caddyfile.example as a page says.
func startExampleFor(t *testing.T, page string) *example {
	t.Helper()
	if page != pageReport {
		return startExample(t)
	}
	return startExample(t, "\n\t\t# report\n", "\n\t\treport\n")
}

// TestDocsCommands runs what the pages show and compares what comes out.
func TestDocsCommands(t *testing.T) {
	for _, tool := range []string{"sh", "curl", "grep", "sort", "uniq"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s is not installed", tool)
		}
	}
	for _, page := range docPages(t) {
		text := readFile(t, page)
		shown := fenced(text, "console")
		if len(shown) == 0 {
			continue
		}
		t.Run(page, func(t *testing.T) {
			if runtime.GOOS == "windows" && strings.Contains(text, shownLog) {
				t.Skip("the path of the access log is no word of sh")
			}
			e := startExampleFor(t, page)
			for _, block := range shown {
				text = strings.Replace(text, block, runBlock(t, e, block), 1)
			}
			awaitAccessLog(t, e) // a line that comes late would be in the way of removing the log
			if *update {
				if err := os.WriteFile("../"+page, []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// runBlock runs the commands of a block, and gives it as it should be.
func runBlock(t *testing.T, e *example, block string) string {
	t.Helper()
	var got strings.Builder
	if !strings.HasPrefix(block, "$ ") {
		t.Errorf("a block does not begin with a command:\n%s", block)
	}
	for _, shown := range strings.Split("\n"+block, "\n$ ")[1:] {
		command, want, _ := strings.Cut(shown, "\n")
		if tool, _, _ := strings.Cut(command, " "); tool != "curl" && tool != "grep" && tool != "./caddy" {
			t.Errorf("%q is neither curl, grep nor ./caddy", command)
			continue
		}
		if strings.Contains(command, shownLog) {
			awaitAccessLog(t, e)
		}
		output := normalized(shell(t, e, command))
		fmt.Fprintf(&got, "$ %s\n", command)
		if output != "" {
			got.WriteString(output + "\n")
		}
		if want = strings.TrimRight(want, "\n"); output != want && !*update {
			t.Errorf("%s\ngot\n%s\nwant\n%s", command, output, want)
		}
	}
	return got.String()
}
