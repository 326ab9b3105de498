package statusgate

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"go.uber.org/zap"

	"github.com/caddyserver/caddy/v2"

	"github.com/statusgate/statusgate/internal/drift"
	"github.com/statusgate/statusgate/internal/exchange"
	"github.com/statusgate/statusgate/negotiate"
	"github.com/statusgate/statusgate/openapi"
)

// described is what the option openapi comes to, beside what the gate has of it.
type described struct {
	files    []string
	warnings []openapi.Warning
	more     int // warnings that are not listed
}

// description reads API descriptions, and what resources say of their methods. nil
// says that there is none of either. Finish makes a resource ready.
func (b *builder) description(h *Handler, g *exchange.Gate, finish func(*exchange.Resource)) *described {
	methods := slices.ContainsFunc(h.Resources, func(r Resource) bool { return len(r.Operations) > 0 })
	in, out := h.OpenAPI, new(described)
	if in == nil && !methods {
		return nil
	}
	d := new(exchange.Description)
	if h.Report {
		d.Requests = exchange.RequestsReport
	}
	if in != nil {
		if in.Requests != "" {
			d.Requests = exchange.Requests(b.oneOf("openapi.requests", in.Requests, "enforce", "report", "off")) //nolint:gosec // 0 to 2
		}
		d.Statuses = exchange.Statuses(b.oneOf("openapi.statuses", in.Statuses, "report", "normalize", "off")) //nolint:gosec // 0 to 2
		d.Reject = b.oneOf("openapi.unknown", in.Unknown, "pass", "reject") == 1
		if len(in.Files) == 0 && !methods {
			b.failf("openapi", "no file, and no resource that says something of its methods")
		}
		d.Contract = b.documents(in, g.Resources.Declared.Strict)
		out.files = in.Files
	}
	if c := d.Contract; c != nil {
		out.warnings, out.more = c.Warnings()
		d.Checks = checks(c, g.Resources.Defaults, finish)
	}
	g.Resources.Description = d
	return out
}

// documents reads the files, nil if there are none or a mistake is in one.
func (b *builder) documents(in *OpenAPI, strict bool) *openapi.Contract {
	options := openapi.Options{Base: in.Base, Strict: strict}
	if in.Base != "" {
		u, err := url.Parse(in.Base)
		if err != nil || !strings.HasPrefix(in.Base, "/") || u.Host != "" || u.RawQuery != "" || u.Fragment != "" {
			b.failf("openapi.base", "%q is not the beginning of a path such as /api, or / for none", in.Base)
			options.Base = ""
		}
	}
	var exempt negotiate.Resources[bool]
	for _, template := range in.Exempt {
		if err := exempt.Add(template, true); err != nil {
			b.fail("openapi.exempt", err)
			continue
		}
		options.Exempt = append(options.Exempt, template)
	}
	var files []string
	for _, file := range in.Files {
		if slices.Contains(files, file) {
			b.failf("openapi", "%q stands there twice", file)
			continue
		}
		files = append(files, file)
	}
	if len(files) == 0 {
		return nil
	}
	c, err := openapi.Load(options, files...)
	if list, ok := errors.AsType[openapi.LoadError](err); ok {
		for _, mistake := range list {
			b.failf("openapi", "%s", mistake)
		}
		return nil
	}
	if err != nil {
		b.fail("openapi", err)
	}
	return c
}

// checks are what requests are held against by what their operations take and give.
// What an operation does not say is as in the defaults.
func checks(c *openapi.Contract, defaults *exchange.Resource, finish func(*exchange.Resource)) map[exchange.Types]*exchange.Resource {
	all := make(map[exchange.Types]*exchange.Resource)
	for _, o := range c.Operations() {
		types := exchange.Types{Consumes: o.Consumes, Produces: o.Produces}
		if all[types] != nil || o.Exempt {
			continue
		}
		r := inherit(defaults)
		if o.Consumes != nil {
			r.Consumes = o.Consumes
		}
		if o.Produces != nil {
			r.Produces = o.Produces
		}
		finish(r)
		all[types] = r
	}
	return all
}

// methods reads what a resource says of its methods, which it then has.
func (b *builder) methods(option string, in []Operation, r *exchange.Resource, finish func(*exchange.Resource)) {
	lists := r.Says&exchange.SaidMethods != 0
	names := make([]string, 0, len(in))
	for i := range in {
		key, name := numbered(option+".operation", i), in[i].Method
		if _, err := negotiate.NewMethods(append(names, name)...); err != nil {
			b.fail(key, err)
		} else if names = append(names, name); lists && !r.Methods.Declares(name) {
			b.failf(key, "methods does not have %s", name)
		}
		r.ByMethod = append(r.ByMethod, b.method(key, &in[i], r, finish))
	}
	if len(in) > 0 && !lists {
		r.Methods, _ = negotiate.NewMethods(names...) // without those that are mistakes
		r.Says |= exchange.SaidMethods
		r.Ready()
	}
}

// method reads what a resource says of one method.
func (b *builder) method(option string, in *Operation, of *exchange.Resource, finish func(*exchange.Resource)) exchange.Method {
	r := b.resource(option, Resource{Consumes: in.Consumes, Produces: in.Produces}, of)
	r.Path = of.Path
	finish(r)
	o := &openapi.Operation{Method: in.Method, Path: of.Path, Templates: []string{of.Path}}
	if in.Statuses != nil && len(in.Statuses) == 0 {
		b.failf(option+".statuses", "no value")
	}
	for _, word := range in.Statuses {
		code, err := openapi.ParseCode(string(word))
		switch {
		case err != nil:
			b.fail(option+".statuses", err)
		case slices.ContainsFunc(o.Responses, func(r openapi.Response) bool { return r.Code == code }):
			b.failf(option+".statuses", "%s stands there twice", word)
		default:
			o.Responses = append(o.Responses, openapi.Response{Code: code})
		}
	}
	return exchange.Method{Resource: r, Operation: o, Documents: in.Statuses != nil}
}

// provisionDrift gives a gate that has descriptions what it notes drift in, and tells
// what nothing is made of.
func (h *Handler) provisionDrift(ctx caddy.Context, built *built) error {
	d := built.gate.Resources.Description
	if d == nil {
		return nil
	}
	built.described.logWarnings(ctx.Logger(), built.gate.Name)
	api := drift.API{Contract: d.Contract, Files: built.described.files}
	for _, r := range built.declared {
		for i := range r.ByMethod {
			api.Operations = append(api.Operations, r.ByMethod[i].Operation)
		}
	}
	ledger, err := drift.Open(ctx.GetMetricsRegistry(), built.gate.Name, api)
	if err != nil {
		return fmt.Errorf("metrics of gate %q: %w", built.gate.Name, err)
	}
	h.ledger, d.Drift = ledger, ledger
	return nil
}

// shownWarnings is how many warnings of documents the log has.
const shownWarnings = 20

// logWarnings tells what of the documents nothing is made of.
func (d *described) logWarnings(logger *zap.Logger, gate string) {
	for i, w := range d.warnings {
		if i == shownWarnings {
			break
		}
		logger.Warn("an API description has something that nothing is made of",
			zap.String("gate", gate), zap.Stringer("at", w.At), zap.String("what", w.Text))
	}
	if more := len(d.warnings) + d.more - shownWarnings; more > 0 {
		logger.Warn(fmt.Sprintf("%d more warnings: caddy statusgate openapi --check lists them", more), zap.String("gate", gate))
	}
}
