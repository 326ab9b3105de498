package faults

import (
	"strconv"

	"github.com/statusgate/statusgate/internal/lex"
)

// jsonKind recognizes a document in JSON: one response, or a list of them.
func jsonKind(body []byte) (Kind, bool) {
	r := jsonReader{in: lex.NewJSON(body)}
	var kind Kind
	var fault bool
	if r.in.Next() == lex.Object {
		kind, fault = r.response()
	} else {
		kind, fault = r.batch()
	}
	if r.in.Next() != lex.JSONEnd || !fault {
		return None, false
	}
	return kind, true
}

// batch reads a list of responses of one protocol (JSON-RPC 2.0 section 6; servers of GraphQL and APIs of Google that
// stream have it, too), of which at least one is an error.
func (r *jsonReader) batch() (kind Kind, fault bool) {
	same := true
	for {
		switch r.in.Next() {
		case lex.ArrayEnd:
			return kind, fault && same
		case lex.Object:
			other, failed := r.response()
			same = same && (kind == None || kind == other) && (other == JSONRPC || other == GraphQL || other == Google)
			kind, fault = other, fault || failed
		default:
			return None, false
		}
	}
}

// members are those that tell responses apart.
type members uint16

const (
	hasJSONRPC members = 1 << iota
	hasVersion
	hasResult
	hasID
	hasError
	hasODataError
	hasErrors
	hasData
	hasExtensions
	hasCode
	hasMessage
	hasDetails
	hasOther
)

var memberNames = [...]string{
	"jsonrpc", "version", "result", "id", "error", "odata.error", "errors", "data", "extensions", "code", "message", "details",
}

// facts are what was found out about their values.
type facts uint16

const (
	isVersion2    facts = 1 << iota
	isResult            // the result is not null
	isError             // the error is not null
	isErrorText         // it has a message that is a text
	isErrorValue        // it has one that is an object with a value, which is a text
	isErrorNumber       // it has a code that is an integer
	isErrorCode         // it has one that is a text
	isListCoded         // all of errors have a code that is a text, and if any a message that is one
	isListTold          // all of errors have a message that is a text
	isListStrange       // one has what GraphQL does not know, and besides the message nothing that it knows
	isStatus            // the code is one of google.rpc.Code that is an error
	isMessage           // the message is a text
	isBroken            // a member is there twice, or is not what no protocol has otherwise
)

type jsonReader struct {
	in    lex.JSON
	seen  members
	facts facts
}

func (r *jsonReader) has(all facts) bool { return r.facts&all == all }

// note keeps a fact if it is one.
func (r *jsonReader) note(is bool, fact facts) {
	if is {
		r.facts |= fact
	}
}

// response reads an object behind its brace.
func (r *jsonReader) response() (kind Kind, fault bool) {
	r.seen, r.facts = 0, 0
	for {
		switch r.in.Next() {
		case lex.ObjectEnd:
			return r.judge()
		case lex.Name:
			r.member()
		default:
			return None, false // no JSON
		}
	}
}

// member reads the value of the member whose name is the token.
func (r *jsonReader) member() {
	member, name := hasOther, r.in.Bytes()
	for i, known := range memberNames {
		if lex.EqualJSON(name, known) {
			member = 1 << i
		}
	}
	r.note(member != hasOther && r.seen&member != 0, isBroken)
	r.seen |= member
	switch token := r.in.Next(); member {
	case hasJSONRPC:
		r.note(r.is(token, "2.0"), isVersion2)
	case hasVersion:
		r.note(!r.is(token, "1.1"), isBroken)
	case hasResult:
		r.skip(token)
		r.note(token != lex.Null, isResult)
	case hasError, hasODataError:
		r.error(token)
	case hasErrors:
		r.errors(token)
	case hasCode:
		code, ok := r.integer(token)
		r.note(ok && code >= 1 && code <= 16, isStatus)
		r.skip(token)
	case hasMessage:
		r.skip(token)
		r.note(token == lex.String, isMessage)
	default:
		r.skip(token)
	}
}

// judge tells what a response is by what it has.
func (r *jsonReader) judge() (kind Kind, fault bool) {
	only := func(all members) bool { return r.seen&^all == 0 }
	reply := hasJSONRPC | hasVersion | hasResult | hasID | hasError
	told := r.has(isError | isErrorText)
	switch {
	case r.has(isBroken):
	case r.has(isVersion2) && r.seen&hasError == 0:
		return JSONRPC, false
	case r.has(isVersion2):
		return JSONRPC, told && r.has(isErrorNumber) && !r.has(isResult)
	case only(reply) && r.seen&hasID != 0 && r.has(isError) && !r.has(isResult):
		// JSON-RPC 1.0 has all three members. Some leave the result out.
		return JSONRPC, r.seen&hasResult != 0 || told && r.has(isErrorNumber)
	case only(hasErrors) && r.has(isListCoded):
		return Registry, true
	case only(hasErrors|hasData|hasExtensions) && r.has(isListTold):
		return GraphQL, r.seen&hasData != 0 || !r.has(isListStrange)
	case only(hasData | hasExtensions):
		return GraphQL, false
	case only(hasError) && told && r.has(isErrorNumber):
		return Google, true
	case (only(hasError) || only(hasODataError)) && r.has(isErrorCode) && (told || r.has(isErrorValue)):
		return OData, true
	case only(hasCode|hasMessage|hasDetails|hasError) && r.has(isStatus|isMessage):
		return Google, true
	}
	return None, false
}

// skip reads to the end of the value that begins with a token.
func (r *jsonReader) skip(token lex.JSONToken) {
	if token != lex.Object && token != lex.Array {
		return
	}
	for depth := r.in.Depth; token != lex.JSONBad && (token != lex.ObjectEnd && token != lex.ArrayEnd || r.in.Depth > depth); {
		token = r.in.Next()
	}
}

// is reads a value and tells whether it is a text.
func (r *jsonReader) is(token lex.JSONToken, text string) bool {
	if token == lex.String {
		return lex.EqualJSON(r.in.Bytes(), text)
	}
	r.skip(token)
	return false
}

// integer gives a value that is an integer of at most nine digits.
func (r *jsonReader) integer(token lex.JSONToken) (int, bool) {
	if token != lex.Number || r.in.Len() > len("-999999999") {
		return 0, false
	}
	n, err := strconv.Atoi(string(r.in.Bytes()))
	return n, err == nil
}
