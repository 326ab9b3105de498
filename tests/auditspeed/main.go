//go:build unix

// Auditspeed measures what an audit of a log costs beside GoAccess, in the same run:
//
//	go run ./tests/auditspeed [-lines 2000000] [-runs 3] [-gzip] [sample.log]
//
// The sample, by default lines of its own, is repeated up to so many lines. Each
// row of the table is the run that took the least CPU time. wc -l only looks for the
// ends of lines, and shows what reading costs.
package main

import (
	"bufio"
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"syscall"
	"time"

	"github.com/statusgate/statusgate/accesslog"
	"github.com/statusgate/statusgate/audit"
	"github.com/statusgate/statusgate/normalize"
)

func main() {
	lines := flag.Int("lines", 2_000_000, "lines of the log")
	runs := flag.Int("runs", 3, "runs of each, of which the one with the least CPU time counts")
	child := flag.String("child", "", "audit this file, for the table: parse, one or all")
	flag.Parse()
	if *child != "" {
		work(*child, flag.Arg(0))
		return
	}
	if err := table(*lines, *runs, flag.Arg(0)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// work reads a log as one row of the table does.
func work(kind, path string) {
	in := accesslog.Input{Paths: []string{path}, Stdin: os.Stdin, Workers: 1}
	if kind == "all" {
		in.Workers = 0
	}
	if kind == "parse" {
		_, err := accesslog.Read(context.Background(), &in, func(int) func(*accesslog.Entry) { return func(*accesslog.Entry) {} })
		fail(err)
		return
	}
	contract := normalize.NewContract(normalize.ProfileDocumented, nil, nil)
	report, err := audit.Run(context.Background(), &audit.Options{Input: in, Decide: func(r audit.Request) audit.Decision {
		v := contract.Decide(&normalize.Response{Status: r.Received})
		return audit.Decision{Sent: v.Status, Reason: v.Reason.String()}
	}})
	fail(err)
	fail(report.WriteJSON(os.Stdout))
}

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func table(lines, runs int, sample string) error {
	dir, err := os.MkdirTemp("", "auditspeed")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	path := filepath.Join(dir, "access.log")
	size, err := write(path, sample, lines)
	if err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	fmt.Printf("%d lines, %.0f MB, %d cores, %s\n\n", lines, float64(size)/1e6, runtime.GOMAXPROCS(0), version())
	fmt.Println("| what | CPU time | time | MB/s per core | peak memory |\n|---|---|---|---|---|")
	measure := func(name string, args ...string) {
		cpu, wall, peak, err := least(runs, args)
		if err != nil {
			fmt.Printf("| %s | %v | | | |\n", name, err)
			return
		}
		fmt.Printf("| %s | %.2f s | %.2f s | %.0f | %.0f MiB |\n", name, cpu.Seconds(), wall.Seconds(), float64(size)/1e6/cpu.Seconds(), float64(peak)/1024)
	}
	measure("`wc -l`", "wc", "-l", path)
	measure("reading the lines, one worker", self, "-child", "parse", path)
	measure("audit, one worker", self, "-child", "one", path)
	measure("audit, all cores", self, "-child", "all", path)
	measure("GoAccess", "goaccess", path, "--log-format=COMBINED", "--no-global-config", "--no-progress", "-o", filepath.Join(dir, "goaccess.json"))
	return nil
}

func version() string {
	out, err := exec.Command("goaccess", "--version").Output()
	if err != nil {
		return "no GoAccess"
	}
	line, _, _ := bytes.Cut(out, []byte(".\n"))
	return string(line)
}

// least runs a command several times, and tells of the run that took the least CPU time.
func least(runs int, args []string) (cpu, wall time.Duration, peak int64, err error) {
	for i := range runs {
		command := exec.Command(args[0], args[1:]...) //nolint:gosec // the commands of the table
		start := time.Now()
		if err := command.Run(); err != nil {
			return 0, 0, 0, fmt.Errorf("%s: %w", args[0], err)
		}
		took := time.Since(start)
		state := command.ProcessState
		used := state.UserTime() + state.SystemTime()
		if usage, ok := state.SysUsage().(*syscall.Rusage); ok {
			peak = max(peak, usage.Maxrss)
		}
		if i == 0 || used < cpu {
			cpu, wall = used, took
		}
	}
	return cpu, wall, peak, nil
}

// write repeats a sample up to so many lines. Without one, it makes lines of an API
// with many paths.
func write(path, sample string, lines int) (size int64, err error) {
	var text []byte
	if sample != "" {
		if text, err = os.ReadFile(sample); err != nil { //nolint:gosec // the file that was asked for
			return 0, err
		}
		text = append(bytes.TrimRight(text, "\n"), '\n')
	}
	file, err := os.Create(path) //nolint:gosec // in a folder of our own
	if err != nil {
		return 0, err
	}
	w := bufio.NewWriter(file)
	for n := 0; n < lines; {
		if sample == "" {
			own(w, n)
			n++
			continue
		}
		for line := range bytes.Lines(text) {
			if n == lines {
				break
			}
			_, _ = w.Write(line) // Flush tells
			n++
		}
	}
	if err := w.Flush(); err != nil {
		return 0, err
	}
	info, err := file.Stat()
	if err != nil {
		return 0, err
	}
	return info.Size(), file.Close()
}

// own writes a line with a number in its path and query that is its own.
func own(w *bufio.Writer, n int) {
	statuses := [...]int{200, 200, 200, 200, 201, 304, 404, 520}
	_, _ = w.WriteString("203.0.113." + strconv.Itoa(n%250) + " - - [30/Sep/2021:" + fmt.Sprintf("%02d:%02d:%02d", n/360000%24, n/6000%60, n/100%60) +
		" +0000] \"GET /api/v1/orders/" + strconv.Itoa(n*7919%1_000_003) + "?page=" + strconv.Itoa(n%17) + " HTTP/1.1\" " +
		strconv.Itoa(statuses[n%len(statuses)]) + " 1541 \"https://www.example.com/orders\" \"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36\"\n")
}
