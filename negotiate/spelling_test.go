package negotiate_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/statusgate/statusgate/negotiate"
)

// However an Accept is spelled, it means the same: case, white space, empty
// members and the split into field lines don't count.
func TestTheSpellingOfAnAcceptDoesNotCount(t *testing.T) {
	r := random(t)
	offers := offersFor(t, "text/html;level=1", "text/html", "application/json", "image/png;a=b", "image/png", "audio/ogg", "a/b;c=1", "a/b")
	parts := []string{
		"text/html", "text/*", "*/*", "application/json", "image/png", "a/b", "text/html;level=1", "*", "image/*", "audio/ogg",
		";q=0.5", ";q=0", ";q=1", ";q=.2", "; q=0.333", ";q=0.0001", ";Q=0.7", ";c=1", ";a=b", ";level=1", ";charset=x", ";c=d/e",
		",", ", ", " ", "\t", "x", ";", "q", "=", "/", "1", "text/HTML",
	}
	for range rounds {
		var b strings.Builder
		for range 1 + r.IntN(12) {
			b.WriteString(pick(r, parts...) + pick(r, "", "", ","))
		}
		accept := b.String()
		members := strings.Split(accept, ",")
		if !slices.ContainsFunc(members, func(s string) bool { return strings.Trim(s, " \t") != "" }) {
			continue
		}
		at := r.IntN(len(members))
		want, wantOK := offers.Choose([]string{accept})
		for _, lines := range [][]string{
			{strings.ToUpper(accept)},
			{strings.ToLower(accept)},
			{strings.Join(members, " ,\t ")},
			{",, " + strings.Join(members, ",,, ,") + ","},
			members,
			{strings.ReplaceAll(accept, ";", " ; ")},
			{strings.Join(members[:at], ","), strings.Join(members[at:], ",")},
		} {
			if got, ok := offers.Choose(lines); got != want || ok != wantOK {
				t.Errorf("Choose(%q): got %d, %t, but spelled %q %d, %t", accept, want, wantOK, lines, got, ok)
			}
		}
	}
}

// naiveRange is a member of an Accept that follows the grammar.
type naiveRange struct {
	typ, subtype string
	params       map[string]string
	weight       int
}

func (n naiveRange) String() string {
	s := n.typ + "/" + n.subtype
	for _, name := range []string{"a", "b", "charset"} {
		if value, ok := n.params[name]; ok {
			s += ";" + name + "=" + value
		}
	}
	return s + ";q=" + strconv.FormatFloat(float64(n.weight)/1000, 'f', 3, 64)
}

// naiveStanding is what the package promises of ranges for one type, read aloud:
// how specific the range that decides is, and its weight.
func naiveStanding(ranges []naiveRange, typ, subtype string, params map[string]string) (specific, weight int) {
	for _, n := range ranges {
		kind := 1
		switch {
		case n.typ == typ && n.subtype == subtype:
			kind = 3
		case n.typ == typ && n.subtype == "*":
			kind = 2
		case n.typ != "*":
			continue
		}
		shared, lacks, other := 0, false, false
		for name, value := range n.params {
			has, ok := params[name]
			switch {
			case name == "charset" && n.weight > 0:
			case !ok:
				lacks = true
			case has != value:
				other = true
			default:
				shared++
			}
		}
		if other || lacks && n.weight == 0 {
			continue
		}
		s := kind*10 + 1 + shared
		if lacks {
			s = kind * 10
		}
		if s > specific || s == specific && (n.weight == 0 || lacks && n.weight > weight) {
			specific, weight = s, n.weight
		}
	}
	return specific, weight
}

func TestChooseKeepsItsPromises(t *testing.T) {
	r := random(t)
	chosen := 0
	for range rounds {
		var ranges []naiveRange
		var members []string
		for range 1 + r.IntN(4) {
			n := naiveRange{typ: pick(r, "x", "y", "*"), subtype: pick(r, "j", "k", "*"), params: naiveParams(r.IntN(12)), weight: pick(r, 0, 100, 500, 1000)}
			if n.typ == "*" {
				n.subtype = "*"
			}
			ranges, members = append(ranges, n), append(members, n.String())
		}
		types := []string{"x/j", "x/j;a=1", "x/k;b=1", "y/j;charset=1", "x/j;a=1;b=1"}
		r.Shuffle(len(types), func(i, j int) { types[i], types[j] = types[j], types[i] })
		best, bestSpecific, bestWeight := 0, -1, -1
		for i, mediaType := range types {
			m, err := negotiate.ParseMediaType(mediaType)
			if err != nil {
				t.Fatal(err)
			}
			params := map[string]string{}
			for _, p := range m.Params {
				params[p.Name] = p.Value
			}
			specific, weight := naiveStanding(ranges, m.Type, m.Subtype, params)
			if got := negotiate.Quality(members, mediaType); got != weight {
				t.Errorf("Quality(%q, %s): got %d, want %d", members, mediaType, got, weight)
			}
			fits := bestSpecific%10 == 0 && specific%10 != 0 && specific > bestSpecific
			if weight > bestWeight || weight == bestWeight && fits {
				best, bestSpecific, bestWeight = i, specific, weight
			}
		}
		got, ok := offersFor(t, types...).Choose(members)
		if ok != (bestWeight > 0) || ok && got != best {
			t.Errorf("Choose(%q) among %q: got %d, %t, want %d, %t", members, types, got, ok, best, bestWeight > 0)
		}
		if ok {
			chosen++
		}
	}
	if chosen < rounds/4 {
		t.Errorf("%d of %d times something was chosen: the test says too little", chosen, rounds)
	}
}

// naiveParams are none for most numbers.
func naiveParams(n int) map[string]string {
	return []map[string]string{
		{"a": "1"}, {"a": "2"}, {"b": "1"}, {"a": "1", "b": "1"}, {"charset": "1"}, {"charset": "2", "a": "1"}, {}, {}, {}, {}, {}, {},
	}[n]
}
