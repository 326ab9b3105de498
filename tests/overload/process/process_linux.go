package process

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"syscall"
	"time"
)

// tick is the unit of processor time in /proc: USER_HZ, 100 on all machines
// that Go knows.
const tick = time.Second / 100

func attributes() *syscall.SysProcAttr {
	// A group of its own, so that Ctrl-C reaches the experiment alone.
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

// kill ends the process and its group. It fails if they have ended.
func (p *Process) kill() {
	select {
	case <-p.done:
	default:
		_ = syscall.Kill(-p.ID(), syscall.SIGKILL)
	}
}

// Pause stops the process until Resume.
func (p *Process) Pause() error { return p.cmd.Process.Signal(syscall.SIGSTOP) }

// Resume lets a paused process go on.
func (p *Process) Resume() error { return p.cmd.Process.Signal(syscall.SIGCONT) }

// Usage is what a process has used.
type Usage struct {
	CPU    time.Duration // processor time, in user and kernel
	Memory int64         // resident bytes
}

// Usage asks the kernel what the process has used so far.
func (p *Process) Usage() (Usage, error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.ID()))
	if err != nil {
		return Usage{}, err
	}
	// The name of the program, in parentheses, may hold spaces. The fields behind it
	// count from 3 in proc(5): 14 is utime, 15 stime and 24 rss.
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
	if len(fields) < 22 {
		return Usage{}, fmt.Errorf("/proc/%d/stat has too few fields", p.ID())
	}
	var numbers [3]int64
	for i, field := range []int{14 - 3, 15 - 3, 24 - 3} {
		if numbers[i], err = strconv.ParseInt(string(fields[field]), 10, 64); err != nil {
			return Usage{}, err
		}
	}
	return Usage{
		CPU:    time.Duration(numbers[0]+numbers[1]) * tick,
		Memory: numbers[2] * int64(os.Getpagesize()),
	}, nil
}
