package experiment

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/statusgate/statusgate/tests/overload/backend"
	"github.com/statusgate/statusgate/tests/overload/chart"
	"github.com/statusgate/statusgate/tests/overload/load"
)

// firsts are the first attempts of requests.
func firsts(r load.Record) bool { return r.Attempt == 0 }

// serves is a condition for recovery: nearly all that ends in a second ends well.
func serves(s load.Summary) bool { return s.Total() > 0 && s.Share(load.Good) >= .9 }

// disturbance is an experiment in which something happens to the backend, to
// Caddy with shed and to Caddy alone.
type disturbance struct {
	name     string // of the plot
	trial    trial  // all but the rival
	policy   string // of reverse_proxy
	from, to time.Duration
	over     time.Duration // when the trouble is over, if it ends
	errors   float64       // share of errors of the gateway's own that are due
	marks    []chart.Mark
	judge    func(*Report, outcome, load.Summary) // of ours, within from and to
}

func (d disturbance) make(ctx context.Context, lab *Lab, report Report) (Report, error) {
	all := lab.ours("", d.policy)
	trials := make([]trial, 0, len(all))
	for _, r := range all {
		t := d.trial
		t.rival, t.limit = r, r.Sheds
		if t.backend.Workers == 0 {
			t.backend = ordinary()
		}
		trials = append(trials, t)
	}
	results, err := lab.tries(ctx, trials)
	if err != nil {
		return report, err
	}
	table := Table{Columns: []string{"gateway", "attempts (1/s)", "goodput (1/s)", "served", "rejected", "backend's errors", "gateway's errors", "timeouts", "accepted p99 (ms)"}}
	if d.over > 0 {
		table.Columns = append(table.Columns, "recovered after (s)")
	}
	for _, o := range results {
		w := o.Window(d.from, d.to, nil)
		row := []string{
			o.rival, number(w.Offered), number(w.Goodput), percent(w.Share(load.Good)), percent(w.RejectShare),
			percent(w.Share(load.Failed)), percent(w.Share(load.Gateway) + w.Share(load.Broken)), percent(w.Share(load.Timeout)), milliseconds(w.P99),
		}
		if d.over > 0 {
			row = append(row, when(o.recovery(d.over, serves, firsts)))
		}
		table.Rows = append(table.Rows, row)
		if o.sheds {
			d.judge(&report, o, w)
			sound(&report, o, d.errors)
		}
	}
	report.Tables = append(report.Tables, table)
	err = report.Draw(lab.Lab, d.name, func(path string) error { return timeline(path, report.Title, results, d.marks...) })
	return report, err
}

// stop stops the backend's process for 5 s, while clients try again.
func stop(ctx context.Context, lab *Lab) (Report, error) {
	const stopped, resumed, duration = 4 * time.Second, 9 * time.Second, 20 * time.Second
	return disturbance{
		name: "stop", from: resumed, to: duration, over: resumed,
		marks: []chart.Mark{{X: stopped.Seconds(), Name: "stopped"}, {X: resumed.Seconds(), Name: "resumed"}},
		trial: trial{
			load:     load.Config{Rate: .7 * capacity, Duration: duration, Retries: 3},
			requests: 4 * .7 * capacity,
			script: []step{
				{stopped, func(_ context.Context, s *stand) error { return s.members[0].process.Pause() }},
				{resumed, func(_ context.Context, s *stand) error { return s.members[0].process.Resume() }},
			},
		},
		judge: func(report *Report, o outcome, _ load.Summary) {
			within(report, "recovery", o.recovery(resumed, serves, firsts), 2*time.Second)
		},
	}.make(ctx, lab, Report{
		Title: "The backend is stopped for 5 s",
		Text:  "0.7 times the capacity. Clients try again three times, 100 ms after a failure, whatever `Retry-After` says. Figures from when it goes on.",
	})
}

// restart kills the backend and starts it again a second later.
func restart(ctx context.Context, lab *Lab) (Report, error) {
	const killed, started, duration = 5 * time.Second, 6 * time.Second, 14 * time.Second
	return disturbance{
		name: "restart", from: started, to: duration, over: started, errors: .15,
		marks: []chart.Mark{{X: killed.Seconds(), Name: "killed"}, {X: started.Seconds(), Name: "started"}},
		trial: trial{
			load: load.Config{Rate: .7 * capacity, Duration: duration},
			script: []step{
				{killed, func(_ context.Context, s *stand) error { s.members[0].process.Kill(); return nil }},
				{started, func(ctx context.Context, s *stand) error { return s.members[0].start(ctx) }},
			},
		},
		judge: func(report *Report, o outcome, _ load.Summary) {
			within(report, "recovery", o.recovery(started, serves, firsts), 2*time.Second)
		},
	}.make(ctx, lab, Report{Title: "The backend restarts", Text: "0.7 times the capacity. The backend is killed, and a new one starts a second later. Figures from then on."})
}

// third is a third of the ordinary backend.
func third() backend.Settings {
	settings := ordinary()
	settings.Workers /= 3
	return settings
}

// onOne is a step that switches the first of several backends over.
func onOne(at time.Duration, change func(*backend.Settings)) step {
	return step{at, func(ctx context.Context, s *stand) error { return s.members[0].control.Change(ctx, change) }}
}

// brokenReplica has one of three backends answer all by 503.
func brokenReplica(ctx context.Context, lab *Lab) (Report, error) {
	const broken, duration = 5 * time.Second, 15 * time.Second
	return disturbance{
		name: "broken-replica", from: broken + time.Second, to: duration,
		marks: []chart.Mark{{X: broken.Seconds(), Name: "one is broken"}},
		trial: trial{
			replicas: 3, backend: third(),
			load:   load.Config{Rate: .5 * capacity, Duration: duration},
			script: []step{onOne(broken, func(s *backend.Settings) { s.Broken = true })},
		},
		judge: func(report *Report, _ outcome, w load.Summary) {
			report.AtMost("rejects", " %", 100*w.RejectShare, .5, 20)
		},
	}.make(ctx, lab, Report{
		Title: "One of three replicas is broken",
		Text:  "Half of the capacity, spread at random over three backends of a third each. After 5 s one of them answers everything by 503 at once: a third of the requests is lost, and none of the others should be.",
	})
}

// slowReplica has one of three backends take ten times as long.
func slowReplica(ctx context.Context, lab *Lab) (Report, error) {
	const slow, duration = 5 * time.Second, 15 * time.Second
	return disturbance{
		name: "slow-replica", from: slow + 2*time.Second, to: duration, policy: "least_conn",
		marks: []chart.Mark{{X: slow.Seconds(), Name: "one is slow"}},
		trial: trial{
			replicas: 3, backend: third(),
			load:   load.Config{Rate: .5 * capacity, Duration: duration},
			script: []step{onOne(slow, func(s *backend.Settings) { s.Slow = 10 })},
		},
		judge: func(report *Report, _ outcome, w load.Summary) {
			report.AtMost("rejects", " %", 100*w.RejectShare, 1, 30)
		},
	}.make(ctx, lab, Report{
		Title: "One of three replicas is ten times as slow",
		Text:  "Half of the capacity, spread by `least_conn` over three backends of a third each. After 5 s one of them takes ten times as long.",
	})
}

// slowdown has everything take four times as long, which the backend can bear.
func slowdown(ctx context.Context, lab *Lab) (Report, error) {
	const slow, duration = 10 * time.Second, 22 * time.Second
	return disturbance{
		name: "slowdown", from: slow, to: duration,
		marks: []chart.Mark{{X: slow.Seconds(), Name: "slower"}},
		trial: trial{
			load:   load.Config{Rate: .2 * capacity, Duration: duration},
			script: []step{set(slow, func(s *backend.Settings) { s.Slow = 4 })},
		},
		judge: func(report *Report, _ outcome, w load.Summary) {
			report.AtMost("rejects", " %", 100*w.RejectShare, 1, 30)
		},
	}.make(ctx, lab, Report{
		Title: "Everything takes four times as long",
		Text:  fmt.Sprintf("A fifth of the capacity. After 10 s the mean service time is %v instead of %v, which leaves the workers 80 %% busy: nothing need be shed.", 4*mean, mean),
	})
}

// slowReaders hold connections, but no worker.
func slowReaders(ctx context.Context, lab *Lab) (Report, error) {
	const came, duration, size = 4 * time.Second, 14 * time.Second, 100
	var crowds crowds
	defer crowds.close()
	return disturbance{
		name: "slow-readers", from: came + 3*time.Second, to: duration,
		marks: []chart.Mark{{X: came.Seconds(), Name: "slow readers come"}},
		trial: trial{
			load:   load.Config{Rate: .6 * capacity, Duration: duration},
			script: []step{crowds.come(came, "/?size=65536", size, 1<<10)},
			after:  crowds.leave,
		},
		judge: func(report *Report, _ outcome, w load.Summary) {
			report.AtMost("rejects of the others", " %", 100*w.RejectShare, .5, 30)
			report.AtLeast("success of the others (%)", "", 100*w.Share(load.Good), 99, 70)
		},
	}.make(ctx, lab, Report{
		Title: "Slow readers",
		Text:  fmt.Sprintf("0.6 times the capacity. After 4 s come %d clients more, who read 64 KiB each at 1 kB/s. Figures of the others.", size),
	})
}

// streams opens many event streams.
func streams(ctx context.Context, lab *Lab) (Report, error) {
	const came, duration, size = 5 * time.Second, 16 * time.Second, 1000
	var crowds crowds
	defer crowds.close()
	return disturbance{
		name: "streams", from: came + 4*time.Second, to: duration,
		marks: []chart.Mark{{X: came.Seconds(), Name: "streams open"}},
		trial: trial{
			load:   load.Config{Rate: .6 * capacity, Duration: duration},
			script: []step{crowds.come(came, "/events", size, 0)},
			after:  crowds.leave,
		},
		judge: func(report *Report, o outcome, w load.Summary) {
			report.AtMost("rejects of the others", " %", 100*w.RejectShare, .5, 30)
			report.AtLeast("open streams", "", float64(crowds.count(o.rival)), size, size/2)
			before, after := o.limitWithin(came-2*time.Second, came), o.limitWithin(duration-4*time.Second, duration)
			report.AtMost("change of the limit", " %", 100*math.Abs(after/before-1), 10, 300)
		},
	}.make(ctx, lab, Report{
		Title: "A thousand event streams",
		Text:  fmt.Sprintf("0.6 times the capacity. After 5 s, %d clients open a stream of events each. Figures of the others.", size),
	})
}
