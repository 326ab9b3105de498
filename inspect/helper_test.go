package inspect_test

import (
	"testing"

	"github.com/statusgate/statusgate/inspect"
)

func must(t inspect.Test, err error) inspect.Test {
	if err != nil {
		panic(err)
	}
	return t
}

func newPlan(t testing.TB, captures []string, tests ...inspect.Test) *inspect.Plan {
	t.Helper()
	p, err := inspect.NewPlan(tests, captures)
	if err != nil {
		t.Fatal(err)
	}
	return p
}
