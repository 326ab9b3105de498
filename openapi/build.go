package openapi

import (
	"fmt"
	"path"
	"path/filepath"
	"slices"

	"github.com/statusgate/statusgate/negotiate"
)

// Options say how documents are read. The zero value is the default.
type Options struct {
	// Base is the path in front of those of the documents, "/" for none. Without
	// it, the paths of their servers, or the basePath, count.
	Base string
	// Strict refuses paths that a backend may resolve to others than the contract
	// does, see [negotiate.Resources], except that parameters take an encoded slash.
	Strict bool
	// Exempt are templates of [negotiate.Resources] for which the documents are
	// known to be wrong: with their base, or as the document has them.
	Exempt []string
}

// builder makes one contract of several documents.
type builder struct {
	options   Options
	contract  *Contract
	exempt    negotiate.Resources[*Operation]
	document  *document // that is read
	templates int
	notes     notes
	shared    shared
	whole     bool // parse all of a YAML text
}

func newBuilder(options Options) (*builder, error) {
	b := &builder{options: options, contract: new(Contract)}
	b.contract.find.Strict = options.Strict
	b.notes.twice = make(map[value]bool)
	b.shared = shared{
		parameters: make(map[value]parameter), bodies: make(map[value]body), responses: make(map[value]Response), lists: make(map[responseKey][]Response),
		ranges: make(map[string]*negotiate.Ranges), offers: make(map[string]*negotiate.Offers),
	}
	for _, template := range options.Exempt {
		o := &Operation{Method: negotiate.AnyMethod, Path: template, Templates: []string{template}, Exempt: true}
		if err := b.exempt.Add(template, o); err != nil {
			return nil, fmt.Errorf("exempt: %w", err)
		}
		_, _ = b.put(o, template) // whose template has been read
	}
	return b, nil
}

// Load reads API descriptions from files and makes one contract of them: where
// several have an operation, it is what either says. A $ref can lead to other
// files in the folder of its document. The error is [LoadError], or says which
// option is wrong.
func Load(options Options, files ...string) (*Contract, error) {
	b, err := newBuilder(options)
	if err != nil {
		return nil, err
	}
	for _, name := range files {
		data, folder, err := openDocument(name)
		if err != nil {
			b.notes.mistakes = append(b.notes.mistakes, Warning{At: Position{File: name}, Text: err.Error()})
			continue
		}
		b.read(name, data, folder)
		folder.close()
	}
	return b.finish()
}

// Parse is Load for one document that is no file: name is what messages call it,
// and it cannot refer to other files.
func Parse(options Options, name string, data []byte) (*Contract, error) {
	b, err := newBuilder(options)
	if err != nil {
		return nil, err
	}
	if len(data) > maxBytes {
		return nil, LoadError{{At: Position{File: name}, Text: fmt.Sprintf("the document has more than %d bytes", maxBytes)}}
	}
	b.read(name, data, &folder{left: maxBytes - int64(len(data))})
	return b.finish()
}

// read reads one document. It returns the reader, which nobody needs any more.
func (b *builder) read(name string, data []byte, f *folder) *reader {
	r := &reader{
		options: &b.options, folder: f, left: maxValues, notes: &b.notes, shared: &b.shared, builder: b,
		sources: make(map[string]loaded),
		refs:    refs{resolved: make(map[refKey]value), indexes: make(map[value]map[string]value)},
	}
	within := baseName(name)
	src, mistake := r.load(name, within, data, !b.whole)
	if mistake != nil {
		b.notes.mistakes = append(b.notes.mistakes, *mistake)
		return r
	}
	r.sources[within] = loaded{source: src}
	r.main = src
	r.document()
	return r
}

// finish makes the contract, unless something stands against it.
func (b *builder) finish() (*Contract, error) {
	n := &b.notes
	if n.mistakes != nil {
		return nil, n.mistakes
	}
	c := b.contract
	if len(c.operations) == 0 {
		return nil, append(LoadError(n.warnings), Warning{Text: "no operation is left that can be used"})
	}
	for _, template := range b.options.Exempt {
		o, _ := b.exempt.Match(template)
		c.operations = append(c.operations, o)
	}
	c.operations = slices.Clip(c.operations)
	c.warnings, c.more = slices.Clip(n.warnings), n.more
	return c, nil
}

// add puts an operation at its path below each base, and in the list unless it has
// joined others everywhere.
func (b *builder) add(r *reader, item *pathItem, o *Operation, below bases, spans func(string) bool) {
	for _, base := range below {
		template, err := canonical(base+item.path, spans)
		if err == nil {
			err = b.place(r, item, o, template)
		}
		if err != nil {
			r.warn(item.key, "the path %s cannot be used: %v", quoted(item.raw), err)
		}
	}
	if o.Templates != nil {
		o.Templates = slices.Clip(o.Templates)
		b.contract.operations = append(b.contract.operations, o)
	}
}

// place puts an operation at a template, unless that is exempt.
func (b *builder) place(r *reader, item *pathItem, o *Operation, template string) error {
	for _, p := range []string{template, item.path} {
		if exempt, ok := b.exempt.Match(p); ok {
			_, err := b.put(exempt, template)
			return err
		}
	}
	if b.templates++; b.templates > maxTemplates {
		r.giveUp(item.key, fmt.Errorf("more than %d templates, those of each server counted", maxTemplates))
		return nil
	}
	old, err := b.put(o, template)
	if err != nil || old == nil {
		return err
	}
	if !item.isCut() && !old.isCut() {
		r.warn(item.key, "the path %s has the method %s already, at %s; both count", quoted(item.raw), o.Method, old.At)
	}
	old.join(o)
	return nil
}

// isCut reports whether the document tells operations of one path apart.
func (item *pathItem) isCut() bool { return cutPath(item.raw) != item.raw }

func (o *Operation) isCut() bool {
	return slices.ContainsFunc(o.places, func(p place) bool { return cutPath(p.key) != p.key })
}

// put puts an operation at a template. old is the one that is there already.
func (b *builder) put(o *Operation, template string) (old *Operation, err error) {
	err = b.contract.find.Update(template, o.Method, func(have *Operation, ok bool) *Operation {
		if !ok {
			return o
		}
		if have != o {
			old = have
		}
		return have
	}, negotiate.EncodedSlashes)
	if err == nil && old == nil && !o.Exempt {
		o.Templates = append(o.Templates, template)
	}
	return old, err
}

// join makes o allow what either of two operations does.
func (o *Operation) join(other *Operation) {
	o.Body.Declared = o.Body.Declared || other.Body.Declared
	o.Body.Required = o.Body.Required && other.Body.Required
	o.Body.Types = joined(o.Body.Types, other.Body.Types)
	if o.Consumes = joined(o.Consumes, other.Consumes); o.Produces != nil {
		o.Produces = joinedOffers(o.Produces, other.Produces)
	}
	o.Responses = slices.Clone(o.Responses) // which others may have in common
	for _, response := range other.Responses {
		o.Responses = respond(o.Responses, response)
	}
	o.places = append(o.places, other.places...)
}

// baseName is the last part of a path, with either slash.
func baseName(name string) string { return path.Base(filepath.ToSlash(name)) }
