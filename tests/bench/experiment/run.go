package experiment

import (
	"context"
	"encoding/json"
	"errors"
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
	held        int     // requests at a time that wait for a slow backend, while others are measured
	again       string  // name of the entry that this one repeats
	less        bool    // does less than the others: the body is kept
	long        bool    // left out of the short form: no target needs it
}

// Defaults of an entry.
const (
	connections = 64
	moderate    = 1500
)

// run is a round of one entry.
type run struct {
	closed drive.Measurement // all its windows together; each connection asks again at once
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
	passes       int // in each an entry has a window
	paced        int // in how many rounds latency is measured, too
}

// window is short beside what makes a machine faster or slower: others on the same
// processor do, for a tenth of a second or more.
const window = 25 * time.Millisecond

func (lab *Lab) pace() pace {
	if lab.Short {
		return pace{warm: 150 * time.Millisecond, window: window, passes: 14, paced: 1}
	}
	return pace{warm: 200 * time.Millisecond, window: window, passes: 28, paced: 2}
}

// rounds measures all entries so many times. Those whose program is missing are
// left out. Each round starts all proxies anew, so that the luck of one process is
// not what is compared, and then asks them in turn, many times.
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
		if err := lab.round(ctx, all, p, round); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// round measures all once, while nobody else does.
func (lab *Lab) round(ctx context.Context, all []*series, p pace, number int) error {
	leave, err := lab.alone(ctx)
	if err != nil {
		return err
	}
	defer leave()
	plan := lab.plan(p)
	plan.Seed = uint64(number) //nolint:gosec // not negative
	servers := make([]*proxy.Running, len(all))
	for i, s := range all {
		if servers[i], err = lab.start(ctx, s.entry); err != nil {
			return err
		}
		defer servers[i].Process.Kill()
		plan.Targets = append(plan.Targets, s.target(servers[i]))
	}
	result, err := lab.together(ctx, plan)
	if err != nil {
		return errors.Join(err, ended(servers))
	}
	lab.thrown += result.Thrown
	lab.busy += result.Disturbed
	for i, s := range all {
		r := run{closed: result.Measurements[i]}
		if number < p.paced {
			if r.paced, err = lab.latency(ctx, plan, i, s.entry.rate); err != nil {
				return err
			}
		}
		s.runs = append(s.runs, r)
	}
	return nil
}

// atOnce is how many connections one client may have: fewer than files that it may
// have open.
const atOnce = 1 << 14

// together runs a plan. Where the targets have too many connections, each is asked
// by itself, one after the other: who comes first, with few closed connections in the
// kernel's tables, is another one in each round.
func (lab *Lab) together(ctx context.Context, plan drive.Plan) (all drive.Result, err error) {
	count := 0
	for _, t := range plan.Targets {
		count += t.Connections
	}
	if count <= atOnce {
		return lab.drive(ctx, plan)
	}
	targets := plan.Targets
	all.Measurements = make([]drive.Measurement, len(targets))
	for k := range targets {
		i := (k + int(plan.Seed)) % len(targets) //nolint:gosec // the number of a round
		plan.Targets = targets[i : i+1]
		one, err := lab.drive(ctx, plan)
		if err != nil {
			return all, err
		}
		all.Measurements[i] = one.Measurements[0]
		all.Thrown += one.Thrown
		all.Disturbed += one.Disturbed
	}
	return all, nil
}

// ended says why servers have ended, if any have.
func ended(servers []*proxy.Running) error {
	var all []error
	for _, s := range servers {
		select {
		case <-s.Process.Done():
			all = append(all, fmt.Errorf("%s has ended: %s", s.Address, s.Process.Errors()))
		default:
		}
	}
	return errors.Join(all...)
}

// start starts the proxy of an entry.
func (lab *Lab) start(ctx context.Context, e entry) (*proxy.Running, error) {
	dir, err := lab.Directory()
	if err != nil {
		return nil, err
	}
	return e.Start(ctx, lab.host, dir, lab.backend)
}

// plan is one without targets.
func (lab *Lab) plan(p pace) drive.Plan {
	return drive.Plan{
		Warm: p.warm, Window: p.window, Passes: p.passes, Core: lab.host.Core,
		// Who comes first gets what he needs, and others only what he leaves.
		Backend: &drive.Backend{Address: lab.backend, PID: lab.target.ID(), Core: lab.core, First: lab.Nice < 0},
	}
}

// target is the entry, for the client.
func (e entry) target(server *proxy.Running) drive.Target {
	return drive.Target{
		Name: e.Name, Address: server.Address, Request: e.request, Connections: e.connections,
		Rate: e.closedRate, Want: e.want, Lead: e.held, PID: server.Process.ID(),
	}
}

// latency measures one of the targets at a rate, in one long window while the
// others rest.
func (lab *Lab) latency(ctx context.Context, plan drive.Plan, i int, rate float64) (drive.Measurement, error) {
	target := plan.Targets[i]
	target.Rate, target.Lead = rate, 0
	plan.Targets = []drive.Target{target}
	plan.Warm, plan.Window, plan.Passes = plan.Warm/2, plan.Window*time.Duration(plan.Passes), 1
	result, err := lab.drive(ctx, plan)
	if err != nil {
		return drive.Measurement{}, err
	}
	return result.Measurements[0], nil
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

// drive runs the client by a plan.
func (lab *Lab) drive(ctx context.Context, plan drive.Plan) (drive.Result, error) {
	var result drive.Result
	text, err := json.Marshal(plan)
	if err != nil {
		return result, err
	}
	// The thread that waits for the next request to fall due keeps one of the two.
	command := lab.host.Pinned(lab.core, []string{"GOMAXPROCS=2"}, lab.client, string(text))
	client, err := lab.Keeper.Start(lab.Dir, command[0], command[1:]...)
	if err != nil {
		return result, err
	}
	defer client.Kill()
	line, err := client.Line(ctx)
	if err != nil {
		return result, err
	}
	return result, json.Unmarshal([]byte(line), &result)
}
