package experiment

import (
	"context"
	"fmt"
	"io"
	"net"
	"time"

	"github.com/statusgate/statusgate/tests/overload/backend"
	"github.com/statusgate/statusgate/tests/overload/load"
	"github.com/statusgate/statusgate/tests/overload/rival"
)

// rejects measures how long a client waits to be turned away.
func rejects(ctx context.Context, lab *Lab) (Report, error) {
	report := Report{
		Title: "How long rejects take",
		Text: "Five times the capacity, nothing else on the machine. Most are turned away as they come; some are let in to wait " +
			"and have to leave again for others, whose share shed's own metrics tell.",
	}
	table := Table{Columns: []string{"gateway", "rejected", "of them, had waited", "reject p50 (ms)", "p99 of those turned away at once (ms)", "p99 of all rejects (ms)", "begun late, p99 (ms)"}}
	all := lab.rivals()
	if lab.Short {
		all = all[:1]
	}
	for _, r := range all {
		if r.Name == namePlain {
			continue // rejects nothing
		}
		waited := 0.
		o, err := lab.try(ctx, trial{
			rival: r, backend: ordinary(), alone: true,
			load:  load.Config{Rate: 5 * capacity, Duration: 7 * time.Second},
			after: func(ctx context.Context, s *stand) (err error) { waited, err = s.waited(ctx); return err },
		})
		if err != nil {
			return report, err
		}
		const from, to = 3 * time.Second, 7 * time.Second
		w := o.Window(from, to, nil)
		// Those that were turned away at once are the fastest.
		atOnce := load.Quantile(o.Latencies(from, to, load.Rejected), .99*(1-waited))
		table.Rows = append(table.Rows, []string{
			r.Name, percent(w.RejectShare), percent(waited), milliseconds(w.RejectP50), milliseconds(atOnce), milliseconds(w.RejectP99), milliseconds(w.LateP99),
		})
		if o.sheds {
			report.AtMost("p99 of those turned away at once, at 5x", " ms", float64(atOnce)/1e6, 5, 500)
			sound(&report, o, 0)
		}
	}
	report.Tables = append(report.Tables, table)
	return report, nil
}

// full is a Caddy with shed that has room for one request only.
func full(name string) rival.Rival { return rival.Shed(name, "fixed 1\nqueue 0", "") }

// stalled is a backend that answers nothing.
func stalled() backend.Settings {
	settings := ordinary()
	settings.Stalled = true
	return settings
}

// occupy takes the one place of a full gateway, and holds it until the context
// ends or the gateway does.
func occupy(ctx context.Context, s *stand) error {
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", s.gateway.Address)
	if err != nil {
		return err
	}
	context.AfterFunc(ctx, func() { _ = conn.Close() })
	if _, err := io.WriteString(conn, "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	ask := time.NewTicker(10 * time.Millisecond)
	defer ask.Stop()
	for {
		stats, err := s.members[0].control.Stats(ctx, false)
		if err != nil || stats.Inside == 1 {
			return err
		}
		select {
		case <-ask.C:
		case <-ctx.Done():
			return fmt.Errorf("the place was not to be had: %w", ctx.Err())
		}
	}
}

// cost compares what a reject costs with the cheapest answer that Caddy gives.
func cost(ctx context.Context, lab *Lab) (Report, error) {
	const rounds = 3
	report := Report{
		Title: "What a reject costs",
		Text:  "Sixteen connections ask again as soon as they are answered, alternating between the gateways; processor time as the kernel counts it.",
	}
	all := []rival.Rival{rival.Respond("Caddy, respond 503")}
	if lab.noShed == nil {
		all = append(all, full(nameShed))
	}
	leave, err := lab.rooms.enter(ctx, budget)
	if err != nil {
		return report, err
	}
	defer leave()
	stands := make([]*stand, len(all))
	for i, r := range all {
		if stands[i], err = lab.stand(ctx, r, 1, stalled()); err != nil {
			return report, err
		}
		defer stands[i].stop()
		if r.Sheds {
			if err := occupy(ctx, stands[i]); err != nil {
				return report, err
			}
		}
	}
	micros, perSecond := make([]float64, len(all)), make([]float64, len(all))
	for range rounds {
		for i, s := range stands {
			m, n, err := s.price(ctx)
			if err != nil {
				return report, err
			}
			micros[i], perSecond[i] = micros[i]+m/rounds, perSecond[i]+n/rounds
		}
	}
	table := Table{Columns: []string{"gateway", "processor time per answer (µs)", "answers per core (1/s)", "answers (1/s)"}}
	for i, r := range all {
		table.Rows = append(table.Rows, []string{r.Name, number(micros[i]), number(1e6 / micros[i]), number(perSecond[i])})
	}
	report.Tables = append(report.Tables, table)
	if lab.noShed == nil {
		report.AtLeast("rejects per core / those of Caddy's own respond 503", "", micros[0]/micros[1], .85, .5)
	}
	return report, nil
}

// price gives the microseconds of processor time of one reject, and how many
// there were in a second.
func (s *stand) price(ctx context.Context) (micros, perSecond float64, err error) {
	before, err := s.gateway.Process.Usage()
	if err != nil {
		return 0, 0, err
	}
	loop, err := load.Closed{
		Address: s.gateway.Address, Mark: backend.Header, Path: "/", Connections: 16, Duration: 2500 * time.Millisecond,
	}.Run(ctx)
	if err != nil {
		return 0, 0, err
	}
	after, err := s.gateway.Process.Usage()
	if err == nil && loop.Outcomes[load.Rejected] != loop.Requests {
		err = fmt.Errorf("of %d answers, %d were rejects", loop.Requests, loop.Outcomes[load.Rejected])
	}
	return float64((after.CPU - before.CPU).Microseconds()) / float64(loop.Requests), float64(loop.Requests) / loop.Took.Seconds(), err
}

// memory watches the memory of a gateway that rejects a lot.
func memory(ctx context.Context, lab *Lab) (Report, error) {
	report := Report{
		Title: "Memory while rejecting",
		Text:  "10 000 requests a second, all rejected, for 16 s. The mean of the last 4 s is compared with that of the 4 s from second 4 on.",
	}
	if lab.noShed != nil {
		return report, nil
	}
	const rate, duration = 10000, 16 * time.Second
	var sizes []float64
	sample := func(_ context.Context, s *stand) error {
		usage, err := s.gateway.Process.Usage()
		sizes = append(sizes, float64(usage.Memory)/1e6)
		return err
	}
	o, err := lab.try(ctx, trial{
		rival: full(nameShed), backend: stalled(), alone: true, before: occupy,
		load:   load.Config{Rate: rate, Duration: duration},
		script: every(500*time.Millisecond, duration, sample),
	})
	if err != nil {
		return report, err
	}
	w := o.Window(4*time.Second, duration, nil)
	n := len(sizes)
	first, last := average(sizes[n/4:n/2]), average(sizes[n-n/4:])
	report.Tables = append(report.Tables, Table{
		Columns: []string{"rejects (1/s)", "second 4 to 8 (MB)", "last 4 s (MB)", "reject p99 (ms)", "begun late, p99 (ms)"},
		Rows:    [][]string{{number(w.RejectShare * float64(w.Total()) / (duration - 4*time.Second).Seconds()), number(first), number(last), milliseconds(w.RejectP99), milliseconds(w.LateP99)}},
	})
	report.AtMost("growth of memory", " MB", last-first, 5, 50)
	return report, nil
}

func average(values []float64) float64 {
	var sum float64
	for _, v := range values {
		sum += v
	}
	return sum / float64(max(1, len(values)))
}

// added measures what shedding adds to a request when there is nothing to do.
func added(ctx context.Context, lab *Lab) (Report, error) {
	const rounds, requests = 24, 250
	report := Report{
		Title: "Latency added when idle",
		Text:  fmt.Sprintf("One connection at a time, alternating between the gateways, %d rounds of %d requests to a backend that answers at once.", rounds, requests),
	}
	all := []rival.Rival{rival.Plain(namePlain, ""), rival.Statusgate("Caddy with Statusgate, without shed")}
	if lab.noShed == nil {
		all = append(all, rival.Shed(nameShed, "", ""))
	}
	leave, err := lab.rooms.enter(ctx, budget)
	if err != nil {
		return report, err
	}
	defer leave()
	stands, latencies := make([]*stand, len(all)), make([][]time.Duration, len(all))
	for i, r := range all {
		if stands[i], err = lab.stand(ctx, r, 1, ordinary()); err != nil {
			return report, err
		}
		defer stands[i].stop()
	}
	for round := range rounds {
		for i, s := range stands {
			loop, err := load.Closed{
				Address: s.gateway.Address, Mark: backend.Header, Path: "/instant", Connections: 1,
				Duration: 5 * time.Second, Requests: requests,
			}.Run(ctx)
			if err != nil {
				return report, err
			}
			if round > 0 { // the first warms up
				latencies[i] = append(latencies[i], loop.Latencies...)
			}
		}
	}
	table := Table{Columns: []string{"gateway", "p50 (µs)", "p99 (µs)"}}
	medians := make([]float64, len(all))
	for i, r := range all {
		medians[i] = float64(load.Quantile(latencies[i], .5)) / 1e3
		table.Rows = append(table.Rows, []string{r.Name, number(medians[i]), number(float64(load.Quantile(latencies[i], .99)) / 1e3)})
	}
	report.Tables = append(report.Tables, table)
	if lab.noShed == nil {
		report.AtMost("added p50", " µs", medians[2]-medians[1], 5, 500)
	}
	return report, nil
}
