// Command openapi reads API descriptions with the package openapi and, beside it,
// with kin-openapi and libopenapi. It prints what they find differently and what
// they cost.
//
//	go -C tests/openapi run . FILE...
//
// CPU time and peak memory are those of a process that reads one file and does
// nothing else.
package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"
)

// order is that of the table.
var order = []string{"ours", "kin-openapi", "libopenapi"}

func main() {
	if len(os.Args) == 4 && os.Args[1] == "-read" {
		found, err := readers[os.Args[2]](os.Args[3])
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		fmt.Println(len(found), peak())
		return
	}
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: openapi FILE...")
		os.Exit(2)
	}
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "document\treader\toperations\tCPU\t× best\tpeak\t× best\tdiffer\t")
	for _, file := range os.Args[1:] {
		compareFile(table, file)
	}
	table.Flush()
}

// cost is what a process took.
type cost struct {
	operations int
	cpu        time.Duration
	peak       int64 // bytes
}

// compareFile adds the lines of one document.
func compareFile(table *tabwriter.Writer, file string) {
	ours, err := readOurs(file)
	if err != nil {
		fmt.Fprintf(table, "%s\t%v\t\t\t\t\t\t\t\n", filepath.Base(file), err)
		return
	}
	costs := make(map[string]cost)
	var best cost
	for _, reader := range order {
		c, err := measure(reader, file)
		if err != nil {
			continue
		}
		costs[reader] = c
		if reader != "ours" && (best.cpu == 0 || c.cpu < best.cpu) {
			best.cpu = c.cpu
		}
		if reader != "ours" && (best.peak == 0 || c.peak < best.peak) {
			best.peak = c.peak
		}
	}
	for _, reader := range order {
		c, ok := costs[reader]
		if !ok {
			fmt.Fprintf(table, "%s\t%s\tfails\t\t\t\t\t\t\n", filepath.Base(file), reader)
			continue
		}
		differ := ""
		if reader != "ours" {
			theirs, _ := readers[reader](file)
			differ = fmt.Sprint(len(differences(ours, theirs)))
		}
		fmt.Fprintf(table, "%s\t%s\t%d\t%d ms\t%s\t%d MiB\t%s\t%s\t\n", filepath.Base(file), reader, c.operations,
			c.cpu.Milliseconds(), ratio(float64(c.cpu), float64(best.cpu)), c.peak>>20,
			ratio(float64(c.peak), float64(best.peak)), differ)
	}
}

func ratio(a, b float64) string {
	if b == 0 {
		return "-"
	}
	return fmt.Sprintf("%.2f", a/b)
}

// peak is the most memory in bytes that this process has had. What getrusage says
// counts that of the process that started it, too.
func peak() (n int64) {
	status, _ := os.ReadFile("/proc/self/status")
	_, after, _ := strings.Cut(string(status), "VmHWM:")
	_, _ = fmt.Sscan(after, &n) // 0 where there is no such file
	return n << 10
}

// measure runs a reader three times in a process of its own; the least counts.
func measure(reader, file string) (least cost, err error) {
	self, err := os.Executable()
	if err != nil {
		return least, err
	}
	for range 3 {
		cmd := exec.Command(self, "-read", reader, file)
		out, err := cmd.Output()
		if err != nil {
			return least, err
		}
		c := cost{cpu: cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()}
		if _, err := fmt.Sscan(string(out), &c.operations, &c.peak); err != nil {
			return least, err
		}
		if least.cpu == 0 {
			least = c
		}
		least = cost{operations: c.operations, cpu: min(least.cpu, c.cpu), peak: min(least.peak, c.peak)}
	}
	return least, nil
}
