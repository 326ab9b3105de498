package redact

import (
	"bytes"

	"github.com/statusgate/statusgate/internal/lex"
)

// JSON appends body to dst without what leaks. It is not ok, and dst as it was, where body is no JSON, or nested
// deeper than [lex.MaxDepth]. dst and body must not overlap.
func JSON(dst, body []byte) (out []byte, ok bool) {
	j := jsonCutter{output: output{dst: dst, src: body}, in: lex.NewJSON(body)}
	for {
		token := j.in.Next()
		if j.first {
			j.first, j.copied = false, j.in.Start
		}
		switch token {
		case lex.JSONBad:
			return dst, false
		case lex.JSONEnd:
			j.copy(len(body))
			return j.dst, true
		default:
			if !j.take(token) {
				return dst, false
			}
		}
	}
}

type jsonCutter struct {
	output

	in     lex.JSON
	levels [lex.MaxDepth + 1]level
	name   lex.Span // of the member that is being read
	first  bool     // what was left out was the first in its object or array; the comma behind it has to go, too
}

// level is an open object or array.
type level struct {
	start int  // where it begins, with its name
	kept  bool // something within it stays
	end   int  // of the last that stays

	// What the output was when it began, in case that it has to go.
	written, copied int
	gone            bool
}

// take reports false where a member has no value.
func (j *jsonCutter) take(token lex.JSONToken) bool {
	depth := j.in.Depth
	switch token {
	case lex.Name:
		j.name = j.in.Span
		if leaksJSON(j.in.Bytes()) {
			return j.leaveOut(depth)
		}
		return true
	case lex.Object, lex.Array:
		j.levels[depth+1] = level{start: j.begin(), written: len(j.dst), copied: j.copied}
		j.name = lex.Span{}
		return true
	case lex.ObjectEnd, lex.ArrayEnd:
		if l := &j.levels[depth+1]; l.gone && depth > 0 {
			j.dst, j.copied = j.dst[:l.written], l.copied
			j.drop(depth, l.start)
			return true
		}
	case lex.String:
		j.text(depth)
	default: // stays as it is
	}
	j.levels[depth].kept, j.levels[depth].end = true, j.in.End
	j.name = lex.Span{}
	return true
}

// begin gives where a value begins, with its name.
func (j *jsonCutter) begin() int {
	if j.name.Len() > 0 {
		return j.name.Start
	}
	return j.in.Start
}

// leaveOut leaves out a member, of which the name has been read.
func (j *jsonCutter) leaveOut(depth int) bool {
	for {
		switch token := j.in.Next(); {
		case token == lex.JSONBad:
			return false
		case j.in.Depth == depth && token != lex.Object && token != lex.Array:
			j.drop(depth, j.name.Start)
			return true
		}
	}
}

// drop leaves out what begins at start and ends with the token, and a comma beside it.
func (j *jsonCutter) drop(depth, start int) {
	j.name = lex.Span{}
	if l := &j.levels[depth]; l.kept {
		j.skip(l.end, j.in.End)
		return
	}
	j.skip(start, j.in.End)
	j.first = true
}

var (
	nameType  = []byte(`"@type"`)
	debugInfo = []byte(`google.rpc.DebugInfo"`)
)

// text cuts a string. One says that the object is of a type that has nothing but internals.
func (j *jsonCutter) text(depth int) {
	quoted := j.in.Bytes()
	if bytes.Equal(j.name.Of(j.src), nameType) && bytes.HasSuffix(quoted, debugInfo) {
		j.levels[depth].gone = true
	}
	var l lines
	if at := l.cutAt(quoted[1:len(quoted)-1], lex.JSONRune); at >= 0 {
		j.skip(j.in.Start+1+at, j.in.End-1)
	}
}
