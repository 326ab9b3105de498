package inspect_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/statusgate/statusgate/inspect"
)

// everyTest has one test of each kind, and more of those with a path.
func everyTest() []inspect.Test {
	return []inspect.Test{
		must(inspect.JSON("/ok", "false")), must(inspect.JSON("/a/b", "!0")), must(inspect.JSON("/0")), must(inspect.JSON("", "1")),
		must(inspect.XML("a/b", "x")), must(inspect.XML("*/@c")), must(inspect.XML("a")),
		inspect.JSONRPCError(), inspect.GraphQLErrors(), inspect.SOAPFault(), inspect.HTMLPage(), inspect.Problem(),
		inspect.Empty(), must(inspect.Contains("ab")), must(inspect.Regexp("b$")), inspect.GraphQLNoData(), inspect.GraphQLRequestError(),
	}
}

var fuzzSeeds = []string{
	"", " ", `{"ok":false}`, `{"a":{"b":1.5e3},"c":[1,2,{"d":null}]}`, `[{"jsonrpc":"2.0","error":{"code":-1,"message":"\ud83d\ude00"}}]`,
	`{"errors":[{"message":"x","extensions":{"code":"FORBIDDEN"}}],"data":{"a":null}}`, `{"title":"t","status":404}`,
	`<a c="1"><b>x&amp;<![CDATA[]]]]></b></a>`, `<?xml version="1.0" encoding="latin1"?><a>` + "\xe9</a>",
	"\xff\xfe<\x00a\x00/\x00>\x00", `<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body><s:Fault><s:Code><s:Value>s:Sender</s:Value></s:Code></s:Fault></s:Body></s:Envelope>`,
	"\xef\xbb\xbf<!-- x --><!DOCTYPE html>", `<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>`, `{"a":NaN}`, `{"a":"` + "\xc3\x28" + `"}`,
	`{"x":{"k":"v","n":1.5,"e":1e3,"t":true ,"s":"é\n"} , "ok":false}`, strings.Repeat("[", 70) + strings.Repeat("]", 70),
}

// outcome is all that an inspector says.
func outcome(i *inspect.Inspector, tests, captures int) string {
	var b strings.Builder
	for n := range tests {
		status, ok := i.Auto(n)
		fmt.Fprintf(&b, "%v %d %v, ", i.Answer(n), status, ok)
	}
	for n := range captures {
		v, ok := i.Value(n)
		fmt.Fprintf(&b, "%q %v, ", v, ok)
	}
	return b.String()
}

// Any chunking gives the same answers.
func FuzzChunks(f *testing.F) {
	for n, seed := range fuzzSeeds {
		f.Add(seed, uint8(n), uint8(n), uint64(n)*0x9e3779b97f4a7c15)
	}
	tests := everyTest()
	plan := newPlan(f, []string{"/a/b", "/0"}, tests...)
	charsets := []string{"", "utf-8", "utf-16", "latin1", "windows-1252", "us-ascii", "utf-16le", "koi8-r"}
	f.Fuzz(func(t *testing.T, body string, media, how uint8, cuts uint64) {
		m, ending, charset := inspect.Media(media%8), inspect.Ending(how%3), charsets[how/3%8]
		whole := plan.Get(m, charset, nil, true)
		whole.Write([]byte(body))
		whole.End(ending)
		want := outcome(whole, len(tests), 2)
		plan.Put(whole)
		pieces := plan.Get(m, charset, nil, true)
		before := outcome(pieces, len(tests), 2)
		for rest := []byte(body); len(rest) > 0; {
			n := min(len(rest), int(cuts&7)+1)
			cuts = cuts>>3 | cuts<<61
			done := pieces.Done()
			pieces.Write(bytes.Clone(rest[:n]))
			if now := outcome(pieces, len(tests), 2); done && now != before {
				t.Errorf("done with %s, then %s", before, now)
			} else {
				before = now
			}
			rest = rest[n:]
		}
		pieces.End(ending)
		if got := outcome(pieces, len(tests), 2); got != want {
			t.Errorf("%q as %d\nwhole  %s\npieces %s", body, m, want, got)
		}
		plan.Put(pieces)
	})
}

// A valid document without members of the same name gives what encoding/json
// finds, a document that is not valid leaves something open.
func FuzzJSON(f *testing.F) {
	for _, seed := range fuzzSeeds {
		f.Add(seed, "/a/b")
		f.Add(seed, "/c/2/d")
		f.Add(seed, "")
	}
	f.Fuzz(func(t *testing.T, body, pointer string) {
		test, err := inspect.JSON(pointer)
		if err != nil || len(body) > 0 && !strings.ContainsRune("{[", rune(body[0])) {
			return
		}
		plan := newPlan(t, []string{pointer}, test, must(inspect.JSON("/there is no such member at all")))
		i := ask(t, plan, inspect.MediaJSON, "", body, 5, inspect.Whole)
		var doc any
		decoder := json.NewDecoder(strings.NewReader(body))
		decoder.UseNumber()
		if decoder.Decode(&doc) != nil {
			if body != "" && json.Valid([]byte(body)) {
				return // too deep for it
			}
			if body != "" && strings.TrimSpace(body) != "" && i.Answer(1) == yes {
				t.Errorf("%q: what is not there is %v", body, i.Answer(1))
			}
			return
		}
		if duplicates(json.NewDecoder(strings.NewReader(body))) || strings.ToValidUTF8(body, "") != body {
			return
		}
		value, there := lookUp(doc, pointer)
		if got, want := i.Answer(0), answerFor(value, there); got != want {
			t.Errorf("%q at %q: %v, want %v", body, pointer, got, want)
		}
		if i.Answer(1) != no {
			t.Errorf("%q: what is not there is %v", body, i.Answer(1))
		}
		want, wanted := scalarText(value, there)
		if got, ok := i.Value(0); got != want || ok != wanted {
			t.Errorf("%q at %q: captured %q %v, want %q %v", body, pointer, got, ok, want, wanted)
		}
	})
}

func lookUp(doc any, pointer string) (any, bool) {
	if pointer == "" {
		return doc, true
	}
	unescape := strings.NewReplacer("~1", "/", "~0", "~")
	for token := range strings.SplitSeq(pointer[1:], "/") {
		token = unescape.Replace(token)
		switch in := doc.(type) {
		case map[string]any:
			value, ok := in[token]
			if !ok {
				return nil, false
			}
			doc = value
		case []any:
			n := -1
			for k := range in {
				if fmt.Sprint(k) == token {
					n = k
				}
			}
			if n < 0 {
				return nil, false
			}
			doc = in[n]
		default:
			return nil, false
		}
	}
	return doc, true
}

func answerFor(value any, there bool) inspect.Answer {
	something := there
	switch v := value.(type) {
	case nil:
		something = false
	case bool:
		something = v
	case string:
		something = v != ""
	case json.Number:
		mantissa, _, _ := strings.Cut(strings.ToLower(v.String()), "e")
		something = strings.Trim(mantissa, "-0.") != ""
	case map[string]any:
		something = len(v) > 0
	case []any:
		something = len(v) > 0
	}
	if something {
		return yes
	}
	return no
}

func scalarText(value any, there bool) (string, bool) {
	switch v := value.(type) {
	case bool, json.Number:
		return fmt.Sprint(v), len(fmt.Sprint(v)) <= inspect.TextLimit
	case string:
		if len(v) > inspect.TextLimit {
			return "", false
		}
		return v, there
	}
	return "", false
}

// duplicates tells whether any object has two members of the same name.
func duplicates(d *json.Decoder) bool {
	type level struct {
		names map[string]bool
		name  bool
	}
	var open []level
	for {
		token, err := d.Token()
		if err != nil {
			return !errors.Is(err, io.EOF) // what can't be read may have some
		}
		if n := len(open); n > 0 && open[n-1].names != nil {
			if name, ok := token.(string); ok && open[n-1].name {
				if open[n-1].names[name] {
					return true
				}
				open[n-1].names[name] = true
				open[n-1].name = false
				continue
			}
			open[n-1].name = true
		}
		switch token {
		case json.Delim('{'):
			open = append(open, level{names: map[string]bool{}, name: true})
		case json.Delim('['):
			open = append(open, level{})
		case json.Delim('}'), json.Delim(']'):
			open = open[:len(open)-1]
		}
	}
}

// A document that encoding/xml takes has the elements that it finds.
func FuzzXML(f *testing.F) {
	for _, seed := range []string{"", "x", "ab<", "&\"]]>", "\u00e9\U0001f600", " \n"} {
		f.Add(seed, "a", "b", uint8(3))
		f.Add(seed, "r", "x-1", uint8(9))
	}
	f.Fuzz(func(t *testing.T, txt, outer, inner string, shape uint8) {
		var b bytes.Buffer
		_ = xml.EscapeText(&b, []byte(txt))
		doc := fmt.Sprintf(`<r xmlns:n="u"><%s k="%s"><!-- - --><%s>%s</%s></%s></r>`, outer, b.String(), inner, b.String(), inner, outer)
		if shape&1 != 0 {
			doc = fmt.Sprintf(`<?xml version="1.0"?><r><n:%s k='%s'/><%s><n:%s><![CDATA[]]>%s<?p?></n:%s></%s></r>`,
				outer, b.String(), outer, inner, b.String(), inner, outer)
		}
		path := "r/" + outer + "/" + inner
		test, err := inspect.XML(path, strings.TrimSpace(txt))
		attr, err2 := inspect.XML("r/"+outer+"/@k", strings.TrimSpace(txt))
		if err != nil || err2 != nil || strings.HasPrefix(strings.TrimSpace(txt), "!") || strings.ContainsAny(outer+inner, "*@") {
			return
		}
		want, ok := textAt(doc, []string{"r", outer, inner})
		if !ok || want != strings.TrimSpace(txt) {
			return
		}
		plan := newPlan(t, nil, test, attr)
		for _, chunk := range []int{1, 1 << 20} {
			i := ask(t, plan, inspect.MediaXML, "", doc, chunk, inspect.Whole)
			if i.Answer(0) != yes || i.Answer(1) != yes {
				t.Errorf("%s: %v and %v, want %q in both", doc, i.Answer(0), i.Answer(1), want)
			}
		}
	})
}

// textAt gives the text of the first element at the path, trimmed.
func textAt(doc string, path []string) (string, bool) {
	d := xml.NewDecoder(strings.NewReader(doc))
	var names []string
	var txt *strings.Builder
	found, ok := "", false
	for {
		token, err := d.Token()
		if err != nil {
			return found, ok && errors.Is(err, io.EOF)
		}
		switch token := token.(type) {
		case xml.StartElement:
			names = append(names, token.Name.Local)
			if strings.Join(names, "/") == strings.Join(path, "/") {
				txt = new(strings.Builder)
			}
		case xml.CharData:
			if txt != nil {
				txt.Write(token)
			}
		case xml.EndElement:
			if txt != nil && !ok {
				found, ok, txt = strings.Trim(txt.String(), " \t\r\n\f"), true, nil
			}
			names = names[:len(names)-1]
		}
	}
}

// What is decoded never exceeds the limit, is what the limit leaves of the
// body, and grows with what there is to decode.
func FuzzDecode(f *testing.F) {
	for n, seed := range fuzzSeeds {
		f.Add([]byte(seed), uint8(n), uint16(n*7), uint16(n*5))
	}
	f.Fuzz(func(t *testing.T, body []byte, coding uint8, limit, cut uint16) {
		name := allCodings[int(coding)%len(allCodings)]
		if out, _, _ := inspect.Decode(decodeAs(name), body, int(limit), nil); len(out) > int(limit) {
			t.Errorf("%q as %s: %d bytes, more than %d", body, name, len(out), limit)
		}
		coded := encode(t, name, body)
		want := body[:min(len(body), int(limit))]
		out, complete, ok := inspect.Decode(decodeAs(name), coded, int(limit), nil)
		if !ok || !bytes.Equal(out, want) || complete != (len(body) <= int(limit)) {
			t.Errorf("%q as %s up to %d: %q, complete %v, ok %v", body, name, limit, out, complete, ok)
		}
		out, _, ok = inspect.Decode(decodeAs(name), coded[:min(len(coded), int(cut))], int(limit), nil)
		if !ok || !bytes.HasPrefix(want, out) {
			t.Errorf("%q as %s up to %d, cut at %d: %q, ok %v", body, name, limit, cut, out, ok)
		}
	})
}
