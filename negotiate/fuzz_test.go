package negotiate_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/statusgate/statusgate/negotiate"
)

func FuzzParseMediaType(f *testing.F) {
	for _, s := range []string{
		"text/html", " Text/HTML ; charset=\"utf-8\";; a=\"\\\"\\\\\" ", "a/b;c=", "*/*", "a/b;c=\"", "a/b;c=\"\x80\t\"", "a/b;a=1;A=2",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		m, err := negotiate.ParseMediaType(s)
		if err != nil {
			if !strings.Contains(err.Error(), fmt.Sprintf("%q", s)) {
				t.Errorf("ParseMediaType(%q): error %q does not name the value", s, err)
			}
			return
		}
		again, err := negotiate.ParseMediaType(m.String())
		if err != nil || !reflect.DeepEqual(again, m) {
			t.Errorf("ParseMediaType(%q): got %#v, written %q, read back %#v, %v", s, m, m, again, err)
		}
		if strings.Contains(m.Type+m.Subtype, "*") {
			return
		}
		// Whatever parses is accepted by a range that says the same, and as content.
		if accept := []string{m.Type + "/" + m.Subtype}; negotiate.Quality(accept, s) != 1000 {
			t.Errorf("Quality(%q, %q): got %d, want 1000", accept, s, negotiate.Quality(accept, s))
		}
		if !rangesFor(t, "*/*", m.Type+"/*").Contains([]string{s}) {
			t.Errorf("*/* does not contain %q", s)
		}
	})
}

func FuzzChoose(f *testing.F) {
	for _, s := range hostile(200) {
		f.Add(s, s)
	}
	f.Add(chrome, firefox)
	f.Add(`a/b;c="1, a/b;c=2;q=0, x/y;c="2, c/d`, "*, *;q=.2, */*; q=0.0001")
	offers := offersFor(f, "text/html", "a/b;c=1", "a/b", "application/json", `c/d;e="\"x"`)
	f.Fuzz(func(t *testing.T, one, two string) {
		accept := []string{one, two}
		i, ok := offers.Choose(accept)
		types := offers.Types()
		if i < 0 || i >= len(types) {
			t.Fatalf("Choose(%q): got %d of %d", accept, i, len(types))
		}
		// What is chosen is not excluded, and nothing before or after it is liked better.
		chosen := negotiate.Quality(accept, types[i])
		if ok != (chosen > 0) {
			t.Errorf("Choose(%q): got %s, %t, whose quality is %d", accept, types[i], ok, chosen)
		}
		for j, other := range types {
			q := negotiate.Quality(accept, other)
			if q < 0 || q > 1000 || q > chosen || q == chosen && j < i && !strings.Contains(types[i], "=") {
				t.Errorf("Choose(%q): got %s with %d, but %s has %d", accept, types[i], chosen, other, q)
			}
		}
	})
}

// FuzzChooseOrder holds that the order of members does not count where their
// specificity or weight differ.
func FuzzChooseOrder(f *testing.F) {
	f.Add(uint64(0x1234567890), uint8(1))
	f.Add(uint64(0), uint8(3))
	f.Add(^uint64(0), uint8(200))
	ranges := []string{"text/html", "text/html;level=1", "text/*", "*/*", "application/json", "application/*", "image/png", "image/*;a=b"}
	offers := offersFor(f, "text/html;level=1", "text/html", "application/json", "image/png;a=b", "image/png", "audio/ogg")
	f.Fuzz(func(t *testing.T, weights uint64, turn uint8) {
		var accept []string
		for i, r := range ranges {
			if weight := weights >> (8 * i) & 0xff; weight < 250 {
				accept = append(accept, fmt.Sprintf("%s;q=0.%03d", r, weight))
			}
		}
		i, ok := offers.Choose([]string{strings.Join(accept, ",")})
		if len(accept) > 0 {
			at := int(turn) % len(accept)
			accept = append(slices.Clone(accept[at:]), accept[:at]...)
		}
		slices.Reverse(accept)
		if j, ok2 := offers.Choose(accept); i != j || ok != ok2 {
			t.Errorf("Choose(%q): got %d, %t, in another order %d, %t", accept, i, ok, j, ok2)
		}
	})
}

func FuzzContains(f *testing.F) {
	for _, s := range hostile(200) {
		f.Add(s)
	}
	f.Add("gzip, x-gzip")
	f.Add("application/problem+json; charset=utf-8")
	ranges, all := rangesFor(f, "application/*+json", "a/b;c=d", "text/*"), rangesFor(f, "*/*")
	codings, err := negotiate.NewCodings("gzip", "br")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, s string) {
		essence, _, _ := strings.Cut(s, ";")
		_, err := negotiate.ParseMediaType(essence)
		if all.Contains([]string{s}) && err != nil {
			t.Errorf("*/* contains %q: %v", s, err)
		}
		if ranges.Contains([]string{s}) && !all.Contains([]string{s}) {
			t.Errorf("%s contains %q, but */* does not", ranges, s)
		}
		if codings.Contains([]string{s}) && !codings.Contains([]string{s, s[:0]}) {
			t.Errorf("codings contain %q, but not with an empty line", s)
		}
	})
}

// FuzzMatch compares Match with a matcher that tries every template.
func FuzzMatch(f *testing.F) {
	f.Add("/a/b\n/a/{x}\n/{x...}\n/{x}-{y}.j", "/a/b/c")
	f.Add("/a{x}\n/ab{x}\n/{x}b\n/{x}ab{y}\n/a/{x}b/c\n/a/{x...}\n/%61/{q}b", "/abab")
	f.Add("/\n/a/\n/A", "//a/../A/.")
	f.Add("/É/{x}", "/%c3%89/%2e%2E/k%C3/%")
	f.Add("/{+x}\n/{+x}:y\n/a/{+x}/b\n/a/{+x}b/{y}/{+z}:d\n/{x}/{y...}\n/{+x}/{y...}", "/a/b/c/b:d")
	f.Add("/{+x}-{y}/b\n/x{+x}-{y}%2F/b/{z...}\n/{x}\n/{+x}/c{y}\n/{+x}/{y}", "/xa/%2d-a%2f/b/c")
	f.Fuzz(func(t *testing.T, templates, path string) {
		if strings.Contains(templates, "{+") && len(templates)+len(path) > 200 {
			t.Skip("the naive matcher takes too long")
		}
		r := new(negotiate.Resources[string])
		var added []string
		for template := range strings.SplitSeq(templates, "\n") {
			if r.Add(template, template) == nil {
				added = append(added, template)
			}
		}
		got, ok := r.Match(path)
		if want, wantOK := naiveMatch(added, path); got != want || ok != wantOK {
			t.Errorf("Match(%q) among %q: got %q, %t, want %q, %t", path, added, got, ok, want, wantOK)
		}
	})
}

// FuzzFind compares Find with a search that has the naive matcher find one template
// after the other. An operation is a line with a method and a template.
func FuzzFind(f *testing.F) {
	f.Add("GET /a/{x}\nPUT /a/b\nDELETE /{+x}\n* /{x...}", "GET", "/a/b")
	f.Add("GET /a\nHEAD /A\nPOST /%61\nget /{a}", "HEAD", "/a")
	f.Fuzz(func(t *testing.T, operations, method, path string) {
		if len(operations)+len(path) > 200 {
			t.Skip("the naive matcher takes too long")
		}
		o := new(negotiate.Operations[string])
		methods := make(map[string][]string) // by the template that was there first
		var templates []string
		for line := range strings.SplitSeq(operations, "\n") {
			m, template, _ := strings.Cut(line, " ")
			first := template
			added := o.Update(template, m, func(string, bool) string { return line }) == nil
			for _, earlier := range templates {
				if added && samePaths(earlier, template) {
					first = earlier
				}
			}
			if added && first == template && !slices.Contains(templates, template) {
				templates = append(templates, template)
			}
			if added {
				methods[first] = append(methods[first], m)
			}
		}
		got, found := o.Find(method, path)
		want, wantFound := "", negotiate.FoundNothing
		for wantFound != negotiate.FoundOperation {
			template, ok := naiveMatch(templates, path)
			if !ok {
				break
			}
			wantFound = negotiate.FoundPath
			if m, ok := naiveMethod(methods[template], method); ok {
				want, wantFound = m, negotiate.FoundOperation
			}
			templates = slices.DeleteFunc(slices.Clone(templates), func(s string) bool { return s == template })
		}
		m, _, _ := strings.Cut(got, " ")
		if found != wantFound || m != want {
			t.Errorf("Find(%q, %q) among %q: got %q, %d, want %q, %d", method, path, operations, got, found, want, wantFound)
		}
	})
}

func samePaths(a, b string) bool {
	var r negotiate.Resources[int]
	return r.Add(a, 0) == nil && r.Add(b, 0) != nil
}

// naiveMethod is the method among those of a template that a request has.
func naiveMethod(methods []string, method string) (string, bool) {
	for _, m := range []string{method, map[string]string{"HEAD": "GET"}[method], negotiate.AnyMethod} {
		if (m != "" || method == "") && slices.Contains(methods, m) {
			return m, true
		}
	}
	return "", false
}
