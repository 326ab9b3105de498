package command

import (
	"strings"
	"unicode/utf8"
)

// grid is a table for people: columns as wide as what they have, the last one open.
type grid struct {
	rows   [][]string
	widths []int
}

// newGrid begins with the names of the columns.
func newGrid(names ...string) *grid {
	g := &grid{widths: make([]int, len(names))}
	g.row(names...)
	return g
}

// maxColumn bounds the width of a column; what is longer moves the rest of its row.
const maxColumn = 48

// row adds a row. What is not there is a dash.
func (g *grid) row(cells ...string) {
	for i, cell := range cells {
		if cell == "" {
			cells[i] = "-"
		}
		g.widths[i] = max(g.widths[i], min(utf8.RuneCountInString(cells[i]), maxColumn))
	}
	g.rows = append(g.rows, cells)
}

// write prints the table.
func (g *grid) write(p *printer) error {
	for i, cells := range g.rows {
		var line strings.Builder
		for j, cell := range cells {
			line.WriteString(cell)
			if j < len(cells)-1 {
				line.WriteString(strings.Repeat(" ", max(0, g.widths[j]-utf8.RuneCountInString(cell))+2))
			}
		}
		if i == 0 {
			p.printf("%s\n", p.in(faint, line.String()))
			continue
		}
		p.printf("%s\n", line.String())
	}
	return p.err
}
