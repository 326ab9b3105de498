package shapes_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/statusgate/statusgate/shapes"
)

// saidBy runs a program and gives all that it says. It skips the test where there is no
// such program.
func saidBy(t *testing.T, env []string, name string, args ...string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("there is no %s", name)
	}
	cmd := exec.CommandContext(t.Context(), path, args...)
	cmd.Env = append(os.Environ(), env...)
	cmd.Dir = t.TempDir()
	out, _ := cmd.CombinedOutput() // it fails: that is what it is for
	return string(out)
}

func file(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// What programs say of their end, as they say it here, is known by the table.
func TestTracesOfRealPrograms(t *testing.T) {
	for _, c := range []struct {
		name, row string
		said      func(t *testing.T) string
	}{
		{"Python", "python", func(t *testing.T) string {
			return saidBy(t, nil, "python3", file(t, "a.py", "def f():\n    {}['x']\nf()\n"))
		}},
		{"Node", "node", func(t *testing.T) string {
			out := saidBy(t, nil, "node", "-e", "try { null.x } catch (e) { console.log(e.stack) }")
			return out
		}},
		{"PHP, as plain text", "php", func(t *testing.T) string {
			return saidBy(t, nil, "php", "-d", "display_errors=1", "-d", "log_errors=0", file(t, "a.php", "<?php nope();"))
		}},
		{"PHP, as HTML", "php", func(t *testing.T) string {
			return saidBy(t, nil, "php", "-d", "display_errors=1", "-d", "log_errors=0", "-d", "html_errors=1", file(t, "a.php", "<?php nope();"))
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			said := c.said(t)
			rows := shapes.All()
			names, status := found(plan(t, rows), rows, "text/html", said, 100)
			if !slices.ContainsFunc(names, func(name string) bool { return strings.Contains(name, c.row) }) || status != 500 {
				t.Errorf("%s is %v, %d", said, names, status)
			}
		})
	}
}

// A map server's exceptions and capabilities, as it gives them to a web server.
func TestRealMapServer(t *testing.T) {
	config := file(t, "a.map", `MAP
  NAME "a"
  EXTENT -180 -90 180 90
  SIZE 100 100
  PROJECTION "init=epsg:4326" END
  WEB METADATA
    "ows_title" "a"
    "ows_enable_request" "*"
    "ows_srs" "EPSG:4326"
    "ows_onlineresource" "http://localhost/?"
  END END
  LAYER
    NAME "points"
    TYPE POINT
    STATUS ON
    METADATA "ows_title" "points" "gml_include_items" "all" END
    FEATURE POINTS 1 1 END END
    PROJECTION "init=epsg:4326" END
  END
END
`)
	settings := file(t, "mapserver.conf", "CONFIG\n  ENV\n    MS_MAP_PATTERN \".\"\n  END\nEND\n")
	rows := shapes.All()
	p := plan(t, rows)
	for query, want := range map[string]bool{
		"SERVICE=WMS&VERSION=1.3.0&REQUEST=GetMap&LAYERS=none&CRS=EPSG:4326&BBOX=-90,-180,90,180&WIDTH=9&HEIGHT=9&FORMAT=image/png&STYLES=": true,
		"SERVICE=WMS&VERSION=1.1.1&REQUEST=GetMap&LAYERS=none&SRS=EPSG:4326&BBOX=-90,-180,90,180&WIDTH=9&HEIGHT=9&FORMAT=image/png&STYLES=": true,
		"SERVICE=WMS&VERSION=1.3.0&REQUEST=GetCapabilities":                     false,
		"SERVICE=WFS&VERSION=1.1.0&REQUEST=GetFeature&TYPENAME=none":            true,
		"SERVICE=WFS&VERSION=2.0.0&REQUEST=GetFeature&TYPENAMES=none":           true,
		"SERVICE=WFS&VERSION=1.1.0&REQUEST=GetCapabilities":                     false,
		"SERVICE=WCS&VERSION=2.0.1&REQUEST=DescribeCoverage&COVERAGEID=nothing": true,
	} {
		said := saidBy(t, []string{"REQUEST_METHOD=GET", "MS_MAPFILE=" + config, "MAPSERVER_CONFIG_FILE=" + settings, "QUERY_STRING=" + query}, "mapserv")
		head, body, ok := bytes.Cut([]byte(said), []byte("\r\n\r\n"))
		if !ok {
			t.Fatalf("%s: %s", query, said)
		}
		_, contentType, _ := strings.Cut(string(head), "Content-Type: ")
		contentType, _, _ = strings.Cut(contentType, "\r\n")
		names, status := found(p, rows, contentType, string(body), 100)
		if len(names) > 0 != want || want && status < 400 {
			t.Errorf("%s\n%s\nis %v, %d", query, said[:min(len(said), 600)], names, status)
		}
	}
}
