package main

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/pb33f/libopenapi"
	"go.yaml.in/yaml/v3"

	"github.com/statusgate/statusgate/openapi"
)

// smallDocuments leaves out what takes a tool long, unless it was asked for.
func smallDocuments(t *testing.T) []string {
	t.Helper()
	files := documents(t)
	if os.Getenv("OPENAPI_DOCUMENTS") != "" {
		return files
	}
	return slices.DeleteFunc(files, func(file string) bool {
		info, err := os.Stat(file)
		return err == nil && info.Size() > 1<<20
	})
}

// apply applies an Overlay to a description with a public tool.
func apply(t *testing.T, file string, o *openapi.Overlay) []byte {
	t.Helper()
	text, err := o.JSON()
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	applied, err := libopenapi.ApplyOverlayFromBytesToSpecBytes(data, text)
	if err != nil {
		t.Fatal(err)
	}
	if len(applied.Warnings) > 0 {
		t.Fatalf("got %d warnings, the first is %v", len(applied.Warnings), applied.Warnings[0])
	}
	return applied.Bytes
}

func TestOverlaysApply(t *testing.T) {
	for _, file := range smallDocuments(t) {
		t.Run(filepath.Base(file), func(t *testing.T) {
			c, err := openapi.Load(openapi.Options{}, file)
			if err != nil {
				t.Fatal(err)
			}
			applied := apply(t, file, c.Overlay(file))
			after, err := openapi.Parse(openapi.Options{}, "applied", applied)
			if err != nil {
				t.Fatal(err)
			}
			if len(after.Operations()) != len(c.Operations()) {
				t.Fatalf("got %d operations, want %d", len(after.Operations()), len(c.Operations()))
			}
			for _, o := range after.Operations() {
				checkErrors(t, o)
			}
			validate(t, file, applied)
		})
	}
}

// checkErrors holds that an operation documents what the gate adds.
func checkErrors(t *testing.T, o *openapi.Operation) {
	t.Helper()
	fields := map[int]string{401: "WWW-Authenticate", 405: "Allow", 415: "Accept", 503: "Retry-After"}
	for _, status := range []int{401, 403, 404, 405, 406, 415, 500, 503} {
		if o.Covers(status) != openapi.ByStatus {
			t.Errorf("%s does not document %d", o, status)
			continue
		}
		found := fields[status] == ""
		for _, f := range o.Response(status).Fields {
			found = found || f.Name == fields[status]
		}
		if !found {
			t.Errorf("%s documents %d without %s", o, status, fields[status])
		}
	}
}

// validate holds that a description of version 3.0 that kin-openapi finds valid is
// so afterwards.
func validate(t *testing.T, file string, applied []byte) {
	t.Helper()
	var version struct{ OpenAPI string }
	if yaml.Unmarshal(applied, &version) != nil || len(version.OpenAPI) < 3 || version.OpenAPI[:3] != "3.0" {
		return
	}
	valid := func(data []byte) error {
		loader := openapi3.NewLoader()
		doc, err := loader.LoadFromData(data)
		if err != nil {
			return err
		}
		return doc.Validate(loader.Context, openapi3.DisableExamplesValidation())
	}
	before, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if valid(before) != nil {
		t.Log("not valid before, either")
		return
	}
	if err := valid(applied); err != nil {
		t.Errorf("not valid any more: %v", err)
	}
}

func TestDriftOverlaysApply(t *testing.T) {
	for _, file := range smallDocuments(t) {
		t.Run(filepath.Base(file), func(t *testing.T) {
			c, err := openapi.Load(openapi.Options{}, file)
			if err != nil {
				t.Fatal(err)
			}
			var seen []openapi.Drift
			for _, o := range c.Operations() {
				seen = append(seen, openapi.Drift{Kind: openapi.UndocumentedStatus, Operation: o, Status: 418, Value: "text/x-tea"})
				if len(seen) == 50 {
					break
				}
			}
			after, err := openapi.Parse(openapi.Options{}, "applied", apply(t, file, c.DriftOverlay(file, seen)))
			if err != nil {
				t.Fatal(err)
			}
			for i, o := range after.Operations()[:len(seen)] {
				if o.String() != seen[i].Operation.String() || o.Covers(418) != openapi.ByStatus {
					t.Errorf("%s does not document 418", o)
				}
			}
		})
	}
}
