package drive

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// tick is the unit of processor time in /proc/stat.
const tick = time.Second / 100

// reading is what the counters of the kernel, and of the backend, say at a moment.
type reading struct {
	process        time.Duration // processor time of the server, in user and kernel
	core           time.Duration // that of everybody on its core
	client         time.Duration // processor time of this process and the backend
	clientCore     time.Duration // that of everybody on their core
	peak, resident int64
	accepted       int64
}

// foreign is how many seconds of processor time others have had since a reading,
// on the core where that is more.
func (r reading) foreign(before reading) float64 {
	return max(0, (r.core - before.core - r.process + before.process).Seconds(),
		(r.clientCore - before.clientCore - r.client + before.client).Seconds())
}

// take reads the counters of the server with its children, of the client with the
// backend, and of their cores.
func (p Plan) take() (r reading, err error) {
	if p.Backend != nil {
		if err := r.takeBackend(*p.Backend); err != nil {
			return reading{}, err
		}
	}
	for _, id := range tree(p.PID) {
		used, err := processTime(id)
		if err != nil {
			return reading{}, err
		}
		r.process += used
		peak, resident := memory(id)
		r.peak += peak
		r.resident += resident
	}
	r.core, err = coreTime(p.Core)
	return r, err
}

func (r *reading) takeBackend(b Backend) (err error) {
	if r.accepted, err = accepted(b.Address); err != nil {
		return err
	}
	for _, id := range []int{os.Getpid(), b.PID} {
		used, err := processTime(id)
		if err != nil {
			return err
		}
		r.client += used
	}
	if b.First {
		r.clientCore = r.client
		return nil
	}
	r.clientCore, err = coreTime(b.Core)
	return err
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

// coreTime is how long a core was busy with processes, or was not there for
// this machine. Interrupts are nobody's.
func coreTime(core int) (time.Duration, error) {
	text, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0, err
	}
	prefix := fmt.Sprintf("cpu%d ", core)
	for line := range strings.Lines(string(text)) {
		if !strings.HasPrefix(line, prefix) {
			continue
		}
		fields := strings.Fields(line)[1:]
		var ticks int64
		for _, i := range []int{0, 1, 2, 7} { // user, nice, system, steal
			if i < len(fields) {
				n, err := strconv.ParseInt(fields[i], 10, 64)
				if err != nil {
					return 0, err
				}
				ticks += n
			}
		}
		return time.Duration(ticks) * tick, nil
	}
	return 0, fmt.Errorf("/proc/stat has no core %d", core)
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
