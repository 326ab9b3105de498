package contractpage

import (
	"sync"

	"github.com/statusgate/statusgate/internal/exchange"
)

// New makes the page of a gate at a path. Declared are the resources of the gate that
// have a path. What it says is made when it is first asked for: then the gate serves,
// and nothing of it changes any more.
func New(path string, g *exchange.Gate, declared []*exchange.Resource) *exchange.Page {
	return exchange.NewPage(path, sync.OnceValues(func() ([]exchange.Form, error) {
		d := collect(g, declared)
		asJSON, err := d.JSON()
		if err != nil {
			return nil, err
		}
		asHTML, err := d.HTML()
		if err != nil {
			return nil, err
		}
		return []exchange.Form{
			exchange.NewForm("application/json", "", asJSON),
			exchange.NewForm("text/html; charset=utf-8", Policy, asHTML),
			exchange.NewForm("text/markdown; charset=utf-8", "", d.Markdown()),
		}, nil
	}))
}
