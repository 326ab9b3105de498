package experiment

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"time"

	"github.com/statusgate/statusgate/tests/bench/drive"
	"github.com/statusgate/statusgate/tests/bench/proxy"
)

// entry is a proxy under one kind of request.
type entry struct {
	proxy.Proxy
	request     drive.Request
	want        int     // status; 0: 200
	connections int     // 0: 64
	rate        float64 // of the measurement of latency; 0: 1500 in a second
	closedRate  float64 // of the measurement of cost; 0: each connection asks again at once
	long        bool    // left out of the short form: no target needs it
}

// Defaults of an entry.
const (
	connections = 64
	moderate    = 1500
)

// run is one measurement.
type run struct {
	closed drive.Measurement // each connection asks again at once
	paced  drive.Measurement // at a fixed rate, if it was measured
}

// series is all measurements of an entry, one for each round.
type series struct {
	entry
	runs []run
}

// pace is how long things take.
type pace struct {
	warm, window time.Duration
	paced        int // in how many rounds latency is measured, too
}

func (lab *Lab) pace() pace {
	if lab.Short {
		return pace{warm: 150 * time.Millisecond, window: 400 * time.Millisecond, paced: 1}
	}
	return pace{warm: 300 * time.Millisecond, window: 900 * time.Millisecond, paced: 2}
}

// rounds measures all entries in turn, and then again: A B C A B C. Those whose
// program is missing are left out. Each measurement starts its proxy anew, so
// that the luck of one process is not what is compared.
func (lab *Lab) rounds(ctx context.Context, n int, p pace, entries []entry) ([]*series, error) {
	var all []*series
	for _, e := range entries {
		if e.long && lab.Short {
			continue
		}
		if e.want == 0 {
			e.want = http.StatusOK
		}
		if e.connections == 0 {
			e.connections = connections
		}
		if e.rate == 0 {
			e.rate = moderate
		}
		if e.Program != "" || lab.has(e.Kind) {
			all = append(all, &series{entry: e})
		}
	}
	for round := range n {
		if err := lab.round(ctx, all, p, round < p.paced); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// round measures all once, while nobody else does.
func (lab *Lab) round(ctx context.Context, all []*series, p pace, paced bool) error {
	leave, err := lab.alone(ctx)
	if err != nil {
		return err
	}
	defer leave()
	for _, s := range all {
		r, err := lab.measure(ctx, s.entry, p, paced)
		if err != nil {
			return fmt.Errorf("%s: %w", s.Name, err)
		}
		s.runs = append(s.runs, r)
	}
	return nil
}

// alone waits until nobody else measures. Where the kernel shares its time out
// among sessions first, niceness counts only within one, so the session as a whole
// gets it until leave.
func (lab *Lab) alone(ctx context.Context) (leave func(), err error) {
	unlock, err := lab.Quiet(ctx)
	if err != nil || lab.Nice == 0 {
		return unlock, err
	}
	const file = "/proc/self/autogroup"
	_ = os.WriteFile(file, []byte(strconv.Itoa(lab.Nice)), 0) // not all kernels have it
	return func() {
		_ = os.WriteFile(file, []byte("0"), 0)
		unlock()
	}, nil
}

// Bounds of what others may do meanwhile.
const (
	foreign       = .25 // share of a core
	attempts      = 5
	shortAttempts = 1 // the short form only looks for gross ratios
)

// measure starts the proxy and measures it, again if others were busy.
func (lab *Lab) measure(ctx context.Context, e entry, p pace, paced bool) (run, error) {
	dir, err := lab.Directory()
	if err != nil {
		return run{}, err
	}
	server, err := e.Start(ctx, lab.host, dir, lab.backend)
	if err != nil {
		return run{}, err
	}
	defer server.Process.Kill()
	plan := drive.Plan{
		Address: server.Address, Request: e.request, Connections: e.connections, Want: e.want,
		Rate: e.closedRate, Warm: p.warm, Window: p.window, PID: server.Process.ID(), Core: lab.host.Core,
		// Who comes first gets what he needs, and others only what he leaves.
		Backend: &drive.Backend{Address: lab.backend, PID: lab.target.ID(), Core: lab.core, First: lab.Nice < 0},
	}
	var r run
	if r.closed, err = lab.undisturbed(ctx, plan); err != nil {
		return run{}, fmt.Errorf("%w: %s", err, server.Process.Errors())
	}
	if paced {
		plan.Rate = e.rate
		if r.paced, err = lab.drive(ctx, plan); err != nil {
			return run{}, err
		}
	}
	return r, nil
}

// undisturbed measures again where others were busy, and gives the measurement in
// which they were least so.
func (lab *Lab) undisturbed(ctx context.Context, plan drive.Plan) (best drive.Measurement, err error) {
	most := attempts
	if lab.Short {
		most = shortAttempts
	}
	for attempt := range most {
		m, err := lab.drive(ctx, plan)
		if err != nil {
			return m, err
		}
		if attempt == 0 || m.Foreign < best.Foreign {
			best = m
		}
		if best.Foreign <= foreign || plan.Rate > 0 { // a rate leaves time to others
			return best, nil
		}
		lab.thrown++
	}
	lab.busy++
	return best, nil
}

// drive runs the client by a plan.
func (lab *Lab) drive(ctx context.Context, plan drive.Plan) (drive.Measurement, error) {
	var m drive.Measurement
	text, err := json.Marshal(plan)
	if err != nil {
		return m, err
	}
	command := lab.host.Pinned(lab.core, nil, lab.client, string(text))
	client, err := lab.Keeper.Start(lab.Dir, command[0], command[1:]...)
	if err != nil {
		return m, err
	}
	defer client.Kill()
	line, err := client.Line(ctx)
	if err != nil {
		return m, err
	}
	return m, json.Unmarshal([]byte(line), &m)
}
