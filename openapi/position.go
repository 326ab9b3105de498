package openapi

import (
	"fmt"
	"strings"
)

// Position is a place in a file. Lines and columns count from 1; columns count
// bytes in JSON and characters in YAML. A zero Line or Column is unknown.
type Position struct {
	File         string
	Line, Column int32
}

// String is "file:line:column" as compilers and editors write it, without what is
// unknown.
func (p Position) String() string {
	switch {
	case p.Line == 0:
		return p.File
	case p.Column == 0:
		return fmt.Sprintf("%s:%d", p.File, p.Line)
	default:
		return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)
	}
}

// Warning is something in a document that the contract does without.
type Warning struct {
	At   Position
	Text string // lower case, names the value
}

// String is the warning after its position.
func (w Warning) String() string { return w.At.String() + ": " + w.Text }

// LoadError is the error for a document that makes no contract. It has everything
// that stands against it, in the order found.
type LoadError []Warning

// Error has a line for each mistake.
func (m LoadError) Error() string {
	lines := make([]string, len(m))
	for i, mistake := range m {
		lines[i] = mistake.String()
	}
	return strings.Join(lines, "\n")
}
