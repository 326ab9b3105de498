package normalize

// Listed returns the entries as they are written down, duplicates included.
func Listed() []Entry {
	var listed []Entry
	for _, list := range tables() {
		listed = append(listed, list...)
	}
	return listed
}
