package lex_test

import (
	"encoding/hex"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/statusgate/statusgate/internal/lex"
)

var xmlTokens = [...]string{
	lex.XMLBad: "bad", lex.XMLEnd: "end", lex.Decl: "decl", lex.Start: "start", lex.Close: "close", lex.Text: "text", lex.CDATA: "cdata",
	lex.Comment: "comment", lex.PI: "pi",
}

func TestXMLTokens(t *testing.T) {
	body := "<?xml version='1.0' encoding=\"utf-8\"?>\n<a:b xmlns:a = 'u' xmlns='v'\tc='1' a:d=\">\"><e/>x&amp;y<![CDATA[<]]><!-- - --><?p q?></a:b >\n"
	var got []string
	x := lex.NewXML([]byte(body))
	for token := lex.PI; token > lex.XMLEnd; {
		token = x.Next()
		line := fmt.Sprint(x.Depth, " ", xmlTokens[token], " ", string(x.Bytes()))
		if token == lex.Decl {
			line += " " + string(x.Encoding())
		}
		if token == lex.Start || token == lex.Close {
			line += fmt.Sprintf(" {%s}%s", x.Element.Space.Of(x.Body()), x.Element.Local.Of(x.Body()))
		}
		if token == lex.Start {
			for _, a := range x.Attrs() {
				line += fmt.Sprintf(" %s=%s %v", a.Local(x.Body()), a.Value.Of(x.Body()), a.Declare)
			}
		}
		got = append(got, line)
	}
	want := []string{
		"0 decl <?xml version='1.0' encoding=\"utf-8\"?> utf-8", "0 text \n",
		"0 start <a:b xmlns:a = 'u' xmlns='v'\tc='1' a:d=\">\"> {u}b a=u true xmlns=v true c=1 false d=> false",
		"1 start <e/> {v}e", "1 close  {v}e", "1 text x&amp;y", "1 cdata <![CDATA[<]]>", "1 comment <!-- - -->", "1 pi <?p q?>",
		"0 close </a:b > {u}b", "0 text \n", "0 end ",
	}
	if strings.Join(got, "|") != strings.Join(want, "|") {
		t.Errorf("\n got %q\nwant %q", got, want)
	}
	if again := x.Next(); again != lex.XMLEnd {
		t.Errorf("behind the end: %s", xmlTokens[again])
	}
}

func TestXMLNames(t *testing.T) {
	x := lex.NewXML([]byte(`<?xml version="1.0"?><a xmlns="u"><b xmlns=""/><c/></a>`))
	var got []string
	for token := x.Next(); token > lex.XMLEnd; token = x.Next() {
		switch {
		case token == lex.Decl && x.Encoding() != nil:
			t.Errorf("an encoding: %q", x.Encoding())
		case token == lex.Start && !x.Is("u", "a") && !x.Is("", "b") && !x.Is("u", "c"):
			got = append(got, string(x.Bytes()))
		}
	}
	if len(got) > 0 {
		t.Errorf("unknown: %q", got)
	}
}

func isXML(body []byte) bool {
	x := lex.NewXML(body)
	for {
		switch x.Next() {
		case lex.XMLEnd:
			return true
		case lex.XMLBad:
			return x.Next() == lex.XMLEnd // it may not get up again
		default:
		}
	}
}

func manyAttrs(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, " a%d=''", i)
	}
	return b.String()
}

func manyDeclarations(n int) string {
	return strings.ReplaceAll(strings.ReplaceAll(manyAttrs(n), " a", " xmlns:a"), "''", "'u'")
}

func manySpaces(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "<a xmlns:p%d='u'>", i)
	}
	return b.String() + strings.Repeat("</a>", n)
}

var goodXML = []string{
	`<a/>`, ` <a></a> `, `<a >b</a >`, "<a\n/>", `<a b="c"/>`, `<a b = 'c"' d=""/>`, `<é ü="ß"/>`, `<a.b-c_d:e·f xmlns:a.b-c_d="u"/>`, `<a><b/><b>c</b></a>`,
	`<?xml version="1.0"?><a/>`, `<?xml version='1.0' encoding='UTF-8' standalone='yes' ?><a/>`, `<?xml version="1.0" standalone="no"?><a/>`, `<?xml version = "1.0" encoding="a1._-"?><a/>`,
	`<!-- a --><?b c?><a/><!----><?b?>`, `<!--a-b- c--><a/>`, `<?b ??><a/>`, `<a>]]&gt;]]&#62;]>></a>`, `<a><![CDATA[]]]]><![CDATA[<&>]]></a>`, `<a>&lt;&gt;&amp;&apos;&quot;&#9;&#x10FFFF;&#xfffd;&#0065;</a>`,
	"<a>\t\r\n\x7f\u0080\ud7ff\ue000\ufffd\U00010000</a>", `<a b="&lt;&#10;>"/>`, `<a xmlns="u"/>`, `<p:a xmlns:p="u"><p:b p:c="" c=""/></p:a>`, `<a xmlns="u"><b xmlns=""/></a>`, `<a xml:lang="en" xml:space="preserve"/>`,
	`<a xmlns:xml="http://www.w3.org/XML/1998/namespace" xml:lang="en"/>`, `<a xmlns:p="u" xmlns:q="v" p:b="" q:b=""/>`, `<a><b xmlns:p="u"/><b xmlns:p="v"/></a>`, `<a b=""` + "\t" + `c=""/>`,
	strings.Repeat("<a>", 64) + strings.Repeat("</a>", 64), `<a` + manyAttrs(64) + `/>`, manySpaces(64), `<a xmlns="&#117;&amp;"/>`, `<a:a xmlns:a="u"` + "\n" + `a:b="1"></a:a>`, `<aͯ‿𐀀/>`,
	`<a xmlns:p="http://www.w3.org/2000/xmlns/x" p:a="" xmlns:q="http://www.w3.org/XML/1998/namespac" q:a=""/>`, `<a><?p` + "\n" + `?></a>`, `<a xmlns:p="u" xmlns:q="u" p:a="" q:b=""/>`,
}

var badXML = []string{
	``, ` `, `a`, `<`, `<a`, `<a>`, `</a>`, `<a/`, `<a></b>`, `<a></a`, `<a></ab>`, `<a></a b>`, `<a/><b/>`, `<a/>b`, `b<a/>`, `<a/>&#32;`, `&#32;<a/>`, "\u0085<a/>", "<a/>\u00a0", `<![CDATA[]]><a/>`, `<a/><![CDATA[]]>`,
	`< a/>`, `<1/>`, `<-a/>`, `<a b/>`, `<a b=/>`, `<a b=c/>`, `<a b="c/>`, `<a b="<"/>`, `<a b="&"/>`, `<a b="c"d="e"/>`, `<a b="" b=""/>`, `<a / >`, `<a b="c">`, `<a "c"/>`, `<a b="c`, `<a b`, `<a b=`,
	`<!DOCTYPE a><a/>`, `<!a><a/>`, `<a><!b></a>`, `<a><!-- -- --></a>`, `<a><!--->`, `<a><!-- --`, `<a><!--` + "\x01" + `--></a>`, `<a><![CDATA[</a>`, `<a><![CDATA[` + "\x00" + `]]></a>`, `<a>]]></a>`, `<a>&b;</a>`, `<a>&</a>`, `<a>&;</a>`,
	`<a>&#;</a>`, `<a>&#x;</a>`, `<a>&#0;</a>`, `<a>&#xD800;</a>`, `<a>&#xFFFE;</a>`, `<a>&#x110000;</a>`, `<a>&#1a;</a>`, `<a>&#X41;</a>`, `<a>&#xg;</a>`, `<a>&amp</a>`, `<a>&#000000000000000000000000000000000065;</a>`, `<a>& lt;</a>`, `<a>&LT;</a>`,
	"<a>\x00</a>", "<a>\x1b</a>", "<a>\ufffe</a>", "<a>\uffff</a>", "<a>\xff</a>", "<a>\xed\xa0\x80</a>", "<a>\xc3</a>", "<a b='\x01'/>", "<\xff/>", "<a\xff/>", "<a b\xff=''/>",
	`<?xml?><a/>`, `<?xml ?><a/>`, `<?xml version="1.1"?><a/>`, `<?xml encoding="utf-8"?><a/>`, `<?xml version="1.0" standalone="yes" encoding="utf-8"?><a/>`, `<?xml version="1.0" standalone="maybe"?><a/>`, `<?xml version="1.0" encoding=""?><a/>`,
	`<?xml version="1.0" encoding="1"?><a/>`, `<?xml version="1.0"encoding="a"?><a/>`, `<?xml version="1.0" version="1.0"?><a/>`, `<?xml version="1.0" a="b"?><a/>`, `<?xml version="1.0"`, `<?xml version="1.0" encoding="a/b"?><a/>`, `<?xml version="1.0" ? ><a/>`,
	` <?xml version="1.0"?><a/>`, `<?XML version="1.0"?><a/>`, `<a/><?xml version="1.0"?>`, `<a><?Xml?></a>`, `<??><a/>`, `<? b?><a/>`, `<?b`, `<?b c`, `<?b/?><a/>`, `<?b:c d?><a/>`, `<?xml version="1.0" standalone="no" standalone="no"?><a/>`,
	`<p:a/>`, `<a p:b=""/>`, `<a xmlns:p=""/>`, `<a:/>`, `<:a/>`, `<a:b:c xmlns:a="u"/>`, `<a:1 xmlns:a="u"/>`, `<a xmlns:="u"/>`, `<a xmlns:1="u"/>`, `<a :b=""/>`, `<a xmlns:p="u" xmlns:q="u" p:b="" q:b=""/>`, `<a xmlns:p="u" xmlns:q="&#117;" p:b="" q:b=""/>`,
	`<a xmlns:xmlns="u"/>`, `<a xmlns:xml="u"/>`, `<a xmlns:p="http://www.w3.org/XML/1998/namespace"/>`, `<a xmlns="http://www.w3.org/XML/1998/namespace"/>`, `<a xmlns:p="http://www.w3.org/2000/xmlns/"/>`, `<a xmlns="http://www.w3.org/2000/xmlns/"/>`, `<xmlns:a/>`,
	`<a><b xmlns:p="u"/><p:c/></a>`, `<a xmlns:p="u" xmlns:p="u"/>`, `<a xmlns="u" xmlns="v"/>`, `<a xmlns:p="u` + "\n" + `" xmlns:q="u " p:b="" q:b=""/>`, `<a><b></a></b>`, `<a ٠="">`, `<a×/>`, `<a` + "\u0300" + `:b/>`, "<\u0300/>", "<a/>\x00",
	"<\U000f0000/>", "<a" + manyDeclarations(64) + "><b xmlns:c='u'/></a>",
	strings.Repeat("<a>", 65) + strings.Repeat("</a>", 65), `<a` + manyAttrs(65) + `/>`, manySpaces(65), strings.Repeat("<a>", 100_000),
}

func TestXMLWellFormed(t *testing.T) {
	for _, body := range goodXML {
		if !isXML([]byte(body)) {
			t.Errorf("%.80q is well-formed", body)
		}
	}
	for _, body := range badXML {
		if isXML([]byte(body)) {
			t.Errorf("%.80q is not", body)
		}
	}
}

// reads tells whether encoding/xml, which lets much pass, reads a document.
func reads(body []byte) error {
	d := xml.NewDecoder(strings.NewReader(string(body)))
	d.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil }
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
}

func FuzzXML(f *testing.F) {
	for _, body := range append(goodXML, badXML...) {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		if !isXML(body) {
			return
		}
		// It has the names of XML 1.0's fourth edition, and splits them at colons that the fifth allows elsewhere.
		if err := reads(body); err != nil && !strings.Contains(err.Error(), "invalid XML name") &&
			!strings.Contains(err.Error(), "expected element name") && !strings.Contains(err.Error(), "expected attribute name") {
			t.Fatalf("%q: %v", body, err)
		}
		texts(t, body)
	})
}

// texts compares what elements say.
func texts(t *testing.T, body []byte) {
	t.Helper()
	var got []byte
	x := lex.NewXML(body)
	for token := x.Next(); token > lex.XMLEnd; token = x.Next() {
		switch token {
		case lex.Text:
			if x.Depth > 0 {
				got = lex.AppendXMLText(got, x.Bytes())
			}
		case lex.CDATA:
			got = append(got, lex.CDATAText(x.Bytes())...)
		default:
		}
	}
	var want []byte
	d := xml.NewDecoder(strings.NewReader(string(body)))
	d.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil }
	for depth := 0; ; {
		token, err := d.Token()
		if err != nil {
			if !errors.Is(err, io.EOF) {
				return
			}
			break
		}
		switch token := token.(type) {
		case xml.StartElement:
			depth++
		case xml.EndElement:
			depth--
		case xml.CharData:
			if depth > 0 {
				want = append(want, token...)
			}
		}
	}
	lines := strings.NewReplacer("\r\n", "\n", "\r", "\n")
	if lines.Replace(string(got)) != lines.Replace(string(want)) {
		t.Fatalf("%q says %q, want %q", body, got, want)
	}
}

// expat tells for each document what expat, with which many clients read XML, says against it: "" for nothing.
func expat(t *testing.T, bodies []string) []string {
	t.Helper()
	if _, err := exec.LookPath("python3"); err != nil {
		t.Skip("no python3")
	}
	var in strings.Builder
	for _, body := range bodies {
		fmt.Fprintln(&in, hex.EncodeToString([]byte(body)))
	}
	cmd := exec.Command("python3", "-c", `
import sys
from xml.parsers import expat
for line in sys.stdin:
    try:
        expat.ParserCreate("utf-8", "|").Parse(bytes.fromhex(line), True)
        print()
    except expat.ExpatError as e:
        print(e)
`)
	cmd.Stdin = strings.NewReader(in.String())
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	said := strings.Split(string(out), "\n")
	if len(said) != len(bodies)+1 {
		t.Fatalf("%d answers for %d documents: %s", len(said)-1, len(bodies), out)
	}
	return said[:len(bodies)]
}

func TestExpatAgrees(t *testing.T) {
	var bodies []string
	for _, body := range goodXML {
		if body != `<aͯ‿𐀀/>` { // names of the fifth edition
			bodies = append(bodies, body)
		}
	}
	good := len(bodies)
	for _, body := range badXML {
		if !isBeyondExpat(body) {
			bodies = append(bodies, body)
		}
	}
	for n, said := range expat(t, bodies) {
		if (said == "") != (n < good) {
			t.Errorf("expat says %q of %.200q", said, bodies[n])
		}
	}
}

var xmlPieces = []string{
	"<a>", "</a>", "<b/>", "<é>", "</é>", "<a ", "b='", "c=\"", "'", "\"", ">", "/>", " ", "\n", "xmlns='u' ", "xmlns:p='u' ", "xmlns:p='' ", "<p:a>", "</p:a>", "p:b='1' ",
	"&lt;", "&#10;", "&#xD800;", "&#0;", "&x;", "&", "<!-- ", "--", " -->", "<![CDATA[", "]]>", "]]", "<?p ", "?>", "<?xml version='1.0'?>", "<!DOCTYPE a>", "x", "\u0085", "\u00a0", "\x00", "=",
}

// Whatever is taken for well-formed, expat takes, too.
func TestExpatReadsWhatIsWellFormed(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	var bodies []string
	for range 400_000 {
		var b strings.Builder
		for range r.IntN(8) {
			b.WriteString(xmlPieces[r.IntN(len(xmlPieces))])
		}
		body := []string{"<a>" + b.String() + "</a>", "<a " + b.String() + "/>", b.String()}[r.IntN(3)]
		if isXML([]byte(body)) {
			bodies = append(bodies, body)
		}
	}
	slices.Sort(bodies)
	bodies = slices.Compact(bodies)
	if len(bodies) < 1000 {
		t.Errorf("only %d documents", len(bodies))
	}
	for n, said := range expat(t, bodies) {
		if said != "" {
			t.Errorf("expat says %q of %q", said, bodies[n])
		}
	}
}

// isBeyondExpat tells of what this package refuses and expat does not: document types, more than the bounds, and what
// is well-formed as XML 1.0 but not with namespaces, where expat looks away.
func isBeyondExpat(body string) bool {
	return len(body) > 400 || strings.Contains(body, "<!DOCTYPE") || strings.Contains(body, "<?b:c") || strings.Contains(body, `version="1.1"`) ||
		strings.Contains(body, `xmlns:q="u " p:b`) || strings.Contains(body, "0000000000000000000")
}
