package inspect

import (
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestLinePatterns(t *testing.T) {
	for _, c := range []struct {
		pattern, line string
		number        int
		ok            bool
	}{
		{"a", "a", 0, true},
		{"a", "ab", 0, false},
		{"a*", "a", 0, true},
		{"a*", "abc", 0, true},
		{"*c", "abc", 0, true},
		{"*c", "abcd", 0, false},
		{"*c", "accc", 0, true},
		{"a*b*c", "a__b__c", 0, true},
		{"a*b*c", "a__c__b", 0, false},
		{"*", "", 0, true},
		{"", "", 0, true},
		{"", "x", 0, false},
		{"{status} *", "404 Not Found", 404, true},
		{"{status} *", "200 OK", 0, false},
		{"{status} *", "4040 x", 0, false},
		{"Error {status}", "Error 503", 503, true},
		{"Error {status}", "Error 50", 0, false},
		{"* in {name} on line {n}", "x in a.b on line 12", 0, true},
		{"* on line {n}", "x on line 1 on line 22", 0, true},
		{"* on line {n}", "x on line", 0, false},
		{"* on line {n}", "x on line 1234567890", 0, false},
		{"{error}: *", "a.b.FooException: x", 0, true},
		{"{error}: *", "Foo: x", 0, false},
		{"{error}: *", "FooException", 0, false},
		{"{name}::{name}", "A::B", 0, false}, // names have colons in Ruby
		{"{name}: *", "A::B: x", 0, true},
		{"{name}", "1a", 0, false},
		{"L={code}&*", "L=10002&x", 10002, true},
		{"{{x}", "{x}", 0, true},
		{"a*{n}", "a12", 0, true},
		{"a*{n}", "ax", 0, false},
	} {
		p, err := newLinePattern(c.pattern)
		if err != nil {
			t.Fatal(err)
		}
		if number, ok := p.match([]byte(c.line)); number != c.number || ok != c.ok {
			t.Errorf("%q on %q: %d %v, want %d %v", c.pattern, c.line, number, ok, c.number, c.ok)
		}
	}
	for _, wrong := range []string{"{x}", "a{", "a*{nn}"} {
		if _, err := newLinePattern(wrong); err == nil {
			t.Errorf("%q is no pattern", wrong)
		}
	}
}

// FuzzLinePattern holds patterns of texts and stars against regular expressions.
func FuzzLinePattern(f *testing.F) {
	f.Add("a*b*", "axxb")
	f.Add("*a*ba", "ababa")
	f.Fuzz(func(t *testing.T, pattern, line string) {
		if strings.ContainsAny(pattern, "{}") || !utf8.ValidString(pattern) || !utf8.ValidString(line) || len(pattern) > 20 || len(line) > 100 {
			return
		}
		p, err := newLinePattern(pattern)
		if err != nil {
			t.Fatal(err)
		}
		want := regexp.MustCompile(`\A` + strings.ReplaceAll(regexp.QuoteMeta(pattern), `\*`, `(?s:.*)`) + `\z`).MatchString(line)
		if _, got := p.match([]byte(line)); got != want {
			t.Errorf("%q on %q: %v, want %v", pattern, line, got, want)
		}
	})
}

func BenchmarkLinePattern(b *testing.B) {
	p, err := newLinePattern("Fatal error: * in /* on line {n}")
	if err != nil {
		b.Fatal(err)
	}
	line := []byte("Fatal error: " + strings.Repeat("x in / on line ", 60))
	for b.Loop() {
		p.match(line)
	}
}
