package normalize

// Listed returns the entries as they are written down, duplicates included.
func Listed() []Entry {
	var listed []Entry
	for _, list := range tables() {
		listed = append(listed, list...)
	}
	return listed
}

// MethodNames lists the methods that the package knows.
func MethodNames() []string {
	names := make([]string, len(methods))
	for i := range methods {
		names[i] = methods[i].name
	}
	return names
}
