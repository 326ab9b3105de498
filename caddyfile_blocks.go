package statusgate

import "strings"

// The options of the directive that have a block of their own.

func (p *parser) resource() {
	key := numbered("resource", len(p.handler.Resources))
	p.lines[key] = p.where()
	var r Resource
	switch args := p.RemainingArgs(); len(args) {
	case 1:
		r.Path = args[0]
	default:
		p.errf("resource: want one path template, got %d values", len(args))
		p.skipBlock()
		return
	}
	p.block(key+".", func(_, word string) {
		switch word {
		case "methods", "consumes", "produces", "codings":
			p.accepts(word, &r.Methods, &r.Consumes, &r.Produces, &r.Codings)
		default:
			p.operation(key, word, &r)
		}
	})
	p.handler.Resources = append(p.handler.Resources, r)
}

// operation reads what a resource says of a method.
func (p *parser) operation(resource, method string, r *Resource) {
	if args := p.RemainingArgs(); len(args) > 0 || method != strings.ToUpper(method) && !p.hasBlock() {
		p.refuse("resource: unknown option %q: want methods, consumes, produces, codings or a method", method)
		return
	}
	o := Operation{Method: method}
	key := numbered(resource+".operation", len(r.Operations))
	p.lines[key] = p.where()
	p.block(key+".", func(_, word string) {
		switch word {
		case "consumes":
			o.Consumes = p.list()
		case "produces":
			o.Produces = p.list()
		case "statuses":
			o.Statuses = p.words()
		default:
			p.refuse("%s: unknown option %q: want consumes, produces or statuses", method, word)
		}
	})
	r.Operations = append(r.Operations, o)
}

// hasBlock reports whether a block follows.
func (p *parser) hasBlock() bool {
	ahead := *p.Dispenser
	return ahead.Next() && ahead.Val() == "{" && ahead.Line() == p.Line()
}

func (p *parser) openapi() {
	in := &OpenAPI{Files: p.RemainingArgs()}
	p.handler.OpenAPI = in
	p.block("openapi.", func(_, word string) {
		switch word {
		case "base":
			p.one(&in.Base)
		case "requests":
			p.one(&in.Requests)
		case "statuses":
			p.one(&in.Statuses)
		case "unknown":
			p.one(&in.Unknown)
		case "exempt":
			in.Exempt = p.list()
		default:
			p.refuse("openapi: unknown option %q: want base, requests, statuses, unknown or exempt", word)
		}
	})
}

func (p *parser) location() {
	if args := p.RemainingArgs(); len(args) > 0 {
		p.errf("location: unexpected %q: its options stand in a block", args[0])
	}
	l := new(Location)
	p.handler.Location = l
	options := p.block("location.", func(_, word string) {
		switch word {
		case "created":
			p.one(&l.Created)
		case "accepted":
			p.one(&l.Accepted)
		case "host":
			p.one(&l.Host)
		case "prefix":
			p.one(&l.Prefix)
		default:
			p.refuse("location: unknown option %q: want created, accepted, host or prefix", word)
		}
	})
	if options == 0 {
		p.errf("location: no option in its block")
	}
}

func (p *parser) cors() {
	cors := new(CORS)
	args := p.RemainingArgs()
	off := len(args) == 1 && args[0] == "off"
	if !off {
		cors.Origins = args
		p.handler.CORS = cors
	}
	options := p.block("cors.", func(_, word string) {
		switch word {
		case "expose":
			cors.Expose = p.list()
		default:
			p.refuse("cors: unknown option %q: want expose", word)
		}
	})
	if off && options > 0 {
		p.errf("cors: off goes with no other option")
	}
}

func (p *parser) problems() {
	problems := new(Problems)
	p.handler.Problems = problems
	switch args := p.RemainingArgs(); {
	case len(args) == 1 && args[0] == "off":
		problems.Off = true
	case len(args) > 0:
		p.errf("problems: unexpected %q: want off, or options in a block", args[0])
	}
	options := p.block("problems.", func(_, word string) {
		switch word {
		case "type":
			p.one(&problems.Type)
		case "formats":
			problems.Formats = p.list()
		case "bodies":
			p.one(&problems.Bodies)
		case "detail":
			p.one(&problems.Detail)
		case "members":
			p.members(problems)
		case "html":
			p.one(&problems.HTML)
		default:
			p.refuse("problems: unknown option %q: want type, formats, bodies, detail, members or html", word)
		}
	})
	if options == 0 && !problems.Off {
		p.errf("problems: neither off nor an option in its block")
	}
}

// members reads a block of names with a value each.
func (p *parser) members(problems *Problems) {
	if args := p.RemainingArgs(); len(args) > 0 {
		p.errf("problems members: unexpected %q: names and values stand in a block", args[0])
	}
	problems.Members = make(map[string]string)
	for nesting := p.Nesting(); p.NextBlock(nesting); {
		name := p.Val()
		args := p.RemainingArgs()
		_, twice := problems.Members[name]
		switch {
		case twice:
			p.errf("problems members: %q stands there twice", name)
		case len(args) != 1:
			p.errf("problems members: %s wants one value, got %d (quote a value that has spaces)", name, len(args))
		default:
			problems.Members[name] = args[0]
		}
		p.noBlock("problems members")
	}
	if len(problems.Members) == 0 {
		p.errf("problems members: no member in its block")
	}
}
