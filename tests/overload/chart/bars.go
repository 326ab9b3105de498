package chart

import (
	"fmt"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
)

// BarSeries is the bars of one colour.
type BarSeries struct {
	Name   string    // as the legend has it
	Values []float64 // one for each group; those that are not finite are left out
}

// BarPanel is one plot of a chart of bars.
type BarPanel struct {
	Title    string
	X, Y     string   // axis labels, with their units
	Groups   []string // names under the groups; a line break in one makes two lines
	Min, Max float64  // bounds of the y axis; both 0: from 0 to the largest value
	Series   []BarSeries
	// Horizontal are lines on the y axis, such as targets; X is the height.
	Horizontal []Mark
}

// Bars draws panels of grouped bars one above the other into the SVG file at
// path.
func Bars(path, title string, panels ...BarPanel) error {
	return pageOf(path, title, panels)
}

func (panel BarPanel) plot() (*plot.Plot, error) {
	p := newPlot(panel.Title, panel.X, panel.Y)
	lines := plotter.NewGrid()
	lines.Horizontal, lines.Vertical = grid, grid
	lines.Vertical.Width = 0
	p.Add(lines)
	if len(panel.Groups) == 0 {
		return nil, fmt.Errorf("%q has no groups", panel.Title)
	}
	// What the axis and a legend leave of the page, and a gap of one bar between groups.
	bar := vg.Length(width*.62) / vg.Length(len(panel.Groups)*(len(panel.Series)+1))
	for i, series := range panel.Series {
		values := make(plotter.Values, len(panel.Groups))
		for k := range min(len(values), len(series.Values)) {
			if finite(series.Values[k]) {
				values[k] = series.Values[k]
			}
		}
		bars, err := plotter.NewBarChart(values, bar)
		if err != nil {
			return nil, err
		}
		bars.Color = palette[i%len(palette)]
		bars.LineStyle.Width = 0
		bars.Offset = bar * (vg.Length(i) - vg.Length(len(panel.Series)-1)/2)
		p.Add(bars)
		p.Legend.Add(series.Name, bars)
	}
	p.NominalX(panel.Groups...)
	p.X.Min, p.X.Max = -.5, float64(len(panel.Groups))-.5
	for _, group := range panel.Groups {
		if strings.Contains(group, "\n") {
			p.X.Padding = 2
		}
	}
	if panel.Min != 0 || panel.Max != 0 {
		p.Y.Min, p.Y.Max = panel.Min, panel.Max
	} else {
		p.Y.Min, p.Y.Max = min(0, p.Y.Min), max(p.Y.Max*1.05, p.Y.Min+1e-9)
	}
	return p, Panel{Horizontal: panel.Horizontal}.marks(p)
}
