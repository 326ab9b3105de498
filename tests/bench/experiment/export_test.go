package experiment

import (
	"os"

	"github.com/statusgate/statusgate/tests/overload/lab"
)

// Marks of the figures in the README.
const (
	FiguresBegin = figuresBegin
	FiguresEnd   = figuresEnd
)

// Replace is replace, for the tests.
var Replace = replace

// Shipped is what is shipped, on one line.
func Shipped(root string) (string, error) {
	s, err := readShipped(root)
	return s.String(), err
}

// Median is median, for the tests.
var Median = median

// Updating is a lab that is to bring the README up to date.
func Updating(common *lab.Lab) *Lab { return &Lab{Lab: common, update: true} }

// README reads the repository's.
func README() (string, error) {
	text, err := os.ReadFile("../../../README.md")
	return string(text), err
}

// Ratio gives the median of ratios, and how it says how far they lie apart.
func Ratio(values ...float64) (median float64, spread string) {
	return ratios(values).median(), ratios(values).inBrackets()
}

// Same checks that ratios of the same gateway are about 1.
func Same(values ...float64) Check {
	var report Report
	same(&report, "gateway", values)
	return report.Checks[0]
}
