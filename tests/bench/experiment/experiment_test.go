package experiment_test

import (
	"context"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/statusgate/statusgate/tests/bench/experiment"
	"github.com/statusgate/statusgate/tests/overload/lab"
)

func TestNamesOfExperimentsAreUnique(t *testing.T) {
	seen := map[string]bool{}
	for _, name := range lab.Names(experiment.All()) {
		if seen[name] || name == "" {
			t.Errorf("%q is there twice", name)
		}
		seen[name] = true
	}
}

// TestShippedIsWhatTheFilesSay: figures of what is shipped are of what an operator
// gets, so they come from the files that he gets.
func TestShippedIsWhatTheFilesSay(t *testing.T) {
	root := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("packaging/statusgate.env", "# why\nGOGC=300\n\n# GOMEMLIMIT=1GiB\n")
	write("Caddyfile.example", ":80 {\n\treverse_proxy 127.0.0.1:8081 {\n\t\t# why\n\t\ttransport http {\n\t\t\tcompression off\n\t\t}\n\t}\n}\n")
	if got, err := experiment.Shipped(root); err != nil || got != "GOGC=300 and transport http { compression off }" {
		t.Errorf("got %q, %v", got, err)
	}
	write("Caddyfile.example", ":80 {\n}\n")
	if got, err := experiment.Shipped(root); err == nil {
		t.Errorf("without reverse_proxy: got %q and no error", got)
	}
	if got, err := experiment.Shipped("../../.."); err != nil || !strings.Contains(got, "GOGC=") || !strings.Contains(got, "keepalive_idle_conns_per_host") {
		t.Errorf("this repository's: got %q, %v", got, err)
	}
}

func TestUpdateIsForAll(t *testing.T) {
	l, err := lab.New("bench", lab.Options{Short: true})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if _, err := experiment.Updating(l).Run(t.Context(), nil); err == nil {
		t.Error("the pages were to get the figures of the short form, and there is no error")
	}
}

func TestMedian(t *testing.T) {
	for _, c := range []struct {
		values []float64
		want   float64
	}{{[]float64{3}, 3}, {[]float64{9, 1, 2}, 2}, {[]float64{4, 1, 2, 9}, 3}} {
		if got := experiment.Median(c.values); got != c.want {
			t.Errorf("%v: got %v, want %v", c.values, got, c.want)
		}
	}
	if got := experiment.Median(nil); !math.IsNaN(got) {
		t.Errorf("of none: got %v", got)
	}
}

func TestRatiosSayHowFarTheyLieApart(t *testing.T) {
	for _, c := range []struct {
		values []float64
		median float64
		spread string
	}{
		{[]float64{.9, 1.1, 1.02}, 1.02, " (0.90–1.10)"},
		{[]float64{.9}, .9, ""},
		{[]float64{1, 1, 1}, 1, ""}, // to itself
	} {
		if got, spread := experiment.Ratio(c.values...); got != c.median || spread != c.spread {
			t.Errorf("%v: got %v%s, want %v%s", c.values, got, spread, c.median, c.spread)
		}
	}
}

func TestTheSameTwiceIsNoise(t *testing.T) {
	for _, c := range []struct {
		ratio       float64
		pass, gross bool
	}{{1.019, true, false}, {.981, true, false}, {1.03, false, false}, {.95, false, false}, {.6, false, true}, {1.6, false, true}} {
		if got := experiment.Same(c.ratio); got.Pass != c.pass || got.Gross != c.gross {
			t.Errorf("%v: got %+v", c.ratio, got)
		}
	}
}

// TestAllocationsAreCounted: an exchange that allocates is told from one that does
// not.
func TestAllocationsAreCounted(t *testing.T) {
	for _, e := range experiment.All() {
		if e.Name != "allocations" {
			continue
		}
		report, err := e.Make(context.Background(), nil)
		if err != nil {
			t.Fatal(err)
		}
		passed, refused := report.Checks[0], report.Checks[5]
		if passed.Measured != "4" || refused.Measured == "0" || passed.Gross || refused.Gross {
			t.Errorf("got %+v and %+v", passed, refused)
		}
	}
}
