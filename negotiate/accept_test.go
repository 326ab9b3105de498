package negotiate_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/statusgate/statusgate/negotiate"
)

func TestNewOffersReportsEveryMistake(t *testing.T) {
	_, err := negotiate.NewOffers("text/html", "text", "TEXT/html", "a/*", "*/*", "a/b;q=1", "a/b;c=1;C=2",
		`a/b;x=1;y=2`, `a/b;Y="2";x=1`, "c/d"+manyParams(17))
	mistakes(t, "NewOffers", err,
		`media type "text" has no "/" after the type`,
		`media type "TEXT/html" is already there as "text/html"`,
		`media type "a/*" is a range; a resource produces concrete types`,
		`media type "*/*" is a range; a resource produces concrete types`,
		`media type "a/b;q=1" has a weight; the order written is the order of preference`,
		`media type "a/b;c=1;C=2" has the parameter "c" twice`,
		`media type "a/b;Y=\"2\";x=1" is already there as "a/b;x=1;y=2"`,
		`media type "c/d`+manyParams(17)+`" has 17 parameters, more than 16`,
	)
	_, err = negotiate.NewOffers(manyTypes(257)...)
	mistakes(t, "NewOffers", err, "257 media types are more than 256")
}

func manyParams(n int) string {
	var params strings.Builder
	for i := range n {
		fmt.Fprintf(&params, ";p%d=1", i)
	}
	return params.String()
}

func TestOffersListTheirTypes(t *testing.T) {
	offers := offersFor(t, "Text/HTML; Level=1", "application/json")
	want := []string{"text/html;level=1", "application/json"}
	types := offers.Types()
	if !slices.Equal(types, want) {
		t.Errorf("Types(): got %q, want %q", types, want)
	}
	types[0] = "changed"
	if got := offers.Types(); !slices.Equal(got, want) {
		t.Errorf("Types() after a caller changed its list: got %q, want %q", got, want)
	}
	if got, want := offers.String(), "text/html;level=1, application/json"; got != want {
		t.Errorf("String(): got %q, want %q", got, want)
	}
}

var jsonXML = []string{"application/json", "application/xml"}

var chooseCases = map[string]struct {
	accept []string
	types  []string
	want   string // "" for none
}{
	"no field":                                  {nil, jsonXML, "application/json"},
	"an empty field line":                       {[]string{""}, jsonXML, "application/json"},
	"nothing but commas":                        {[]string{" , ,\t,"}, jsonXML, "application/json"},
	"nothing that parses":                       {[]string{"json", "-"}, jsonXML, "application/json"},
	"the type asked for":                        {[]string{"application/xml"}, jsonXML, "application/xml"},
	"the type asked for in other case":          {[]string{"Application/XML"}, jsonXML, "application/xml"},
	"another type":                              {[]string{"text/html"}, jsonXML, ""},
	"another type of the same length":           {[]string{"application/jso1"}, jsonXML, ""},
	"another top-level type":                    {[]string{"text/*"}, jsonXML, ""},
	"a tie":                                     {[]string{"application/xml, application/json"}, jsonXML, "application/json"},
	"weights":                                   {[]string{"application/json;q=0.1, application/xml;q=0.2"}, jsonXML, "application/xml"},
	"weights over several lines":                {[]string{"application/json;q=0.1", "", "application/xml;q=0.2"}, jsonXML, "application/xml"},
	"one excluded":                              {[]string{"application/json;q=0, */*"}, jsonXML, "application/xml"},
	"all excluded":                              {[]string{"*/*;q=0.000"}, jsonXML, ""},
	"an exact range over type/*":                {[]string{"application/*;q=0.9, application/json;q=0.1"}, jsonXML, "application/xml"},
	"type/* over */*":                           {[]string{"*/*, application/*;q=0.1"}, []string{"a/b", "application/json"}, "a/b"},
	"a range with a parameter over one without": {[]string{"a/b;c=1;q=0.1, a/b;q=0.5"}, []string{"a/b;c=1", "a/b"}, "a/b"},
	"more parameters over fewer":                {[]string{"a/b;c=1, a/b;c=1;d=2;q=0"}, []string{"a/b;c=1;d=2"}, ""},
	"a parameter that the type lacks":           {[]string{"a/b;c=1"}, []string{"a/b"}, "a/b"},
	"a parameter that one of two types lacks":   {[]string{"a/b;c=1"}, []string{"a/b", "a/b;c=1"}, "a/b;c=1"},
	"one lacked, one with another value":        {[]string{"a/b;c=1;d=2"}, []string{"a/b;c=2", "a/b;c=1"}, "a/b;c=1"},
	"what is lacked counts less than a range":   {[]string{"a/b;c=1, a/b;q=0.1, c/d;q=0.5"}, []string{"a/b", "c/d"}, "c/d"},
	"what is lacked counts more than any range": {[]string{"application/json;odata=verbose, */*;q=0.1"}, []string{"text/html", "application/json"}, "application/json"},
	"what is lacked orders":                     {[]string{"a/b;c=1;q=0.2, c/d;q=0.5"}, []string{"a/b", "c/d"}, "c/d"},
	"what is lacked, then what is had":          {[]string{"a/b;c=1, c/d"}, []string{"a/b", "c/d"}, "c/d"},
	"what is lacked, and any other":             {[]string{"a/b;c=1, */*"}, []string{"a/b", "c/d"}, "a/b"},
	"several that are lacked":                   {[]string{"a/b;c=1;q=0.1, a/b;d=1;q=0.9, a/b;e=1;q=0.2, c/d;q=0.5"}, []string{"c/d", "a/b"}, "a/b"},
	"a lacked parameter of an excluded range":   {[]string{"a/b;c=1;q=0, */*;q=0.1"}, []string{"a/b"}, "a/b"},
	"an excluded range with a parameter":        {[]string{"a/b;c=1;q=0, */*;q=0.1"}, []string{"a/b;c=1", "a/b;c=2"}, "a/b;c=2"},
	"nothing but an excluded range":             {[]string{"a/b;c=1;q=0"}, []string{"a/b"}, ""},
	"a range that excludes it without":          {[]string{"a/b;c=1, a/b;q=0"}, []string{"a/b"}, ""},
	"any range that excludes the rest":          {[]string{"a/b;c=1, */*;q=0"}, []string{"c/d", "a/b"}, "a/b"},
	"charset":                                   {[]string{"a/b;charset=utf-8"}, []string{"a/b"}, "a/b"},
	"charset on a wildcard":                     {[]string{"*/*;CharSet=utf-8"}, []string{"a/b"}, "a/b"},
	"another charset":                           {[]string{"a/b;charset=latin1"}, []string{"a/b;charset=utf-8"}, "a/b;charset=utf-8"},
	"charset does not make a range specific":    {[]string{"a/b;q=0.1, a/b;charset=utf-8"}, []string{"c/d", "a/b;charset=utf-8"}, "a/b;charset=utf-8"},
	"an excluded charset":                       {[]string{"a/b;charset=utf-8;q=0, */*"}, []string{"a/b;charset=utf-8", "a/b"}, "a/b"},
	"OData":                                     {[]string{"application/json;odata.metadata=minimal"}, jsonXML, "application/json"},
	"a parameter with another value":            {[]string{"a/b;c=1"}, []string{"a/b;c=2"}, ""},
	"a parameter with a longer value":           {[]string{`a/b;c="1x"`}, []string{"a/b;c=1"}, ""},
	"a parameter on a wildcard":                 {[]string{"*/*;c=1"}, []string{"a/b", "a/b;c=1"}, "a/b;c=1"},
	"values that differ in case and quotes":     {[]string{`a/b;charset="\UTF-8"`}, []string{"a/b;charset=utf-8"}, "a/b;charset=utf-8"},
	"values that need escapes":                  {[]string{`a/b;c="\x\"\\y"`}, []string{`a/b;c="x\"\\\y"`}, `a/b;c="x\"\\y"`},
	"the same range twice":                      {[]string{"a/b;q=0.2, a/b;q=0.9, c/d;q=0.5"}, []string{"a/b", "c/d"}, "c/d"},
	"the same range excluded and not":           {[]string{"a/b, a/b;q=0"}, []string{"a/b"}, ""},
	"a star alone":                              {[]string{"application/xml, *;q=.2"}, []string{"a/b"}, "a/b"},
	"a star at the end":                         {[]string{"a/b;q=0, *"}, jsonXML, "application/json"},
	"a star in front of a token":                {[]string{"*x, c/d"}, []string{"a/b"}, ""},
	"a star as the type only":                   {[]string{"*/json"}, jsonXML, ""},
	"a suffix range, which HTTP does not have":  {[]string{"application/*+json"}, []string{"application/hal+json"}, ""},
	"whitespace wherever somebody puts it":      {[]string{"\ta/b \t; c = 1 ; q = 0.1 ,c/d ;q= 0.2"}, []string{"a/b;c=1", "c/d"}, "c/d"},
	"empty parameters":                          {[]string{"a/b;;;c=1; ;q=1;, c/d"}, []string{"a/b;c=1"}, "a/b;c=1"},
	"an extension after the weight":             {[]string{`a/b;q=0.5;x;y="1";z=`, "c/d;q=0.6;x;y=2"}, []string{"a/b", "c/d"}, "c/d"},
	"a value that is no token":                  {[]string{"multipart/related; type=application/dicom; q=0.9, a/b;q=0.1"}, []string{"a/b", `multipart/related;type="application/dicom"`}, `multipart/related;type="application/dicom"`},
	"another value that is no token":            {[]string{"a/b;c=d/e"}, []string{"a/b;c=d"}, ""},
	"a value with a backslash":                  {[]string{`a/b;c=\\d`}, []string{`a/b;c=d`}, ""},
	"a parameter with an empty value":           {[]string{"a/b;c=, c/d;q=0.1"}, []string{"c/d", "a/b"}, "a/b"},
	"a weight without a value":                  {[]string{"a/b;q, c/d;q=0.1"}, []string{"a/b", "c/d"}, "c/d"},
	"a second weight":                           {[]string{"a/b;q=0.5;q=0, c/d;q=0.4"}, []string{"a/b", "c/d"}, "a/b"},
	"a comma in quotes":                         {[]string{`a/b;c=",c/d,"`}, []string{"c/d"}, ""},
	"a member without a subtype":                {[]string{"text/, a/b"}, []string{"a/b"}, "a/b"},
	"a member with a parameter without a value": {[]string{"text/html;level, a/b"}, []string{"text/html;level=1"}, "text/html;level=1"},
	"a member with junk after the subtype":      {[]string{"text/html x, a/b"}, []string{"text/html"}, ""},
	"a member with a nameless parameter":        {[]string{"text/html;=x, a/b;q=0.5"}, []string{"a/b", "text/html"}, "text/html"},
	"a member with a parameter of two words":    {[]string{"text/html;x y;q=0.1, a/b;q=0.5"}, []string{"text/html", "a/b"}, "a/b"},
	"a quote that is not closed":                {[]string{`x/y;c=", a/b`}, []string{"a/b"}, "a/b"},
	"a quote closed by another member":          {[]string{`x/y;c="1, a/b, x/y;c="2, c/d`}, []string{"a/b"}, "a/b"},
	"a quote that is not closed on its line":    {[]string{`x/y;c="`, `a/b;c="1"`}, []string{"a/b;c=1"}, "a/b;c=1"},
	"too many parameters":                       {[]string{"a/b" + manyParams(17), "c/d"}, []string{"a/b" + manyParams(16)}, ""},
	"as many parameters as there may be":        {[]string{"a/b" + manyParams(16)}, []string{"a/b" + manyParams(16)}, "a/b" + manyParams(16)},
	"the last member that counts":               {[]string{strings.Repeat("x/y,", 255) + "a/b"}, []string{"a/b"}, "a/b"},
	"the first member that does not count":      {[]string{strings.Repeat("x/y,", 255), "x/y, a/b"}, []string{"a/b"}, ""},
}

func TestChoose(t *testing.T) {
	for name, tc := range chooseCases {
		t.Run(name, func(t *testing.T) {
			offers := offersFor(t, tc.types...)
			i, ok := offers.Choose(tc.accept)
			got := ""
			if ok {
				got = offers.Types()[i]
			}
			if got != tc.want {
				t.Errorf("Choose(%q) among %q: got %q, want %q", tc.accept, tc.types, got, tc.want)
			}
		})
	}
}

func TestChooseAmongManyOffers(t *testing.T) {
	offers := offersFor(t, manyTypes(256)...)
	if i, ok := offers.Choose([]string{"*/*;q=0.1, application/js255n"}); i != 255 || !ok {
		t.Errorf("Choose: got %d, %t, want 255, true", i, ok)
	}
}

func TestAnEmptySetOfOffersHasNothingToChoose(t *testing.T) {
	for _, offers := range []*negotiate.Offers{nil, offersFor(t)} {
		if i, ok := offers.Choose(nil); i != 0 || ok {
			t.Errorf("Choose(nil): got %d, %t, want 0, false", i, ok)
		}
		if got := offers.String(); got != "" {
			t.Errorf("String(): got %q, want none", got)
		}
		if got := offers.Types(); len(got) != 0 {
			t.Errorf("Types(): got %q, want none", got)
		}
	}
}

func TestWeights(t *testing.T) {
	const unreadable = 77 // the weight of */* beside it
	for weight, want := range map[string]int{
		"0": 0, "0.": 0, "0.0": 0, "0.000": 0, "1": 1000, "1.": 1000, "1.000": 1000, "0.5": 500, "0.25": 250, "0.001": 1,
		".2": 200, "0.8000": 800, "0.3339": 333, "0.0001": 1, "0.0000": 0, "00.5": 500, "01": 1000,
		"1.001": 1000, "2": 1000, "10": 1000, "99999999999999999999": 1000, `"0.5"`: 500, `"1"`: 1000,
		"": unreadable, ".": unreadable, "-1": unreadable, "+1": unreadable, "0.5.5": unreadable, "x": unreadable,
		"1e-1": unreadable, `""`: unreadable, `"0\.5"`: unreadable, "0.5 0.6": unreadable,
	} {
		accept := []string{"a/b;Q=" + weight + ", */*;q=0.077"}
		if got := negotiate.Quality(accept, "a/b"); got != want {
			t.Errorf("Quality(%q, a/b): got %d, want %d", accept, got, want)
		}
	}
	if got := negotiate.Quality([]string{"a/b;q, */*;q=0.077"}, "a/b"); got != unreadable {
		t.Errorf("Quality with a weight without a value: got %d, want %d", got, unreadable)
	}
}

func TestQuality(t *testing.T) {
	const accept = "text/html;level=1;q=0.9, text/html;q=0.7, text/*;q=0.3, application/json;q=0, image/*;q=0"
	for mediaType, want := range map[string]int{
		"text/html":                  700,
		"TEXT/HTML; Charset=x":       700,
		"text/html; LEVEL=\"1\"":     900,
		"text/html;level=1;a=b":      900,
		"text/html;level=2":          700,
		"text/html;level=2;l=1":      700,
		"text/html;a=1;level=1":      900,
		"text/html;lever=1":          700,
		" text/plain ":               300,
		"application/json":           0,
		"image/png":                  0,
		"audio/ogg":                  0,
		"":                           1000,
		"json":                       1000,
		"image/png;":                 0,
		"image/png;x":                0,
		"text/html; =1; level=1":     900,
		"text/html; level = 1; x y":  900,
		"text/html; utf-8":           700,
		"text/html; charset=":        700,
		"text/html; charset=\"x":     700,
		"text/html x":                1000,
		"image/png, image/png":       1000,
		"image/*":                    1000,
		"image/png" + manyParams(99): 0,
	} {
		if got := negotiate.Quality([]string{accept}, mediaType); got != want {
			t.Errorf("Quality(%q, %q): got %d, want %d", accept, mediaType, got, want)
		}
		if got := negotiate.Accepts([]string{accept}, mediaType); got != (want > 0) {
			t.Errorf("Accepts(%q, %q): got %t, want %t", accept, mediaType, got, want > 0)
		}
	}
	for _, accept := range [][]string{nil, {""}, {",", " "}, {"noslash"}} {
		if got := negotiate.Quality(accept, "a/b"); got != 1000 {
			t.Errorf("Quality(%q, a/b): got %d, want 1000", accept, got)
		}
	}
}

// Whatever a header holds, reading it must not allocate.
func TestReadingHeadersDoesNotAllocate(t *testing.T) {
	few, many := offersFor(t, "application/json", `a/b;a="\"x"`, "text/html"), offersFor(t, manyTypes(200)...)
	ranges := rangesFor(t, "application/json", `a/b;a="\"x"`, "application/*+json")
	codings, err := negotiate.NewCodings("gzip", "br")
	if err != nil {
		t.Fatal(err)
	}
	headers := hostile(4 << 10) // longer ones only take longer
	headers["chrome"] = chrome
	headers["escapes in a match"] = `A/B;a="\"\X";a="\"\x", A/B;a=1;a=1`
	headers["codings"] = "x-GZIP, BR, identity"
	for name, header := range headers {
		field := []string{header, header}
		if n := testing.AllocsPerRun(5, func() {
			few.Choose(field)
			many.Choose(field)
			negotiate.Quality(field, `text/html; a="\"\x"; a="\"\x"`)
			negotiate.Quality([]string{chrome}, header)
			ranges.Contains(field)
			codings.Contains(field)
		}); n != 0 {
			t.Errorf("%s: got %v allocations, want none", name, n)
		}
	}
}
