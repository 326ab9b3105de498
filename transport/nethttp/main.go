// Command nethttp runs the tests of net/http and of net/http/httputil, those of
// the Go that runs it, with package transport in place of net/http's Transport.
//
//	go run ./transport/nethttp                  # all of them; half an hour of patience at most
//	go run ./transport/nethttp -run TestRetry   # only those whose names match
//
// The sources of Go are not touched: an overlay of the go command adds what is
// needed. A test that fails must stand in allowed.txt, with the reason, and a test
// that stands there must fail, or it goes from the list. With a ! before its name, a
// test is not run at all, since it would wait for ever.
package main

import (
	"bufio"
	_ "embed"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

var (
	//go:embed hook.txt
	hook string

	//go:embed allowed.txt
	allowList string

	pattern = flag.String("run", ".", "only tests whose names match")
	verbose = flag.Bool("v", false, "print what failing tests say, expected or not")
	limit   = flag.Duration("timeout", 10*time.Minute, "for each package")
	race    = flag.Bool("race", false, "with the race detector")
)

// The packages whose tests are run.
var packages = []string{"net/http", "net/http/httputil"}

func main() {
	flag.Parse()
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	dir, err := os.MkdirTemp("", "nethttp")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	overlay, err := makeOverlay(dir)
	if err != nil {
		return err
	}
	allowed, err := parseAllowed(allowList)
	if err != nil {
		return err
	}
	results := make(map[string]*result)
	for _, name := range packages {
		if err := test(name, overlay, skipped(allowed), results); err != nil {
			return err
		}
	}
	return judge(results, allowed)
}

// makeOverlay writes the files that Go's sources lack, and tells where they belong.
func makeOverlay(dir string) (string, error) {
	out, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return "", err
	}
	src := filepath.Join(strings.TrimSpace(string(out)), "src")
	replace := make(map[string]string)
	add := func(target, content string) error {
		file := filepath.Join(dir, fmt.Sprint(len(replace), ".go"))
		replace[filepath.Join(src, target)] = file
		return os.WriteFile(file, []byte(content), 0o600)
	}
	roundTrip, err := hooked(filepath.Join(src, "net/http/roundtrip.go"), "return t.roundTrip(req)",
		"if RoundTripHook != nil {\nreturn RoundTripHook(t, req, t.roundTrip)\n}\nreturn t.roundTrip(req)")
	if err != nil {
		return "", err
	}
	transport, err := hooked(filepath.Join(src, "net/http/transport.go"),
		"func (t *Transport) CloseIdleConnections() {", "func (t *Transport) CloseIdleConnections() {\nif CloseIdleHook != nil {\nCloseIdleHook(t)\n}\n",
		"func (t *Transport) CancelRequest(req *Request) {", "func (t *Transport) CancelRequest(req *Request) {\nif CancelHook != nil {\nCancelHook(req)\n}\n")
	if err != nil {
		return "", err
	}
	errs := []error{
		add("net/http/roundtrip.go", roundTrip),
		add("net/http/transport.go", transport),
		add("net/http/zz_hook.go", hooks),
		add("net/http/zz_hook_test.go", "package http_test\n"+hook),
		add("net/http/httputil/zz_hook_test.go", "package httputil_test\n"+hook),
	}
	files, err := filepath.Glob("transport/*.go")
	if len(files) == 0 {
		err = errors.New("run it in the root of the repository")
	}
	errs = append(errs, err)
	for _, file := range files {
		if !strings.HasSuffix(file, "_test.go") {
			replace[filepath.Join(src, "statusgate", file)], err = filepath.Abs(file)
			errs = append(errs, err)
		}
	}
	overlay, err := json.Marshal(map[string]any{"Replace": replace})
	if err := errors.Join(append(errs, err)...); err != nil {
		return "", err
	}
	file := filepath.Join(dir, "overlay.json")
	return file, os.WriteFile(file, overlay, 0o600)
}

// hooks are what the sources of net/http get.
const hooks = `package http

// What is tested in place of the Transport.
var (
	RoundTripHook func(*Transport, *Request, func(*Request) (*Response, error)) (*Response, error)
	CloseIdleHook func(*Transport)
	CancelHook    func(*Request)
	HookCanceled  = errRequestCanceled
)
`

// hooked is a file of Go's sources with some changes: pairs of what was there and
// what is there instead.
func hooked(file string, changes ...string) (string, error) {
	b, err := os.ReadFile(file) //nolint:gosec // Go's own
	if err != nil {
		return "", err
	}
	source := string(b)
	for pair := range slices.Chunk(changes, 2) {
		if strings.Count(source, pair[0]) != 1 {
			return "", fmt.Errorf("%s is not what it was: adapt the overlay", file)
		}
		source = strings.Replace(source, pair[0], pair[1], 1)
	}
	return source, nil
}

// result is how a test ended, and what it said.
type result struct {
	action string
	output strings.Builder
}

// skipped takes the tests that are not run from the list. It gives the expression
// that go test knows them by.
func skipped(allowed map[string]string) string {
	names := []string{"^$"}
	for name := range allowed {
		if bare, ok := strings.CutPrefix(name, "!"); ok {
			names = append(names, "^"+bare+"$")
		}
	}
	return strings.Join(names, "|")
}

// test runs the tests of a package.
func test(name, overlay, skip string, results map[string]*result) error {
	args := []string{"test", "-json", "-vet=off", "-count=1", "-timeout", limit.String(), "-overlay", overlay, "-run", *pattern, "-skip", skip}
	if *race {
		args = append(args, "-race")
	}
	cmd := exec.Command("go", append(args, name)...) //nolint:gosec // the arguments are from above
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	read := readEvents(out, results)
	_ = cmd.Wait() // that some tests fail is expected
	return read
}

// readEvents reads the output of go test -json.
func readEvents(from io.Reader, results map[string]*result) error {
	lines := bufio.NewScanner(from)
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		var event struct{ Action, Package, Test, Output string }
		if json.Unmarshal(lines.Bytes(), &event) != nil {
			fmt.Println(lines.Text()) // of the build
			continue
		}
		name := event.Test
		if name == "" {
			name = "package " + event.Package
		}
		r := results[name]
		if r == nil {
			r = new(result)
			results[name] = r
		}
		switch event.Action {
		case "output":
			r.output.WriteString(event.Output)
		case "pass", "fail", "skip":
			r.action = event.Action
		}
	}
	return lines.Err()
}

// parseAllowed reads the tests that may fail: a name and the reason on each line.
func parseAllowed(list string) (map[string]string, error) {
	allowed := make(map[string]string)
	for line := range strings.Lines(list) {
		name, reason, _ := strings.Cut(strings.TrimSpace(line), " ")
		if name == "" || name == "#" {
			continue
		}
		if reason = strings.TrimSpace(reason); reason == "" {
			return nil, fmt.Errorf("allowed.txt: %s has no reason", name)
		}
		allowed[name] = reason
	}
	return allowed, nil
}

// judge compares the results with the list.
func judge(results map[string]*result, allowed map[string]string) error {
	counts := make(map[string]int)
	var wrong []string
	for _, name := range slices.Sorted(maps.Keys(results)) {
		r := results[name]
		if strings.HasPrefix(name, "package ") {
			if r.action == "" || strings.Contains(r.output.String(), "panic: ") {
				wrong = append(wrong, fmt.Sprintf("%s did not come to its end\n%s", name, r.output.String()))
			}
			continue
		}
		top, _, sub := strings.Cut(name, "/")
		_, known := allowed[top]
		if !sub {
			counts[r.action]++
		}
		switch {
		case r.action == "fail" && known && *verbose, r.action != "pass" && r.action != "skip" && !known:
			text := fmt.Sprintf("%s: %s\n%s", name, r.action, r.output.String())
			if known {
				fmt.Println(text)
			} else {
				wrong = append(wrong, text)
			}
		case r.action == "pass" && known && !sub:
			wrong = append(wrong, fmt.Sprintf("%s passes: take it from allowed.txt", name))
		}
	}
	fmt.Printf("%d tests passed, %d failed, %d were skipped; %d may fail\n", counts["pass"], counts["fail"], counts["skip"], len(allowed))
	if len(wrong) > 0 {
		return fmt.Errorf("%s\n%d of them not as expected", strings.Join(wrong, "\n"), len(wrong))
	}
	return nil
}
