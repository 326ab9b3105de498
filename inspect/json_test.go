package inspect_test

import (
	"strings"
	"testing"

	"github.com/statusgate/statusgate/inspect"
)

const (
	unknown = inspect.Unknown
	no      = inspect.No
	yes     = inspect.Yes
)

// chunkings are the sizes in which every body of a table is written: all
// answers must be the same.
var chunkings = []int{1 << 20, 1, 2, 3, 7, 16}

// ask runs one test over a body in chunks.
func ask(t *testing.T, plan *inspect.Plan, m inspect.Media, charset, body string, chunk int, how inspect.Ending) *inspect.Inspector {
	t.Helper()
	i := plan.Get(m, charset, nil, true)
	for rest := []byte(body); len(rest) > 0; {
		n := min(chunk, len(rest))
		i.Write(append([]byte(nil), rest[:n]...))
		rest = rest[n:]
	}
	i.End(how)
	return i
}

func nested(open, inside, shut string, depth int) string {
	return strings.Repeat(open, depth) + inside + strings.Repeat(shut, depth)
}

func TestJSON(t *testing.T) {
	for _, test := range []struct {
		name    string
		pointer string
		values  []string
		body    string
		want    inspect.Answer
		auto    int
	}{
		{"a word is there", "/ok", []string{"false"}, `{"ok":false}`, yes, 0},
		{"a word is another", "/ok", []string{"false"}, `{"ok":true}`, no, 0},
		{"a string may spell the word", "/ok", []string{"false"}, `{"ok":"false"}`, yes, 0},
		{"the member is absent", "/ok", []string{"false"}, `{"id":1}`, no, 0},
		{"the member is deeper", "/ok", []string{"false"}, `{"a":{"ok":false}}`, no, 0},
		{"behind members with space between them", "/ok", []string{"false"}, "{\"a\":{\"x\":1, \"y\":2,\n\t\"z\":3},\"ok\":false}", yes, 0},
		{"the document is a list", "/ok", []string{"false"}, `[{"ok":false}]`, no, 0},
		{"an element by its index", "/1/ok", []string{"false"}, `[{"ok":true},{"ok":false}]`, yes, 0},
		{"an index beyond the end", "/2", nil, `[1,2]`, no, 0},
		{"an index is also a name", "/1", []string{"x"}, `{"1":"x"}`, yes, 0},
		{"an index with a zero before it is none", "/01", nil, `[1,2]`, no, 0},
		{"a dash is never there", "/-", nil, `[1,2]`, no, 0},
		{"an index that is too long", "/9999999999", nil, `[1,2]`, no, 0},
		{"the whole document", "", []string{"x"}, `"x"`, yes, 0},
		{"the whole document is something", "", nil, `[0]`, yes, 0},
		{"the whole document is a number", "", []string{"404"}, ` 404`, yes, 404},
		{"the whole document is no number yet", "", []string{"404"}, `-`, unknown, 0},
		{"escaped names", "/a~1b/m~0n", []string{"x"}, `{"a/b":{"m~n":"x"}}`, yes, 0},
		{"names that are written with escapes", "/é\U0001f600/\t", []string{"x"}, `{"\u00e9\ud83d\ude00":{"\t":"\u0078"}}`, yes, 0},
		{"all escapes", "/a", []string{"\"\\/\b\f\n\r\tA"}, `{"a":"\"\\\/\b\f\n\r\t\u0041"}`, yes, 0},
		{"half a pair before a letter", "/a", []string{"\ufffdx"}, `{"a":"\ud83dx"}`, yes, 0},
		{"half a pair before an escape", "/a", []string{"\ufffd\n"}, `{"a":"\ud83d\n"}`, yes, 0},
		{"half a pair before another", "/a", []string{"\ufffd😀"}, `{"a":"\ud83d\ud83d\ude00"}`, yes, 0},
		{"half a pair at the end", "/a", []string{"\ufffd"}, `{"a":"\uD83D"}`, yes, 0},
		{"half a pair before another character", "/a", []string{"\ufffdA"}, `{"a":"\uD83D\u0041"}`, yes, 0},
		{"the second half alone", "/a", []string{"\ufffd"}, `{"a":"\uDE00"}`, yes, 0},
		{"an empty string", "/a", []string{""}, `{"a":""}`, yes, 0},
		{"an empty name", "/", []string{"x"}, `{"":"x"}`, yes, 0},
		{"a number as a fraction", "/code", []string{"404"}, `{"code":404.0}`, yes, 404},
		{"a number with an exponent", "/code", []string{"404"}, `{"code":4.04E+2}`, yes, 404},
		{"a number with a negative exponent", "/code", []string{"404"}, `{"code":40400e-2}`, yes, 404},
		{"a number in a string", "/code", []string{"404"}, `{"code":"404"}`, yes, 404},
		{"another number", "/code", []string{"404"}, `{"code":4040}`, no, 0},
		{"one of several", "/code", []string{"404", "NOT_FOUND"}, `{"code":"NOT_FOUND"}`, yes, 0},
		{"a negative number", "/code", []string{"-1"}, `{"code":-1}`, yes, -1},
		{"zero has no sign", "/code", []string{"0"}, `{"code":-0.0e9}`, yes, 0},
		{"a small number", "/code", []string{"0.050"}, `{"code":5e-2}`, yes, 0},
		{"a number with many digits", "/code", []string{"1"}, `{"code":1.` + strings.Repeat("0", 100) + `}`, yes, 1},
		{"a number with too many digits", "/code", []string{"1"}, `{"code":1.` + strings.Repeat("1", 100) + `}`, no, 0},
		{"a number with a huge exponent", "/code", []string{"1"}, `{"code":1e99999999999}`, no, 0},
		{"a number with a large exponent is no status", "/code", nil, `{"code":1e50}`, yes, 0},
		{"a number beyond comparison", "/code", []string{"1"}, `{"code":1.` + strings.Repeat("0", 3000) + `}`, unknown, 0},
		{"a value that only looks like a number", "/v", []string{"1.", "1e", "1.x", "-", "01"}, `{"v":"01"}`, yes, 0},
		{"not a value", "/errcode", []string{"!0"}, `{"errcode":40013}`, yes, 40013},
		{"not a value, but it is", "/errcode", []string{"!0"}, `{"errcode":0}`, no, 0},
		{"not a value, and absent", "/errcode", []string{"!0"}, `{"token":"x"}`, no, 0},
		{"not a value, and null", "/errcode", []string{"!0"}, `{"errcode":null}`, no, 0},
		{"not a value, but an object", "/errcode", []string{"!0"}, `{"errcode":{}}`, yes, 0},
		{"not two values", "/code", []string{"!0", "!200"}, `{"code":200}`, no, 0},
		{"a value but not another", "/code", []string{"500", "!0"}, `{"code":500}`, yes, 500},
		{"an object is no value", "/error", []string{"x"}, `{"error":{"x":1}}`, no, 0},
		{"null as a value", "/a", []string{"null"}, `{"a":null}`, yes, 0},
		{"something", "/error", nil, `{"error":"x"}`, yes, 0},
		{"something true", "/error", nil, `{"error":true}`, yes, 0},
		{"something, a number", "/error", nil, `{"error":6}`, yes, 6},
		{"something, an object", "/error", nil, `{"error": {"code":1}}`, yes, 0},
		{"something, a list", "/error", nil, `{"error":[ null ]}`, yes, 0},
		{"something, but null", "/error", nil, `{"error":null}`, no, 0},
		{"something, but false", "/error", nil, `{"error":false}`, no, 0},
		{"something, but zero", "/error", nil, `{"error":0.00}`, no, 0},
		{"something, but empty", "/error", nil, `{"error":""}`, no, 0},
		{"something, but an empty object", "/error", nil, `{"error":{ }}`, no, 0},
		{"something, but an empty list", "/error", nil, `{"error":[ ]}`, no, 0},
		{"the first of two members counts", "/ok", []string{"false"}, `{"ok":true,"ok":false}`, no, 0},
		{"the first of two parents counts", "/a/ok", []string{"false"}, `{"a":{},"a":{"ok":false}}`, no, 0},
		{"a scalar where an object should be", "/a/ok", []string{"false"}, `{"a":1,"a":{"ok":false}}`, no, 0},
		{"white space everywhere", "/ok", []string{"false"}, " {\n\t\"x\" : [ 1 , 2 ] ,\r\n \"ok\" : false } ", yes, 0},
		{"a byte order mark", "/ok", []string{"false"}, "\xef\xbb\xbf{\"ok\":false}", yes, 0},
		{"half a byte order mark", "/ok", []string{"false"}, "\xef\xbb{\"ok\":false}", no, 0},
		{"a long name", "/ok", []string{"false"}, `{"` + strings.Repeat("x", 5000) + `":1,"ok":false}`, yes, 0},
		{"a long name in pieces", "/ok", []string{"false"}, `{"` + strings.Repeat(`x\n`, 5000) + `":1,"ok":false}`, yes, 0},
		{"a long string equals nothing", "/a", []string{"x"}, `{"a":"` + strings.Repeat("x", 5000) + `"}`, no, 0},
		{"a long string is something", "/a", nil, `{"a":"` + strings.Repeat("x", 5000) + `"}`, yes, 0},
		{"10000 levels", "/ok", []string{"false"}, `{"a":` + nested("[", "", "]", 9999) + `,"ok":false}`, yes, 0},
		{"more than 10000 levels", "/ok", []string{"false"}, `{"a":` + nested("[", "", "]", 10000) + `,"ok":false}`, unknown, 0},
		{"no body", "/ok", []string{"false"}, ``, no, 0},
		{"only white space", "/ok", []string{"false"}, " \n", no, 0},
		{"not JSON from the first byte", "/ok", []string{"false"}, `<html>`, no, 0},
		{"decided before the document breaks", "/ok", []string{"false"}, `{"ok":false,}`, yes, 0},
		{"decided before garbage", "/ok", []string{"true"}, `{"ok":false} x`, no, 0},
		{"members off the way", "/z", []string{"1"}, `{"a":{"b":1,"c": "x","d":true,"e":false,"f":null,"g":1.5,"h":1e3,"i":0,"j":-1,"k":"\n","l":{},"m":[]},"z":1}`, yes, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			plan := newPlan(t, nil, must(inspect.JSON(test.pointer, test.values...)))
			for _, chunk := range chunkings {
				i := ask(t, plan, inspect.MediaJSON, "", test.body, chunk, inspect.Whole)
				auto, ok := i.Auto(0)
				if got := i.Answer(0); got != test.want || auto != test.auto || ok != (got == yes) {
					t.Errorf("chunks of %d: %v and %d %v, want %v and %d", chunk, got, auto, ok, test.want, test.auto)
				}
				if !i.Done() {
					t.Error("not done at the end")
				}
				plan.Put(i)
			}
		})
	}
}

func TestJSONThatIsNone(t *testing.T) {
	plan := newPlan(t, []string{"/z"}, must(inspect.JSON("/z", "1")))
	for _, body := range []string{
		`{"a":NaN,"z":1}`, `{"a":Infinity,"z":1}`, `{"a":-x,"z":1}`, `{"a":01,"z":1}`, `{"a":1.,"z":1}`, `{"a":1.e1,"z":1}`,
		`{"a":1e,"z":1}`, `{"a":1e+,"z":1}`, `{"a":+1,"z":1}`, `{"a":.5,"z":1}`, `{"a":tru,"z":1}`, `{"a":nul1,"z":1}`,
		`{"a":"` + "\n" + `","z":1}`, `{"a":"\x","z":1}`, `{"a":"\u12g4","z":1}`, `{"a":'x',"z":1}`, `{a:1,"z":1}`,
		`{"a" 1,"z":1}`, `{"a":1 "z":1}`, `{"a":1;"z":1}`, `{"a":[1,],"z":1}`, `{"a":[1},"z":1}`, `{"a":{"b":1],"z":1}`,
		`{"a":{,},"z":1}`, `{"a":{"b":1,},"z":1}`, `{"a":[,1],"z":1}`, "{\"a\":\"\xff\",\"z\":1}", "{\"a\":\"\xc3\",\"z\":1}",
		"{\"a\":\"\xe2\x82\",\"z\":1}", "{\"a\":\"\xed\xa0\x80\",\"z\":1}", "{\"a\":\"\xf5\x80\x80\x80\",\"z\":1}", "{\v\"z\":1}",
		`{"a":"x`, `{"a":"x\`, `{"a":"\u00`, `{"a":1`, `{"a":tr`, `{`, `{"a"`, `{"a":`, `{"a":{"b":"c`, `{"a":{"b":"c"`,
		`{"a":{"b":1x},"z":1}`, `{"a":{"b":1.},"z":1}`, `{"a":{"b":1.5x},"z":1}`, `{"a":{"b":tru},"z":1}`,
	} {
		for _, chunk := range chunkings {
			i := ask(t, plan, inspect.MediaJSON, "", body, chunk, inspect.Whole)
			if i.Answer(0) != unknown {
				t.Errorf("%q in chunks of %d: %v", body, chunk, i.Answer(0))
			}
			if v, ok := i.Value(0); ok {
				t.Errorf("%q in chunks of %d: captured %q", body, chunk, v)
			}
			if status, ok := i.Auto(0); ok {
				t.Errorf("%q: status %d", body, status)
			}
			plan.Put(i)
		}
	}
}

func TestJSONStopsEarly(t *testing.T) {
	for _, test := range []struct {
		name, body string
		pointer    string
	}{
		{"at the value", `{"ok":false`, "/ok"},
		{"behind a number", `{"ok":12,`, "/ok"},
		{"at the close of what should hold it", `{"a":{"b":1}`, "/a/ok"},
		{"at the first member of something", `{"a":{"`, "/a"},
		{"at a scalar instead of an object", `{"a":"x"`, "/a/ok"},
		{"at the first byte of another format", `<`, "/a"},
	} {
		t.Run(test.name, func(t *testing.T) {
			plan := newPlan(t, nil, must(inspect.JSON(test.pointer)))
			i := plan.Get(inspect.MediaJSON, "", nil, true)
			for n := range len(test.body) {
				if i.Done() {
					t.Fatalf("done before %q", test.body[n:])
				}
				i.Write([]byte(test.body[n : n+1]))
			}
			if !i.Done() {
				t.Error("not done")
			}
			before := i.Answer(0)
			i.Write([]byte("\x00 whatever follows"))
			i.End(inspect.Cut)
			i.End(inspect.Whole)
			i.Write([]byte("x"))
			if i.Answer(0) != before {
				t.Errorf("%v became %v", before, i.Answer(0))
			}
			plan.Put(i)
		})
	}
}

func TestEndings(t *testing.T) {
	plan := newPlan(t, nil, must(inspect.JSON("/z")), must(inspect.Contains("needle")), must(inspect.Regexp("needle$")),
		inspect.Empty(), must(inspect.XML("a")), inspect.HTMLPage())
	for _, test := range []struct {
		name, body string
		how        inspect.Ending
		want       [6]inspect.Answer
	}{
		{"the whole is empty", "", inspect.Whole, [6]inspect.Answer{no, no, no, yes, no, no}},
		{"nothing came", "", inspect.Cut, [6]inspect.Answer{}},
		{"nothing may be read", "", inspect.Bound, [6]inspect.Answer{unknown, no, no, unknown, unknown, unknown}},
		{"cut in white space", " ", inspect.Cut, [6]inspect.Answer{unknown, unknown, unknown, no, unknown, unknown}},
		{"cut in an object", `{"a":1`, inspect.Cut, [6]inspect.Answer{unknown, unknown, unknown, no, no, no}},
		{"the bound in an object", `{"a":1`, inspect.Bound, [6]inspect.Answer{unknown, no, no, no, no, no}},
		{"found at the bound", `{"a":"needle`, inspect.Bound, [6]inspect.Answer{unknown, yes, yes, no, no, no}},
		{"found in what was cut", `{"a":"needle`, inspect.Cut, [6]inspect.Answer{unknown, yes, unknown, no, no, no}},
	} {
		t.Run(test.name, func(t *testing.T) {
			for _, chunk := range chunkings {
				i := ask(t, plan, inspect.MediaUnlabelled, "", test.body, chunk, test.how)
				for n, want := range test.want {
					if i.Answer(n) != want {
						t.Errorf("chunks of %d: test %d says %v, want %v", chunk, n, i.Answer(n), want)
					}
				}
				plan.Put(i)
			}
		})
	}
}

func TestCaptures(t *testing.T) {
	plan := newPlan(t, []string{"/id", "/a/0", "/long", "/"})
	for _, test := range []struct {
		name, body string
		want       [4]string
	}{
		{"a number as written", `{"id":1.50}`, [4]string{"1.50"}},
		{"a string", `{"id":"a\u00e9"}`, [4]string{"aé"}},
		{"words", `{"id":true,"a":[false]}`, [4]string{"true", "false"}},
		{"null is none", `{"id":null}`, [4]string{}},
		{"objects are none", `{"id":{"x":1},"a":[[]]}`, [4]string{}},
		{"too long", `{"long":"` + strings.Repeat("x", inspect.TextLimit+1) + `"}`, [4]string{}},
		{"just not too long", `{"long":"` + strings.Repeat("x", inspect.TextLimit) + `"}`, [4]string{2: strings.Repeat("x", inspect.TextLimit)}},
		{"the first of two", `{"id":1,"id":2,"":"e"}`, [4]string{0: "1", 3: "e"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			for _, chunk := range chunkings {
				i := ask(t, plan, inspect.MediaJSON, "", test.body, chunk, inspect.Whole)
				for n, want := range test.want {
					if got, ok := i.Value(n); got != want || ok != (want != "") {
						t.Errorf("chunks of %d: capture %d is %q %v, want %q", chunk, n, got, ok, want)
					}
				}
				plan.Put(i)
			}
		})
	}
	i := plan.Get(inspect.MediaJSON, "", nil, false)
	if !i.Done() {
		t.Error("not done though no capture is wanted")
	}
	plan.Put(i)
	if i = plan.Get(inspect.MediaXML, "", nil, true); !i.Done() {
		t.Error("not done though XML has no JSON values")
	}
}

func TestAnArrayHasNoMembers(t *testing.T) {
	plan := newPlan(t, []string{"/id", "/0"}, must(inspect.JSON("/ok", "false")), must(inspect.JSON("/0/ok", "false")), must(inspect.JSON("/-")))
	i := plan.Get(inspect.MediaJSON, "", nil, false)
	i.Write([]byte(`[`))
	if i.Answer(0) != no || i.Answer(1) != unknown || i.Answer(2) != no || i.Done() {
		t.Errorf("behind the bracket: %v, %v and %v, done %v", i.Answer(0), i.Answer(1), i.Answer(2), i.Done())
	}
	i.Write([]byte(`[`))
	if i.Answer(1) != no || !i.Done() {
		t.Errorf("behind the second bracket: %v, done %v", i.Answer(1), i.Done())
	}
	plan.Put(i)
}

func TestOnlyWantedTests(t *testing.T) {
	plan := newPlan(t, nil, must(inspect.JSON("/a")), must(inspect.JSON("/b")))
	i := plan.Get(inspect.MediaJSON, "", []int{1}, false)
	i.Write([]byte(`{"b":1`))
	i.Write([]byte(`,`))
	if !i.Done() || i.Answer(0) != unknown || i.Answer(1) != yes {
		t.Errorf("done %v, %v and %v", i.Done(), i.Answer(0), i.Answer(1))
	}
	plan.Put(i)
	if i = plan.Get(inspect.MediaJSON, "", []int{}, false); !i.Done() {
		t.Error("not done though nothing is wanted")
	}
}
