package inspect

// Derives reports whether [Inspector.Auto] can tell a status from the test:
// from every kind but [Contains] and [Regexp].
func (t Test) Derives() bool {
	return t.kind != testNone && t.kind != testContains && t.kind != testRegexp
}
