package lex_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/statusgate/statusgate/internal/lex"
)

var jsonTokens = [...]string{
	lex.JSONBad: "bad", lex.JSONEnd: "end", lex.Object: "object", lex.ObjectEnd: "object end", lex.Array: "array", lex.ArrayEnd: "array end",
	lex.Name: "name", lex.String: "string", lex.Number: "number", lex.True: "true", lex.False: "false", lex.Null: "null",
}

func TestJSONTokens(t *testing.T) {
	body := " {\"a\" : [1 ,\"b\\\"\",{ } , [ ]] ,\n\"c\":{\"d\":-0.5e+7},\"e\":true,\"f\":false,\"g\":null}\t"
	var got []string
	j := lex.NewJSON([]byte(body))
	for token := lex.Null; token > lex.JSONEnd; {
		token = j.Next()
		got = append(got, fmt.Sprint(j.Depth, " ", jsonTokens[token], " ", string(j.Bytes())))
	}
	want := strings.Split(`0 object {|1 name "a"|1 array [|2 number 1|2 string "b\""|2 object {|2 object end }|2 array [|2 array end ]|1 array end ]|`+
		`1 name "c"|1 object {|2 name "d"|2 number -0.5e+7|1 object end }|1 name "e"|1 true true|1 name "f"|1 false false|1 name "g"|1 null null|0 object end }|0 end `, "|")
	if strings.Join(got, "|") != strings.Join(want, "|") {
		t.Errorf("\n got %q\nwant %q", got, want)
	}
	if again := j.Next(); again != lex.JSONEnd {
		t.Errorf("behind the end: %s", jsonTokens[again])
	}
	if string(j.Body()) != body {
		t.Error("another body")
	}
}

func isJSON(body []byte) bool {
	j := lex.NewJSON(body)
	for {
		switch j.Next() {
		case lex.JSONEnd:
			return true
		case lex.JSONBad:
			return j.Next() == lex.JSONEnd // it may not get up again
		default:
		}
	}
}

var jsonSeeds = []string{
	``, ` `, `{}`, `[]`, `0`, `-`, `-0`, `01`, `1.`, `1.5`, `.5`, `1e`, `1e5`, `1E-05`, `1e+`, `+1`, `-x`, `1x`, `0x1`, `""`, `"`, `"a`, `"\"`, `"\u00e9"`, `"\u00g9"`, `"\u00e`, `"\x"`,
	"\"\t\"", `"é€😀"`, `"\`, "\"\x7f\"", "\"\xff\"", "\"\xed\xa0\x80\"", `"\ud800"`, `tru`, `true`, `truex`, `nul`, `fals`, `falsE`, `nil`, `[1,]`, `[,1]`, `[1 2]`, `[1}`, `{"a":1]`, `{"a"}`, `{"a":}`,
	`{"a" 1}`, `{"a":1,}`, `{,}`, `{a:1}`, `{"a":1 "b":2}`, `{"a":1,"b"`, `{"a"`, `[[]`, `[]]`, `{}{}`, `1 2`, `]`, `}`, `,`, `:`, `[1,`, `{"`, "\uFEFF{}", `{"a":[{"b":null}]}`, "\f1", "// a\n1",
	strings.Repeat("[", 64) + strings.Repeat("]", 64), strings.Repeat(`{"a":`, 64) + "1" + strings.Repeat("}", 64),
}

func TestJSONIsReadAsEncodingJSONReadsIt(t *testing.T) {
	for _, body := range jsonSeeds {
		if got, want := isJSON([]byte(body)), json.Valid([]byte(body)) && utf8.ValidString(body); got != want {
			t.Errorf("%q: %v, want %v", body, got, want)
		}
	}
	for _, body := range []string{
		strings.Repeat("[", 65) + strings.Repeat("]", 65), strings.Repeat(`{"a":`, 65) + "1" + strings.Repeat("}", 65), strings.Repeat("[", 100_000),
	} {
		if isJSON([]byte(body)) {
			t.Errorf("%.10s… may not be nested so deep", body)
		}
	}
}

func deep(body []byte) bool {
	depth, text := 0, false
	for i := 0; i < len(body); i++ {
		switch c := body[i]; {
		case text && c == '\\':
			i++
		case c == '"':
			text = !text
		case text:
		case c == '[' || c == '{':
			if depth++; depth > lex.MaxDepth {
				return true
			}
		case c == ']' || c == '}':
			depth--
		}
	}
	return false
}

func FuzzJSON(f *testing.F) {
	for _, body := range jsonSeeds {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		want := json.Valid(body) && utf8.Valid(body) && !deep(body)
		if got := isJSON(body); got != want {
			t.Fatalf("%q: %v, want %v", body, got, want)
		}
		var text string
		j := lex.NewJSON(body)
		for want {
			switch j.Next() {
			case lex.JSONEnd:
				return
			case lex.Name, lex.String:
				if err := json.Unmarshal(j.Bytes(), &text); err != nil {
					t.Fatalf("%q in %q: %v", j.Bytes(), body, err)
				}
				if got := lex.AppendJSONText(nil, j.Bytes()); string(got) != text || !lex.EqualJSON(j.Bytes(), text) {
					t.Fatalf("%q in %q: %q, want %q", j.Bytes(), body, got, text)
				}
			default:
			}
		}
	})
}

func TestEqualJSON(t *testing.T) {
	for _, c := range []struct {
		quoted, text string
		want         bool
	}{
		{`"a"`, "a", true},
		{`""`, "", true},
		{`"\u0061\n\/\\\"\b\f\r\t"`, "a\n/\\\"\b\f\r\t", true},
		{`"\ud83d\ude00é"`, "😀é", true},
		{`"\ud83d"`, "\uFFFD", true},
		{`"\ud83d\u0061"`, "\uFFFDa", true},
		{`"\ud83dx"`, "\uFFFDx", true},
		{`"\ude00\ud83d"`, "\uFFFD\uFFFD", true},
		{`"a"`, "b", false},
		{`"a"`, "ab", false},
		{`"ab"`, "a", false},
	} {
		if got := lex.EqualJSON([]byte(c.quoted), c.text); got != c.want {
			t.Errorf("%s and %q: %v", c.quoted, c.text, got)
		}
		if got := lex.AppendJSONText([]byte("."), []byte(c.quoted)); (string(got) == "."+c.text) != c.want {
			t.Errorf("%s: %q, but %q is %v", c.quoted, got, c.text, c.want)
		}
	}
}
