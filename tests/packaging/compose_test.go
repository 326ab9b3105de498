package packaging_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/types"
	"go.yaml.in/yaml/v3"
)

// project reads the file as Compose does, with its own schema.
func project(t *testing.T, environment ...string) (*types.Project, error) {
	t.Helper()
	options, err := cli.NewProjectOptions([]string{filepath.Join(root, "packaging/compose/compose.yaml")}, cli.WithEnv(environment))
	if err != nil {
		t.Fatal(err)
	}
	return options.LoadProject(t.Context())
}

// TestCompose: what is mounted is there, what has no password does not start, nothing
// listens to others, and what may be is confined.
func TestCompose(t *testing.T) {
	if _, err := project(t); err == nil || !strings.Contains(err.Error(), "GRAFANA_PASSWORD") {
		t.Errorf("without a password: %v", err)
	}
	p, err := project(t, "GRAFANA_PASSWORD=secret", "BACKEND=backend:80")
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range p.Services {
		for _, port := range s.Ports {
			if port.HostIP != "127.0.0.1" {
				t.Errorf("%s listens at %q", s.Name, port.HostIP)
			}
		}
		for _, volume := range s.Volumes {
			if volume.Type != types.VolumeTypeBind {
				continue
			}
			if _, err := os.Stat(volume.Source); err != nil || !volume.ReadOnly {
				t.Errorf("%s mounts %s: %v, read-only %v", s.Name, volume.Source, err, volume.ReadOnly)
			}
		}
		if !slices.Equal(s.CapDrop, []string{"ALL"}) || !slices.Equal(s.SecurityOpt, []string{"no-new-privileges:true"}) || s.Privileged {
			t.Errorf("%s is not confined", s.Name)
		}
	}
	gate := p.Services["gate"]
	if backend := gate.Environment["BACKEND"]; !gate.ReadOnly || backend == nil || *backend != "backend:80" || gate.User != "" {
		t.Errorf("the gate: %+v", gate)
	}
	if len(p.Services) != 3 {
		t.Errorf("%d services", len(p.Services))
	}
}

// TestComposeFits: Prometheus takes its configuration with the rules that it is given,
// and asks a port of the gate; Grafana finds Prometheus, and the dashboard where it looks.
func TestComposeFits(t *testing.T) {
	p, err := project(t, "GRAFANA_PASSWORD=secret")
	if err != nil {
		t.Fatal(err)
	}
	mounted := func(service, target string) string {
		for _, volume := range p.Services[service].Volumes {
			if rest, found := strings.CutPrefix(target, volume.Target); found && volume.Type == types.VolumeTypeBind {
				return volume.Source + rest
			}
		}
		t.Errorf("%s has no %s", service, target)
		return ""
	}
	var sources struct {
		Datasources []struct {
			Type, URL string
			IsDefault bool `yaml:"isDefault"`
		}
	}
	decode(t, mounted("grafana", "/etc/grafana/provisioning/datasources/prometheus.yaml"), &sources)
	if len(sources.Datasources) != 1 || sources.Datasources[0].Type != "prometheus" || sources.Datasources[0].URL != "http://prometheus:9090" || !sources.Datasources[0].IsDefault {
		t.Errorf("got %+v", sources)
	}
	var boards struct {
		Providers []struct {
			Type    string
			Options struct{ Path string }
		}
	}
	decode(t, mounted("grafana", "/etc/grafana/provisioning/dashboards/statusgate.yaml"), &boards)
	var board struct{ UID string }
	text := must(t, func() ([]byte, error) {
		return os.ReadFile(mounted("grafana", boards.Providers[0].Options.Path+"/statusgate.json"))
	})
	if err := json.Unmarshal(text, &board); err != nil || board.UID == "" {
		t.Errorf("no dashboard: %v", err)
	}
	checkPrometheus(t, mounted)
}

func checkPrometheus(t *testing.T, mounted func(service, target string) string) {
	t.Helper()
	var scraping struct {
		RuleFiles     []string `yaml:"rule_files"`
		ScrapeConfigs []struct {
			StaticConfigs []struct{ Targets []string } `yaml:"static_configs"`
		} `yaml:"scrape_configs"`
	}
	file := mounted("prometheus", "/etc/prometheus/prometheus.yml")
	decode(t, file, &scraping)
	if got := scraping.ScrapeConfigs[0].StaticConfigs[0].Targets; !slices.Equal(got, []string{"gate:8081"}) || !strings.Contains(read(t, "packaging/container/Caddyfile"), "\n:8081 {\n\tmetrics") {
		t.Errorf("Prometheus asks %q", got)
	}
	installed(t, "promtool")
	text := string(must(t, func() ([]byte, error) { return os.ReadFile(file) }))
	for _, rules := range scraping.RuleFiles {
		text = strings.ReplaceAll(text, rules, mounted("prometheus", rules))
	}
	here := filepath.Join(t.TempDir(), "prometheus.yml")
	write(t, here, text)
	if said := run(t, root, nil, "promtool", "check", "config", here); !strings.Contains(said, "1 rule files found") || len(scraping.RuleFiles) != 1 {
		t.Errorf("promtool says:\n%s", said)
	}
}

func decode(t *testing.T, file string, to any) {
	t.Helper()
	if err := yaml.Unmarshal(must(t, func() ([]byte, error) { return os.ReadFile(file) }), to); err != nil {
		t.Fatal(err)
	}
}
