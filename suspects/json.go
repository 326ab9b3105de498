package suspects

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
)

// fact is a value in a document: its names down from the root, and what it is.
type fact struct {
	path  []string
	value any // nil, bool, [json.Number], string, or one of full and void
}

// full is an object or array with something in it, void one without.
type (
	full struct{}
	void struct{}
)

func (f *fact) name() string { return f.path[len(f.path)-1] }

// within reports whether the fact is a member of what stands at a path.
func (f *fact) within(path []string) bool {
	return len(f.path) == len(path)+1 && slices.Equal(f.path[:len(path)], path)
}

// something reports whether a value says anything.
func (f *fact) something() bool {
	switch v := f.value.(type) {
	case full:
		return true
	case bool:
		return v
	case json.Number:
		return v != "0"
	case string:
		return !isOne(fine, v)
	}
	return false
}

// text gives the value as a configuration has it, where it may be kept.
func (f *fact) text() (string, bool) {
	switch v := f.value.(type) {
	case bool:
		return strconv.FormatBool(v), true
	case json.Number:
		return v.String(), true
	case string:
		if personal(f.name()) {
			return "", false
		}
		return word(v)
	}
	return "", false
}

// number gives the value where it is an integer, as a number or as a text.
func (f *fact) number() (int, bool) {
	var n int
	var err error
	switch v := f.value.(type) {
	case json.Number:
		n, err = strconv.Atoi(v.String())
	case string:
		n, err = strconv.Atoi(v)
	default:
		return 0, false
	}
	return n, err == nil
}

// condition is what a configuration asks for the value.
func (f *fact) condition() (condition, value string) {
	condition = "json "
	for _, name := range f.path {
		condition += "/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(name)
	}
	if value, ok := f.text(); ok {
		return condition + " " + value, value
	}
	return condition, ""
}

const (
	maxFacts = 200
	maxDepth = 4
)

// reader reads a document from its begin on, as far as it goes.
type reader struct {
	decoder *json.Decoder
	facts   []fact
}

// value reads one value. Of an array only the first element is looked into.
func (r *reader) value(path []string) error {
	token, err := r.decoder.Token()
	if err != nil {
		return err
	}
	delim, ok := token.(json.Delim)
	at := -1
	if len(r.facts) < maxFacts && len(path) <= maxDepth && len(path) > 0 {
		at = len(r.facts)
		r.facts = append(r.facts, fact{slices.Clone(path), token})
	}
	if !ok {
		return nil
	}
	if at >= 0 {
		r.facts[at].value = void{}
	}
	for n := 0; r.decoder.More(); n++ {
		if at >= 0 {
			r.facts[at].value = full{}
		}
		name := strconv.Itoa(n)
		if delim == '{' {
			if token, err = r.decoder.Token(); err != nil {
				return err
			}
			name = token.(string)
		}
		if err := r.value(append(path, name)); err != nil {
			return err
		}
	}
	_, err = r.decoder.Token()
	return err
}

// document is what was read of one.
type document []fact

// inJSON looks into an object.
func inJSON(status int, text string) (Finding, bool) {
	r := reader{decoder: json.NewDecoder(strings.NewReader(text))}
	r.decoder.UseNumber()
	_ = r.value(nil) // as far as it goes
	d := document(r.facts)
	places := [][]string{nil}
	for i := range d {
		if _, ok := d[i].value.(full); ok && len(d[i].path) == 1 && isOne(wrappers, d[i].name()) {
			places = append(places, d[i].path)
		}
	}
	for _, look := range []func(document, []string) (*fact, int){document.flag, document.failure, document.state, document.code} {
		for _, place := range places {
			if f, to := look(d, place); f != nil {
				condition, _ := f.condition()
				return found(JSON, status, to, condition)
			}
		}
	}
	return Finding{}, false
}

// members are those of what stands at a place.
func (d document) members(place []string) (list []*fact) {
	for i := range d {
		if d[i].within(place) {
			list = append(list, &d[i])
		}
	}
	return list
}

// has reports whether there is a member of these names that says something.
func (d document) has(place, names []string, but *fact) bool {
	return slices.ContainsFunc(d.members(place), func(f *fact) bool { return f != but && isOne(names, f.name()) && f.something() })
}

// says reports whether a member says something: of an object or a list, something
// in it does.
func (d document) says(f *fact) bool {
	if _, ok := f.value.(full); !ok {
		return f.something()
	}
	return slices.ContainsFunc(d, func(in fact) bool {
		_, deeper := in.value.(full)
		return len(in.path) > len(f.path) && slices.Equal(in.path[:len(f.path)], f.path) && !deeper && in.something()
	})
}

// maxMembers is how many members the object of an error has at most.
const maxMembers = 10

// brings reports whether what stands at a place brings what successes bring, beside
// one of its members.
func (d document) brings(place []string, but *fact) bool {
	members := d.members(place)
	return len(members) > maxMembers || d.has(place, contents, but) || slices.ContainsFunc(members, func(f *fact) bool {
		_, ok := f.value.(full)
		return ok && f != but && !isOne(errors, f.name()) && !isOne(reasons, f.name()) && !isOne(wrappers, f.name()) && !isOne(besides, f.name())
	})
}

// isFine reports whether a word says that all is well, or well enough.
func (d document) isFine(place []string) bool {
	return slices.ContainsFunc(d.members(place), func(f *fact) bool {
		value, ok := f.value.(string)
		return ok && isOne(states, f.name()) && isOne(well, value)
	})
}

// flag finds a member that says in a word that something went wrong.
func (d document) flag(place []string) (*fact, int) {
	for _, f := range d.members(place) {
		is, ok := f.value.(bool)
		switch {
		case !ok:
		case !is && isOne(flags, f.name()) && (d.has(place, reasons, f) || d.has(nil, reasons, f) || d.has(place, errorNumbers, f) || len(d.members(place)) == 1),
			is && isOne(alarms, f.name()):
			return f, d.told(place)
		}
	}
	return nil, 0
}

// told is the status that codes beside a flag tell.
func (d document) told(place []string) int {
	for _, f := range d {
		if len(f.path) == len(place)+1 || len(f.path) == len(place)+2 {
			if value, ok := f.value.(string); ok && isOne(append(codes, "errorcode"), f.name()) {
				if status := statusOf(value); status != 500 && status != 0 {
					return status
				}
			}
		}
	}
	return 500
}

// failure finds a member that has what went wrong in it.
func (d document) failure(place []string) (*fact, int) {
	for _, f := range d.members(place) {
		if !isOne(errors, f.name()) || !d.says(f) || d.brings(place, f) || d.isFine(place) {
			continue
		}
		if _, ok := f.value.(json.Number); ok && !isOne(errorNumbers, f.name()) {
			continue
		}
		best := f
		if _, ok := f.value.(full); ok {
			best = d.inner(f)
		}
		_, value := best.condition()
		if n, ok := best.number(); ok && n >= 400 && n <= 599 {
			return best, 0
		}
		return best, statusOf(value)
	}
	return nil, 0
}

// inner is what an error is called, or the error itself.
func (d document) inner(f *fact) *fact {
	for _, code := range codes {
		for i := range d {
			c := &d[i]
			direct := len(c.path) == len(f.path)+1
			first := len(c.path) == len(f.path)+2 && c.path[len(f.path)] == "0"
			if (direct || first) && slices.Equal(c.path[:len(f.path)], f.path) && plain(c.name()) == code && c.something() {
				if _, ok := c.text(); ok {
					return c
				}
			}
		}
	}
	return f
}

// state finds a word for how it went, beside a reason.
func (d document) state(place []string) (*fact, int) {
	for _, f := range d.members(place) {
		value, ok := f.value.(string)
		if !ok || !isOne(states, f.name()) || !isOne(bad, value) || d.has(place, []string{"id"}, f) {
			continue
		}
		why := reasons
		if isOne(ended, value) {
			why = says
		}
		if d.has(place, why, f) || d.has(nil, why, f) || d.has(place, numbers, f) || len(d.members(place)) == 1 {
			return f, d.told(place)
		}
	}
	return nil, 0
}

// code finds a number for how it went that says that it did not go well.
func (d document) code(place []string) (*fact, int) {
	for _, f := range d.members(place) {
		n, ok := f.number()
		isError, isCode := isOne(errorNumbers, f.name()), isOne(numbers, f.name())
		reasoned := d.has(place, reasons, f) || d.has(nil, reasons, f)
		switch {
		case !ok || n == 0 || !isError && !isCode || d.brings(place, f):
		case n >= 400 && n <= 599 && reasoned:
			return f, 0
		case isError && (reasoned || len(d.members(place)) == 1), isCode && reasoned && (n < 0 || n > 999) && len(d.members(nil)) <= 6:
			return f, 500
		}
	}
	return nil, 0
}
