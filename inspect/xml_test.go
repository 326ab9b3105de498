package inspect_test

import (
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/statusgate/statusgate/inspect"
)

func TestXML(t *testing.T) {
	for _, test := range []struct {
		name   string
		path   string
		values []string
		body   string
		want   inspect.Answer
		auto   int
	}{
		{"text", "r/a", []string{"x"}, `<r><a>x</a></r>`, yes, 0},
		{"white space around it", "r/a", []string{"x y"}, "<r>\n<a >\n x y\t</a ></r>", yes, 0},
		{"much white space behind it", "r/a", []string{"x"}, "<r><a>x" + strings.Repeat(" ", 5000) + "</a></r>", yes, 0},
		{"text that is too long", "r/a", []string{"x"}, "<r><a>x" + strings.Repeat(" ", 5000) + "x</a></r>", no, 0},
		{"other text", "r/a", []string{"x"}, `<r><a>y</a></r>`, no, 0},
		{"a number", "r/a", []string{"404"}, `<r><a>404.0</a></r>`, yes, 404},
		{"no number", "r/a", []string{"404"}, `<r><a>404 x</a></r>`, no, 0},
		{"one of several elements", "r/a", []string{"x"}, `<r><a>y</a><b/><a>x</a></r>`, yes, 0},
		{"within one of several parents", "r/a/b", []string{"x"}, `<r><a/><a><c/><b>x</b></a></r>`, yes, 0},
		{"another root", "r/a", []string{"x"}, `<s><a>x</a></s>`, no, 0},
		{"deeper than the path", "r/a", []string{"x"}, `<r><b><a>x</a></b></r>`, no, 0},
		{"any element", "*/a", []string{"x"}, `<GetItemResponse><a>x</a></GetItemResponse>`, yes, 0},
		{"prefixes", "r/a", []string{"x"}, `<n:r xmlns:n="urn:n"><m:a>x</m:a></n:r>`, yes, 0},
		{"a name with two colons", "r/a", nil, `<r><n:m:a>x</n:m:a></r>`, no, 0},
		{"the root's text", "r", []string{"x"}, `<r>x</r>`, yes, 0},
		{"a CDATA section", "r/a", []string{"<]]x>]]"}, `<r><a><![CDATA[<]]x>]]]]></a></r>`, yes, 0},
		{"a CDATA section that does not matter", "r/b", []string{"x"}, `<r><a><![CDATA[x]]></a><b>x</b></r>`, yes, 0},
		{"brackets at the end of one", "r/a", []string{"x]]]"}, `<r><a><![CDATA[x]]]]]></a></r>`, yes, 0},
		{"text in pieces", "r/a", []string{"abcd"}, `<r><a>a<!-- - -- ---><![CDATA[b]]>c<?pi ? ??>d</a></r>`, yes, 0},
		{"entities", "r/a", []string{`<>&'"Aé😀`}, `<r><a>&lt;&gt;&amp;&apos;&quot;&#65;&#xe9;&#x1F600;</a></r>`, yes, 0},
		{"entities that do not matter", "r/b", []string{"x"}, `<r><a>&lt;&amp;</a><b>x</b></r>`, yes, 0},
		{"an attribute", "r/@stat", []string{"fail"}, `<r stat="fail"/>`, yes, 0},
		{"an attribute in apostrophes", "r/a/@c", []string{"7"}, `<r><a b = "'" c='7'></a></r>`, yes, 7},
		{"an attribute with entities", "r/@a", []string{"a&b"}, `<r a="a&amp;b"/>`, yes, 0},
		{"an attribute with a prefix", "r/@a", []string{"1"}, `<r xmlns:n="u" n:a="1"/>`, yes, 1},
		{"an attribute that is something", "r/@a", nil, `<r a="x"/>`, yes, 0},
		{"an attribute that is nothing", "r/@a", nil, `<r a=""/>`, no, 0},
		{"an attribute that is absent", "r/a/@b", nil, `<r b="1"><a c="1">b</a></r>`, no, 0},
		{"a namespace is no attribute", "r/@x", nil, `<r xmlns="u" xmlns:x="u"/>`, no, 0},
		{"something", "r/error", nil, `<r><error>x</error></r>`, yes, 0},
		{"something with an element in it", "r/error", nil, `<r><error><code/></error></r>`, yes, 0},
		{"something with an attribute", "r/error", nil, `<r><error code="1"/></r>`, yes, 0},
		{"something, but empty", "r/error", nil, `<r><error/><error> </error></r>`, no, 0},
		{"something, but zero", "r/error", nil, `<r><error>0</error></r>`, no, 0},
		{"something, but false", "r/error", nil, `<r><error>false</error></r>`, no, 0},
		{"something, but nil", "r/error", nil, `<r xmlns:xsi="u"><error xsi:nil="true" code="1"/><error xsi:nil="1"/></r>`, no, 0},
		{"something that is not nil", "r/error", nil, `<r xmlns:xsi="u"><error xsi:nil="false">x</error></r>`, yes, 0},
		{"not a value", "r/code", []string{"!0"}, `<r><code>7</code></r>`, yes, 7},
		{"not a value, but it is", "r/code", []string{"!0"}, `<r><code>0</code></r>`, no, 0},
		{"not a value, and empty", "r/code", []string{"!0"}, `<r><code/></r>`, no, 0},
		{"not a value, but an element", "r/code", []string{"!0"}, `<r><code><b/></code></r>`, yes, 0},
		{"an element with elements is no value", "r/a", []string{"x"}, `<r><a>x<b/></a></r>`, no, 0},
		{"a DOCTYPE", "r", []string{"x"}, `<!DOCTYPE r PUBLIC "-//>" '[">'><r>x</r>`, yes, 0},
		{"a DOCTYPE with entities", "r", []string{"x"}, `<!DOCTYPE r [<!ENTITY a "x">]><r>&a;</r>`, unknown, 0},
		{"a declaration and comments", "r", []string{"x"}, "<?xml version='1.0' encoding='utf-8'?>\n<!-- c --><?pi?>\n<r>x</r>\n<!-- d -->", yes, 0},
		{"another instruction first", "r", []string{"é"}, `<?xml-stylesheet href="encoding"?><r>é</r>`, yes, 0},
		{"a declaration that ends at once", "r", []string{"x"}, `<?xml?><r>x</r>`, yes, 0},
		{"a declaration without an encoding", "r", []string{"é"}, `<?xml version="1.0"?><r>é</r>`, yes, 0},
		{"a declaration with half an encoding", "r", []string{"é"}, `<?xml encoding=?><r>é</r>`, yes, 0},
		{"a declaration without a name", "r", []string{"é"}, `<?xml encoding?><r>é</r>`, yes, 0},
		{"Latin-1", "r", []string{"é\u0080"}, "<?xml version='1.0' encoding=\"ISO-8859-1\"?><r>\xe9\x80</r>", yes, 0},
		{"windows-1252", "r", []string{"é€"}, "<?xml version='1.0' encoding='windows-1252'?><r>\xe9\x80</r>", yes, 0},
		{"ASCII", "r", []string{"x"}, "<?xml version='1.0' encoding='US-ASCII'?><r>x</r>", yes, 0},
		{"ASCII that is not", "r", []string{"x"}, "<?xml version='1.0' encoding='US-ASCII'?><r>\xe9</r>", unknown, 0},
		{"much Latin-1", "r/b", []string{"x"}, "<?xml version='1.0' encoding='latin1'?><r><a>" + strings.Repeat("\xe9", 2000) + "</a><b>x</b></r>", yes, 0},
		{"an encoding that is not known", "r", []string{"x"}, "<?xml version='1.0' encoding='EBCDIC'?><r>x</r>", unknown, 0},
		{"an encoding that can't be", "r", []string{"x"}, "<?xml version='1.0' encoding='UTF-16'?><r>x</r>", unknown, 0},
		{"characters beyond ASCII", "r/ü", []string{"größe €😀"}, `<r><ü>größe €😀</ü></r>`, yes, 0},
		{"no UTF-8", "r", []string{"x"}, "<r>x\xff</r>", unknown, 0},
		{"cut UTF-8", "r", []string{"x"}, "<r>x\xe2\x82</r>", unknown, 0},
		{"decided before it breaks", "r/a", []string{"x"}, "<r><a>x</a>é\xff</r>", yes, 0},
		{"a byte order mark", "r", []string{"é"}, "\xef\xbb\xbf<r>é</r>", yes, 0},
		{"more than 10000 levels", "r/b", []string{"x"}, "<r>" + nested("<a>", "", "</a>", 10000) + "<b>x</b></r>", unknown, 0},
		{"10000 levels", "r/b", []string{"x"}, "<r>" + nested("<a>", "", "</a>", 9999) + "<b>x</b></r>", yes, 0},
		{"a long name", "r/b", []string{"x"}, "<r><" + strings.Repeat("a", 5000) + "/><b>x</b></r>", yes, 0},
		{"a hundred namespaces", "r/b", []string{"x"}, "<r" + strings.Repeat(` xmlns:a="u"`, 100) + "><b>x</b></r>", unknown, 0},
		{"namespaces far down", "r/b", []string{"x"}, "<r>" + nested("<a>", strings.Repeat(`<c xmlns:a="u"/>`, 100), "</a>", 5) + "<b>x</b></r>", yes, 0},
		{"a short document", "a", nil, `<a/>`, no, 0},
		{"a document that is too short", "a", nil, `<a>`, unknown, 0},
		{"three bytes", "a", nil, `< a`, unknown, 0},
		{"no body", "a", nil, ``, no, 0},
		{"only white space", "a", nil, " \n\n\n\n", no, 0},
		{"a little white space", "a", nil, " ", no, 0},
		{"JSON", "a", nil, `{"a":1}`, no, 0},
		{"an entity first", "a", nil, `&amp;<a/>`, no, 0},
		{"decided by the root", "a/@b", nil, `<a><b></a>`, no, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			plan := newPlan(t, nil, must(inspect.XML(test.path, test.values...)))
			for _, chunk := range chunkings {
				i := ask(t, plan, inspect.MediaXML, "", test.body, chunk, inspect.Whole)
				auto, ok := i.Auto(0)
				if got := i.Answer(0); got != test.want || auto != test.auto || ok != (got == yes) {
					t.Errorf("chunks of %d: %v and %d %v, want %v and %d", chunk, got, auto, ok, test.want, test.auto)
				}
				plan.Put(i)
			}
		})
	}
}

func TestXMLThatIsNone(t *testing.T) {
	plan := newPlan(t, nil, must(inspect.XML("r/z", "1")))
	for _, body := range []string{
		`<r><a></b><z>1</z></r>`, `<r></a></r>`, `<r><z>1`, `<r><1/><z>1</z></r>`, `<r><a b></a><z>1</z></r>`,
		`<r><a b=c></a><z>1</z></r>`, `<r><a b="<"></a><z>1</z></r>`, `<r><a b="1"c="2"></a><z>1</z></r>`,
		`<r><a/b><z>1</z></r>`, `<r><a b c="1"/><z>1</z></r>`, `<r><a&/><z>1</z></r>`, `<r><a =""/><z>1</z></r>`,
		`<r>&nbsp;<z>1</z></r>`, `<r>&#0;<z>1</z></r>`, `<r>&#xD800;<z>1</z></r>`, `<r>&#x;<z>1</z></r>`, `<r>&;<z>1</z></r>`,
		`<r>&averylongentityname;<z>1</z></r>`, `<r><!ENTITY a "b"><z>1</z></r>`, `<r><!DOCTYPE r><z>1</z></r>`,
		`<![CDATA[x]]><r><z>1</z></r>`, `<r><!-x--><z>1</z></r>`, `<r><![CDATX[]]><z>1</z></r>`, `<!DOCTYPE r><!DOCTYPE r`,
		`</r>`, `<!-- --> x <r><z>1</z></r>`, `<!-- -->&amp;<r><z>1</z></r>`, `<r><a></a x><z>1</z></r>`, `<r><a b="&x"/><z>1</z></r>`,
	} {
		for _, chunk := range chunkings {
			i := ask(t, plan, inspect.MediaXML, "", body, chunk, inspect.Whole)
			if i.Answer(0) != unknown {
				t.Errorf("%q in chunks of %d: %v", body, chunk, i.Answer(0))
			}
			plan.Put(i)
		}
	}
}

func TestXMLCharsets(t *testing.T) {
	utf16le := func(s string) string {
		var b strings.Builder
		for _, unit := range utf16.Encode([]rune(s)) {
			b.WriteByte(byte(unit))
			b.WriteByte(byte(unit >> 8))
		}
		return b.String()
	}
	swap := func(s string) string {
		b := []byte(s)
		for n := 1; n < len(b); n += 2 {
			b[n-1], b[n] = b[n], b[n-1]
		}
		return string(b)
	}
	const doc = `<?xml version="1.0" encoding="UTF-16"?><r><b/>é€😀</r>`
	const flat = `<?xml version="1.0" encoding="UTF-16"?><r>é€😀</r>`
	plan := newPlan(t, nil, must(inspect.XML("r", "é€😀")))
	for _, test := range []struct {
		name, charset, body string
		want                inspect.Answer
	}{
		{"UTF-16LE with a mark", "", "\xff\xfe" + utf16le(flat), yes},
		{"UTF-16BE with a mark", "", "\xfe\xff" + swap(utf16le(flat)), yes},
		{"UTF-16LE without a mark", "", utf16le(flat), yes},
		{"UTF-16BE without a mark", "", swap(utf16le(flat)), yes},
		{"UTF-16 by the label", "UTF-16", swap(utf16le(" " + flat)), yes},
		{"UTF-16LE by the label", "utf-16le", utf16le(" " + flat), yes},
		{"the mark counts more than the label", "utf-8", "\xff\xfe" + utf16le(flat), yes},
		{"the label counts more than the declaration", `"UTF-8"`, `<?xml version="1.0" encoding="latin1"?><r>é€😀</r>`, yes},
		{"an element besides", "", "\xff\xfe" + utf16le(doc), no},
		{"windows-1252 by the label", "windows-1252", "<r>\xe9\x80</r>", no},
		{"half a pair", "", "\xff\xfe" + utf16le("<r>") + "\x3d\xd8x\x00" + utf16le("</r>"), unknown},
		{"the second half alone", "", "\xff\xfe" + utf16le("<r>") + "\x00\xdex\x00" + utf16le("</r>"), unknown},
		{"half a unit", "", "\xff\xfe" + utf16le("<r>") + "x", unknown},
		{"long UTF-16", "", "\xff\xfe" + utf16le("<r><a>"+strings.Repeat("€", 1000)+"</a></r>"), no},
		{"an unknown label", "koi8-r", "<r>x</r>", unknown},
	} {
		t.Run(test.name, func(t *testing.T) {
			for _, chunk := range chunkings {
				i := ask(t, plan, inspect.MediaXML, test.charset, test.body, chunk, inspect.Whole)
				if got := i.Answer(0); got != test.want {
					t.Errorf("chunks of %d: %v, want %v", chunk, got, test.want)
				}
				plan.Put(i)
			}
		})
	}
}

// An inspector that saw a deep document and a long body serves the next one.
func TestReuse(t *testing.T) {
	plan := newPlan(t, []string{"/id"}, must(inspect.XML("r/a", "x")), must(inspect.Regexp("x$")), must(inspect.JSON("/a")))
	for range 3 {
		plan.Put(ask(t, plan, inspect.MediaUnlabelled, "", strings.Repeat("<a>", 9999)+strings.Repeat(" ", 100<<10), 4096, inspect.Bound))
		i := ask(t, plan, inspect.MediaUnlabelled, "", "<r><a>x</a></r>x", 4096, inspect.Whole)
		if i.Answer(0) != yes || i.Answer(1) != yes || i.Answer(2) != no {
			t.Errorf("%v, %v, %v", i.Answer(0), i.Answer(1), i.Answer(2))
		}
		plan.Put(i)
		i = ask(t, plan, inspect.MediaUnlabelled, "", `{"id":7,"a":1}`, 3, inspect.Whole)
		if v, _ := i.Value(0); v != "7" || i.Answer(0) != no || i.Answer(2) != yes {
			t.Errorf("%q, %v, %v", v, i.Answer(0), i.Answer(2))
		}
		plan.Put(i)
	}
}
