package audit

import (
	"slices"
	"strconv"
	"strings"
)

// templateOf writes the path template of nodes, from the one after the root on. A
// variable that is alone is called by what it stands for; of several, each by what
// it stands behind: /users/{user_id}/orders/{order_id}.
func templateOf(path []*node) string {
	variables := 0
	for _, n := range path {
		if n.role != roleWord {
			variables++
		}
	}
	var b []byte
	var names []string
	for i, n := range path {
		b = append(b, '/')
		if n.role == roleWord {
			b = appendEscaped(b, n.text)
			continue
		}
		name := n.name(path[:i], variables > 1)
		for j, base := 2, name; slices.Contains(names, name); j++ {
			name = base + strconv.Itoa(j)
		}
		names = append(names, name)
		before := n.text
		if before == "" {
			before = n.key
		}
		b = appendEscaped(b, before)
		b = append(append(append(b, '{'), name...), '}')
		b = appendEscaped(b, n.after)
	}
	return string(b)
}

// name is that of a variable.
func (n *node) name(before []*node, several bool) string {
	switch n.role {
	case roleTail:
		return "path..."
	case roleFailed:
		return "other..."
	default:
	}
	var last *node
	if len(before) > 0 {
		last = before[len(before)-1]
	}
	if name := dateName(n, before); name != "" {
		return name
	}
	name := "name"
	if n.kinds&(kindNumber|kindYear|kindID) != 0 {
		name = "id"
	} else if n.kinds&kindSlug != 0 {
		name = "slug"
	}
	if several && last != nil && last.role == roleWord {
		if of := identifier(singular(last.key)); of != "" {
			return of + "_" + name
		}
	}
	return name
}

// dateName is the name of a variable that holds a date, or a part of one.
func dateName(n *node, before []*node) string {
	isYear := func(back int) bool {
		i := len(before) - back
		return i >= 0 && before[i].role == roleValue && before[i].kinds == kindYear
	}
	switch {
	case n.kinds == kindDate:
		return "date"
	case n.kinds == kindYear:
		return "year"
	case n.kinds == kindNumber && isYear(1):
		return "month"
	case n.kinds == kindNumber && isYear(2):
		return "day"
	}
	return ""
}

// singular is one of what an English plural counts, near enough.
func singular(s string) string {
	switch {
	case strings.HasSuffix(s, "ies") && len(s) > 4:
		return s[:len(s)-3] + "y"
	case strings.HasSuffix(s, "sses"), strings.HasSuffix(s, "xes"), strings.HasSuffix(s, "ches"), strings.HasSuffix(s, "shes"):
		return s[:len(s)-2]
	case strings.HasSuffix(s, "s") && !strings.HasSuffix(s, "ss") && !strings.HasSuffix(s, "us") && len(s) > 2:
		return s[:len(s)-1]
	}
	return s
}

// identifier makes of a word what can be part of a variable's name.
func identifier(s string) string {
	return strings.Trim(strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return '_'
	}, s), "_")
}

// walk yields the nodes of the tree that count something, each with its template.
func (t *tree) walk(yield func(template string, n *node)) {
	t.root.walk(nil, yield)
}

func (n *node) walk(path []*node, yield func(template string, n *node)) {
	if len(n.rows) > 0 {
		yield(templateOf(path), n)
	}
	for child := range n.children {
		child.walk(append(slices.Clip(path), child), yield)
	}
}
