// Package process starts the servers of an experiment, each a process of its
// own, and sees to it that none outlives the experiment.
package process

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"time"
)

// Keeper starts processes and ends those that still run. If the keeper's own
// process is killed, the system ends them (on Linux).
type Keeper struct {
	starts  chan func()
	mu      sync.Mutex
	running map[*Process]bool
	closed  bool
}

// NewKeeper makes a keeper. Close ends all that it has started.
func NewKeeper() *Keeper {
	k := &Keeper{starts: make(chan func()), running: map[*Process]bool{}}
	// The signal that a child gets when its parent dies is tied to the thread that
	// has started it, so one thread starts all and lives as long as the keeper.
	go func() {
		runtime.LockOSThread()
		for start := range k.starts {
			start()
		}
	}()
	return k
}

// Close ends all processes that still run and waits for them.
func (k *Keeper) Close() {
	k.mu.Lock()
	if k.closed {
		k.mu.Unlock()
		return
	}
	k.closed = true
	left := make([]*Process, 0, len(k.running))
	for p := range k.running {
		left = append(left, p)
	}
	k.mu.Unlock()
	for _, p := range left {
		p.Kill()
	}
	close(k.starts)
}

// Process is a process that was started.
type Process struct {
	keeper *Keeper
	cmd    *exec.Cmd
	output *os.File // the reading end of its standard output
	errors tail
	done   chan struct{}
}

// Start starts a program in a directory. Its standard output is for the caller
// to read a line from; the end of its standard error is kept for messages.
func (k *Keeper) Start(directory, program string, arguments ...string) (*Process, error) {
	reader, writer, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	p := &Process{keeper: k, output: reader, done: make(chan struct{})}
	p.cmd = exec.Command(program, arguments...) //nolint:gosec // the experiment's own servers
	p.cmd.Dir = directory
	p.cmd.Env = append(os.Environ(), "HOME="+directory, "XDG_DATA_HOME="+directory, "XDG_CONFIG_HOME="+directory)
	p.cmd.Stdout, p.cmd.Stderr = writer, &p.errors
	p.cmd.SysProcAttr = attributes()
	p.cmd.WaitDelay = time.Second // a child of its own may keep the pipe of errors open
	err = k.start(p)
	_ = writer.Close()
	if err != nil {
		_ = reader.Close()
		return nil, fmt.Errorf("starting %s: %w", program, err)
	}
	return p, nil
}

func (k *Keeper) start(p *Process) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.closed {
		return errors.New("the experiment is over")
	}
	result := make(chan error)
	k.starts <- func() { result <- p.cmd.Start() }
	if err := <-result; err != nil {
		return err
	}
	k.running[p] = true
	go func() {
		_ = p.cmd.Wait() // how it ended does not matter: it was killed
		close(p.done)
	}()
	return nil
}

// Line reads the first line of the standard output.
func (p *Process) Line(ctx context.Context) (string, error) {
	stop := context.AfterFunc(ctx, p.Kill)
	defer stop()
	line, err := bufio.NewReader(io.LimitReader(p.output, 64<<10)).ReadString('\n')
	if err != nil {
		return "", fmt.Errorf("%s said nothing: %s", p.cmd.Path, p.Errors())
	}
	return line, nil
}

// ID is the process id.
func (p *Process) ID() int { return p.cmd.Process.Pid }

// Done is closed when the process has ended.
func (p *Process) Done() <-chan struct{} { return p.done }

// Errors is the end of what the process wrote to its standard error.
func (p *Process) Errors() string { return p.errors.String() }

// Kill ends the process, with its own children, and waits until it has ended.
func (p *Process) Kill() {
	p.kill()
	<-p.done
	_ = p.output.Close()
	p.keeper.mu.Lock()
	defer p.keeper.mu.Unlock()
	delete(p.keeper.running, p)
}

// tail keeps the end of what is written to it.
type tail struct {
	mu   sync.Mutex
	text []byte
}

const tailSize = 2 << 10

// Write keeps the last of what it gets.
func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text = append(t.text, b...)
	if len(t.text) > tailSize {
		t.text = bytes.Clone(t.text[len(t.text)-tailSize:])
	}
	return len(b), nil
}

// String is what was kept.
func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.TrimSpace(string(t.text))
}
