package shapes_test

import (
	"slices"
	"testing"

	"github.com/statusgate/statusgate/shapes"
)

// FuzzShapes: a body has the same shapes however it is cut into pieces.
func FuzzShapes(f *testing.F) {
	rows := shapes.All()
	p := plan(f, rows)
	for _, r := range rows {
		f.Add([]byte(r.Example), r.ContentType, 3)
		f.Add([]byte(r.Alike), r.ContentType, 5)
	}
	f.Fuzz(func(t *testing.T, body []byte, contentType string, chunk int) {
		if chunk < 1 || len(body) > 1<<16 {
			return
		}
		whole, status := found(p, rows, contentType, string(body), len(body)+1)
		pieces, other := found(p, rows, contentType, string(body), chunk)
		if !slices.Equal(whole, pieces) || status != other {
			t.Errorf("%q as %q: %v tells %d, by %d bytes %v tells %d", body, contentType, whole, status, chunk, pieces, other)
		}
	})
}
