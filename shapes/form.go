package shapes

import (
	"strings"

	"github.com/statusgate/statusgate/inspect"
)

// The words in which the table says what a document is like.

type (
	form   = inspect.Form
	member = inspect.Member
	codes  = inspect.Codes

	wordCode   = inspect.WordCode
	numberCode = inspect.NumberCode
)

var (
	nothing  = form{Kinds: inspect.KindNull}
	isFalse  = form{Kinds: inspect.KindFalse}
	boolean  = form{Kinds: inspect.KindBool}
	integer  = form{Kinds: inspect.KindNumber, Class: inspect.Integer}
	number   = form{Kinds: inspect.KindNumber}
	text     = form{Kinds: inspect.KindText}
	uri      = form{Kinds: inspect.KindText, Class: inspect.URI}
	filled   = form{Kinds: inspect.KindText, Class: inspect.Filled}
	word     = form{Kinds: inspect.KindText, Class: inspect.Word}
	scalar   = form{Kinds: inspect.KindScalar}
	anything = form{Kinds: inspect.KindAny}
	some     = form{Kinds: inspect.KindObject} // an object, whatever is in it
	empty    = form{Kinds: inspect.KindObject, Members: []member{}}
	array    = form{Kinds: inspect.KindArray}
)

// object is an object with these members and no others.
func object(members ...member) form {
	return form{Kinds: inspect.KindObject, Members: members}
}

// open is an object with these members, and any others.
func open(members ...member) form {
	return form{Kinds: inspect.KindObject, Members: members, Others: inspect.KindAny}
}

// list is an array of at least one of these.
func list(of form) form { return form{Kinds: inspect.KindArray, Element: &of, Items: true} }

// one is one of these texts.
func one(values ...string) form { return form{Kinds: inspect.KindText, Values: values} }

// status is a number that is a status of an error in HTTP, or a text that is.
func status() form {
	return form{
		Kinds: inspect.KindNumber | inspect.KindText, Class: inspect.Integer, Min: 400, Max: 599, Tells: &codes{HTTP: true},
	}
}

// between is an integer within bounds, as a number or as a text.
func between(low, high int) form {
	return form{Kinds: inspect.KindNumber | inspect.KindText, Class: inspect.Integer, Min: low, Max: high}
}

// not is a scalar that is none of these.
func not(of form, values ...string) form {
	for _, v := range values {
		of.Values = append(of.Values, "!"+v)
	}
	return of
}

// or is what one or the other is.
func or(f form, kinds inspect.Kinds) form {
	f.Kinds |= kinds
	return f
}

// tells is a value that tells a status.
func tells(f form, c *codes) form {
	f.Tells = c
	return f
}

// otherwise is a document that tells this status where no value in it tells one.
func otherwise(f form, status int) form {
	f.Else = status
	return f
}

func must(name string, f form) member { return member{Name: name, Form: f} }

func may(name string, f form) member { return member{Name: name, Form: f, Optional: true} }

// many may be in an element any number of times, once at least.
func many(name string, f form) member { return member{Name: name, Form: f, Many: true} }

// The words of XML.

// root is a document with this element.
func root(name string, f form) form { return object(must(name, f)) }

// element is an element with these members and no others.
func element(members ...member) form {
	return form{Kinds: inspect.KindObject | inspect.KindText, Members: members}
}

// in is an element in one of some namespaces.
func in(f form, spaces ...string) form {
	f.Spaces = spaces
	return f
}

// node is an element, whatever is in it.
var node = form{Kinds: inspect.KindObject | inspect.KindText}

// words tell a status; they stand in a text with single spaces between.
func words(status int, list string) wordCode {
	return wordCode{Status: status, Words: strings.Fields(list)}
}

// phrases tell a status.
func phrases(status int, list ...string) wordCode {
	return wordCode{Status: status, Words: list}
}

// numbers tell a status, each of them.
func numbers(status int, list ...int) (ranges []inspect.NumberCode) {
	for _, n := range list {
		ranges = append(ranges, inspect.NumberCode{Low: n, High: n, Status: status})
	}
	return ranges
}

// span is numbers that tell a status.
func span(status, low, high int) inspect.NumberCode {
	return inspect.NumberCode{Low: low, High: high, Status: status}
}

// any may be in an element any number of times.
func any(name string, f form) member { return member{Name: name, Form: f, Many: true, Optional: true} }
