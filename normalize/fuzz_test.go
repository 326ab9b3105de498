package normalize_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/statusgate/statusgate/inspect"
	"github.com/statusgate/statusgate/normalize"
)

func FuzzParseSpan(f *testing.F) {
	for _, seed := range []string{"404", "520-527", "5xx", "any", "0xx", "1xx", "099", "527-520", "1-2-3", "", "-", "9XX"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, word string) {
		span, err := normalize.ParseSpan(word)
		if err != nil {
			return
		}
		if span != normalize.Any && (span.Low < 0 || span.High > 999) || span.Low > span.High {
			t.Errorf("ParseSpan(%q): got %+v, beyond all statuses", word, span)
		}
		again, err := normalize.ParseSpan(span.String())
		if err != nil || again != span {
			t.Errorf("ParseSpan(%q).String() is %q, which reads as %+v, %v", word, span, again, err)
		}
	})
}

func FuzzPattern(f *testing.F) {
	for _, seed := range [][2]string{{"abc", "abc"}, {"*b*", "abc"}, {"*", ""}, {"**", "x"}, {"a*c", "abc"}, {"***", "*"}, {"", ""}} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, pattern, value string) {
		got := normalize.HeaderTest{Field: "X", Pattern: pattern}.Holds(&normalize.Response{Header: http.Header{"X": {value}}}) == inspect.Yes
		if want := naivePattern(pattern, value); got != want {
			t.Errorf("pattern %q on %q: got %v, want %v", pattern, value, got, want)
		}
	})
}

// naivePattern is written as Caddy's header matcher is.
func naivePattern(pattern, value string) bool {
	switch starts, ends := strings.HasPrefix(pattern, "*"), strings.HasSuffix(pattern, "*"); {
	case pattern == "*":
		return true
	case starts && ends:
		return strings.Contains(value, pattern[1:len(pattern)-1])
	case starts:
		return strings.HasSuffix(value, pattern[1:])
	case ends:
		return strings.HasPrefix(value, pattern[:len(pattern)-1])
	}
	return pattern == value
}

func FuzzMoveLocation(f *testing.F) {
	for _, seed := range []string{
		"http://legacy:8080/a", "//legacy:8080/a?b#c", "http://u:p@legacy:8080/", "/a", "http://legacy:8080//x", "https://legacy:8080?",
		"http://legacy:8080#", "http://[::1]:80/", "http://legacy:8080/%zz", "http:legacy", "HTTP://LEGACY:8080/%2f%41",
		"http://legacy:8080/a b|c", "http://legacy:/", "//x", "/v1", "http://api.example", "///a", "//",
	} {
		f.Add(seed, "/v1")
		f.Add(seed, "")
	}
	public, backend := normalize.Origin{Scheme: "https", Host: "api.example"}, normalize.Origin{Host: "legacy:8080"}
	f.Fuzz(func(t *testing.T, location, prefix string) {
		if prefix != "" && prefix != "/v1" {
			return
		}
		moved, ok := normalize.MoveLocation(location, public, backend, prefix)
		if !ok {
			if moved != "" {
				t.Errorf("MoveLocation(%q): got %q for one that is left alone", location, moved)
			}
			return
		}
		before, err := url.Parse(location)
		if err != nil {
			t.Fatalf("MoveLocation(%q): moved what is no URL: %v", location, err)
		}
		after, err := url.Parse(moved)
		if err != nil {
			t.Fatalf("MoveLocation(%q): got %q: %v", location, moved, err)
		}
		if before.Host != "" {
			if !strings.EqualFold(before.Hostname(), "legacy") && !strings.EqualFold(before.Hostname(), "api.example") {
				t.Errorf("MoveLocation(%q): got %q, but that is nowhere of the backend's", location, moved)
			}
			if after.Scheme != "https" || after.Host != "api.example" || after.User != nil {
				t.Errorf("MoveLocation(%q): got %q, which is not at https://api.example", location, moved)
			}
		}
		path, _ := strings.CutPrefix(after.Path, prefix)
		if after.Path != before.Path && path != before.Path || after.RawQuery != before.RawQuery || after.Fragment != before.Fragment {
			t.Errorf("MoveLocation(%q): got %q, which is another resource", location, moved)
		}
		if again, ok := normalize.MoveLocation(moved, public, backend, prefix); ok {
			t.Errorf("MoveLocation(%q): moved %q again to %q", location, moved, again)
		}
	})
}

func FuzzCleanLocation(f *testing.F) {
	for _, seed := range []string{"/a", "/a\r\nX: y", "größe", "\xff", "%20", "{}|", ""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, value string) {
		got := normalize.CleanLocation(value)
		for i := range len(got) {
			if got[i] <= ' ' || got[i] >= 0x7f || strings.IndexByte("\"<>\\^`{|}", got[i]) >= 0 {
				t.Fatalf("CleanLocation(%q): got %q, which has the byte %q", value, got, got[i])
			}
		}
		if again := normalize.CleanLocation(got); again != got {
			t.Errorf("CleanLocation(%q): got %q, and of that %q", value, got, again)
		}
		// Nothing is lost: decoded, it is the value again. A percent sign
		// stands for itself.
		back, err := url.PathUnescape(strings.ReplaceAll(got, "%25", "%2525"))
		if err == nil && !strings.Contains(value, "%") && back != value {
			t.Errorf("CleanLocation(%q): got %q, which means %q", value, got, back)
		}
	})
}
