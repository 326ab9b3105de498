package contractpage

// Words and kinds, to be held against what gates do.
var (
	Kinds    = kinds
	StatusOf = statusOf
)

// Grouped gives the prefix of each group and how many resources it has.
func Grouped(list []Resource) (prefixes []string, counts []int) {
	for _, g := range grouped(list) {
		prefixes, counts = append(prefixes, g.Prefix), append(counts, len(g.Resources))
	}
	return prefixes, counts
}
