package drive

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// tick is the unit of processor time in /proc/stat.
const tick = time.Second / 100

// disturbance is what the kernel's counters say about others at a moment.
type disturbance struct {
	waited     time.Duration // how long the servers could run, but their core was another's
	stolen     time.Duration // how long their core was not there for this machine
	client     time.Duration // processor time of this process and the backend
	clientCore time.Duration // that of everybody on their core
}

// since is the share of the time that others have had, on the core where that is
// more. A server that leaves time over loses nothing to who takes it: what counts
// is how long it waited.
func (d disturbance) since(before disturbance, took time.Duration) float64 {
	return max(0, (d.waited-before.waited+d.stolen-before.stolen).Seconds(),
		(d.clientCore-before.clientCore-d.client+before.client).Seconds()) / took.Seconds()
}

func (p Plan) disturbance(servers []*server) (d disturbance, err error) {
	for _, s := range servers {
		for _, id := range s.processes {
			d.waited += waitTime(id)
		}
	}
	if _, d.stolen, err = coreTime(p.Core); err != nil || p.Backend == nil || p.Backend.First {
		return d, err
	}
	for _, id := range []int{os.Getpid(), p.Backend.PID} {
		used, err := processTime(id)
		if err != nil {
			return d, err
		}
		d.client += used
	}
	d.clientCore, _, err = coreTime(p.Backend.Core)
	return d, err
}

// waitTime is how long the threads of a process have waited for a core: the
// second field of /proc/PID/task/TID/schedstat, in nanoseconds. Not all kernels
// have it.
func waitTime(pid int) (sum time.Duration) {
	files, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", pid))
	for _, file := range files {
		text, _ := os.ReadFile(file) //nolint:gosec // the kernel's; a thread may have ended
		if fields := bytes.Fields(text); len(fields) > 1 {
			n, _ := strconv.ParseInt(string(fields[1]), 10, 64)
			sum += time.Duration(n)
		}
	}
	return sum
}

// processTime is utime and stime of /proc/PID/stat, but in nanoseconds, from
// the process's clock (clock_getcpuclockid(3) makes its number so).
func processTime(pid int) (time.Duration, error) {
	var t unix.Timespec
	const scheduled = 2
	if err := unix.ClockGettime(int32(^pid<<3|scheduled), &t); err != nil { //nolint:gosec // process ids are small
		return 0, fmt.Errorf("%w: %w", errEnded, err)
	}
	return time.Duration(t.Nano()), nil
}

// coreTime is how long a core was busy with processes, or was not there for this
// machine, and how long only that. Interrupts are nobody's.
func coreTime(core int) (busy, stolen time.Duration, err error) {
	text, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0, 0, err
	}
	const steal = 7
	prefix := fmt.Sprintf("cpu%d ", core)
	for line := range strings.Lines(string(text)) {
		if !strings.HasPrefix(line, prefix) {
			continue
		}
		fields := strings.Fields(line)[1:]
		for _, i := range []int{0, 1, 2, steal} { // user, nice, system
			if i < len(fields) {
				n, err := strconv.ParseInt(fields[i], 10, 64)
				if err != nil {
					return 0, 0, err
				}
				busy += time.Duration(n) * tick
				if i == steal {
					stolen = time.Duration(n) * tick
				}
			}
		}
		return busy, stolen, nil
	}
	return 0, 0, fmt.Errorf("/proc/stat has no core %d", core)
}

// memory is how many bytes a process was resident at most, and is now.
func memory(pid int) (peak, resident int64) {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	for line := range strings.Lines(string(text)) {
		fields := strings.Fields(line)
		if len(fields) != 3 {
			continue
		}
		n, _ := strconv.ParseInt(fields[1], 10, 64)
		switch fields[0] {
		case "VmHWM:":
			peak = n << 10
		case "VmRSS:":
			resident = n << 10
		}
	}
	return peak, resident
}

// tree is a process and all that descend from it.
func tree(pid int) []int {
	all := []int{pid}
	parents := map[int][]int{}
	entries, _ := os.ReadDir("/proc")
	for _, entry := range entries {
		id, err := strconv.Atoi(entry.Name())
		if err != nil {
			continue
		}
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", id))
		if err != nil {
			continue
		}
		fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
		if len(fields) > 1 {
			if parent, err := strconv.Atoi(string(fields[1])); err == nil {
				parents[parent] = append(parents[parent], id)
			}
		}
	}
	for i := 0; i < len(all); i++ {
		all = append(all, parents[all[i]]...)
	}
	return all
}
