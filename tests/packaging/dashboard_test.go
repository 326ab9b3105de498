package packaging_test

import (
	"strings"
	"testing"

	"github.com/grafana/grafana-foundation-sdk/go/cog/plugins"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
)

// TestDashboardIsWhatGrafanaPublishes: each member of the dashboard, its panels, their
// options and their queries is one that Grafana's own schema has, with a value that it
// allows. One that it does not have is seen.
func TestDashboardIsWhatGrafanaPublishes(t *testing.T) {
	plugins.RegisterDefaultPlugins()
	text := read(t, "dashboards/statusgate.json")
	if got := faults(text); got != "" {
		t.Error(got)
	}
	for _, change := range [][2]string{
		{`"title": "Statusgate"`, `"titel": "Statusgate"`},
		{`"drawStyle": "line"`, `"drawstyle": "line"`},
		{`"legendFormat":`, `"legendformat":`},
	} {
		changed := strings.Replace(text, change[0], change[1], 1)
		if changed == text || faults(changed) == "" {
			t.Errorf("%s in place of %s is not seen", change[1], change[0])
		}
	}
}

// faults are what Grafana's schema has against a dashboard. The errors of its decoder may
// be an empty list.
func faults(text string) string {
	var d dashboard.Dashboard //nolint:staticcheck // its successor is for Grafana 12 and newer only
	if err := d.UnmarshalJSONStrict([]byte(text)); err != nil && err.Error() != "" {
		return err.Error()
	}
	if err := d.Validate(); err != nil {
		return err.Error()
	}
	return ""
}
