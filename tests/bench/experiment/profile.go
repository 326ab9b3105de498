package experiment

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/statusgate/statusgate/tests/bench/drive"
	"github.com/statusgate/statusgate/tests/bench/proxy"
)

// profiled are the cases that are looked into.
func profiled() []entry {
	return []entry{
		{Proxy: proxy.Ours("passed through", ""), request: get("/orders/17"), want: http.StatusOK},
		{Proxy: proxy.Ours("520 rewritten", ""), request: get("/520"), want: http.StatusServiceUnavailable},
		{Proxy: proxy.Ours("404 kept", ""), request: get("/404"), want: http.StatusNotFound},
		{Proxy: proxy.Ours("405", "methods GET POST"), request: drive.Request{Method: "DELETE", Path: "/orders"}, want: http.StatusMethodNotAllowed},
		{Proxy: proxy.CaddyRespond(http.StatusMethodNotAllowed), request: drive.Request{Method: "DELETE", Path: "/orders"}, want: http.StatusMethodNotAllowed},
		{Proxy: proxy.Ours("shed", fmt.Sprintf("shed {\n\t\t\tfixed %d\n\t\t\tqueue 0\n\t\t}", places)), request: get("/slow"), want: http.StatusServiceUnavailable},
		{Proxy: proxy.Ours("six body rules", proxy.SixRules), request: get("/orders/17"), want: http.StatusOK},
		{Proxy: proxy.Ours("browser, 100 resources", proxy.Resources(100)), request: get("/r57/17", browser), want: http.StatusOK},
	}
}

// profiles shows where the handler spends its time in the cases.
func profiles(ctx context.Context, lab *Lab) (Report, error) {
	report := Report{Title: "Profiles", Text: "Where the processor time goes that is spent in the handler and in what it calls, without the handlers behind it."}
	for _, e := range profiled() {
		path, err := lab.profile(ctx, e)
		if err != nil {
			return report, err
		}
		top, err := exec.CommandContext(ctx, "go", "tool", "pprof", "-top", "-cum", "-nodecount=60", lab.host.Programs[proxy.Gateway], path).Output() //nolint:gosec // our own files
		if err != nil {
			return report, err
		}
		table := Table{Columns: []string{e.Name, "flat", "cumulative"}}
		for line := range strings.Lines(string(top)) {
			fields := strings.Fields(line)
			if len(fields) > 5 && strings.HasSuffix(fields[1], "%") {
				table.Rows = append(table.Rows, []string{"`" + strings.Join(fields[5:], " ") + "`", fields[1], fields[4]})
			}
		}
		report.Tables = append(report.Tables, table)
		if lab.Out != "" {
			text, err := os.ReadFile(path) //nolint:gosec // our own
			if err != nil {
				return report, err
			}
			if err := os.WriteFile(filepath.Join(lab.Out, file(e.Name)+".prof"), text, 0o600); err != nil { //nolint:gosec // the names are ours
				return report, err
			}
		}
	}
	return report, nil
}

// profileTime is how long a profile is taken.
const profileTime = 3 * time.Second

// profile takes a profile of a gateway under load, through Caddy's
// administration, and returns its file.
func (lab *Lab) profile(ctx context.Context, e entry) (path string, err error) {
	leave, err := lab.alone(ctx)
	if err != nil {
		return "", err
	}
	defer leave()
	e.Admin = true
	server, err := lab.start(ctx, e)
	if err != nil {
		return "", err
	}
	defer server.Process.Kill()
	loaded := make(chan error, 1)
	go func() {
		e.connections = connections
		_, err := lab.drive(ctx, drive.Plan{
			Targets: []drive.Target{e.target(server)}, Window: profileTime + time.Second, Passes: 1, Core: lab.host.Core,
		})
		loaded <- err
	}()
	path = filepath.Join(lab.Dir, file(e.Name)+".prof")
	url := fmt.Sprintf("http://%s/debug/pprof/profile?seconds=%.0f", server.Admin, profileTime.Seconds())
	return path, errors.Join(download(ctx, url, path), <-loaded)
}

func download(ctx context.Context, url, path string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close() //nolint:errcheck // it was read
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", url, resp.Status)
	}
	return os.WriteFile(path, text, 0o600)
}

// collect makes one profile of all cases, if there is none from before.
func (lab *Lab) collect(ctx context.Context) (string, error) {
	profile, err := filepath.Abs(filepath.Join(cmp.Or(lab.Out, lab.Dir), "merged.pprof"))
	if err != nil {
		return "", err
	}
	if _, err := os.Stat(profile); err == nil {
		lab.Say("taking %s", profile)
		return profile, nil
	}
	merge := []string{"tool", "pprof", "-proto"}
	for _, e := range profiled() {
		if e.Kind != proxy.Gateway {
			continue
		}
		path, err := lab.profile(ctx, e)
		if err != nil {
			return "", err
		}
		merge = append(merge, path)
	}
	text, err := exec.CommandContext(ctx, "go", merge...).Output() //nolint:gosec // our own files
	if err != nil {
		return "", err
	}
	return profile, os.WriteFile(profile, text, 0o600)
}

// megabytes is how large a file is.
func megabytes(path string) float64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return float64(info.Size()) / (1 << 20)
}
