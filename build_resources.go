package statusgate

import (
	"github.com/statusgate/statusgate/internal/exchange"
	"github.com/statusgate/statusgate/negotiate"
)

// resources reads what requests are checked against, and gives the resources
// that have a path, and what is described.
func (b *builder) resources(h *Handler, g *exchange.Gate) (declared []*exchange.Resource, described *described) {
	rs := &g.Resources
	rs.Declared.Strict = b.oneOf("paths", h.Paths, "strict", "lenient") == 0
	rs.Reject = b.oneOf("unknown_resources", h.UnknownResources, "pass", "reject") == 1
	rs.Defaults = b.resource("", Resource{Methods: h.Methods, Consumes: h.Consumes, Produces: h.Produces, Codings: h.Codings}, nil)
	mode := b.oneOf("representations", h.Representations, "safe", "all", "off")
	finish := func(r *exchange.Resource) {
		switch {
		case mode == 1:
			r.Representations = exchange.RepresentationsAll
		case mode == 0 && (h.Representations != "" || r.Produces != nil):
			r.Representations = exchange.RepresentationsSafe
		}
		r.Ready()
	}
	finish(rs.Defaults)
	for i := range h.Resources {
		option := numbered("resource", i)
		r := b.resource(option, h.Resources[i], rs.Defaults)
		r.Path = h.Resources[i].Path
		finish(r)
		b.methods(option, h.Resources[i].Operations, r, finish)
		declared = append(declared, r)
		if err := rs.Declared.Add(h.Resources[i].Path, r); err != nil {
			b.fail(option, err)
		}
	}
	described = b.description(h, g, finish)
	if rs.Reject && len(h.Resources) == 0 && described == nil {
		b.failf("unknown_resources", "reject without any resource would refuse every request")
	}
	d := rs.Defaults
	rs.Checks = len(h.Resources) > 0 || described != nil || d.Methods != nil || d.Consumes != nil || d.Produces != nil || d.Codings != nil
	return declared, described
}

// oddMethods are the methods of a configuration that IANA does not register, by
// the option that has them. They may be right: backends invent methods.
func (h *Handler) oddMethods() (odd []string) {
	add := func(option string, methods []string) {
		for _, m := range methods {
			if !negotiate.RegisteredMethod(m) {
				odd = append(odd, option+" "+m)
			}
		}
	}
	add("methods", h.Methods)
	for _, r := range h.Resources {
		add("resource "+r.Path+" methods", r.Methods)
		for _, o := range r.Operations {
			add("resource "+r.Path, []string{o.Method})
		}
	}
	return odd
}

// resource reads one resource; what it does not say is as in defaults.
func (b *builder) resource(option string, in Resource, defaults *exchange.Resource) *exchange.Resource {
	r := inherit(defaults)
	override(b, option, "methods", in.Methods, negotiate.NewMethods, &r.Methods)
	override(b, option, "consumes", in.Consumes, negotiate.NewRanges, &r.Consumes)
	override(b, option, "produces", in.Produces, negotiate.NewOffers, &r.Produces)
	override(b, option, "codings", in.Codings, negotiate.NewCodings, &r.Codings)
	if option != "" {
		r.Says |= said(in.Methods, exchange.SaidMethods) | said(in.Consumes, exchange.SaidConsumes) |
			said(in.Produces, exchange.SaidProduces) | said(in.Codings, exchange.SaidCodings)
	}
	return r
}

// inherit makes a resource that is as another one.
func inherit(from *exchange.Resource) *exchange.Resource {
	if from == nil {
		return new(exchange.Resource)
	}
	return &exchange.Resource{
		Methods: from.Methods, Consumes: from.Consumes, Produces: from.Produces, Codings: from.Codings, Says: from.Says,
		Representations: from.Representations,
	}
}

func said(values []string, option exchange.Said) exchange.Said {
	if values == nil {
		return 0
	}
	return option
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
