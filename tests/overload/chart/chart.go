// Package chart draws the plots of the overload reports as SVG files, in one
// style: white ground, so that they can be read on a dark page, colours that
// colour-blind people can tell apart, and dashes for those who see none.
package chart

import (
	"bytes"
	"errors"
	"fmt"
	"image/color"
	"math"
	"os"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"
)

// Sizes of all charts, in points.
const (
	width       = 760
	panelHeight = 270
	titleHeight = 30
	margin      = 10
	lineWidth   = 1.8
	fontSize    = 11
	fallback    = 1.1 // how much wider a font may be that stands in
)

// palette is the one of Okabe and Ito, without the yellow that white swallows.
var palette = []color.RGBA{
	{0x00, 0x72, 0xb2, 0xff}, // blue
	{0xd5, 0x5e, 0x00, 0xff}, // vermilion
	{0x00, 0x9e, 0x73, 0xff}, // green
	{0xcc, 0x79, 0xa7, 0xff}, // pink
	{0xe6, 0x9f, 0x00, 0xff}, // orange
	{0x56, 0xb4, 0xe9, 0xff}, // sky blue
	{0x00, 0x00, 0x00, 0xff}, // black
	{0x80, 0x80, 0x80, 0xff}, // grey
}

// dashes go with the colours. Their number has no divisor in common with that
// of the colours, so that a ninth series looks unlike the first.
var dashes = [][]vg.Length{
	nil,
	{6, 3},
	{2, 2},
	{9, 3, 2, 3},
	{12, 4},
	{4, 2, 1, 2, 1, 2},
	{1, 3},
}

var grid = draw.LineStyle{Color: color.RGBA{0xdd, 0xdd, 0xdd, 0xff}, Width: .5}

// lineStyle is the look of the i-th series.
func lineStyle(i int) draw.LineStyle {
	return draw.LineStyle{Color: palette[i%len(palette)], Width: lineWidth, Dashes: dashes[i%len(dashes)]}
}

// newPlot makes an empty plot with the fonts of all charts.
func newPlot(title, x, y string) *plot.Plot {
	p := plot.New()
	p.Title.Text, p.X.Label.Text, p.Y.Label.Text = title, x, y
	p.Title.Padding = 4
	p.Title.TextStyle.Font = sans(fontSize + 1)
	for _, axis := range []*plot.Axis{&p.X, &p.Y} {
		axis.Label.TextStyle.Font = sans(fontSize)
		axis.Tick.Label.Font = sans(fontSize - 1)
		axis.LineStyle.Width = .5
		axis.Tick.LineStyle.Width = .5
		axis.Padding = 0
		axis.Tick.Marker = ticks{}
	}
	p.Legend.TextStyle.Font = sans(fontSize)
	p.Legend.ThumbnailWidth = 34
	p.Legend.Padding = 3
	p.Legend.Top, p.Legend.Left = true, true
	return p
}

// ticks are gonum's, with labels as short as can be.
type ticks struct{}

// Ticks are the marks of an axis.
func (ticks) Ticks(from, to float64) []plot.Tick {
	marks := plot.DefaultTicks{}.Ticks(from, to)
	for i, mark := range marks {
		if mark.Label != "" {
			marks[i].Label = strconv.FormatFloat(mark.Value, 'g', 6, 64)
		}
	}
	return marks
}

func sans(size font.Length) font.Font {
	return font.Font{Typeface: "Liberation", Variant: "Sans", Size: size}
}

// panel is one plot of a chart.
type panel interface{ plot() (*plot.Plot, error) }

// pageOf draws panels one above the other into the SVG file at path.
func pageOf[P panel](path, title string, panels []P) error {
	if len(panels) == 0 {
		return errors.New("a chart needs a panel")
	}
	plots := make([]*plot.Plot, 0, len(panels))
	for _, panel := range panels {
		p, err := panel.plot()
		if err != nil {
			return err
		}
		plots = append(plots, p)
	}
	return page(path, title, plots)
}

// page draws plots one above the other, each with its legend to the right, on
// white ground, and writes the file.
func page(path, title string, plots []*plot.Plot) error {
	height := vg.Length(titleHeight + panelHeight*len(plots) + margin)
	canvas := vgsvg.New(width, height)
	whole := draw.New(canvas)
	canvas.SetColor(color.White)
	canvas.Fill(whole.Path())
	heading := plots[0].Title.TextStyle
	heading.Font.Size = fontSize + 3
	heading.XAlign, heading.YAlign = draw.XCenter, draw.YTop
	whole.FillText(heading, vg.Point{X: width / 2, Y: height - margin}, title)

	var legend vg.Length
	column := make([][]*plot.Plot, len(plots))
	for i, p := range plots {
		column[i] = []*plot.Plot{p}
		r := p.Legend.Rectangle(whole)
		legend = max(legend, (r.Max.X-r.Min.X)*fallback)
	}
	area := draw.Crop(whole, margin, -legend-2*margin, margin, -titleHeight)
	tiles := draw.Tiles{Rows: len(plots), Cols: 1, PadY: 2 * margin}
	for i, row := range plot.Align(column, tiles, area) {
		p := plots[i]
		side := draw.Crop(tiles.At(area, 0, i), area.Max.X-area.Min.X+margin, legend+2*margin, 0, -titleHeight)
		p.Legend.Draw(side)
		p.Legend = plot.NewLegend()
		p.Draw(row[0])
	}
	return write(path, canvas)
}

// write saves the drawing, with fonts to fall back to where Liberation Sans is
// not installed; Arial has the same metrics.
func write(path string, canvas *vgsvg.Canvas) error {
	var svg bytes.Buffer
	if _, err := canvas.WriteTo(&svg); err != nil {
		return fmt.Errorf("drawing %s: %w", path, err)
	}
	text := bytes.ReplaceAll(svg.Bytes(), []byte("font-family:Liberation Sans"), []byte("font-family:Liberation Sans,Arial,Helvetica"))
	return os.WriteFile(path, text, 0o600)
}

// finite tells whether a value can be drawn.
func finite(v float64) bool {
	return !math.IsNaN(v) && !math.IsInf(v, 0)
}
