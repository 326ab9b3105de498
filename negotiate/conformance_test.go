package negotiate_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/statusgate/statusgate/negotiate"
)

// cases reads a file of conformance cases, which are not part of this repository.
func cases[T any](t *testing.T, name string) []T {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "shared", "cases", name))
	if err != nil {
		t.Skip("no conformance cases beside the repository")
	}
	var all []T
	if err := json.Unmarshal(data, &all); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if len(all) == 0 {
		t.Fatalf("%s has no cases", name)
	}
	return all
}

// lines is a header field: absent, one line or several.
type lines []string

func (l *lines) UnmarshalJSON(data []byte) error {
	var one *string
	if err := json.Unmarshal(data, &one); err != nil {
		return json.Unmarshal(data, (*[]string)(l))
	}
	if one != nil {
		*l = lines{*one}
	}
	return nil
}

type acceptCase struct {
	ID            string
	Accept        lines
	Available     []string
	Expected      *string
	ExpectedAnyOf []string `json:"expected_any_of"`
	Status        *int
	Best          []string
	Tolerant      json.RawMessage `json:"tolerant_reading"`
	RFC           json.RawMessage `json:"rfc_reading"`
	Category      string
}

// chosen is the type as the case writes it, "" for a 406.
func (c acceptCase) chosen(t *testing.T) string {
	t.Helper()
	offers, err := negotiate.NewOffers(c.Available...)
	if err != nil {
		t.Fatalf("%s: NewOffers(%q): %v", c.ID, c.Available, err)
	}
	i, ok := offers.Choose(c.Accept)
	if !ok {
		return ""
	}
	for j, offer := range c.Available {
		quality := negotiate.Quality(c.Accept, offer)
		if best := negotiate.Quality(c.Accept, c.Available[i]); quality > best {
			t.Errorf("%s: Accept %q: chose %q with %d, but %q has %d", c.ID, c.Accept, c.Available[i], best, c.Available[j], quality)
		}
	}
	return c.Available[i]
}

func TestAcceptThatRFC9110Decides(t *testing.T) {
	for _, c := range cases[acceptCase](t, "accept_strict.json") {
		want := ""
		if c.Expected != nil {
			want = *c.Expected
		}
		if got := c.chosen(t); got != want {
			t.Errorf("%s: Accept %q, available %q: chose %q, want %q", c.ID, c.Accept, c.Available, got, want)
		}
	}
}

func TestAcceptWithTies(t *testing.T) {
	for _, c := range cases[acceptCase](t, "accept_ties.json") {
		if got := c.chosen(t); !slices.Contains(c.ExpectedAnyOf, got) {
			t.Errorf("%s: Accept %q, available %q: chose %q, want one of %q", c.ID, c.Accept, c.Available, got, c.ExpectedAnyOf)
		}
	}
}

func TestAcceptAsDeployedClientsSendIt(t *testing.T) {
	for _, c := range cases[acceptCase](t, "accept_realworld.json") {
		got := c.chosen(t)
		if c.Status != nil && (got != "") != (*c.Status == 200) {
			t.Errorf("%s: Accept %q, available %q: chose %q, want status %d", c.ID, c.Accept, c.Available, got, *c.Status)
		}
		if len(c.Best) > 0 && !slices.Contains(c.Best, got) {
			t.Errorf("%s: Accept %q, available %q: chose %q, want one of %q", c.ID, c.Accept, c.Available, got, c.Best)
		}
		if c.Tolerant != nil {
			// "no readable range" means that the client has not said anything.
			if want := string(c.Tolerant) != "406"; (got != "") != want {
				t.Errorf("%s: Accept %q, available %q: chose %q, want tolerant reading %s", c.ID, c.Accept, c.Available, got, c.Tolerant)
			}
		}
	}
}

func TestAcceptThatLibrariesDisagreeOn(t *testing.T) {
	for _, c := range cases[acceptCase](t, "accept_debatable.json") {
		if _, err := negotiate.NewOffers(c.Available...); err != nil {
			t.Logf("%s (%s): not a set of offers: %v", c.ID, c.Category, err)
			continue
		}
		got := c.chosen(t)
		if c.RFC == nil {
			t.Logf("%s (%s): Accept %q, available %q: chose %q", c.ID, c.Category, c.Accept, c.Available, got)
			continue
		}
		var want []string
		if err := json.Unmarshal(c.RFC, &want); err != nil {
			t.Fatalf("%s: %v", c.ID, err)
		}
		if slices.Contains(want, got) || len(want) == 0 && got == "" {
			continue
		}
		if reason := leftOut(c.Category); reason != "" {
			t.Logf("%s (%s): Accept %q, available %q: chose %q: %s", c.ID, c.Category, c.Accept, c.Available, got, reason)
			continue
		}
		t.Errorf("%s (%s): Accept %q, available %q: chose %q, want one of %q", c.ID, c.Category, c.Accept, c.Available, got, want)
	}
}

// leftOut says why a reading is not followed, by the category of its case.
func leftOut(category string) string {
	switch {
	case strings.Contains(category, "empty-header"):
		return "an empty Accept asks for nothing, so anything goes"
	case strings.Contains(category, "params-after-q"):
		return "what follows the weight was an extension, not a parameter of the media range"
	case strings.Contains(category, "charset-in-range"):
		return "charset in a range counts for nothing"
	case strings.Contains(category, "range-params-vs-bare-offer"):
		return "a parameter that a type lacks does not refuse it"
	}
	return ""
}

type contentTypeCase struct {
	ID          string
	ContentType *string `json:"content_type"`
	Allowed     []string
	Status      *int
	Tags        []string
	Why         string `json:"why_debatable"`
}

func (c contentTypeCase) lines() []string {
	if c.ContentType == nil {
		return nil
	}
	return []string{*c.ContentType}
}

func TestContentTypesThatAreCertain(t *testing.T) {
	for _, c := range cases[contentTypeCase](t, "content_type_match.json") {
		ranges, err := negotiate.NewRanges(c.Allowed...)
		if err != nil {
			t.Errorf("%s: NewRanges(%q): %v", c.ID, c.Allowed, err)
			continue
		}
		if got := ranges.Contains(c.lines()); got != (*c.Status == 200) {
			t.Errorf("%s: Content-Type %q, allowed %q: got %t, want status %d", c.ID, c.lines(), c.Allowed, got, *c.Status)
		}
	}
}

func TestContentTypesThatLibrariesDisagreeOn(t *testing.T) {
	for _, c := range cases[contentTypeCase](t, "content_type_debatable.json") {
		ranges, err := negotiate.NewRanges(c.Allowed...)
		if err != nil {
			t.Logf("%s: not a set of ranges (%s): %v", c.ID, c.Why, err)
			continue
		}
		got := ranges.Contains(c.lines())
		if c.Status == nil || got == (*c.Status == 200) {
			continue
		}
		switch {
		case c.ContentType == nil:
			// Whether there is content at all is for the caller to find out.
			t.Logf("%s: no Content-Type: got %t", c.ID, got)
		case slices.Contains(c.Tags, "allowed-with-params"):
			t.Logf("%s: %q is not %q: a range with parameters matches only types that have them", c.ID, c.lines(), c.Allowed)
		case strings.Contains(c.Why, "RFC 6839 suffixes do not make types equal"):
			t.Logf("%s: %q is not %q: write application/*+json for that", c.ID, c.lines(), c.Allowed)
		case slices.Contains(c.Tags, "malformed") && slices.Contains(c.Tags, "params"):
			t.Logf("%s: %q is of the type, whatever its parameters are", c.ID, c.lines())
		default:
			t.Errorf("%s: Content-Type %q, allowed %q: got %t, want status %d (%s)", c.ID, c.lines(), c.Allowed, got, *c.Status, c.Why)
		}
	}
}

func TestMediaTypesByTheGrammar(t *testing.T) {
	type parseCase struct {
		ID              string
		Input           string
		Valid           bool `json:"rfc9110_valid"`
		Essence, Params *string
	}
	for _, c := range cases[parseCase](t, "media_type_parse.json") {
		m, err := negotiate.ParseMediaType(c.Input)
		if (err == nil) != c.Valid {
			t.Errorf("%s: ParseMediaType(%q): got error %v, want valid %t", c.ID, c.Input, err, c.Valid)
		}
		if err != nil || !c.Valid {
			continue
		}
		if essence := m.Type + "/" + m.Subtype; c.Essence != nil && essence != *c.Essence {
			t.Errorf("%s: ParseMediaType(%q): got %q, want %q", c.ID, c.Input, essence, *c.Essence)
		}
		if c.Params == nil {
			continue
		}
		if got := firstParams(m); got != *c.Params {
			t.Errorf("%s: ParseMediaType(%q): got parameters %q, want %q", c.ID, c.Input, got, *c.Params)
		}
	}
}

// firstParams writes the parameters of m without repetitions, which the cases
// leave out and MediaType keeps.
func firstParams(m negotiate.MediaType) string {
	var first []negotiate.Param
	for _, p := range m.Params {
		if !slices.ContainsFunc(first, func(q negotiate.Param) bool { return q.Name == p.Name }) {
			first = append(first, p)
		}
	}
	m.Params = first
	_, params, _ := strings.Cut(m.String(), ";")
	return params
}
