package tests

import (
	"context"
	"fmt"
	"net/http"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/statusgate/statusgate/accesslog"
	"github.com/statusgate/statusgate/audit"
	"github.com/statusgate/statusgate/normalize"
)

// asDocumented decides as a gate without options, as far as a log tells.
func asDocumented(r audit.Request) audit.Decision {
	v := normalize.NewContract(normalize.ProfileDocumented, nil, nil).Decide(&normalize.Response{Status: r.Received})
	return audit.Decision{Sent: v.Status, Reason: v.Reason.String()}
}

// The log that a gate's site has written tells what the backend sent, and the
// resources that it suggests load and refuse nothing that has succeeded.
func TestAuditOfTheLogOfAGate(t *testing.T) {
	statuses := map[string]int{"/orders": 200, "/orders/7": 520, "/orders/8": 200, "/Reports/2021-09-30.csv": 200, "/a%22%7B%20b": 200, "/static/a.css": 204, "/w'$x&y!~*(z)": 200}
	requests := func(t *testing.T, port int) {
		for path := range statuses {
			for _, method := range []string{http.MethodGet, http.MethodPost} {
				fetch(t, method, fmt.Sprintf("http://localhost:%d%s?q=1", port, path), "x", "Accept", "application/json", "X-Scenario", "audit")
			}
		}
	}
	backends.Store("audit", backend(func(w http.ResponseWriter, r *http.Request) error {
		w.WriteHeader(statuses[r.URL.EscapedPath()])
		return nil
	}))
	t.Cleanup(func() { backends.Delete("audit") })
	serve := func(t *testing.T, options string) *audit.Report {
		port, file := freePort(t), filepath.Join(t.TempDir(), "access.log")
		startCaddy(t, scenarioGlobal, scenarioSite("localhost", port, options, fmt.Sprintf("log {\n\toutput file %s\n\tformat json\n}\n", file), "scenario"))
		requests(t, port)
		awaitLines(t, file, 2*len(statuses))
		report, err := audit.Run(context.Background(), &audit.Options{Input: accesslog.Input{Paths: []string{file}}, Decide: asDocumented})
		if err != nil {
			t.Fatal(err)
		}
		if report.Unread != 0 || !reflect.DeepEqual(report.Log.Formats, map[string]int64{"caddy": int64(2 * len(statuses))}) {
			t.Errorf("read as %v, unread %v", report.Log.Formats, report.Log.First)
		}
		return report
	}
	var resources strings.Builder
	want := []audit.Response{
		{Received: 200, Sent: 200, Reason: "documented", Count: 10},
		{Received: 204, Sent: 204, Reason: "protocol", Count: 2},
		{Received: 520, Sent: 503, Reason: "table", Count: 2},
	}
	t.Run("first", func(t *testing.T) {
		report := serve(t, "")
		if !reflect.DeepEqual(report.Responses, want) {
			t.Errorf("got %+v", report.Responses)
		}
		if strings.Contains(strings.Join(report.Notes, "\n"), "Accept is not logged") {
			t.Error("Accept was logged")
		}
		if err := report.WriteResources(&resources); err != nil {
			t.Fatal(err)
		}
	})
	t.Run("with the suggested resources", func(t *testing.T) {
		report := serve(t, resources.String()+"\nunknown_resources reject\n")
		if !reflect.DeepEqual(report.Responses, want) {
			t.Errorf("with\n%s\ngot %+v", resources.String(), report.Responses)
		}
	})
}
