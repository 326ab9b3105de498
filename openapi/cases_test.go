package openapi_test

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/statusgate/statusgate/openapi"
)

// casesDir has published descriptions beside what each declares. It is not part
// of the repository.
const casesDir = "../../shared/cases/openapi"

type expectedOperation struct {
	Path, Method string
	Request      []string
	Required     bool `json:"request_required"`
	Responses    map[string][]string
}

// expectedOperations maps file names to operations.
func expectedOperations(tb testing.TB) map[string][]expectedOperation {
	tb.Helper()
	data, err := os.ReadFile(filepath.Join(casesDir, "expected_operations.json"))
	if errors.Is(err, fs.ErrNotExist) {
		tb.Skip("the cases are not there")
	}
	var expected map[string][]expectedOperation
	if err == nil {
		err = json.Unmarshal(data, &expected)
	}
	if err != nil {
		tb.Fatal(err)
	}
	return expected
}

func TestPublishedDescriptionsDeclareWhatIsExpected(t *testing.T) {
	for file, want := range expectedOperations(t) {
		t.Run(file, func(t *testing.T) {
			c, err := openapi.Load(openapi.Options{}, filepath.Join(casesDir, file))
			if err != nil {
				t.Fatal(err)
			}
			if w, more := c.Warnings(); len(w)+more > 0 {
				t.Errorf("Warnings(): got %v, want none", w)
			}
			got := c.Operations()
			if len(got) != len(want) {
				t.Fatalf("got %d operations, want %d", len(got), len(want))
			}
			for i := range want {
				compareOperation(t, got[i], want[i])
			}
		})
	}
}

func compareOperation(t *testing.T, got *openapi.Operation, want expectedOperation) {
	t.Helper()
	if got.Path != want.Path || got.Method != want.Method || got.Body.Required != want.Required ||
		got.Body.Declared != (want.Request != nil) || !slices.Equal(got.Body.Types.List(), want.Request) {
		t.Errorf("got %s with the body %v %v, want %v", got, got.Body, got.Body.Types.List(), want)
	}
	if len(got.Responses) != len(want.Responses) {
		t.Errorf("%s: got %d responses, want %d", got, len(got.Responses), len(want.Responses))
	}
	for _, r := range got.Responses {
		types, ok := want.Responses[r.Code.String()]
		if !ok || !slices.Equal(r.Types.List(), types) {
			t.Errorf("%s: got the response %s with %q, want %q", got, r.Code, r.Types.List(), types)
		}
	}
}
