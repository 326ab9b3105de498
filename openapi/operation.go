package openapi

import "strings"

// parameter is what counts of a parameter.
type parameter struct {
	name, in string
	required bool
	spans    bool // x-multi-segment
	file     bool // of 2.0: sent as multipart/form-data only
}

// place is where an operation stands.
type place struct {
	document   *document
	key        string // the path as the document has it
	ref        string // the $ref that its path item came from
	method     string // the key of the operation
	additional bool   // among the additionalOperations
}

// operation reads an operation.
func (r *reader) operation(item *pathItem, method string, m member, additional bool) {
	if m.value.kind() != kindMap && m.value.kind() != kindNull {
		r.warn(m.value, "want an operation, got %s", m.value.describe())
		return
	}
	if r.exhausted != nil {
		return
	}
	members := r.members(m.value)
	parameters := r.parameters(item.parameters, r.items(find(members, "parameters")))
	o := &Operation{Method: method, Path: item.path, At: m.key.position()}
	o.places = []place{{document: r.builder.document, key: item.raw, ref: item.ref, method: m.name, additional: additional}}
	if r.version == version20 {
		r.body20(o, members, parameters)
	} else {
		r.body30(o, find(members, "requestBody"))
	}
	r.responses(o, members)
	r.successes(o)
	bases := r.servers(find(members, "servers"), item.bases)
	r.builder.add(r, item, o, bases, func(name string) bool {
		for _, p := range parameters {
			if p.spans && p.name == name {
				return true
			}
		}
		return false
	})
}

// parameters reads the parameters of an operation, after those of its path that
// it does not have itself.
func (r *reader) parameters(ofPath, own []value) []parameter {
	if len(ofPath)+len(own) == 0 {
		return nil
	}
	list := make([]parameter, 0, len(ofPath)+len(own))
	for _, v := range own {
		if p, ok := r.parameter(v); ok {
			list = append(list, p)
		}
	}
	for _, v := range ofPath {
		if p, ok := r.parameter(v); ok && !overridden(list, p) {
			list = append(list, p)
		}
	}
	return list
}

// overridden reports whether a parameter of the path is one of the operation's.
func overridden(list []parameter, p parameter) bool {
	for _, q := range list {
		if q.name == p.name && q.in == p.in {
			return true
		}
	}
	return false
}

// parameter reads a parameter, the first time.
func (r *reader) parameter(v value) (parameter, bool) {
	if p, ok := r.shared.parameters[v]; ok {
		return p, p.in != ""
	}
	var p parameter
	if o := r.object(v); o.ok {
		members := o.members
		p.name, p.in = find(members, "name").scalar(), strings.ToLower(find(members, "in").scalar())
		p.required = find(members, "required").scalar() == "true"
		p.spans = find(members, "x-multi-segment").scalar() == "true"
		p.file = find(members, "type").scalar() == "file"
	}
	r.shared.parameters[v] = p
	return p, p.in != ""
}
