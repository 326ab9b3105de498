package openapi

import (
	"net/http"
	"strings"
)

// DriftOverlay is what would document, in a document of the contract which name
// names as it was given to [Load], differences that were seen. It has nothing for a
// difference that an Overlay cannot express: a missing header field that is not
// said to be required, types of 2.0, and what stands in other files.
func (c *Contract) DriftOverlay(name string, seen []Drift) *Overlay {
	w := driftWriter{contract: c, name: name, overlay: newOverlay("What was seen behind the gate")}
	for i := range seen {
		w.add(&seen[i])
	}
	return w.overlay
}

type driftWriter struct {
	contract *Contract
	name     string
	overlay  *Overlay
}

func (w *driftWriter) add(d *Drift) {
	switch d.Kind {
	case UnknownPath:
		w.unknownPath(d)
	case UndocumentedMethod:
		w.method(d)
	default:
		if d.Operation == nil {
			return
		}
		for i := range d.Operation.places {
			p := &d.Operation.places[i]
			if target, ok := p.target(); ok && p.document.name == w.name {
				w.operation(d, p.document.version, target)
				return
			}
		}
	}
}

const observed = "Seen behind the gate, not described."

// operation documents what was seen of an operation.
func (w *driftWriter) operation(d *Drift, v version, target string) {
	response := d.Operation.Response(d.Status)
	switch d.Kind {
	case UndocumentedStatus:
		update := map[string]any{"responses": seenResponse(d, v)}
		w.overlay.add(Action{Target: target, Update: update})
	case RequestType:
		w.requestType(d, v, target)
	case UndocumentedType:
		if response == nil || v == version20 {
			return
		}
		if at, ok := response.target(target); ok {
			w.overlay.add(Action{Target: at, Update: map[string]any{"content": anything(d.Value)}})
		}
	case MissingHeader:
		w.missing(d, response, target)
	default:
	}
}

func (w *driftWriter) requestType(d *Drift, v version, target string) {
	if v == version20 {
		return
	}
	update := map[string]any{"content": anything(d.Value)}
	if ref := d.Operation.bodyRef; ref != "" {
		if at, ok := refPath(ref); ok {
			w.overlay.add(Action{Target: at, Update: update})
		}
		return
	}
	w.overlay.add(Action{Target: target, Update: map[string]any{"requestBody": update}})
}

// missing says that a field that is required is not always there.
func (w *driftWriter) missing(d *Drift, r *Response, target string) {
	if r == nil {
		return
	}
	for _, f := range r.Fields {
		if !f.Required || !strings.EqualFold(f.Name, d.Value) || f.apart {
			continue
		}
		if at, ok := r.target(target); ok {
			at += "['headers'][" + pathName(f.Name) + "]"
			w.overlay.add(Action{Target: at, Update: map[string]any{"required": false}})
		}
	}
}

func anything(mediaType string) map[string]any {
	return map[string]any{mediaType: map[string]any{}}
}

// seenResponse is the responses map of an operation for what was seen.
func seenResponse(d *Drift, v version) map[string]any {
	response := map[string]any{"description": observed}
	if text := http.StatusText(d.Status); text != "" {
		response["description"] = text + ". " + observed
	}
	if d.Value != "" && v != version20 {
		response["content"] = anything(d.Value)
	}
	return map[string]any{statusKey(d.Status): response}
}

func (w *driftWriter) unknownPath(d *Drift) {
	document := w.document()
	key := strings.ToLower(d.Method)
	if document == nil || !isMethod(strings.ToUpper(key)) || !strings.HasPrefix(d.Path, "/") {
		return
	}
	operation := map[string]any{"responses": seenResponse(d, document.version)}
	if list := pathParameters(d.Path, document.version); list != nil {
		operation["parameters"] = list
	}
	w.overlay.add(Action{Target: "$['paths']", Update: map[string]any{d.Path: map[string]any{key: operation}}})
}

// pathParameters declares the variables of a template, which a document has to.
func pathParameters(path string, v version) (list []any) {
	for rest := path; ; {
		_, after, ok := strings.Cut(rest, "{")
		if !ok {
			return list
		}
		var name string
		name, rest, _ = strings.Cut(after, "}")
		p := map[string]any{"name": name, "in": "path", "required": true}
		if v == version20 {
			p["type"] = "string"
		} else {
			p["schema"] = map[string]any{"type": "string"}
		}
		list = append(list, p)
	}
}

// document is the one that the Overlay is for.
func (w *driftWriter) document() *document {
	for _, o := range w.contract.operations {
		for i := range o.places {
			if o.places[i].document.name == w.name {
				return o.places[i].document
			}
		}
	}
	return nil
}

// method documents a method at the first path item that has the template.
func (w *driftWriter) method(d *Drift) {
	key := strings.ToLower(d.Method)
	if !isMethod(strings.ToUpper(key)) {
		return
	}
	for _, o := range w.contract.operations {
		for i := range o.places {
			p := &o.places[i]
			if o.Path != d.Path || p.document.name != w.name {
				continue
			}
			if target, ok := p.pathItem(); ok {
				operation := map[string]any{"responses": seenResponse(d, p.document.version)}
				w.overlay.add(Action{Target: target, Update: map[string]any{key: operation}})
			}
			return
		}
	}
}
