package inspect_test

import (
	"slices"
	"testing"

	"github.com/statusgate/statusgate/inspect"
)

func TestLabelsOfOldAndOfOGC(t *testing.T) {
	for label, want := range map[string]inspect.Media{
		"application/vnd.ogc.se_xml":                inspect.MediaXML,
		"application/vnd.ogc.wms_xml;charset=UTF-8": inspect.MediaXML,
		"Application/Vnd.OGC.GML_XML":               inspect.MediaXML,
		"application/vnd.ogc.se_inimage":            inspect.MediaOther,
		"text/javascript":                           inspect.MediaScript,
		"application/javascript; charset=utf-8":     inspect.MediaScript,
		"application/x-javascript":                  inspect.MediaScript,
		"application/json-rpc":                      inspect.MediaJSON,
		"application/graphql-response+json":         inspect.MediaJSON,
	} {
		if got := inspect.MediaOf(label); got != want {
			t.Errorf("%s: %d, want %d", label, got, want)
		}
	}
}

// A script is no JSON by its label alone, so it takes more than a value to look like it.
func TestScriptsMayBeJSON(t *testing.T) {
	plan := newPlan(t, nil, must(inspect.JSON("/ok", "false")), must(inspect.JSON("", "1")), inspect.JSONRPCError(), must(inspect.XML("a")), inspect.HTMLPage())
	for _, c := range []struct {
		body string
		want []inspect.Answer
	}{
		{`{"ok":false}`, []inspect.Answer{yes, no, no, no, no}},
		{`1`, []inspect.Answer{no, no, no, no, no}},
		{`"use strict";f()`, []inspect.Answer{no, no, no, no, no}},
		{`(function(){})()`, []inspect.Answer{no, no, no, no, no}},
		{`<!DOCTYPE html><p>`, []inspect.Answer{no, no, no, no, yes}},
		{`<br />`, []inspect.Answer{no, no, no, no, no}},
	} {
		i := ask(t, plan, inspect.MediaScript, "", c.body, 100, inspect.Whole)
		for n, want := range c.want {
			if got := i.Answer(n); got != want {
				t.Errorf("%s, test %d: %v, want %v", c.body, n, got, want)
			}
		}
		plan.Put(i)
	}
}

func TestCharsetOf(t *testing.T) {
	for contentType, want := range map[string]string{
		"":                                       "",
		"application/json":                       "",
		"application/json; charset=utf-16":       "utf-16",
		"application/json;CHARSET=\"UTF-16\" ":   "UTF-16",
		"text/xml; utf-8; charset=latin1":        "latin1",
		"text/xml; charset=; x=y":                "",
		"text/xml; charset = iso-8859-1; q=1":    "iso-8859-1",
		"text/xml; charset='utf-8'":              "utf-8",
		"text/xml; xcharset=a; charset":          "",
		"text/xml; boundary==_x; charset=cp1252": "cp1252",
	} {
		if got := inspect.CharsetOf(contentType); got != want {
			t.Errorf("%s: %q, want %q", contentType, got, want)
		}
	}
}

func TestPageType(t *testing.T) {
	for contentType, want := range map[string]string{
		"text/html; charset=utf-8":           "text/html",
		"application/xhtml+xml;profile=x":    "application/xhtml+xml",
		" Application/XHTML+XML ":            "Application/XHTML+XML",
		"application/json":                   "",
		"application/problem+json":           "",
		"text/plain":                         "text/html",
		"application/xml":                    "text/html",
		"text/javascript":                    "text/html",
		"":                                   "text/html",
		"application/octet-stream; x=y; z=0": "text/html",
	} {
		if got := inspect.PageType(contentType); got != want {
			t.Errorf("%s: %q, want %q", contentType, got, want)
		}
	}
}

func TestCoding(t *testing.T) {
	for _, c := range []struct {
		lines []string
		want  string
	}{
		{nil, ""},
		{[]string{""}, ""},
		{[]string{" , ,"}, ""},
		{[]string{"identity"}, ""},
		{[]string{"Identity, IDENTITY"}, ""},
		{[]string{"none"}, ""},
		{[]string{"UTF-8"}, ""},
		{[]string{"utf8", "ISO-8859-1, binary, 8bit,7bit"}, ""},
		{[]string{"gzip"}, "gzip"},
		{[]string{"X-GZip"}, "gzip"},
		{[]string{"utf-8, Zstd "}, "zstd"},
		{[]string{"deflate", "identity"}, "deflate"},
		{[]string{"gzip, br"}, "gzip, br"},
		{[]string{"gzip", "gzip"}, "gzip, gzip"},
		{[]string{"base64"}, "base64"},
	} {
		if got := inspect.Coding(c.lines...); got != c.want {
			t.Errorf("%q: %q, want %q", c.lines, got, c.want)
		}
	}
}

func TestDecodeTakesWhatIsNoCodingForNone(t *testing.T) {
	for _, coding := range []string{"UTF-8", "none", ",", "identity, identity"} {
		out, complete, ok := inspect.Decode(coding, []byte(`{"a":1}`), 100, nil)
		if string(out) != `{"a":1}` || !complete || !ok {
			t.Errorf("%q: %q %v %v", coding, out, complete, ok)
		}
	}
	packed := encode(t, "gzip", []byte("abc"))
	if out, complete, ok := inspect.Decode("utf-8, GZIP", packed, 100, nil); string(out) != "abc" || !complete || !ok {
		t.Errorf("%q %v %v", out, complete, ok)
	}
	if _, _, ok := inspect.Decode("gzip, gzip", packed, 100, nil); ok {
		t.Error("two codings are taken for one")
	}
}

// A client that was promised JSON gets what PHP prints when it dies.
func TestPagesUnderALabelOfJSON(t *testing.T) {
	plan := newPlan(t, nil, inspect.HTMLPage())
	for body, want := range map[string]inspect.Answer{
		"<br />\n<b>Fatal error</b>:  Uncaught Error": yes,
		"\n<pre class='xdebug-var-dump'>":             yes,
		"<h2>Exception</h2>":                          yes,
		"<ul><li>":                                    yes,
		"<error>1</error>":                            no,
		`{"html":"<br />"}`:                           no,
		"<?xml version='1.0'?><!DOCTYPE html PUBLIC ''><html xmlns='x'></html>": yes,
	} {
		i := ask(t, plan, inspect.MediaJSON, "", body, 7, inspect.Whole)
		if got := i.Answer(0); got != want {
			t.Errorf("%s: %v, want %v", body, got, want)
		}
		plan.Put(i)
	}
}

func TestWordsOfGraphQL(t *testing.T) {
	words := []string{inspect.GraphQLErrors().String(), inspect.GraphQLNoData().String(), inspect.GraphQLRequestError().String()}
	if len(slices.Compact(slices.Sorted(slices.Values(words)))) != 3 {
		t.Errorf("%q are not told apart", words)
	}
	for _, test := range []inspect.Test{inspect.GraphQLNoData(), inspect.GraphQLRequestError()} {
		if !test.Derives() || !test.Possible(inspect.MediaJSON) || test.Possible(inspect.MediaXML) {
			t.Errorf("%v", test)
		}
	}
}
