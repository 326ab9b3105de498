package faults

import "github.com/statusgate/statusgate/internal/lex"

// error reads the error of a response: an object in most protocols.
func (r *jsonReader) error(token lex.JSONToken) {
	r.note(token != lex.Null, isError)
	if token != lex.Object {
		r.skip(token)
		return
	}
	code, message := false, false
	for r.in.Next() == lex.Name {
		name := r.in.Bytes()
		isCode, isMessage := lex.EqualJSON(name, "code"), lex.EqualJSON(name, "message")
		r.note(isCode && code || isMessage && message, isBroken)
		code, message = code || isCode, message || isMessage
		token := r.in.Next()
		switch {
		case isCode:
			_, ok := r.integer(token)
			r.note(ok, isErrorNumber)
			r.note(token == lex.String, isErrorCode)
			r.skip(token)
		case isMessage && token == lex.Object:
			r.note(r.hasValue(), isErrorValue)
		case isMessage:
			r.note(token == lex.String, isErrorText)
			r.skip(token)
		default:
			r.skip(token)
		}
	}
}

// hasValue reads the message of OData 2 and 3, an object with a language and a value.
func (r *jsonReader) hasValue() (has bool) {
	for r.in.Next() == lex.Name {
		isValue := lex.EqualJSON(r.in.Bytes(), "value")
		token := r.in.Next()
		has = has || isValue && token == lex.String
		r.skip(token)
	}
	return has
}

// errors reads a list of errors.
func (r *jsonReader) errors(token lex.JSONToken) {
	if token != lex.Array {
		r.skip(token)
		return
	}
	coded, told, strange := true, true, false
	n := 0
	for ; ; n++ {
		if token = r.in.Next(); token == lex.ArrayEnd || token == lex.JSONBad {
			break
		}
		if token != lex.Object {
			r.skip(token)
			coded, told = false, false
			continue
		}
		e := r.listed()
		coded = coded && e.code && !e.wrong && !e.graphQL
		told = told && e.message && !e.wrong
		strange = strange || e.other && !e.graphQL
	}
	r.note(n > 0 && coded, isListCoded)
	r.note(n > 0 && told, isListTold)
	r.note(strange, isListStrange)
}

// listed is one of a list of errors.
type listed struct {
	code    bool // it has a code that is a text
	message bool // it has a message
	wrong   bool // that or another member of GraphQL is not what it should be
	graphQL bool // it has one of the other members of GraphQL
	other   bool // it has members that GraphQL does not know
}

func (r *jsonReader) listed() (e listed) {
	for r.in.Next() == lex.Name {
		name := r.in.Bytes()
		isCode, isMessage := lex.EqualJSON(name, "code"), lex.EqualJSON(name, "message")
		isList := lex.EqualJSON(name, "locations") || lex.EqualJSON(name, "path")
		isObject := lex.EqualJSON(name, "extensions")
		token := r.in.Next()
		r.skip(token)
		switch {
		case isMessage:
			e.wrong = e.wrong || e.message || token != lex.String
			e.message = true
		case isList || isObject:
			e.wrong = e.wrong || token != lex.Null && (isList && token != lex.Array || isObject && token != lex.Object)
			e.graphQL = true
		default:
			e.code = e.code || isCode && token == lex.String
			e.other = true
		}
	}
	return e
}
