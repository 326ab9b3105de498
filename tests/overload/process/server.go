package process

import (
	"context"
	"fmt"
	"net"
	"os"
	"time"
)

// Timeouts of the start of a server.
const (
	startTimeout = 20 * time.Second
	startPace    = 10 * time.Millisecond
)

// Serve writes the configuration of a server into a file, starts it in a
// directory, and waits until it serves an address.
func (k *Keeper) Serve(ctx context.Context, directory, file, config, address string, command ...string) (*Process, error) {
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		return nil, err
	}
	p, err := k.Start(directory, command[0], command[1:]...)
	if err != nil {
		return nil, err
	}
	if err := p.Listens(ctx, address); err != nil {
		p.Kill()
		return nil, err
	}
	return p, nil
}

// Listens waits until the process serves an address.
func (p *Process) Listens(ctx context.Context, address string) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	ask := time.NewTicker(startPace)
	defer ask.Stop()
	for {
		conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
		if err == nil {
			return conn.Close()
		}
		select {
		case <-ask.C:
		case <-p.Done():
			return fmt.Errorf("it has ended: %s", p.Errors())
		case <-ctx.Done():
			return fmt.Errorf("it does not listen: %w: %s", ctx.Err(), p.Errors())
		}
	}
}
