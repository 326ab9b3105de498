package shapes_test

import (
	"encoding/json"
	"os"
	"slices"
	"testing"

	"github.com/statusgate/statusgate/normalize"
	"github.com/statusgate/statusgate/shapes"
)

// body is a record of the conformance cases.
type body struct {
	Name        string `json:"name"`
	ContentType string `json:"content_type"`
	Body        string `json:"body"`
	IsError     bool   `json:"is_error"`
	Code        int    `json:"intended_code"`
	Ambiguous   bool   `json:"ambiguous"`
}

func cases(t *testing.T, name string) []body {
	t.Helper()
	data, err := os.ReadFile("../../shared/cases/" + name)
	if err != nil {
		data, err = os.ReadFile("../../../shared/cases/" + name)
	}
	if err != nil {
		t.Skip("no conformance cases here")
	}
	var all []body
	if err := json.Unmarshal(data, &all); err != nil {
		t.Fatal(err)
	}
	return all
}

// upTo gives the rows of the tiers safe and common, and those of some names.
func upTo(names ...string) []*shapes.Row {
	return slices.DeleteFunc(shapes.All(), func(r *shapes.Row) bool {
		return r.Tier > shapes.Common && !slices.Contains(names, r.Group())
	})
}

func TestTheCases(t *testing.T) {
	rows := upTo("jsonrpc")
	p := plan(t, rows)
	errs, hits, right := 0, 0, 0
	for _, c := range cases(t, "soft_errors.json") {
		names, status := found(p, rows, c.ContentType, c.Body, 512)
		if !c.IsError {
			if len(names) > 0 {
				t.Errorf("%s is taken for %v: %.200s", c.Name, names, c.Body)
			}
			continue
		}
		if c.Ambiguous {
			continue
		}
		errs++
		status, _ = normalize.Target(status)
		switch {
		case len(names) == 0:
			t.Logf("not found: %s (%s): %.200s", c.Name, c.ContentType, c.Body)
			continue
		case status == c.Code || status == c.Code/100*100:
			right++
		default:
			t.Logf("%s as %v: %d, intended %d: %.200s", c.Name, names, status, c.Code, c.Body)
		}
		hits++
	}
	t.Logf("%d of %d errors found, %d with the intended status or its neighbour", hits, errs, right)
}

func TestNoSuccessIsTaken(t *testing.T) {
	rows := upTo("jsonrpc", "graphql", "ogc", "transmission", "janus", "subsonic")
	p := plan(t, rows)
	all := cases(t, "success_lookalikes.json")
	for _, c := range all {
		if names, _ := found(p, rows, c.ContentType, c.Body, 512); len(names) > 0 {
			t.Errorf("%s is taken for %v: %.200s", c.Name, names, c.Body)
		}
	}
}

func TestDocumentedErrors(t *testing.T) {
	rows := upTo()
	p := plan(t, rows)
	all, hits, right := cases(t, "documented_error_bodies.json"), 0, 0
	for _, c := range all {
		names, status := found(p, rows, c.ContentType, c.Body, 512)
		status, _ = normalize.Target(status)
		switch {
		case len(names) == 0:
			t.Logf("not found: %s: %.200s", c.Name, c.Body)
			continue
		case status == c.Code || status == c.Code/100*100:
			right++
		default:
			t.Logf("%s as %v: %d, intended %d: %.200s", c.Name, names, status, c.Code, c.Body)
		}
		hits++
	}
	t.Logf("%d of %d found, %d right", hits, len(all), right)
}
