package experiment

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/statusgate/statusgate/tests/overload/backend"
	"github.com/statusgate/statusgate/tests/overload/process"
	"github.com/statusgate/statusgate/tests/overload/rival"
)

// member is one backend process.
type member struct {
	lab      *Lab
	dir      string
	settings backend.Settings
	process  *process.Process
	address  backend.Addresses
	control  backend.Control
}

// startTimeout bounds how long a backend may take to say where it listens.
const startTimeout = 10 * time.Second

// start starts the process, on the ports it had if it was there before.
func (m *member) start(ctx context.Context) error {
	settings, err := json.Marshal(m.settings)
	if err != nil {
		return err
	}
	if m.address.Service == "" {
		if m.address.Service, err = m.lab.host.Ports.Free(); err != nil {
			return err
		}
		if m.address.Control, err = m.lab.host.Ports.Free(); err != nil {
			return err
		}
	}
	host := m.lab.host
	m.process, err = host.Keeper.Start(m.dir, host.Tools.Backend,
		"-settings", string(settings), "-listen", m.address.Service, "-control", m.address.Control)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	line, err := m.process.Line(ctx)
	if err != nil {
		return err
	}
	if err := json.Unmarshal([]byte(line), &m.address); err != nil {
		return fmt.Errorf("the backend said %q: %w", line, err)
	}
	m.control = backend.Control{Address: m.address.Control}
	return nil
}

// stand is a gateway with its backends, running.
type stand struct {
	name    string // of the rival
	sheds   bool
	members []*member
	gateway *rival.Gateway
}

// stand starts backends and a gateway in front of them.
func (lab *Lab) stand(ctx context.Context, r rival.Rival, replicas int, settings backend.Settings) (*stand, error) {
	dir, err := lab.Directory()
	if err != nil {
		return nil, err
	}
	s := &stand{name: r.Name, sheds: r.Sheds}
	var upstreams []string
	for i := range max(1, replicas) {
		settings.Seed = uint64(i) //nolint:gosec // few
		m := &member{lab: lab, dir: dir, settings: settings}
		if err := m.start(ctx); err != nil {
			s.stop()
			return nil, err
		}
		s.members = append(s.members, m)
		upstreams = append(upstreams, m.address.Service)
	}
	if s.gateway, err = r.Start(ctx, lab.host, dir, upstreams...); err != nil {
		s.stop()
		return nil, err
	}
	return s, nil
}

// stop ends the gateway, then the backends.
func (s *stand) stop() {
	if s.gateway != nil {
		s.gateway.Stop()
	}
	for _, m := range s.members {
		m.process.Kill()
	}
}

// change switches all backends over.
func (s *stand) change(ctx context.Context, change func(*backend.Settings)) error {
	failures := make([]error, len(s.members))
	for i, m := range s.members {
		failures[i] = m.control.Change(ctx, change)
	}
	return errors.Join(failures...)
}

// Metrics of shed.
const (
	metricLimit    = "caddy_statusgate_shed_limit"
	metricInflight = "caddy_statusgate_shed_inflight"
	metricRequests = "caddy_statusgate_shed_requests_total"
)

// leakTimeout is how long places may take to be given back after the last
// request: those of clients that have left are kept for a while.
const leakTimeout = 8 * time.Second

// leak waits until all places of a limiter are given back, and returns how many
// are not.
func (s *stand) leak(ctx context.Context) (int, error) {
	end := time.Now().Add(leakTimeout)
	ask := time.NewTicker(100 * time.Millisecond)
	defer ask.Stop()
	for {
		n, ok, err := s.gateway.Metric(ctx, metricInflight)
		if err != nil || !ok || n == 0 || time.Now().After(end) {
			return int(n), err
		}
		select {
		case <-ask.C:
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	}
}

// waited is the share of the rejects of shed that had waited before, 0 for
// gateways that do not tell.
func (s *stand) waited(ctx context.Context) (float64, error) {
	if !s.sheds {
		return 0, nil
	}
	atOnce, _, err := s.gateway.Metric(ctx, metricRequests, `outcome="rejected"`)
	if err != nil {
		return 0, err
	}
	var waited float64
	for _, outcome := range []string{"evicted", "timeout"} {
		n, _, err := s.gateway.Metric(ctx, metricRequests, `outcome="`+outcome+`"`)
		if err != nil {
			return 0, err
		}
		waited += n
	}
	return waited / max(1, atOnce+waited), nil
}
