package main

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi2"
	"github.com/getkin/kin-openapi/openapi2conv"
	"github.com/getkin/kin-openapi/openapi3"
	"github.com/pb33f/libopenapi"
	"github.com/pb33f/libopenapi/datamodel"
	"go.yaml.in/yaml/v3"

	"github.com/statusgate/statusgate/openapi"
)

// readers are those that are compared.
var readers = map[string]func(file string) (document, error){
	"ours": readOurs, "kin-openapi": readKin, "libopenapi": readLib,
}

func readOurs(file string) (document, error) {
	c, err := openapi.Load(openapi.Options{}, file)
	if err != nil {
		return nil, err
	}
	found := make(document)
	for _, o := range c.Operations() {
		op := operation{request: plain(o.Body.Types.List()), required: o.Body.Required, responses: make(map[string][]string)}
		for _, r := range o.Responses {
			op.responses[strings.ToLower(r.Code.String())] = plain(r.Types.List())
		}
		found[name(o.Method, o.Path)] = op
	}
	return found, nil
}

// isTwo tells descriptions of version 2.0 apart by the key that only they have.
func isTwo(data []byte) bool {
	for _, key := range []string{`"swagger":`, "swagger:"} {
		if at := bytes.Index(data, []byte(key)); at >= 0 && bytes.HasPrefix(bytes.TrimLeft(data[at+len(key):], ` "'`), []byte("2")) {
			return true
		}
	}
	return false
}

func readKin(file string) (document, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	if !isTwo(data) {
		doc, err := openapi3.NewLoader().LoadFromData(data)
		if err != nil {
			return nil, err
		}
		return kinDocument(doc), nil
	}
	var two openapi2.T
	if err := yaml.Unmarshal(data, new(yaml.Node)); err != nil {
		return nil, err
	}
	if err := two.UnmarshalJSON(data); err != nil {
		return nil, fmt.Errorf("2.0: %w", err)
	}
	doc, err := openapi2conv.ToV3(&two)
	if err != nil {
		return nil, err
	}
	return kinDocument(doc), nil
}

func kinDocument(doc *openapi3.T) document {
	found := make(document)
	for path, item := range doc.Paths.Map() {
		for method, o := range item.Operations() {
			op := operation{responses: make(map[string][]string)}
			if o.RequestBody != nil && o.RequestBody.Value != nil {
				op.request = plain(slices.Collect(maps.Keys(o.RequestBody.Value.Content)))
				op.required = o.RequestBody.Value.Required
			}
			for status, r := range o.Responses.Map() {
				op.responses[strings.ToLower(status)] = plain(slices.Collect(maps.Keys(r.Value.Content)))
			}
			found[name(method, path)] = op
		}
	}
	return found
}

func readLib(file string) (document, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	doc, err := libopenapi.NewDocumentWithConfiguration(data, &datamodel.DocumentConfiguration{})
	if err != nil {
		return nil, err
	}
	if isTwo(data) {
		return libTwo(doc)
	}
	model, err := doc.BuildV3Model()
	if model == nil || model.Model.Paths == nil {
		return nil, errors.Join(errors.New("no model"), err)
	}
	found := make(document)
	for path, item := range model.Model.Paths.PathItems.FromOldest() {
		for method, o := range item.GetOperations().FromOldest() {
			op := operation{responses: make(map[string][]string)}
			if b := o.RequestBody; b != nil {
				op.request = plain(slices.Collect(b.Content.KeysFromOldest()))
				op.required = b.Required != nil && *b.Required
			}
			if o.Responses != nil {
				for status, r := range o.Responses.Codes.FromOldest() {
					op.responses[strings.ToLower(status)] = plain(slices.Collect(r.Content.KeysFromOldest()))
				}
				if r := o.Responses.Default; r != nil {
					op.responses["default"] = plain(slices.Collect(r.Content.KeysFromOldest()))
				}
			}
			found[name(method, path)] = op
		}
	}
	return found, nil
}

func libTwo(doc libopenapi.Document) (document, error) {
	model, err := doc.BuildV2Model()
	if model == nil || model.Model.Paths == nil {
		return nil, errors.Join(errors.New("no model"), err)
	}
	found := make(document)
	for path, item := range model.Model.Paths.PathItems.FromOldest() {
		for method, o := range item.GetOperations().FromOldest() {
			op := operation{responses: make(map[string][]string)}
			consumes, produces := o.Consumes, o.Produces
			if consumes == nil {
				consumes = model.Model.Consumes
			}
			if produces == nil {
				produces = model.Model.Produces
			}
			for _, p := range append(slices.Clone(o.Parameters), item.Parameters...) {
				if p.In == "body" || p.In == "formData" {
					op.request = plain(consumes)
					op.required = op.required || p.Required != nil && *p.Required
				}
			}
			for status := range o.Responses.Codes.FromOldest() {
				op.responses[strings.ToLower(status)] = plain(produces)
			}
			if o.Responses.Default != nil {
				op.responses["default"] = plain(produces)
			}
			found[name(method, path)] = op
		}
	}
	return found, nil
}
