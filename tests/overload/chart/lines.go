package chart

import (
	"math"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Series is one line of a panel.
type Series struct {
	Name string    // as the legend has it
	X, Y []float64 // of one length; values that are not finite are left out
	// Points marks each value, for lines with few of them.
	Points bool
	// Steps draws a value that holds until the next one.
	Steps bool
}

// Mark is a moment or place on the x axis that is pointed out.
type Mark struct {
	X    float64
	Name string // what happens there, drawn beside it
}

// Panel is one plot of a chart of lines.
type Panel struct {
	Title      string
	X, Y       string    // axis labels, with their units
	From, To   float64   // bounds of the x axis; both 0: those of the data
	LogX       bool      // draw the x axis by its logarithm; all X must be above 0
	LogY       bool      // the same for the y axis
	Min, Max   float64   // bounds of the y axis; both 0: from 0, or on a log axis the least value, to the largest
	Ticks      []float64 // labels of the x axis; nil: chosen
	Series     []Series
	Marks      []Mark
	Horizontal []Mark // the same on the y axis, such as targets; X is the height
}

// Lines draws panels one above the other into the SVG file at path.
func Lines(path, title string, panels ...Panel) error {
	return pageOf(path, title, panels)
}

func (panel Panel) plot() (*plot.Plot, error) {
	p := newPlot(panel.Title, panel.X, panel.Y)
	lines := plotter.NewGrid()
	lines.Horizontal, lines.Vertical = grid, grid
	p.Add(lines)
	for i, series := range panel.Series {
		if err := series.add(p, i, panel); err != nil {
			return nil, err
		}
	}
	panel.axes(p)
	if err := panel.marks(p); err != nil {
		return nil, err
	}
	return p, nil
}

// add draws the i-th series.
func (s Series) add(p *plot.Plot, i int, panel Panel) error {
	points := make(plotter.XYs, 0, len(s.X))
	for k := range min(len(s.X), len(s.Y)) {
		x, y := s.X[k], s.Y[k]
		if finite(x) && finite(y) && (!panel.LogX || x > 0) && (!panel.LogY || y > 0) {
			points = append(points, plotter.XY{X: x, Y: y})
		}
	}
	if len(points) == 0 {
		return nil
	}
	line, err := plotter.NewLine(points)
	if err != nil {
		return err
	}
	line.LineStyle = lineStyle(i)
	if s.Steps {
		line.StepStyle = plotter.PostStep
	}
	p.Add(line)
	if !s.Points {
		p.Legend.Add(s.Name, line)
		return nil
	}
	dots, err := plotter.NewScatter(points)
	if err != nil {
		return err
	}
	dots.GlyphStyle = draw.GlyphStyle{Color: line.Color, Radius: 2.5, Shape: draw.CircleGlyph{}}
	p.Add(dots)
	p.Legend.Add(s.Name, line, dots)
	return nil
}

func (panel Panel) axes(p *plot.Plot) {
	if panel.LogX {
		p.X.Scale, p.X.Tick.Marker = plot.LogScale{}, plot.LogTicks{Prec: -1}
	}
	if panel.Ticks != nil {
		ticks := make([]plot.Tick, len(panel.Ticks))
		for i, v := range panel.Ticks {
			ticks[i] = plot.Tick{Value: v, Label: strconv.FormatFloat(v, 'g', -1, 64)}
		}
		p.X.Tick.Marker = plot.ConstantTicks(ticks)
	}
	if panel.From != 0 || panel.To != 0 {
		p.X.Min, p.X.Max = panel.From, panel.To
	}
	if p.X.Min > p.X.Max { // no series has a value
		p.X.Min, p.X.Max = 1, 2
	}
	switch {
	case panel.Min != 0 || panel.Max != 0:
		p.Y.Min, p.Y.Max = panel.Min, panel.Max
	case p.Y.Min > p.Y.Max:
		p.Y.Min, p.Y.Max = .1, 1
	case !panel.LogY:
		p.Y.Min, p.Y.Max = min(0, p.Y.Min), p.Y.Max*1.05
	}
	if panel.LogY {
		p.Y.Scale, p.Y.Tick.Marker = plot.LogScale{}, plot.LogTicks{Prec: -1}
		if panel.Min <= 0 { // whole decades, so that there is a label at either end
			p.Y.Min = math.Pow(10, math.Floor(math.Log10(p.Y.Min)))
			p.Y.Max = math.Pow(10, math.Ceil(math.Log10(p.Y.Max)))
		}
	}
	if p.Y.Max <= p.Y.Min {
		p.Y.Max = p.Y.Min + 1
	}
	if p.X.Max <= p.X.Min {
		p.X.Max = p.X.Min + 1
	}
}

// marks draws after the axes are set, so that they span the panel.
func (panel Panel) marks(p *plot.Plot) error {
	thin := draw.LineStyle{Color: palette[7], Width: 1, Dashes: []vg.Length{3, 3}}
	bounds := [4]float64{p.X.Min, p.X.Max, p.Y.Min, p.Y.Max}
	add := func(name string, a, b plotter.XY, offset vg.Point) error {
		line, err := plotter.NewLine(plotter.XYs{a, b})
		if err != nil {
			return err
		}
		line.LineStyle = thin
		labels, err := plotter.NewLabels(plotter.XYLabels{XYs: plotter.XYs{b}, Labels: []string{name}})
		if err != nil {
			return err
		}
		labels.TextStyle[0].Font = sans(fontSize - 1)
		labels.TextStyle[0].Color = palette[7]
		labels.Offset = offset
		p.Add(line, labels)
		return nil
	}
	for _, m := range panel.Marks {
		if err := add(m.Name, plotter.XY{X: m.X, Y: bounds[2]}, plotter.XY{X: m.X, Y: bounds[3]}, vg.Point{X: 3, Y: -fontSize}); err != nil {
			return err
		}
	}
	for _, m := range panel.Horizontal {
		if err := add(m.Name, plotter.XY{X: bounds[1], Y: m.X}, plotter.XY{X: bounds[0], Y: m.X}, vg.Point{X: 4, Y: 2}); err != nil {
			return err
		}
	}
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = bounds[0], bounds[1], bounds[2], bounds[3]
	return nil
}
