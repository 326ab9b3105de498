package chart_test

import (
	"encoding/xml"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/statusgate/statusgate/tests/overload/chart"
)

// drawing reads an SVG file, which must be XML that ends well.
func drawing(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	decoder := xml.NewDecoder(strings.NewReader(string(content)))
	for {
		_, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return string(content)
		}
		if err != nil {
			t.Fatalf("%s is no XML: %v", path, err)
		}
	}
}

func contains(t *testing.T, svg string, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if !strings.Contains(svg, text) {
			t.Errorf("the drawing lacks %q", text)
		}
	}
}

func TestLinesDrawsAllThatItIsGiven(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lines.svg")
	loads := []float64{.3, 1, 2, 5, 10}
	err := chart.Lines(path, "Goodput against load",
		chart.Panel{
			Title: "Goodput", X: "offered load (multiples of capacity)", Y: "goodput (1/s)", LogX: true, Ticks: loads,
			Series: []chart.Series{
				{Name: "shed", X: loads, Y: []float64{60, 190, 198, 197, 196}, Points: true},
				{Name: "none", X: loads, Y: []float64{60, 150, math.NaN(), 0, 0}, Points: true},
			},
			Horizontal: []chart.Mark{{X: 194, Name: "target"}},
		},
		chart.Panel{
			Title: "Latency", X: "time (s)", Y: "p99 (ms)", LogY: true,
			Series: []chart.Series{{Name: "p99", X: []float64{0, 1, 2}, Y: []float64{10, 200, 30}, Steps: true}},
			Marks:  []chart.Mark{{X: 1, Name: "halved"}},
		})
	if err != nil {
		t.Fatal(err)
	}
	contains(t, drawing(t, path), "Goodput against load", "goodput (1/s)", "shed", "none", "target", "halved", "p99 (ms)", "Arial")
}

func TestBarsDrawsAllThatItIsGiven(t *testing.T) {
	path := filepath.Join(t.TempDir(), "bars.svg")
	err := chart.Bars(path, "Pages", chart.BarPanel{
		Y: "share (%)", Groups: []string{"complete", "broken"},
		Series:     []chart.BarSeries{{Name: "shed", Values: []float64{48, 4}}, {Name: "none", Values: []float64{0, math.Inf(1)}}},
		Horizontal: []chart.Mark{{X: 47, Name: "target"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	contains(t, drawing(t, path), "Pages", "share (%)", "complete", "broken", "shed", "none", "target")
}

func TestSeriesWithoutValuesAreNoMistake(t *testing.T) {
	path := filepath.Join(t.TempDir(), "empty.svg")
	if err := chart.Lines(path, "Empty", chart.Panel{LogX: true, LogY: true, Series: []chart.Series{{Name: "none"}}}); err != nil {
		t.Fatal(err)
	}
	drawing(t, path)
}

func TestChartsWithoutPanelsAreMistakes(t *testing.T) {
	path := filepath.Join(t.TempDir(), "none.svg")
	if chart.Lines(path, "") == nil || chart.Bars(path, "") == nil || chart.Bars(path, "", chart.BarPanel{}) == nil {
		t.Error("no error")
	}
}
