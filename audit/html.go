package audit

import (
	_ "embed" // the page and its style
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"
)

//go:embed page.html
var pageText string

//go:embed page.css
var pageStyle string

var pageTemplate = template.Must(template.New("page").Parse(pageText))

// page is what page.html shows.
type page struct {
	Head      string
	Style     template.CSS
	Tiles     []tile
	Flow      *flow
	Times     *times
	Paths     *pagePaths
	Unknown   []pageUnknown
	Refused   []pageRefused
	Responses []pageResponse
	Resources string
	Unread    []pageUnread
	Notes     []string
}

type tile struct{ Class, Name, Count, Share string }

type pagePaths struct {
	Rows []pagePath
	More string
}

type pagePath struct {
	Request, From, To, Count, Class string
	Percent                         float64
}

type pageUnknown struct {
	Status, Count string
	Places        []string
}

type pageRefused struct{ Request, Sent, Reason, Count string }

type pageResponse struct{ From, To, Reason, Count, Share string }

type pageUnread struct{ Where, Why, Text string }

// Rows of the lists of the page where nobody asked for more.
const (
	pageRows   = 40
	pageBlocks = 100 // resources
)

// WriteHTML writes the report as one page that needs nothing else: no script, no
// other file.
func (r *Report) WriteHTML(w io.Writer) error {
	p := &page{Style: template.CSS(pageStyle), Notes: r.Notes} //nolint:gosec // our own
	p.Head = plural(r.Lines, "line")
	if r.Span != nil {
		p.Head += ", " + r.Span.From.Format("2 Jan 2006 15:04") + " to " + r.Span.To.Format("2 Jan 2006 15:04") + " UTC"
	}
	if formats := r.formats(); formats != "" {
		p.Head += ", " + formats
	}
	all := r.Lines - r.Unread
	add := func(class, name string, n, of int64) {
		p.Tiles = append(p.Tiles, tile{class, name, group(n), percent(n, of)})
	}
	add("none", "as it is", r.changes[changeNone], all)
	add("status", "another status", r.changes[changeStatus], all)
	add("refused", "refused", r.changes[changeRefused], all)
	if r.Unread > 0 {
		add("unread", "can't be read", r.Unread, r.Lines)
	}
	p.Flow, p.Times = r.flow(), r.timeChart()
	r.pageLists(p)
	return pageTemplate.Execute(w, p)
}

// pageLists fills the lists of the page.
func (r *Report) pageLists(p *page) {
	all := r.Lines - r.Unread
	if changed := r.changed(); len(changed) > 0 {
		p.Paths = new(pagePaths)
		n := r.limit(pageRows, len(changed))
		for _, row := range changed[:n] {
			p.Paths.Rows = append(p.Paths.Rows, pagePath{
				request(row.Method, row.Path), row.Received.String(), row.Sent.String(), group(row.Count), classOf(row.Sent),
				float64(row.Count) * 100 / float64(changed[0].Count),
			})
		}
		if n < len(changed) {
			p.Paths.More = group(int64(len(changed) - n))
		}
	}
	for _, row := range r.Unknown[:r.limit(pageRows, len(r.Unknown))] {
		u := pageUnknown{Status: row.Status.String(), Count: group(row.Count)}
		for _, place := range row.Paths {
			u.Places = append(u.Places, request(place.Method, place.Path))
		}
		p.Unknown = append(p.Unknown, u)
	}
	for _, row := range r.Refused[:r.limit(pageRows, len(r.Refused))] {
		p.Refused = append(p.Refused, pageRefused{request(row.Method, row.Path), row.Sent.String(), row.Reason, group(row.Count)})
	}
	for _, row := range r.Responses[:r.limit(pageRows, len(r.Responses))] {
		p.Responses = append(p.Responses, pageResponse{
			row.Received.String(), row.Sent.String(), row.Reason, group(row.Count), percent(row.Count, all),
		})
	}
	if len(r.Resources) > 0 {
		few := *r
		few.Resources = mostUsed(r.Resources, pageBlocks)
		var b strings.Builder
		_ = few.WriteResources(&b) // a strings.Builder takes all
		p.Resources = b.String()
	}
	for _, u := range r.Log.First {
		p.Unread = append(p.Unread, pageUnread{fmt.Sprintf("%s:%d", u.File, u.Line), u.Why.Error(), fmt.Sprintf("%q", u.Text)})
	}
}

// mostUsed are those resources that most requests are behind, in their order.
func mostUsed(list []Resource, most int) []Resource {
	if len(list) <= most {
		return list
	}
	counts := make([]int64, 0, len(list))
	for _, resource := range list {
		counts = append(counts, resource.Count)
	}
	slices.Sort(counts)
	least := counts[len(counts)-most]
	var used []Resource
	for _, resource := range list {
		if resource.Count >= least && len(used) < most {
			used = append(used, resource)
		}
	}
	return used
}

// classOf is the colour of a status.
func classOf(s Status) string {
	if s < 200 || s > 599 {
		return "sx"
	}
	return fmt.Sprintf("s%d", s/100)
}
