package audit

import (
	"cmp"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/statusgate/statusgate/negotiate"
)

// maxResources is how many resources are suggested.
const maxResources = 500

// Resource is what the traffic suggests to declare.
type Resource struct {
	// Path is a path template.
	Path string `json:"path"`
	// Methods are those that have succeeded, GET for HEAD, too. It is empty where one
	// of them can't be declared: then the resource has to take any.
	Methods []string `json:"methods"`
	// Count is how many requests have succeeded.
	Count int64 `json:"count"`
}

// candidate is a template that may be suggested.
type candidate struct {
	Resource
	declared  bool
	redirects []string // methods that were sent elsewhere
	parts     []part
}

// suggest finds the resources at which something has succeeded: was answered with
// 1xx, 2xx or 304. Templates that only ever redirect are none, but what is at paths
// of theirs takes the methods that were redirected, so that declaring it refuses none.
func suggest(t *tally) []Resource {
	var kept, left []candidate
	add := func(path string, n *node, declared bool) {
		c := candidate{Resource: Resource{Path: path}, declared: declared}
		for _, row := range n.rows {
			method := t.list[row.method]
			if method == http.MethodHead {
				method = http.MethodGet
			}
			switch {
			case n.role == roleFailed:
			case row.succeeded():
				c.Count += row.count
				c.allow(method)
			case row.redirects():
				c.redirects = append(c.redirects, method)
			}
		}
		if c.Count > 0 || c.redirects != nil {
			c.parts = parseParts(path)
			left = append(left, c)
		}
	}
	t.tree.walk(func(path string, n *node) { add(path, n, false) })
	for path, n := range t.declared {
		add(path, n, true)
	}
	slices.SortFunc(left, func(a, b candidate) int { return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Path, b.Path)) })
	kept, left = choose(left)
	widen(kept, left)
	return finish(kept)
}

func (c *candidate) allow(methods ...string) {
	for _, method := range methods {
		if !slices.Contains(c.Methods, method) {
			c.Methods = append(c.Methods, method)
		}
	}
}

// choose takes those candidates that can be declared beside each other.
func choose(all []candidate) (kept, left []candidate) {
	var resources negotiate.Resources[struct{}]
	for _, c := range all {
		if c.Count == 0 || len(kept) >= maxResources || resources.Add(c.Path, struct{}{}) != nil {
			left = append(left, c)
			continue
		}
		c.allow(c.redirects...)
		kept = append(kept, c)
	}
	return kept, left
}

// widen lets a resource take the methods of templates that are not declared and have
// paths in common with it. The tree keeps learned templates apart; where one of two
// was declared, nothing does.
func widen(kept, left []candidate) {
	for i := range kept {
		c := &kept[i]
		for j := range left {
			if overlap(c.parts, left[j].parts) {
				c.allow(left[j].Methods...)
				c.allow(left[j].redirects...)
			}
		}
	}
	for i := range kept {
		for j := range kept {
			if kept[i].declared != kept[j].declared && overlap(kept[i].parts, kept[j].parts) {
				kept[i].allow(kept[j].Methods...)
			}
		}
	}
}

// finish puts resources and methods in order.
func finish(kept []candidate) []Resource {
	list := make([]Resource, 0, len(kept))
	for _, c := range kept {
		slices.SortFunc(c.Methods, func(a, b string) int { return cmp.Or(cmp.Compare(methodRank(a), methodRank(b)), cmp.Compare(a, b)) })
		if _, err := negotiate.NewMethods(c.Methods...); err != nil {
			c.Methods = []string{}
		}
		list = append(list, c.Resource)
	}
	slices.SortFunc(list, func(a, b Resource) int { return cmp.Compare(a.Path, b.Path) })
	return list
}

// methodRank is the place of a method in a list that people write.
func methodRank(method string) int {
	switch method {
	case http.MethodGet:
		return 0
	case http.MethodPost:
		return 1
	case http.MethodPut:
		return 2
	case http.MethodPatch:
		return 3
	case http.MethodDelete:
		return 4
	case http.MethodOptions:
		return 6
	}
	return 5
}

// WriteResources writes the suggested resources as the Caddyfile has them, each with
// the number of requests behind it.
func (r *Report) WriteResources(w io.Writer) error {
	var b strings.Builder
	var count int64
	for _, resource := range r.Resources {
		count += resource.Count
	}
	fmt.Fprintf(&b, "# %s, at which %s of %s requests have succeeded.\n", plural(int64(len(r.Resources)), "resource"), group(count), group(r.Lines-r.Unread))
	for _, resource := range r.Resources {
		fmt.Fprintf(&b, "# %s\n", plural(resource.Count, "request"))
		if len(resource.Methods) == 0 {
			fmt.Fprintf(&b, "resource %s\n", resource.Path)
			continue
		}
		fmt.Fprintf(&b, "resource %s {\n\tmethods %s\n}\n", resource.Path, strings.Join(resource.Methods, " "))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func plural(n int64, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return group(n) + " " + what + "s"
}
