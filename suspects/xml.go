package suspects

import (
	"encoding/xml"
	"slices"
	"strconv"
	"strings"
)

// element is one near the root of a document.
type element struct {
	path []string // of names, the root first
	text string
	full bool // it has something in it
	of   int  // how many elements are in it
}

func (e *element) name() string { return e.path[len(e.path)-1] }

// broken are endings of the names of elements that say that something went wrong.
var broken = []string{"error", "errors", "fault", "exception", "errorresponse", "errorreport", "exceptionreport", "errormessage", "errorcode", "errorresult", "failure"}

func isBroken(name string) bool {
	name = plain(name)
	return slices.ContainsFunc(broken, func(end string) bool { return strings.HasSuffix(name, end) })
}

// inXML looks at the first two levels of a document.
func inXML(status int, text string) (Finding, bool) {
	list := elements(text)
	isFine := slices.ContainsFunc(list, func(e element) bool {
		return len(e.path) == 2 && e.of == 0 && isOne(states, strings.TrimPrefix(e.name(), "@")) && isOne(well, e.text)
	})
	for i := range list {
		e := &list[i]
		if len(e.path) > 2 || !e.full {
			continue
		}
		attribute := strings.HasPrefix(e.name(), "@")
		value, kept := word(e.text)
		number, err := strconv.Atoi(strings.TrimSpace(e.text))
		isNumber := err == nil && e.of == 0
		name := strings.TrimPrefix(e.name(), "@")
		condition := "xml " + strings.Join(e.path, "/")
		switch {
		case isOne(states, name) && e.of == 0 && kept && isOne(bad, value):
			return found(XML, status, 500, condition+" "+value)
		case isOne(numbers, name) && isNumber && number >= 400 && number <= 599:
			return found(XML, status, 0, condition+" "+value)
		case attribute: // says it in no other way
		case isOne(flags, name) && value == "false":
			return found(XML, status, 500, condition+" false")
		case isOne(errorNumbers, name) && isNumber && number != 0:
			return found(XML, status, 500, condition+" "+value)
		case isBroken(name) && !isFine && !isNumber && (e.of > 0 || !isOne(fine, e.text)):
			return inElement(status, list[i:])
		}
	}
	return Finding{}, false
}

// inElement tells what the first of some elements, which says that something went
// wrong, calls it.
func inElement(status int, list []element) (Finding, bool) {
	e := &list[0]
	for i := range list[1:] {
		c := &list[i+1]
		if len(c.path) <= len(e.path) || !slices.Equal(c.path[:len(e.path)], e.path) || c.of > 0 || !isOne(append(codes, "exceptioncode"), strings.TrimPrefix(c.name(), "@")) {
			continue
		}
		if value, ok := word(c.text); ok && !personal(c.name()) {
			return found(XML, status, statusOf(value), "xml "+strings.Join(c.path, "/")+" "+value)
		}
	}
	return found(XML, status, 500, "xml "+strings.Join(e.path, "/"))
}

// elements reads the elements and attributes of a document down to the fourth
// level, as far as it goes.
func elements(text string) (list []element) {
	d := xml.NewDecoder(strings.NewReader(text))
	d.Strict = false
	var path []string
	var open []int // of list, by depth
	for len(list) < maxFacts {
		token, err := d.RawToken()
		if err != nil {
			return list
		}
		switch token := token.(type) {
		case xml.StartElement:
			if n := len(open); n > 0 && open[n-1] >= 0 {
				list[open[n-1]].full = true
				list[open[n-1]].of++
			}
			path = append(path, token.Name.Local)
			open = append(open, -1)
			if len(path) > maxDepth {
				continue
			}
			open[len(open)-1] = len(list)
			list = append(list, element{path: slices.Clone(path)})
			for _, a := range token.Attr {
				if a.Name.Space != "xmlns" && a.Name.Local != "xmlns" {
					list = append(list, element{path: append(slices.Clone(path), "@"+a.Name.Local), text: a.Value, full: a.Value != ""})
				}
			}
		case xml.EndElement:
			if len(path) > 0 {
				path, open = path[:len(path)-1], open[:len(open)-1]
			}
		case xml.CharData:
			if n := len(open); n > 0 && open[n-1] >= 0 {
				e := &list[open[n-1]]
				if e.text = strings.TrimSpace(e.text + string(token)); e.text != "" {
					e.full = true
				}
			}
		}
	}
	return list
}
