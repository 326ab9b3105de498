package openapi

import (
	"strings"
)

// Versions of the specification that differ for a gateway.
const (
	version20 version = 20
	version30 version = 30
)

// defaults are what a document says for all its operations.
type defaults struct {
	bases              bases
	consumes, produces value
}

// document is what a contract keeps of a document as a whole.
type document struct {
	name    string
	version version
}

// document reads the whole document.
func (r *reader) document() {
	root := r.main.root
	if k := root.kind(); k != kindMap {
		r.mistake(root, "want an API description, got %s", root.describe())
		return
	}
	members := r.members(root)
	if !r.readVersion(members) {
		return
	}
	r.builder.document = &document{name: r.main.name, version: r.version}
	r.defaults.bases = r.documentBases(members)
	r.defaults.consumes, r.defaults.produces = find(members, "consumes"), find(members, "produces")
	paths := find(members, "paths")
	if paths.src == nil || paths.kind() == kindNull {
		r.missing("there are no paths")
		return
	}
	r.paths(paths)
}

// missing reports something that the document as a whole lacks.
func (r *reader) missing(text string) {
	at := Position{File: r.main.name, Line: 1, Column: 1}
	r.notes.mistakes = append(r.notes.mistakes, Warning{At: at, Text: text})
}

func (r *reader) readVersion(members []member) bool {
	at := find(members, "openapi")
	if at.src == nil {
		if at = find(members, "swagger"); at.src == nil {
			r.missing(`there is neither "openapi" nor "swagger", so this is no API description`)
			return false
		}
	}
	text := at.text()
	switch {
	case text == "2.0" || text == "2":
		r.version = version20
	case isVersion(text, "3.0"), isVersion(text, "3.1"), isVersion(text, "3.2"):
		r.version = version30
	default:
		r.mistake(at, "version %s: want 2.0, 3.0, 3.1 or 3.2", quoted(text))
		return false
	}
	return true
}

// isVersion reports whether text is a version or one of its patches.
func isVersion(text, version string) bool {
	return text == version || strings.HasPrefix(text, version+".") || strings.HasPrefix(text, version+"-")
}

func (r *reader) documentBases(members []member) bases {
	switch {
	case r.options.Base != "":
		return bases{base(r.options.Base)}
	case r.version == version20:
		return bases{base(find(members, "basePath").scalar())}
	default:
		return r.servers(find(members, "servers"), noBase)
	}
}

// paths reads the paths, from which the operations come.
func (r *reader) paths(paths value) {
	for _, m := range r.object(paths).members {
		if isExtension(m.name) || m.name == "$ref" {
			continue
		}
		path := cutPath(m.name)
		if !strings.HasPrefix(path, "/") {
			r.warn(m.key, `the path %s does not begin with "/"; it counts as if it did`, quoted(m.name))
			path = "/" + path
		}
		r.path(pathItem{key: m.key, raw: m.name, path: path}, m.value)
	}
}

// pathItem is what the operations of a path have in common.
type pathItem struct {
	key        value
	raw        string // as the document has it
	path       string // without what is no part of a path
	ref        string // where the operations stand, if not here
	bases      bases
	parameters []value
}

// path reads a path item. One with a $ref has the operations of both; those that
// stand here win.
func (r *reader) path(item pathItem, v value) {
	members := r.members(v)
	if ref := find(members, "$ref"); ref.src != nil {
		if target, ok := r.resolve(ref); ok {
			there := r.object(target)
			if there.ref == "" {
				there.ref = ref.text()
			}
			r.pathMembers(item, r.mainRef(there), without(there.members, members))
		}
	}
	r.pathMembers(item, "", members)
}

// without lists the members that others do not have.
func without(members, others []member) []member {
	var left []member
	for _, m := range members {
		if find(others, m.name).src == nil {
			left = append(left, m)
		}
	}
	return left
}

func (r *reader) pathMembers(item pathItem, ref string, members []member) {
	item.ref = ref
	item.bases = r.servers(find(members, "servers"), r.defaults.bases)
	item.parameters = r.items(find(members, "parameters"))
	for _, m := range members {
		switch m.name {
		case "$ref", "parameters", "servers", "summary", "description":
		case "additionalOperations":
			for _, additional := range r.members(m.value) {
				r.operation(&item, additional.name, additional, true)
			}
		default:
			if method, ok := r.method(m); ok {
				r.operation(&item, method, m, false)
			}
		}
	}
}

// method is what a key of a path item stands for.
func (r *reader) method(m member) (method string, ok bool) {
	method = strings.ToUpper(m.name)
	switch {
	case isMethod(method):
		if m.name == method {
			r.warn(m.key, "the method %s must be in lower case; it counts all the same", quoted(m.name))
		}
		return method, true
	case !isExtension(m.name):
		r.warn(m.key, "%s is no method of OpenAPI; nothing is made of it", quoted(m.name))
	}
	return "", false
}

// isMethod reports whether a path item has a key for the method.
func isMethod(method string) bool {
	switch method {
	case "GET", "PUT", "POST", "DELETE", "OPTIONS", "HEAD", "PATCH", "TRACE", "QUERY":
		return true
	}
	return false
}
