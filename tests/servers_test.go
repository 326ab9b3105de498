package tests

import (
	"os"
	"testing"
)

func writeFile(t *testing.T, name, content string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(content), 0o644); err != nil { //nolint:gosec // servers of other users read it
		t.Fatal(err)
	}
}
