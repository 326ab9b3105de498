package negotiate_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/statusgate/statusgate/negotiate"
)

func TestNewRangesReportsEveryMistake(t *testing.T) {
	_, err := negotiate.NewRanges("json", "a/b;q=1", "*/json", "a*/b", "a/b*", "a/*b", "a/*+", "a/*+b*", "*x/*", "a/*+json", "A/*+JSON")
	mistakes(t, "NewRanges", err,
		`media type "json" has no "/" after the type`,
		`media type "a/b;q=1" has a weight; the order written is the order of preference`,
		`media range "*/json" has "*" for a type, which goes with "*/*" or "*/*+suffix" only`,
		`media range "a*/b" has "*" for a type, which goes with "*/*" or "*/*+suffix" only`,
		`media range "a/b*" has "*" where only "*" or "*+suffix" can stand for subtypes`,
		`media range "a/*b" has "*" where only "*" or "*+suffix" can stand for subtypes`,
		`media range "a/*+" has "*" where only "*" or "*+suffix" can stand for subtypes`,
		`media range "a/*+b*" has "*" where only "*" or "*+suffix" can stand for subtypes`,
		`media range "*x/*" has "*" for a type, which goes with "*/*" or "*/*+suffix" only`,
		`media range "A/*+JSON" is already there as "a/*+json"`,
	)
	many := make([]string, 257)
	for i := range many {
		many[i] = fmt.Sprintf("a%d/*", i)
	}
	_, err = negotiate.NewRanges(many...)
	mistakes(t, "NewRanges", err, "257 media ranges are more than 256")
}

func TestRangesContain(t *testing.T) {
	for name, tc := range map[string]struct {
		ranges      []string
		contentType []string
		want        bool
	}{
		"no field":                             {[]string{"*/*"}, nil, false},
		"an empty field":                       {[]string{"*/*"}, []string{""}, false},
		"a malformed type":                     {[]string{"*/*"}, []string{"json"}, false},
		"a parameter without a value":          {[]string{"a/b"}, []string{"a/b; utf-8"}, true},
		"a parameter with an empty value":      {[]string{"a/b"}, []string{"a/b; charset="}, true},
		"a parameter without a name":           {[]string{"a/b"}, []string{"a/b;=c"}, true},
		"a boundary that is no token":          {[]string{"multipart/form-data"}, []string{"multipart/form-data; boundary=b/Qe+x="}, true},
		"a boundary of a mail program":         {[]string{"multipart/*"}, []string{"multipart/mixed; boundary=----=_Part_7"}, true},
		"a quote that nothing closes":          {[]string{"a/b"}, []string{`a/b; c="d`}, true},
		"a type as a value":                    {[]string{`multipart/related;type="application/json"`}, []string{"multipart/related; type=application/json; boundary=x"}, true},
		"another type as a value":              {[]string{`multipart/related;type="application/json"`}, []string{"multipart/related; type=application/xml"}, false},
		"white space around the equals sign":   {[]string{"a/b;c=1"}, []string{"a/b; c = 1 ;d"}, true},
		"a value behind a broken parameter":    {[]string{"a/b;c=1"}, []string{`a/b; x; y=; =z; w="v"u; c=1`}, true},
		"a value within a broken parameter":    {[]string{"a/b;c=1"}, []string{`a/b; x="; c=1`}, true},
		"no value where one must be":           {[]string{"a/b;c=1"}, []string{"a/b; c=; c"}, false},
		"a comma in a value":                   {[]string{`a/b;c="1,2"`}, []string{"a/b;c=1,2"}, true},
		"lines that repeat what is broken":     {[]string{"a/b"}, []string{"a/b; utf-8", "a/b; utf-8"}, true},
		"no semicolon":                         {[]string{"*/*"}, []string{"a/b charset=utf-8"}, false},
		"a range":                              {[]string{"*/*"}, []string{"a/*"}, false},
		"lines that differ":                    {[]string{"*/*"}, []string{"a/b", "a/c"}, false},
		"lines that do not differ":             {[]string{"a/b"}, []string{"a/b", " a/b "}, true},
		"several in one line":                  {[]string{"*/*"}, []string{"a/b, a/b"}, false},
		"the type":                             {[]string{"a/b"}, []string{"a/b"}, true},
		"the type in other case":               {[]string{"a/b"}, []string{" A/B "}, true},
		"the type with parameters":             {[]string{"a/b"}, []string{`a/b; charset="\u"; c=d;`}, true},
		"another subtype":                      {[]string{"a/b"}, []string{"a/c"}, false},
		"another type":                         {[]string{"a/b"}, []string{"c/b"}, false},
		"a type in any/any":                    {[]string{"*/*"}, []string{"a/b"}, true},
		"a type in type/any":                   {[]string{"a/*"}, []string{"a/b"}, true},
		"another type in type/any":             {[]string{"a/*"}, []string{"b/b"}, false},
		"a suffix":                             {[]string{"a/*+json"}, []string{"a/b.c+d+JSON"}, true},
		"a suffix of any type":                 {[]string{"*/*+json"}, []string{"x/y+json"}, true},
		"another suffix":                       {[]string{"a/*+json"}, []string{"a/b+xml"}, false},
		"a suffix of another type":             {[]string{"a/*+json"}, []string{"b/b+json"}, false},
		"a suffix with nothing before it":      {[]string{"a/*+json"}, []string{"a/+json"}, false},
		"a suffix that is the subtype":         {[]string{"a/*+json"}, []string{"a/json"}, false},
		"the second range":                     {[]string{"a/b", "c/d"}, []string{"c/d"}, true},
		"a parameter that the range has":       {[]string{"a/b;c=1"}, []string{`a/b;x=y;C="1"`}, true},
		"a parameter with another value":       {[]string{"a/b;c=1"}, []string{"a/b;c=2"}, false},
		"without a parameter that it has":      {[]string{"a/b;c=1"}, []string{"a/b"}, false},
		"the first of a repeated parameter":    {[]string{"a/b;c=1"}, []string{"a/b;c=1;c=2"}, true},
		"the second of a repeated parameter":   {[]string{"a/b;c=2"}, []string{"a/b;c=1;c=2"}, false},
		"a parameter after too many":           {[]string{"a/b;c=1"}, []string{"a/b" + manyParams(16) + ";c=1"}, false},
		"a parameter after as many as allowed": {[]string{"a/b;c=1"}, []string{"a/b" + manyParams(15) + ";c=1"}, true},
	} {
		t.Run(name, func(t *testing.T) {
			if got := rangesFor(t, tc.ranges...).Contains(tc.contentType); got != tc.want {
				t.Errorf("Ranges %q contain %q: got %t, want %t", tc.ranges, tc.contentType, got, tc.want)
			}
		})
	}
}

func TestRangesListThemselves(t *testing.T) {
	ranges := rangesFor(t, "Application/*+JSON", `a/b; C="1"`, "*/*")
	want := []string{"application/*+json", "a/b;c=1", "*/*"}
	list := ranges.List()
	if !slices.Equal(list, want) {
		t.Errorf("List(): got %q, want %q", list, want)
	}
	list[0] = "changed"
	if got := ranges.List(); !slices.Equal(got, want) {
		t.Errorf("List() after a caller changed its list: got %q, want %q", got, want)
	}
	if got, want := ranges.String(), "application/*+json, a/b;c=1, */*"; got != want {
		t.Errorf("String(): got %q, want %q", got, want)
	}
}

func TestAnEmptySetOfRangesContainsNothing(t *testing.T) {
	for _, ranges := range []*negotiate.Ranges{nil, rangesFor(t)} {
		if ranges.Contains([]string{"a/b"}) || ranges.String() != "" || len(ranges.List()) != 0 {
			t.Errorf("got %t, %q, %q, want nothing", ranges.Contains([]string{"a/b"}), ranges, ranges.List())
		}
	}
}

func TestCodings(t *testing.T) {
	codings, err := negotiate.NewCodings("GZIP", "br", "X-Compress", "identity")
	if err != nil {
		t.Fatal(err)
	}
	if got, want := codings.String(), "gzip, br, compress, identity"; got != want {
		t.Errorf("String(): got %q, want %q", got, want)
	}
	if got, want := codings.List(), []string{"gzip", "br", "compress", "identity"}; !slices.Equal(got, want) {
		t.Errorf("List(): got %q, want %q", got, want)
	}
	sixteen := make([]string, 16)
	for i := range sixteen {
		sixteen[i] = "gzip"
	}
	for name, tc := range map[string]struct {
		field []string
		want  bool
	}{
		"no field":               {nil, true},
		"empty lines":            {[]string{"", " , "}, true},
		"identity":               {[]string{"Identity"}, true},
		"one":                    {[]string{"gzip"}, true},
		"one in other case":      {[]string{" GZip\t"}, true},
		"by its old name":        {[]string{"x-gzip, X-COMPRESS, compress"}, true},
		"several":                {[]string{"gzip ,br", "identity,"}, true},
		"one unknown":            {[]string{"gzip, deflate"}, false},
		"one unknown, next line": {[]string{"gzip", "deflate"}, false},
		"not a token":            {[]string{"gzip;q=1"}, false},
		"two without a comma":    {[]string{"gzip br"}, false},
		"no token":               {[]string{`"gzip"`}, false},
		"sixteen":                {sixteen, true},
		"more than sixteen":      {append(sixteen, "gzip"), false},
	} {
		if got := codings.Contains(tc.field); got != tc.want {
			t.Errorf("%s: Contains(%q): got %t, want %t", name, tc.field, got, tc.want)
		}
	}
}

func TestNewCodingsReportsEveryMistake(t *testing.T) {
	_, err := negotiate.NewCodings("gzip", "*", "", "a b", "X-Gzip", "GZIP")
	mistakes(t, "NewCodings", err,
		`content coding "*" is no coding; name those that the resource takes`,
		`content coding "" is not a token`,
		`content coding "a b" is not a token`,
		`content coding "X-Gzip" is already there as "gzip"`,
		`content coding "GZIP" is already there as "gzip"`,
	)
}

func TestAnEmptySetOfCodingsIsIdentity(t *testing.T) {
	empty, err := negotiate.NewCodings()
	if err != nil {
		t.Fatal(err)
	}
	for _, codings := range []*negotiate.Codings{nil, empty} {
		if codings.String() != "identity" || len(codings.List()) != 0 {
			t.Errorf("got %q, %q, want identity and no list", codings, codings.List())
		}
		if codings.Contains([]string{"gzip"}) || !codings.Contains([]string{"identity"}) || !codings.Contains(nil) {
			t.Errorf("Contains of gzip, identity, none: got %t, %t, %t, want false, true, true",
				codings.Contains([]string{"gzip"}), codings.Contains([]string{"identity"}), codings.Contains(nil))
		}
	}
}

func TestEssence(t *testing.T) {
	for contentType, want := range map[string]string{
		"text/html":                    "text/html",
		" Text/HTML ; charset=utf-8":   "Text/HTML",
		"application/json; utf-8":      "application/json",
		"application/json; charset=":   "application/json",
		`a/b;c="d`:                     "a/b",
		"":                             "",
		"json":                         "",
		"text/":                        "",
		"text/*":                       "",
		"text/html charset=utf-8":      "",
		"application/json, text/plain": "",
	} {
		if got, ok := negotiate.Essence(contentType); got != want || ok != (want != "") {
			t.Errorf("Essence(%q): got %q, %t, want %q", contentType, got, ok, want)
		}
	}
}
