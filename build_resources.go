package statusgate

import "github.com/statusgate/statusgate/negotiate"

func (b *builder) resources(h *Handler, g *gate) {
	g.defaults = b.resource("", Resource{Methods: h.Methods, Consumes: h.Consumes, Produces: h.Produces, Codings: h.Codings}, nil)
	mode := b.oneOf("representations", h.Representations, "safe", "all", "off")
	represent := func(r *resource) {
		switch {
		case mode == 1:
			r.representations = representationsAll
		case mode == 0 && (h.Representations != "" || r.produces != nil):
			r.representations = representationsSafe
		}
	}
	represent(g.defaults)
	for i := range h.Resources {
		option := numbered("resource", i)
		r := b.resource(option, h.Resources[i], g.defaults)
		r.path = h.Resources[i].Path
		represent(r)
		g.declared = append(g.declared, r)
		if err := g.resources.Add(h.Resources[i].Path, r); err != nil {
			b.fail(option, err)
		}
	}
	if g.rejectPaths && len(h.Resources) == 0 {
		b.failf("unknown_resources", "reject without any resource would refuse every request")
	}
	d := g.defaults
	g.checks = len(h.Resources) > 0 || d.methods != nil || d.consumes != nil || d.produces != nil || d.codings != nil
}

// resource reads one resource; what it does not say is as in defaults.
func (b *builder) resource(option string, in Resource, defaults *resource) *resource {
	r := &resource{}
	if defaults != nil {
		*r = *defaults
	}
	override(b, option, "methods", in.Methods, negotiate.NewMethods, &r.methods)
	override(b, option, "consumes", in.Consumes, negotiate.NewRanges, &r.consumes)
	override(b, option, "produces", in.Produces, negotiate.NewOffers, &r.produces)
	override(b, option, "codings", in.Codings, negotiate.NewCodings, &r.codings)
	if in.Produces != nil && r.produces != nil {
		r.producesBoxed = nil
		for _, t := range r.produces.Types() {
			r.producesBoxed = append(r.producesBoxed, t)
		}
	}
	r.lists.allowed, r.lists.available = r.methods.List(), r.produces.Types()
	r.lists.accepted, r.lists.codings = r.consumes.List(), r.codings.List()
	return r
}

// override reads the values of one word of a resource, if there are any.
func override[T any](b *builder, option, word string, values []string, read func(...string) (*T, error), to **T) {
	if values == nil {
		return
	}
	key := word
	if option != "" {
		key = option + "." + word
	}
	if len(values) == 0 {
		b.failf(key, "no value")
		return
	}
	v, err := read(values...)
	if err != nil {
		b.fail(key, err)
		return
	}
	*to = v
}
