package contractpage

import (
	"slices"
	"strings"
)

// group is a set of resources whose paths begin alike.
type group struct {
	Prefix    string
	Resources []Resource
}

// Count is how many methods the group has.
func (g *group) Count() int {
	n := 0
	for _, r := range g.Resources {
		n += len(r.Methods)
	}
	return n
}

const (
	// most is how many resources a group has, if its paths tell them apart: into groups
	// that have few on average, at least.
	most = 40
	few  = 3
	// deepest bounds how many fixed segments a prefix has.
	deepest = 5
)

// grouped puts resources, which are sorted by path, into groups that a person can
// look through.
func grouped(list []Resource) []group { return split(list, 1) }

// split groups by so many fixed segments.
func split(list []Resource, depth int) []group {
	var groups []group
	for len(list) > 0 {
		prefix := prefixOf(list[0].Path, depth)
		n := slices.IndexFunc(list, func(r Resource) bool { return prefixOf(r.Path, depth) != prefix })
		if n < 0 {
			n = len(list)
		}
		smaller := []group{{prefix, list[:n]}}
		if n > most && depth < deepest {
			if finer := split(list[:n], depth+1); len(finer)*few <= n {
				smaller = finer
			}
		}
		groups = append(groups, smaller...)
		list = list[n:]
	}
	return groups
}

// prefixOf is the beginning of a path that ends with its so many'th fixed segment, or
// the whole path.
func prefixOf(path string, depth int) string {
	at := 0
	for segment := range strings.SplitAfterSeq(path, "/") {
		at += len(segment)
		if name := strings.TrimSuffix(segment, "/"); name != "" && !strings.Contains(name, "{") {
			if depth--; depth == 0 {
				return strings.TrimSuffix(path[:at], "/")
			}
		}
	}
	return path
}
