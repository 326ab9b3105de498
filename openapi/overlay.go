package openapi

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Overlay is an OpenAPI Overlay 1.0.0: changes to an API description.
type Overlay struct {
	Version string      `json:"overlay" yaml:"overlay"`
	Info    OverlayInfo `json:"info" yaml:"info"`
	Actions []Action    `json:"actions" yaml:"actions"`
}

// OverlayInfo describes an Overlay.
type OverlayInfo struct {
	Title   string `json:"title" yaml:"title"`
	Version string `json:"version" yaml:"version"`
}

// Action is one change: Update is merged into what Target, a JSONPath, selects.
type Action struct {
	Target      string         `json:"target" yaml:"target"`
	Description string         `json:"description,omitempty" yaml:"description,omitempty"`
	Update      map[string]any `json:"update" yaml:"update"`
}

func newOverlay(title string) *Overlay {
	return &Overlay{Version: "1.0.0", Info: OverlayInfo{Title: title, Version: "1.0.0"}, Actions: []Action{}}
}

// add adds a change.
func (o *Overlay) add(a Action) { o.Actions = append(o.Actions, a) }

// JSON writes the Overlay as JSON.
func (o *Overlay) JSON() ([]byte, error) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	err := encoder.Encode(o)
	return text.Bytes(), err
}

// YAML writes the Overlay as YAML.
func (o *Overlay) YAML() ([]byte, error) { return yaml.Marshal(o) }

// The names of what an Overlay adds to the components of a description.
const (
	problemSchema = "StatusgateProblem"
	problemType   = "application/problem+json"
)

// addition is an error that a gate answers by itself.
type addition struct {
	status      int
	description string
	field, text string // what it owes the client beside the problem
}

var additions = []addition{
	{http.StatusUnauthorized, "The credentials are missing or not valid.", "WWW-Authenticate", "How to authenticate."},
	{http.StatusForbidden, "The client may not do this.", "", ""},
	{http.StatusNotFound, "There is no such resource.", "", ""},
	{http.StatusMethodNotAllowed, "The resource does not have this method.", "Allow", "The methods that it has."},
	{http.StatusNotAcceptable, "The resource has no representation that the client accepts.", "Vary", "That the answer depends on Accept."},
	{http.StatusUnsupportedMediaType, "The resource does not take content of this type.", "Accept", "The media types that it takes."},
	{http.StatusInternalServerError, "Something that nobody expected.", "", ""},
	{http.StatusServiceUnavailable, "The service is overloaded or not there for now.", "Retry-After", "How many seconds to wait."},
}

func (a *addition) name() string { return "StatusgateError" + strconv.Itoa(a.status) }

// Overlay is what a gate adds to each operation of a document of the contract,
// which name names as it was given to [Load]: the errors that it answers by itself,
// with what they owe the client. Responses that the document has already get what
// they lack. Operations that stand in other files are left out.
func (c *Contract) Overlay(name string) *Overlay {
	o := newOverlay("What the gate in front adds")
	w := overlayWriter{overlay: o, done: make(map[string]bool)}
	for _, operation := range c.operations {
		for i := range operation.places {
			if p := &operation.places[i]; p.document.name == name {
				w.document(p.document)
				w.operation(operation, p)
			}
		}
	}
	return o
}

// overlayWriter collects the changes of one Overlay.
type overlayWriter struct {
	overlay *Overlay
	version version
	done    map[string]bool
}

// document adds the components, once.
func (w *overlayWriter) document(d *document) {
	if w.version != 0 {
		return
	}
	w.version = d.version
	responses := make(map[string]any)
	for i := range additions {
		responses[additions[i].name()] = w.response(&additions[i])
	}
	schemas := map[string]any{problemSchema: schemaOfProblem()}
	update := map[string]any{"components": map[string]any{"schemas": schemas, "responses": responses}}
	if w.version == version20 {
		update = map[string]any{"definitions": schemas, "responses": responses}
	}
	w.overlay.add(Action{Target: "$", Description: "The errors of the gate.", Update: update})
}

// schemaOfProblem is that of RFC 9457 §3.1.
func schemaOfProblem() map[string]any {
	text := func(description string) map[string]any {
		return map[string]any{"type": "string", "description": description}
	}
	return map[string]any{
		"type": "object", "description": "A problem (RFC 9457).",
		"properties": map[string]any{
			"type":     text("A URI that names the kind of problem."),
			"title":    text("What it is in a few words."),
			"status":   map[string]any{"type": "integer", "description": "The status of the response."},
			"detail":   text("What went wrong this time."),
			"instance": text("A URI that names this very problem."),
		},
	}
}

// response is a response as the document's version has it.
func (w *overlayWriter) response(a *addition) map[string]any {
	response := map[string]any{"description": a.description}
	if w.version == version20 {
		response["schema"] = map[string]any{"$ref": "#/definitions/" + problemSchema}
	} else {
		response["content"] = contentOfProblem()
	}
	if a.field != "" {
		response["headers"] = map[string]any{a.field: w.header(a)}
	}
	return response
}

func contentOfProblem() map[string]any {
	schema := map[string]any{"$ref": "#/components/schemas/" + problemSchema}
	return map[string]any{problemType: map[string]any{"schema": schema}}
}

func (w *overlayWriter) header(a *addition) map[string]any {
	if w.version == version20 {
		return map[string]any{"description": a.text, "type": "string"}
	}
	return map[string]any{"description": a.text, "schema": map[string]any{"type": "string"}}
}

// operation adds to one operation.
func (w *overlayWriter) operation(operation *Operation, p *place) {
	target, ok := p.target()
	if !ok || w.done[target] {
		return
	}
	w.done[target] = true
	added := make(map[string]any)
	for i := range additions {
		a := &additions[i]
		if r := operation.exactly(a.status); r != nil {
			w.complete(r, target, a)
			continue
		}
		added[strconv.Itoa(a.status)] = map[string]any{"$ref": w.components() + a.name()}
	}
	if len(added) > 0 {
		w.overlay.add(Action{Target: target, Update: map[string]any{"responses": added}})
	}
}

func (w *overlayWriter) components() string {
	if w.version == version20 {
		return "#/responses/"
	}
	return "#/components/responses/"
}

// complete adds to a documented response what it lacks.
func (w *overlayWriter) complete(r *Response, operation string, a *addition) {
	target, ok := r.target(operation)
	if !ok || w.done[target+a.field] {
		return
	}
	w.done[target+a.field] = true
	update := make(map[string]any)
	if a.field != "" && !r.has(a.field) {
		update["headers"] = map[string]any{a.field: w.header(a)}
	}
	if w.version != version20 && !r.Types.Contains([]string{problemType}) {
		update["content"] = contentOfProblem()
	}
	if len(update) > 0 {
		w.overlay.add(Action{Target: target, Update: update})
	}
}

func (r *Response) has(field string) bool {
	for _, f := range r.Fields {
		if strings.EqualFold(f.Name, field) {
			return true
		}
	}
	return false
}

// exactly is the response with exactly a status.
func (o *Operation) exactly(status int) *Response {
	if coverage, r := o.cover(status); coverage == ByStatus {
		return r
	}
	return nil
}
