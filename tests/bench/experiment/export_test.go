package experiment

import (
	"github.com/statusgate/statusgate/tests/overload/lab"
)

// Marks of the figures on a page.
const (
	FiguresBegin = figuresBegin
	FiguresEnd   = figuresEnd
)

// Pages of the repository that have figures.
const (
	PageREADME      = pageREADME
	PagePerformance = pagePerformance
)

// Replace and Short are replace and short, for the tests.
var (
	Replace = replace
	Short   = short
)

// Shipped is what is shipped, on one line.
func Shipped(root string) (string, error) {
	s, err := readShipped(root)
	return s.String(), err
}

// Median is median, for the tests.
var Median = median

// Updating is a lab that is to bring the pages up to date.
func Updating(common *lab.Lab) *Lab { return &Lab{Lab: common, update: true} }

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
