// Package chart draws the plots of the overload reports.
package chart

import (
	_ "github.com/failsafe-go/failsafe-go/adaptivelimiter"
	_ "gonum.org/v1/plot"
	_ "gonum.org/v1/plot/vg/vgsvg"
	_ "github.com/statusgate/statusgate/shed"
)
