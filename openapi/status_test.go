package openapi_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/statusgate/statusgate/openapi"
)

// documenting is an operation that documents these statuses, separated by spaces.
func documenting(t *testing.T, codes string) *openapi.Operation {
	t.Helper()
	var responses []string
	for code := range strings.FieldsSeq(codes) {
		responses = append(responses, `"`+code+`":{}`)
	}
	return operation(t, parse(t, three(`"/a":{"get":{"responses":{`+strings.Join(responses, ",")+`}}}`)))
}

func TestCovers(t *testing.T) {
	for _, tc := range []struct {
		codes string
		want  map[int]openapi.Coverage
	}{
		{"200 4XX 404 default", map[int]openapi.Coverage{
			200: openapi.ByStatus, 404: openapi.ByStatus, 400: openapi.ByClass, 499: openapi.ByClass, 500: openapi.ByDefault,
			599: openapi.ByDefault, 600: openapi.ByDefault, 99: openapi.ByDefault, 0: openapi.ByDefault, -1: openapi.ByDefault,
			201: openapi.Undocumented, 302: openapi.Undocumented, 304: openapi.ByProtocol, 100: openapi.ByProtocol, 199: openapi.ByProtocol,
		}},
		{"default 4XX", map[int]openapi.Coverage{404: openapi.ByClass, 500: openapi.ByDefault, 200: openapi.Undocumented}},
		{"2XX 3XX", map[int]openapi.Coverage{
			200: openapi.ByClass, 299: openapi.ByClass, 304: openapi.ByClass, 404: openapi.BySilence, 999: openapi.BySilence, 4: openapi.BySilence,
		}},
		{"200 404", map[int]openapi.Coverage{404: openapi.ByStatus, 400: openapi.Undocumented, 500: openapi.Undocumented, 0: openapi.Undocumented}},
		{"200 5XX", map[int]openapi.Coverage{503: openapi.ByClass, 400: openapi.Undocumented}},
		{"", map[int]openapi.Coverage{200: openapi.Undocumented, 404: openapi.BySilence}},
	} {
		o := documenting(t, tc.codes)
		for status, want := range tc.want {
			if got := o.Covers(status); got != want {
				t.Errorf("%d among %q: got %d, want %d", status, tc.codes, got, want)
			}
			if r := o.Response(status); (r != nil) != (want >= openapi.ByStatus && want <= openapi.ByDefault) {
				t.Errorf("the response for %d among %q: got %v", status, tc.codes, r)
			}
		}
	}
}

func TestNormalize(t *testing.T) {
	for _, tc := range []struct {
		codes           string
		received, table int
		want            int
	}{
		{"200 404", 404, 404, 404},
		{"200 418", 418, 400, 418},         // a documented status passes
		{"200 4XX", 418, 400, 418},         // in its class, too
		{"200 default", 520, 500, 520},     // by default, too
		{"200 400 404", 418, 400, 400},     // what the table says is documented
		{"200 404 422", 418, 400, 404},     // the nearest of its class
		{"200 403 405", 410, 404, 403},     // of two the lower one, and no 405
		{"200 422 409", 410, 404, 409},     // whatever the order
		{"200 401 405", 418, 400, 400},     // nobody has the fields for these
		{"200 404", 520, 500, 500},         // none of its class
		{"200 500", 503, 503, 500},         // the nearest above
		{"200 4XX", 520, 500, 500},         // another class
		{"200", 418, 400, 400},             // nothing is said about errors
		{"default", 204, 204, 204},         // successes are not ours
		{"200 400", 206, 200, 200},         // nor what becomes of them
		{"200 400", 304, 500, 304},         // the protocol's
		{"200 400", 302, 500, 500},         // redirects are not errors
		{"200 400", 42, 500, 500},          // no status at all
		{"200 501 502", 504, 503, 502},     // the nearest below
		{"200 407 416 426", 418, 400, 400}, // see 401
	} {
		if got := documenting(t, tc.codes).Normalize(tc.received, tc.table); got != tc.want {
			t.Errorf("Normalize(%d, %d) among %q: got %d, want %d", tc.received, tc.table, tc.codes, got, tc.want)
		}
	}
}

func TestWhatOfAResponseIsDocumented(t *testing.T) {
	o := operation(t, parse(t, three(`"/a":{"get":{"responses":{"200":{"content":{"application/json":{}},"headers":{"x-next":{},"ETag":{"required":true}}},
"201":{},"400":{"content":{"JSON":{},"a/b":{}}},"404":{"content":{"*/*":{}}}}}}`)))
	ok := o.Response(200)
	header := http.Header{}
	header.Set("X-Next", "1")
	if missing := ok.Missing(header); len(missing) != 1 || missing[0].Name != "ETag" || !missing[0].Required || missing[0].At.String() != "api:1:119" {
		t.Errorf("Missing: got %v", missing)
	}
	header.Set("ETag", `"1"`)
	if missing := ok.Missing(header); missing != nil {
		t.Errorf("Missing: got %v", missing)
	}
	for status, want := range map[int]map[string]bool{
		200: {"application/json; charset=utf-8": true, "text/html": false, "": true},
		201: {"text/html": true},
		400: {"text/html": true, "a/b": true},
		404: {"text/html": true},
	} {
		for contentType, want := range want {
			var lines []string
			if contentType != "" {
				lines = []string{contentType}
			}
			if got := o.Response(status).Declares(lines); got != want {
				t.Errorf("Declares(%q) with %d: got %t, want %t", contentType, status, got, want)
			}
		}
	}
	if o.Produces != nil {
		t.Errorf("201 says nothing: got %v", o.Produces)
	}
}

func TestWhatRequestsAreCheckedAgainst(t *testing.T) {
	for text, want := range map[string][2]string{
		`"requestBody":{"content":{"a/b":{},"c/*":{}}},"responses":{"200":{"content":{"a/b":{}}},"2XX":{"content":{"c/d":{},"a/b":{}}},"204":{},"205":{},"400":{"content":{"e/f":{}}},"default":{}}`: {"a/b, c/*", "a/b, c/d"},
		`"requestBody":{"content":{"a/b":{},"*/*":{}}},"responses":{"200":{"content":{"a/b":{}}},"201":{}}`:                                                                                          {"", ""},
		`"requestBody":{"content":{"a/b":{},"form-data":{}}},"responses":{"200":{"content":{"a/b":{},"JSON":{}}}}`:                                                                                   {"", ""},
		`"requestBody":{"content":{}},"responses":{"200":{"content":{"a/*":{}}}}`:                                                                                                                    {"", ""},
		`"responses":{"default":{"content":{"a/b":{}}}}`:                                                                                                                                             {"", ""},
	} {
		o := operation(t, parse(t, three(`"/a":{"post":{`+text+`}}`)))
		if got := [2]string{o.Consumes.String(), o.Produces.String()}; got != want || (o.Consumes == nil) != (want[0] == "") || (o.Produces == nil) != (want[1] == "") {
			t.Errorf("%s: got %q, want %q", text, got, want)
		}
	}
	// A response of 2.0 without a schema says nothing about its body.
	o := operation(t, parse(t, `{"swagger":"2.0","produces":["a/b"],"paths":{"/a":{"get":{"responses":{"200":{"schema":{}},"404":{}}}}}}`))
	if o.Produces.String() != "a/b" || o.Response(200).Declares([]string{"c/d"}) || !o.Response(404).Declares([]string{"c/d"}) {
		t.Errorf("2.0: got %v, %v", o.Produces, o.Responses)
	}
}

func TestMoreTypesThanASetHolds(t *testing.T) {
	var content, other []string
	for i := range 200 {
		content = append(content, `"a/`+string(rune('a'+i%26))+strings.Repeat("x", i)+`":{}`)
		other = append(other, `"b/`+string(rune('a'+i%26))+strings.Repeat("x", i)+`":{}`)
	}
	many := func(types []string) string {
		return `{"requestBody":{"content":{` + strings.Join(types, ",") + `}},"responses":{"200":{"content":{` + strings.Join(types, ",") + `}}}}`
	}
	c := parse(t, three(`"/a":{"post":`+many(append(content, other...))+`},"/b#1":{"post":`+many(content)+`},"/b#2":{"post":`+many(other)+`}`))
	for _, o := range c.Operations() {
		if o.Consumes != nil || o.Produces != nil || o.Response(200).Types != nil {
			t.Errorf("%s: got %v, %v", o, o.Consumes, o.Produces)
		}
	}
}

func TestKinds(t *testing.T) {
	var words []string
	for _, k := range append(openapi.Kinds(), 200) {
		words = append(words, k.String())
	}
	expect(t, "Kinds", strings.Join(words, " "), "undocumented_status undocumented_type missing_header unknown_path undocumented_method request_type unknown")
}

func TestPosition(t *testing.T) {
	for want, p := range map[string]openapi.Position{"a": {File: "a"}, "a:1": {File: "a", Line: 1}, "a:1:2": {File: "a", Line: 1, Column: 2}} {
		if got := p.String(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestParseCode(t *testing.T) {
	for word, want := range map[string]openapi.Code{"404": 404, "4XX": 4, "5xx": 5, "default": openapi.Default, "Default": openapi.Default} {
		if got, err := openapi.ParseCode(word); got != want || err != nil {
			t.Errorf("ParseCode(%q): got %d (%v), want %d", word, got, err, want)
		}
	}
	for _, word := range []string{"", "40", "600", "4x", "any", "4xxx"} {
		if got, err := openapi.ParseCode(word); err == nil {
			t.Errorf("ParseCode(%q): got %d, want an error", word, got)
		}
	}
}
