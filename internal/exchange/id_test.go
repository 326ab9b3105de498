package exchange_test

import (
	"regexp"
	"testing"

	"github.com/statusgate/statusgate/internal/exchange"
)

// IDs are random UUIDs, and no two are the same where the bytes that were read
// ahead are used up.
func TestIDs(t *testing.T) {
	form := regexp.MustCompile(`^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	seen := make(map[string]bool)
	for range 1000 {
		id := exchange.NewURN()
		if !form.MatchString(id) {
			t.Fatalf("%q is no URI of a random UUID", id)
		}
		if seen[id] {
			t.Fatalf("%q came twice", id)
		}
		seen[id] = true
	}
}
