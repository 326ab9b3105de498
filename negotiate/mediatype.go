package negotiate

import (
	"errors"
	"fmt"
	"strings"
)

// Param is one parameter of a media type. Name is in lower case; Value is the
// text itself, without the quotes and escapes of a quoted-string.
type Param struct{ Name, Value string }

// MediaType is a media type with its parameters (RFC 9110 §8.3.1). Type, Subtype
// and the names of parameters are in lower case, values as they were written.
//
// Wherever this package compares values, the case of ASCII letters does not
// count. RFC 9110 §8.3.1 leaves that to each parameter (charset ignores case),
// and a gate cannot know them all; of the two mistakes, refusing a request that
// works is the worse one.
type MediaType struct {
	Type, Subtype string
	Params        []Param // in the order written, repeated names included
}

// What can be wrong with a media type; ParseMediaType adds the value.
var (
	errNoType     = errors.New("does not begin with a type")
	errNoSlash    = errors.New(`has no "/" after the type`)
	errNoSubtype  = errors.New(`has no subtype after the "/"`)
	errSemicolon  = errors.New("has something other than parameters after the subtype")
	errParamName  = errors.New("has a parameter without a name")
	errParamEqual = errors.New(`has a parameter without "=" right after its name`)
	errParamValue = errors.New("has a parameter whose value is neither a token nor a quoted-string")
)

// ParseMediaType reads s by the grammar of RFC 9110 §8.3.1 and §5.6.6: no
// whitespace around "/" and "=", optional whitespace around ";" and the whole,
// empty parameters ignored. "*" is a token character, so media ranges parse too.
// The error names s.
func ParseMediaType(s string) (MediaType, error) {
	essence, slash, rest, err := consumeEssence(trimOWS(s))
	if err != nil {
		return MediaType{}, fmt.Errorf("media type %q %w", s, err)
	}
	m := MediaType{Type: strings.ToLower(essence[:slash]), Subtype: strings.ToLower(essence[slash+1:])}
	for {
		var p rawParam
		p, rest, err = consumeParam(rest)
		if err != nil {
			return MediaType{}, fmt.Errorf("media type %q %w", s, err)
		}
		if p.name == "" {
			return m, nil
		}
		m.Params = append(m.Params, Param{Name: strings.ToLower(p.name), Value: unquote(p.value)})
	}
}

// String writes m the shortest way that RFC 9110 §8.3.1 allows, without
// whitespace and with quotes only where a value needs them. ParseMediaType reads
// what it has once returned back to an equal value.
func (m MediaType) String() string {
	var s strings.Builder
	s.WriteString(m.Type)
	s.WriteByte('/')
	s.WriteString(m.Subtype)
	for _, p := range m.Params {
		s.WriteByte(';')
		s.WriteString(p.Name)
		s.WriteByte('=')
		s.WriteString(quote(p.Value))
	}
	return s.String()
}

// rawParam is a parameter as it stands in a header field.
type rawParam struct {
	name  string
	value string // as consumeValue returns it
}

// consumeEssence takes type "/" subtype off the front of s; slash is the index
// of the "/" in essence.
func consumeEssence(s string) (essence string, slash int, rest string, err error) {
	token, rest := consumeToken(s)
	if token == "" {
		return "", 0, s, errNoType
	}
	if rest == "" || rest[0] != '/' {
		return "", 0, s, errNoSlash
	}
	slash = len(token)
	if token, rest = consumeToken(rest[1:]); token == "" {
		return "", 0, s, errNoSubtype
	}
	return s[:slash+1+len(token)], slash, rest, nil
}

// consumeParam takes the next parameter off the front of s, the part of a media
// type after its subtype, and passes over empty ones. At the end of s it returns
// a parameter without a name.
func consumeParam(s string) (p rawParam, rest string, err error) {
	for {
		s = consumeOWS(s)
		if s == "" {
			return rawParam{}, "", nil
		}
		if s[0] != ';' {
			return rawParam{}, s, errSemicolon
		}
		if s = consumeOWS(s[1:]); s != "" && s[0] != ';' {
			break
		}
	}
	if p.name, rest = consumeToken(s); p.name == "" {
		return rawParam{}, s, errParamName
	}
	if rest == "" || rest[0] != '=' {
		return rawParam{}, s, errParamEqual
	}
	var ok bool
	if p.value, rest, ok = consumeValue(rest[1:]); !ok {
		return rawParam{}, s, errParamValue
	}
	return p, rest, nil
}

// containsParams reports whether have has every one of want, names compared
// without case (RFC 9110 §5.6.6). Of a repeated name in have the first counts,
// as in the WHATWG MIME Sniffing parser.
func containsParams(have, want []rawParam) bool {
	for i := range want {
		value, ok := findParam(have, want[i].name)
		if !ok || !equalValue(value, want[i].value) {
			return false
		}
	}
	return true
}

func findParam(params []rawParam, name string) (value string, ok bool) {
	for i := range params {
		if equalFold(params[i].name, name) {
			return params[i].value, true
		}
	}
	return "", false
}
