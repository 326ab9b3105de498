package openapi

import (
	"net/http"
	"slices"
	"strings"
)

// responseKey is what the responses of an operation depend on. Operations behind
// YAML aliases have theirs in common.
type responseKey struct {
	at       value
	produces types
}

// responses reads the responses of an operation.
func (r *reader) responses(o *Operation, members []member) {
	key := responseKey{at: find(members, "responses")}
	if r.version == version20 {
		key.produces = r.readTypes(r.listed(members, "produces", r.defaults.produces))
	}
	list, ok := r.shared.lists[key]
	if !ok {
		list = r.responseList(key)
		r.shared.lists[key] = list
	}
	o.Responses = list
}

func (r *reader) responseList(key responseKey) []Response {
	members := r.object(key.at).members
	list := make([]Response, 0, len(members))
	for _, m := range members {
		if isExtension(m.name) || m.name == "$ref" {
			continue
		}
		code, odd, ok := parseCode(m.name)
		if !ok {
			r.warn(m.key, "%s is no status; nothing is made of it", quoted(m.name))
			continue
		}
		if odd {
			r.warn(m.key, "the status %s must be written %s; it counts all the same", quoted(m.name), code)
		}
		response := r.response(m.value)
		response.Code, response.At = code, m.key.position()
		if r.version == version20 {
			response.Types, response.unsure = key.produces.set, response.unsure || key.produces.unsure
		}
		list = respond(list, response)
	}
	return slices.Clip(list)
}

// respond adds a response; one with a code that is there already joins it.
func respond(list []Response, response Response) []Response {
	for i := range list {
		if have := &list[i]; have.Code == response.Code {
			have.join(response)
			return list
		}
	}
	return append(list, response)
}

// join makes r document what either of the two does. A field that only one of
// them declares is not declared.
func (r *Response) join(other Response) {
	r.Types, r.unsure = joined(r.Types, other.Types), r.unsure || other.unsure
	fields := make([]Field, 0, len(r.Fields))
	for _, f := range r.Fields {
		if slices.ContainsFunc(other.Fields, func(g Field) bool { return g.key == f.key }) {
			fields = append(fields, f)
		}
	}
	r.Fields = fields
}

// response reads a response, the first time.
func (r *reader) response(v value) Response {
	if response, ok := r.shared.responses[v]; ok {
		return response
	}
	var response Response
	if v.kind() != kindMap && v.kind() != kindNull {
		r.warn(v, "want a response, got %s", v.describe())
	} else if o := r.object(v); o.ok {
		members := o.members
		response.ref = r.mainRef(o)
		if r.version == version20 {
			response.unsure = find(members, "schema").src == nil
		} else {
			t := r.content(find(members, "content"))
			response.Types, response.unsure = t.set, t.unsure
		}
		response.Fields = r.fields(find(members, "headers"))
	}
	r.shared.responses[v] = response
	return response
}

// fields reads the header fields of a response.
func (r *reader) fields(v value) []Field {
	members := r.members(v)
	if len(members) == 0 {
		return nil
	}
	fields := make([]Field, 0, len(members))
	for _, m := range members {
		switch {
		case strings.EqualFold(m.name, "Content-Type"):
			continue
		case !isToken(m.name):
			r.warn(m.key, "%s is no name of a header field; nothing is made of it", quoted(m.name))
			continue
		}
		o := r.object(m.value)
		fields = append(fields, Field{
			Name: m.name, Required: find(o.members, "required").scalar() == "true", At: m.key.position(),
			key: http.CanonicalHeaderKey(m.name), apart: o.ref != "",
		})
	}
	return slices.Clip(fields)
}

// successes derives what the operation produces: what all its successes can be.
// One without content says nothing, unless its status has none.
func (r *reader) successes(o *Operation) {
	var list []string
	for i := range o.Responses {
		response := &o.Responses[i]
		if response.Code != 2 && response.Code/100 != 2 {
			continue
		}
		if response.Code == http.StatusNoContent || response.Code == http.StatusResetContent {
			continue
		}
		if response.Types == nil || response.unsure {
			return
		}
		for _, t := range response.Types.List() {
			if !slices.Contains(list, t) {
				list = append(list, t)
			}
		}
	}
	o.Produces = r.shared.offersOf(list)
}

// isToken reports whether s can name a header field (RFC 9110 §5.1).
func isToken(s string) bool {
	for i := range len(s) {
		c := s[i]
		known := 'a' <= c|0x20 && c|0x20 <= 'z' || '0' <= c && c <= '9'
		if !known && strings.IndexByte("!#$%&'*+-.^_`|~", c) < 0 {
			return false
		}
	}
	return s != ""
}
