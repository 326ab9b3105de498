package openapi

import "strings"

const (
	urlencoded = "application/x-www-form-urlencoded"
	multipart  = "multipart/form-data"
)

// body is a request body on its way into an operation.
type body struct {
	Body
	types types
	ref   string // the $ref that it came from, in the main file
}

// body30 reads a requestBody.
func (r *reader) body30(o *Operation, v value) {
	if v.src == nil {
		return
	}
	b, ok := r.shared.bodies[v]
	if !ok {
		b.Declared = true
		if o := r.object(v); o.ok {
			b.ref = r.mainRef(o)
			b.Required = find(o.members, "required").scalar() == "true"
			b.types = r.content(find(o.members, "content"))
		}
		r.shared.bodies[v] = b
	}
	o.take(b)
}

// take makes b the body of the operation.
func (o *Operation) take(b body) {
	b.Types = b.types.set
	o.Body, o.Consumes, o.bodyRef = b.Body, b.types.checked(), b.ref
}

// body20 finds the body among the parameters (OpenAPI 2.0, Parameter Object).
func (r *reader) body20(o *Operation, members []member, parameters []parameter) {
	var b body
	form, file := false, false
	for _, p := range parameters {
		if p.in != "body" && p.in != "formdata" {
			continue
		}
		b.Declared, b.Required = true, b.Required || p.required
		form, file = form || p.in == "formdata", file || p.file
	}
	if !b.Declared {
		return
	}
	list := r.listed(members, "consumes", r.defaults.consumes)
	if form {
		list = withForms(list, file)
	}
	b.types = r.readTypes(list)
	o.take(b)
}

// listed are the media types that a list of 2.0 has, the operation's own or that
// of the document.
func (r *reader) listed(members []member, name string, outer value) []mediaType {
	if own := find(members, name); own.src != nil {
		outer = own
	}
	items := r.items(outer)
	list := make([]mediaType, 0, len(items)+2)
	for _, item := range items {
		list = append(list, mediaType{text: item.text(), at: item})
	}
	return list
}

// withForms adds the types of forms to those consumed, where none is there:
// formData is sent in no other (OpenAPI 2.0, Parameter Object).
func withForms(list []mediaType, file bool) []mediaType {
	for _, t := range list {
		essence, _, _ := strings.Cut(strings.ToLower(t.text), ";")
		if essence = strings.TrimSpace(essence); essence == urlencoded || essence == multipart {
			return list
		}
	}
	if !file {
		list = append(list, mediaType{text: urlencoded})
	}
	return append(list, mediaType{text: multipart})
}

// content reads the media types of a content map.
func (r *reader) content(v value) types {
	members := r.members(v)
	list := make([]mediaType, 0, len(members))
	for _, m := range members {
		if !isExtension(m.name) {
			list = append(list, mediaType{text: m.name, at: m.key})
		}
	}
	return r.readTypes(list)
}
