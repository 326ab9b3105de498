package audit_test

import (
	"encoding/json"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/statusgate/statusgate/audit"
	"github.com/statusgate/statusgate/internal/schematest"
)

func TestJSONIsAsTheSchemaSays(t *testing.T) {
	schema, err := schematest.Read("testdata/report.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	for name, report := range map[string]*audit.Report{
		"empty": run(t, ""), "mixed": run(t, mixedLog, func(o *audit.Options) { o.Decide = gate }),
		"shop": run(t, logOf(shop(2000, rand.New(rand.NewPCG(1, 1))))),
		"full": run(t, crowd(3000), func(o *audit.Options) { audit.WithNames(o, 5, 9, 2, 3) }),
	} {
		var b strings.Builder
		if err := report.WriteJSON(&b); err != nil {
			t.Fatal(err)
		}
		var document map[string]any
		if err := json.Unmarshal([]byte(b.String()), &document); err != nil {
			t.Fatal(err)
		}
		for _, mistake := range schema.Mistakes(document) {
			t.Errorf("%s%s", name, mistake)
		}
		document["notes"] = []any{}
		document["lines"] = -1.5
		delete(document, "span")
		if n := len(schema.Mistakes(document)); n != 4 {
			t.Errorf("%s: the schema finds %d of 4 mistakes", name, n)
		}
	}
}
