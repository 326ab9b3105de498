package inspect_test

import (
	"testing"
	"unicode/utf16"

	"github.com/statusgate/statusgate/inspect"
)

// wide writes a text in UTF-16.
func wide(s string, little bool) string {
	var b []byte
	for _, unit := range utf16.Encode([]rune(s)) {
		high, low := byte(unit>>8), byte(unit)
		if little {
			high, low = low, high
		}
		b = append(b, high, low)
	}
	return string(b)
}

// narrow writes a text in ISO-8859-1.
func narrow(s string) string {
	var b []byte
	for _, r := range s {
		b = append(b, byte(r))
	}
	return string(b)
}

const mark = "\uFEFF"

// JSON that says that it is not UTF-8, by its byte order mark or its label, is read as what it says.
func TestJSONInOtherEncodings(t *testing.T) {
	const doc = `{"ä":{"b":"é\n"},"ok":false}`
	const little, big = true, false
	plan := newPlan(t, []string{"/ä/b"}, must(inspect.JSON("/ok", "false")), must(inspect.JSON("/ä/b", "é\n")), inspect.JSONRPCError())
	for _, c := range []struct {
		name, charset, body string
		want                inspect.Answer
	}{
		{"UTF-8", "", doc, yes},
		{"UTF-8 with a mark", "utf-8", mark + doc, yes},
		{"UTF-8 under another label", "us-ascii", doc, yes},
		{"UTF-16 with a mark", "", wide(mark+doc, little), yes},
		{"UTF-16 with a mark, the other way round", "", wide(mark+doc, big), yes},
		{"UTF-16 with a mark under a wrong label", "utf-8", wide(mark+doc, big), yes},
		{"UTF-16 by its label", "UTF-16", wide(doc, little), yes},
		{"UTF-16 by its label, the other way round", "utf-16le", wide(doc, big), yes},
		{"ISO-8859-1", `"iso-8859-1"`, narrow(doc), yes},
		{"windows-1252", "windows-1252", narrow(doc), yes},
		{"UTF-8 under the label of ISO-8859-1", "iso-8859-1", doc, yes},
		{"ISO-8859-1 that does not say so", "", narrow(doc), unknown},
		{"UTF-16 that does not say so", "", wide(doc, little), unknown},
		{"half a mark", "", "\xfe", no},
		{"no mark", "", "\xfe{", no},
		{"no mark, with a label", "utf-16", "\xff\x00{", no},
		{"nothing", "utf-16", "", no},
		{"a lone surrogate", "utf-16", wide(`{"a":"`, big) + "\xde\x00" + wide(`"}`, big), unknown},
		{"XML in UTF-16", "", wide(mark+"<a/>", little), no},
	} {
		for _, chunk := range chunkings {
			i := ask(t, plan, inspect.MediaJSON, c.charset, c.body, chunk, inspect.Whole)
			if i.Answer(0) != c.want || i.Answer(1) != c.want {
				t.Errorf("%s in chunks of %d: %v and %v, want %v", c.name, chunk, i.Answer(0), i.Answer(1), c.want)
			}
			if value, ok := i.Value(0); ok != (c.want == yes) || ok && value != "é\n" {
				t.Errorf("%s in chunks of %d: %q %v", c.name, chunk, value, ok)
			}
			plan.Put(i)
		}
	}
}

// A root element may begin with any letter (XML 1.0 section 2.3), wherever a chunk ends and whatever tells the encoding.
func TestXMLInAllEncodings(t *testing.T) {
	const little, big = true, false
	for _, root := range []string{"r", "Ür", "rÜ", "Ошибка"} {
		test := must(inspect.XML(root+"/ä", "é1"))
		plan := newPlan(t, nil, test)
		doc := "<" + root + "><ä>é1</ä></" + root + ">"
		cases := map[string][2]string{
			"nothing":                     {"", doc},
			"white space":                 {"", "\r\n\t " + doc},
			"a comment":                   {"", "<!-- c -->" + doc},
			"a comment beyond ASCII":      {"", "<!-- ü -->" + doc},
			"an instruction":              {"", "<?p q?>" + doc},
			"an instruction beyond ASCII": {"", "<?p ü?>" + doc},
			"a document type":             {"", "<!DOCTYPE " + root + ">" + doc},
			"a declaration":               {"", "<?xml version='1.0'?>" + doc},
			"a declaration of UTF-8":      {"", "<?xml version='1.0' encoding='UTF-8'?>\n" + doc},
			"a mark":                      {"", mark + doc},
			"a mark under a wrong label":  {"latin1", mark + doc},
			"a label":                     {"utf-8", doc},
			"UTF-16 with a mark":          {"", wide(mark+doc, little)},
			"UTF-16, big-endian":          {"", wide(mark+doc, big)},
			"UTF-16 without a mark":       {"", wide(doc, little)},
			"UTF-16 by its label":         {"utf-16be", wide(doc, big)},
			"UTF-16 that is declared":     {"utf-16", wide(mark+"<?xml version='1.0' encoding='utf-16'?>"+doc, little)},
		}
		if root != "Ошибка" {
			cases["ISO-8859-1 by its label"] = [2]string{"ISO-8859-1", narrow(doc)}
			cases["ISO-8859-1 against its declaration"] = [2]string{"ISO-8859-1", "<?xml version='1.0' encoding='utf-8'?>" + narrow(doc)}
			cases["ISO-8859-1 that is declared"] = [2]string{"", "<?xml version='1.0' encoding='iso-8859-1'?>" + narrow(doc)}
			cases["windows-1252 that is declared"] = [2]string{"", "<?xml version='1.0' encoding=\"windows-1252\" standalone='yes'?>" + narrow(doc)}
		}
		for name, c := range cases {
			for _, chunk := range chunkings {
				i := ask(t, plan, inspect.MediaXML, c[0], c[1], chunk, inspect.Whole)
				if i.Answer(0) != yes {
					t.Errorf("%s, %s in chunks of %d: %v", root, name, chunk, i.Answer(0))
				}
				plan.Put(i)
			}
		}
	}
}
