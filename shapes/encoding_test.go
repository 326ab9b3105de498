package shapes_test

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/statusgate/statusgate/inspect"
	"github.com/statusgate/statusgate/shapes"
)

// encoded gives a body in an encoding, where it can be written in it.
func encoded(body, as string) (string, bool) {
	body = strings.TrimPrefix(body, "\ufeff")
	switch as {
	case "UTF-8 with a mark":
		return "\ufeff" + body, true
	case "UTF-16BE", "UTF-16LE":
		b := []byte{}
		for _, unit := range append([]uint16{0xfeff}, utf16.Encode([]rune(body))...) {
			hi, lo := byte(unit>>8), byte(unit)
			if as == "UTF-16LE" {
				hi, lo = lo, hi
			}
			b = append(b, hi, lo)
		}
		return string(b), true
	case "ISO-8859-1":
		var b []byte
		for _, r := range body {
			if r > 0xff {
				return "", false
			}
			b = append(b, byte(r))
		}
		return string(b), true
	}
	return body, true
}

// TestShapesInEachEncoding: what a body says does not depend on how it is written,
// nor on where it is cut.
func TestShapesInEachEncoding(t *testing.T) {
	rows := shapes.All()
	p := plan(t, rows)
	for _, r := range rows {
		for _, as := range []string{"UTF-8 with a mark", "UTF-16BE", "UTF-16LE", "ISO-8859-1"} {
			body, ok := encoded(r.Example, as)
			contentType := r.ContentType
			if strings.HasPrefix(as, "UTF-16") && strings.Contains(r.Example, "encoding=") {
				continue // the document says otherwise
			}
			if strings.Contains(contentType, "charset") || as == "ISO-8859-1" {
				contentType, _, _ = strings.Cut(contentType, ";")
				contentType += "; charset=" + strings.Fields(as)[0]
			}
			if len(r.Shape.Pages) > 0 && len(body) > inspect.PageLimit {
				continue
			}
			for _, chunk := range []int{1, 2, 3, 1 << 20} {
				if names, _ := found(p, rows, contentType, body, chunk); ok && !slices.Contains(names, r.Name) {
					t.Errorf("%s in %s, by %d bytes: %v: %q", r.Name, as, chunk, names, body)
				}
			}
		}
	}
}

// TestCutAndJoinedBodies: half an error is none, and neither is a list of errors
// nor an error within something.
func TestCutAndJoinedBodies(t *testing.T) {
	rows := shapes.All()
	p := plan(t, rows)
	for _, r := range rows {
		if len(r.Shape.Pages)+len(r.Shape.Lines) > 0 || r.Shape.Known.String() == "soap_fault" {
			continue // is decided by its begin
		}
		body := strings.TrimSpace(strings.TrimPrefix(r.Example, "\ufeff"))
		for at := range len(body) {
			if names, _ := found(p, rows, r.ContentType, body[:at], 1<<20); len(names) > 0 {
				t.Errorf("%s, cut at %d, is %v: %s", r.Name, at, names, body[:at])
				break
			}
		}
		within := []string{`{"items":[` + body + `],"total":1}`, `{"data":` + body + `}`, `{"id":7,"last":` + body + `}`}
		if body[0] == '<' {
			_, root, _ := strings.Cut(body, "?>")
			if root == "" || strings.Contains(body[:2], "<?") == false {
				root = body
			}
			within = []string{"<list>" + root + "</list>", "<a><b/>" + root + "</a>"}
		}
		for _, body := range within {
			if names, _ := found(p, rows, r.ContentType, body, 1<<20); len(names) > 0 {
				t.Errorf("%s within something is %v: %s", r.Name, names, body)
			}
		}
	}
}
