package negotiate_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/statusgate/statusgate/negotiate"
)

func TestParseMediaType(t *testing.T) {
	for name, tc := range map[string]struct {
		in   string
		want negotiate.MediaType
		text string
	}{
		"a plain type": {"text/html", negotiate.MediaType{Type: "text", Subtype: "html"}, "text/html"},
		"case and whitespace around": {
			" \tText/HTML ; Charset=UTF-8\t",
			negotiate.MediaType{Type: "text", Subtype: "html", Params: []negotiate.Param{{"charset", "UTF-8"}}},
			"text/html;charset=UTF-8",
		},
		"empty parameters": {"a/b;; ;", negotiate.MediaType{Type: "a", Subtype: "b"}, "a/b"},
		"quotes that are not needed": {
			`a/b;c="d"`,
			negotiate.MediaType{Type: "a", Subtype: "b", Params: []negotiate.Param{{"c", "d"}}},
			"a/b;c=d",
		},
		"quotes and escapes that are needed": {
			`a/b;c="\"\\,;\d";e=""`,
			negotiate.MediaType{Type: "a", Subtype: "b", Params: []negotiate.Param{{"c", `"\,;d`}, {"e", ""}}},
			`a/b;c="\"\\,;d";e=""`,
		},
		"a parameter twice": {
			"a/b;c=1;C=2",
			negotiate.MediaType{Type: "a", Subtype: "b", Params: []negotiate.Param{{"c", "1"}, {"c", "2"}}},
			"a/b;c=1;c=2",
		},
		"a range": {"*/*", negotiate.MediaType{Type: "*", Subtype: "*"}, "*/*"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := negotiate.ParseMediaType(tc.in)
			if err != nil || !reflect.DeepEqual(got, tc.want) {
				t.Errorf("ParseMediaType(%q): got %#v, %v, want %#v", tc.in, got, err, tc.want)
			}
			if got.String() != tc.text {
				t.Errorf("ParseMediaType(%q).String(): got %q, want %q", tc.in, got, tc.text)
			}
		})
	}
}

func TestParseMediaTypeSaysWhatIsWrong(t *testing.T) {
	for in, want := range map[string]string{
		"":              `media type "" does not begin with a type`,
		"/html":         `media type "/html" does not begin with a type`,
		"text":          `media type "text" has no "/" after the type`,
		"text /html":    `media type "text /html" has no "/" after the type`,
		"text/":         `media type "text/" has no subtype after the "/"`,
		"text/html x":   `media type "text/html x" has something other than parameters after the subtype`,
		"text/html,a/b": `media type "text/html,a/b" has something other than parameters after the subtype`,
		"a/b;=c":        `media type "a/b;=c" has a parameter without a name`,
		"a/b;c":         `media type "a/b;c" has a parameter without "=" right after its name`,
		"a/b;c =d":      `media type "a/b;c =d" has a parameter without "=" right after its name`,
		"a/b;c=":        `media type "a/b;c=" has a parameter whose value is neither a token nor a quoted-string`,
		"a/b;c= d":      `media type "a/b;c= d" has a parameter whose value is neither a token nor a quoted-string`,
		`a/b;c="d`:      `media type "a/b;c=\"d" has a parameter whose value is neither a token nor a quoted-string`,
		`a/b;c="\`:      `media type "a/b;c=\"\\" has a parameter whose value is neither a token nor a quoted-string`,
		"a/b;c=\"\x00":  `media type "a/b;c=\"\x00" has a parameter whose value is neither a token nor a quoted-string`,
		"a/b;c=\"\\\n":  `media type "a/b;c=\"\\\n" has a parameter whose value is neither a token nor a quoted-string`,
	} {
		if got, err := negotiate.ParseMediaType(in); err == nil || err.Error() != want {
			t.Errorf("ParseMediaType(%q): got %v, error %v, want %s", in, got, err, want)
		}
	}
}

// mistakes compares an error that joins several with what each must say.
func mistakes(t *testing.T, what string, err error, want ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("%s: got no error, want %q", what, want)
	}
	got := strings.Split(err.Error(), "\n")
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s: got\n%s\nwant\n%s", what, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
