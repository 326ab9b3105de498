//go:build !linux

package process

import (
	"errors"
	"syscall"
	"time"
)

func attributes() *syscall.SysProcAttr { return nil }

func (p *Process) kill() { _ = p.cmd.Process.Kill() }

// Pause is for Linux.
func (p *Process) Pause() error { return errors.ErrUnsupported }

// Resume is for Linux.
func (p *Process) Resume() error { return errors.ErrUnsupported }

// Usage is what a process has used.
type Usage struct {
	CPU    time.Duration // processor time, in user and kernel
	Memory int64         // resident bytes
}

// Usage is for Linux.
func (p *Process) Usage() (Usage, error) { return Usage{}, errors.ErrUnsupported }
