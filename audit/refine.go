package audit

import "slices"

// What makes values of words that were few enough to stay. A route is one of few,
// gets a good part of the traffic, and leads to something of its own; values are
// many, get little each, and lead all to the same. Three signs let fewer words be
// values: most look like titles, all beside them lead to the same, and what they stand
// behind is a plural.
var (
	fewestValues = [4]int{12, 8, 5, 4}        // by the number of signs
	leastShare   = [4]int64{100, 100, 50, 33} // a value gets at most one request in so many
)

const (
	mostWords   = 100 // so many words are values, whatever they get
	mostTitles  = 24  // and so many that look like titles
	fewestFiles = 4   // of the files that belong to pages, so many make a folder of them
	rareShare   = 20
	likeness    = 3 // values share a third of all that any of them leads to
)

// refine makes values of words, now that all traffic has been seen, from the root
// down. total is the number of requests.
func (t *tree) refine(n *node, depth int, total int64) {
	if depth > 0 && isFolder(n) {
		t.cut(n)
		return
	}
	if !n.merged {
		t.refineWords(n, depth, total)
	}
	for child := range n.children {
		t.refine(child, depth+1, total)
	}
}

// isFolder reports whether n leads to files that belong to pages, and to nothing
// else that succeeds.
func isFolder(n *node) bool {
	files, others := countFiles(n, false)
	return files >= fewestFiles && others*10 <= files
}

// countFiles counts the leaves that have succeeded below n: those that are files of
// pages, and all others. Only reading counts as a file.
func countFiles(n *node, asset bool) (files, others int) {
	if slices.ContainsFunc(n.rows, (*row).succeeded) {
		if asset && !slices.ContainsFunc(n.rows, (*row).writes) {
			files++
		} else {
			others++
		}
	}
	for child := range n.children {
		isFile := child.key != "" && isAsset(child.key) || child.after != "" && isAsset("x"+child.after)
		f, o := countFiles(child, isFile)
		files, others = files+f, others+o
	}
	return files, others
}

// writes reports whether r counts successes of another method than GET and HEAD,
// which are the first two of the methods.
func (r *row) writes() bool { return r.method > methodHead && r.succeeded() }

// refineWords makes values of those words after n that look like them.
func (t *tree) refineWords(n *node, depth int, total int64) {
	if n.failed != nil {
		t.dropFailed(n, 0) // those that came last, too
	}
	var words, dead []*node
	slugs := 0
	for _, child := range n.literals {
		switch {
		case routes[child.key]:
		case !child.alive():
			dead = append(dead, child)
		default:
			words = append(words, child)
			if isSlug(child.key) {
				slugs++
			}
		}
	}
	all := len(words)
	words = alike(words)
	titles, signs := slugs*5 >= all*3, 0
	for _, sign := range []bool{titles, len(words) == all, singular(n.key) != n.key} {
		if sign {
			signs++
		}
	}
	if len(words) > 0 && areValues(words, titles, signs, total) {
		for _, child := range words {
			t.toValue(n, child)
		}
	}
	// What failed beside values was one that there is not.
	if depth > 0 && n.variable != nil {
		for _, child := range dead {
			t.toValue(n, child)
		}
	}
}

func (t *tree) toValue(n, word *node) {
	at, _ := n.find([]byte(word.key))
	n.literals = slices.Delete(n.literals, at, at+1)
	t.absorb(n, word)
}

// areValues decides on words that lead to the same.
func areValues(words []*node, titles bool, signs int, total int64) bool {
	if len(words) < fewestValues[signs] {
		return false
	}
	if len(words) >= mostWords || titles && len(words) >= mostTitles {
		return true
	}
	counts := make([]int64, 0, len(words))
	collections := 0
	for _, word := range words {
		counts = append(counts, word.requests())
		if word.variable != nil {
			collections++
		}
	}
	slices.Sort(counts)
	// Words that have values below themselves are the collections of an API.
	return counts[len(counts)/2]*leastShare[signs] <= total && (collections*2 <= len(words) || titles)
}

// requests counts what was asked at n and below.
func (n *node) requests() (count int64) {
	for _, r := range n.rows {
		count += r.count
	}
	for child := range n.children {
		count += child.requests()
	}
	return count
}

// feature is something that a word leads to: a method, or what follows it.
type feature struct {
	method uint16
	next   string
}

// features are those of a word.
func (n *node) features() []feature {
	var list []feature
	for _, r := range n.rows {
		if f := (feature{method: r.method}); r.succeeded() && !slices.Contains(list, f) {
			list = append(list, f)
		}
	}
	for _, child := range n.literals {
		if child.alive() {
			list = append(list, feature{next: "/" + child.key})
		}
	}
	for _, child := range n.mixed {
		list = append(list, feature{next: "{}" + child.key + child.after})
	}
	if n.variable != nil || n.tail != nil {
		list = append(list, feature{next: "{}"})
	}
	return list
}

// alike leaves of words those that lead to the same as most do: what only few lead to
// is a value below, or marks a route. It is none where they have little in common.
func alike(words []*node) []*node {
	support := make(map[feature]int)
	for _, word := range words {
		for _, f := range word.features() {
			support[f]++
		}
	}
	own := feature{next: "{}"}
	common := func(f feature) feature {
		if f.next != "" && support[f]*rareShare < len(words) {
			return own
		}
		return f
	}
	all := make(map[feature]int)
	for _, word := range words {
		for f := range distinct(word.features(), common) {
			all[f]++
		}
	}
	var kept []*node
	sum, union := 0, make(map[feature]bool)
	for _, word := range words {
		set := distinct(word.features(), common)
		odd := len(set) == 0
		for f := range set {
			odd = odd || all[f]*rareShare < len(words)
		}
		if odd {
			continue
		}
		for f := range set {
			union[f] = true
		}
		sum += len(set)
		kept = append(kept, word)
	}
	if sum*likeness < len(union)*len(kept) {
		return nil
	}
	return kept
}

func distinct(list []feature, common func(feature) feature) map[feature]bool {
	set := make(map[feature]bool, len(list))
	for _, f := range list {
		set[common(f)] = true
	}
	return set
}
