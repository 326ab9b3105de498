package inspect_test

import (
	"strings"
	"testing"

	"github.com/statusgate/statusgate/inspect"
)

func TestTestsAsWords(t *testing.T) {
	for want, test := range map[string]inspect.Test{
		"json /ok false":                   must(inspect.JSON("/ok", "false")),
		"json /error/code !0 `NOT FOUND`":  must(inspect.JSON("/error/code", "!0", "NOT FOUND")),
		`json "" ""`:                       must(inspect.JSON("", "")),
		"json /a \"`\\\" \"":               must(inspect.JSON("/a", "`\" ")),
		"xml Envelope/Body/Fault":          must(inspect.XML("/Envelope/Body/Fault")),
		"xml rsp/@stat fail":               must(inspect.XML("rsp/@stat", "fail")),
		"jsonrpc_error":                    inspect.JSONRPCError(),
		"graphql_errors":                   inspect.GraphQLErrors(),
		"soap_fault":                       inspect.SOAPFault(),
		"html_page":                        inspect.HTMLPage(),
		"problem":                          inspect.Problem(),
		"empty_body":                       inspect.Empty(),
		"body_contains `ORA-00904: \"x\"`": must(inspect.Contains(`ORA-00904: "x"`)),
		"body_regexp `^\\d{3}`":            must(inspect.Regexp(`^\d{3}`)),
		"":                                 {},
	} {
		if got := test.String(); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	for a, want := range map[inspect.Answer]string{unknown: "unknown", no: "no", yes: "yes"} {
		if a.String() != want {
			t.Errorf("got %s, want %s", a, want)
		}
	}
}

func TestTestsThatAreRefused(t *testing.T) {
	long := strings.Repeat("x", inspect.TextLimit+1)
	for name, make := range map[string]func() (inspect.Test, error){
		"a pointer without a slash":   func() (inspect.Test, error) { return inspect.JSON("ok") },
		"a pointer with a bad escape": func() (inspect.Test, error) { return inspect.JSON("/a~2") },
		"a pointer with a lone tilde": func() (inspect.Test, error) { return inspect.JSON("/a~0~") },
		"a pointer with many steps":   func() (inspect.Test, error) { return inspect.JSON(strings.Repeat("/a", 33)) },
		"a pointer with a long step":  func() (inspect.Test, error) { return inspect.JSON("/" + long) },
		"a long value":                func() (inspect.Test, error) { return inspect.JSON("/a", long) },
		"an empty path":               func() (inspect.Test, error) { return inspect.XML("") },
		"a path with an empty step":   func() (inspect.Test, error) { return inspect.XML("a//b") },
		"a path with a prefix":        func() (inspect.Test, error) { return inspect.XML("s:a") },
		"an attribute alone":          func() (inspect.Test, error) { return inspect.XML("@a") },
		"an attribute without a name": func() (inspect.Test, error) { return inspect.XML("a/@") },
		"an attribute in between":     func() (inspect.Test, error) { return inspect.XML("a/@b/c") },
		"a long step":                 func() (inspect.Test, error) { return inspect.XML("a/" + long) },
		"a long value of an element":  func() (inspect.Test, error) { return inspect.XML("a", long) },
		"no text":                     func() (inspect.Test, error) { return inspect.Contains("") },
		"a long text":                 func() (inspect.Test, error) { return inspect.Contains(long) },
		"no expression":               func() (inspect.Test, error) { return inspect.Regexp("") },
		"a bad expression":            func() (inspect.Test, error) { return inspect.Regexp("(") },
	} {
		if test, err := make(); err == nil {
			t.Errorf("%s: %v is taken", name, test)
		}
	}
	if _, err := inspect.NewPlan(nil, []string{"id"}); err == nil {
		t.Error("a capture without a slash is taken")
	}
}

func TestDerives(t *testing.T) {
	for test, want := range map[string]struct {
		test inspect.Test
		want bool
	}{
		"json": {must(inspect.JSON("")), true}, "html": {inspect.HTMLPage(), true}, "none": {inspect.Test{}, false},
		"contains": {must(inspect.Contains("x")), false}, "regexp": {must(inspect.Regexp("x")), false},
	} {
		if got := want.test.Derives(); got != want.want {
			t.Errorf("%s: %v, want %v", test, got, want.want)
		}
	}
}

func TestPossible(t *testing.T) {
	labels := map[string]string{
		"":                                     "u",
		"; charset=utf-8":                      "u",
		"Application/JSON; charset=utf-8":      "j",
		"application/vnd.api+json":             "j",
		"application/json-rpc":                 "j",
		"application/graphql-response+json":    "j",
		"text/xml":                             "x",
		"application/soap+xml; action=\"x\"":   "x",
		"text/html":                            "h",
		"application/xhtml+xml":                "h",
		"text/plain":                           "t",
		"text/css":                             "o",
		"image/png":                            "o",
		"text/event-stream":                    "s",
		"application/x-ndjson":                 "s",
		"application/grpc+proto":               "s",
		"application/grpc-web-text":            "s",
		"application/vnd.x+json-seq":           "s",
		"application/stream+json":              "s",
		"multipart/x-mixed-replace;boundary=x": "s",
	}
	for test, media := range map[string]struct {
		test inspect.Test
		on   string
	}{
		"json":     {must(inspect.JSON("")), "ujht"},
		"jsonrpc":  {inspect.JSONRPCError(), "ujht"},
		"graphql":  {inspect.GraphQLErrors(), "ujht"},
		"xml":      {must(inspect.XML("a")), "uxht"},
		"soap":     {inspect.SOAPFault(), "uxht"},
		"problem":  {inspect.Problem(), "jx"},
		"html":     {inspect.HTMLPage(), "ujxht"},
		"empty":    {inspect.Empty(), "ujxhto"},
		"contains": {must(inspect.Contains("x")), "ujxhto"},
		"regexp":   {must(inspect.Regexp("x")), "ujxhto"},
		"none":     {inspect.Test{}, ""},
	} {
		plan := newPlan(t, nil, media.test)
		for label, kind := range labels {
			m := inspect.MediaOf(label)
			want := strings.Contains(media.on, kind)
			if got := media.test.Possible(m); got != want {
				t.Errorf("%s on %q: %v, want %v", test, label, got, want)
			}
			if i := plan.Get(m, "", nil, false); i.Done() == want {
				t.Errorf("%s on %q: done is %v at once", test, label, i.Done())
			}
		}
	}
}
