package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// documents lists the descriptions that are there: those beside the repository,
// those that libopenapi is tested with, and those that OPENAPI_DOCUMENTS matches.
func documents(t *testing.T) []string {
	t.Helper()
	files, _ := filepath.Glob("../../../shared/cases/openapi/*-*")
	more, _ := filepath.Glob(os.Getenv("OPENAPI_DOCUMENTS"))
	files = append(files, more...)
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/pb33f/libopenapi").Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"asana.yaml", "stripe.yaml", "docusignv3.1.json", "k8s.json", "xsoar.json"} {
		file := filepath.Join(strings.TrimSpace(string(dir)), "test_specs", name)
		if _, err := os.Stat(file); err == nil {
			files = append(files, file)
		}
	}
	if len(files) == 0 {
		t.Skip("no descriptions are there")
	}
	return files
}

// judged tells which differences are known, and right on our side.
func judged(reader, difference string) bool {
	// The types that 2.0 lists in produces hold for each response. The converter
	// gives them only to responses with a schema.
	return reader == "kin-openapi" && strings.Contains(difference, "types of response ") && strings.HasSuffix(difference, "theirs []")
}

func TestOthersFindTheSame(t *testing.T) {
	for _, file := range documents(t) {
		t.Run(filepath.Base(file), func(t *testing.T) {
			ours, err := readOurs(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, reader := range order[1:] {
				theirs, err := readers[reader](file)
				if err != nil {
					// xsoar.json has a $ref to a schema that is not there.
					t.Logf("%s cannot read it: %v", reader, err)
					continue
				}
				all := differences(ours, theirs)
				left := slices.DeleteFunc(slices.Clone(all), func(d string) bool { return judged(reader, d) })
				t.Logf("%s: %d operations, %d differences, %d of them judged", reader, len(ours), len(all), len(all)-len(left))
				for i, d := range left {
					if i == 10 {
						t.Errorf("%s: and %d more", reader, len(left)-i)
						break
					}
					t.Errorf("%s: %s", reader, d)
				}
			}
		})
	}
}
