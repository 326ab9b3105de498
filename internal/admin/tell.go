package admin

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/caddyserver/caddy/v2"

	"github.com/statusgate/statusgate/internal/drift"
	"github.com/statusgate/statusgate/internal/telemetry"
	"github.com/statusgate/statusgate/suspects"
)

// gateAnswer is what is told of a gate.
type gateAnswer struct {
	Gate       string   `json:"gate"`
	Mode       string   `json:"mode"`
	Contract   string   `json:"contract"`
	Rules      []string `json:"rules"`
	Resources  []string `json:"resources"`
	Documents  []string `json:"documents"`
	Operations int      `json:"operations"`
	Sheds      bool     `json:"sheds"`
	Jobs       bool     `json:"jobs"`
}

// tellGates lists the gates.
func tellGates(gates []*Gate, _ *http.Request) (any, error) {
	list := make([]gateAnswer, 0, len(gates))
	for _, g := range gates {
		a := gateAnswer{
			Gate: g.Name, Mode: "enforce", Contract: g.Profile, Rules: notNil(g.Rules), Resources: notNil(g.Templates),
			Documents: notNil(g.Documents), Sheds: g.Shedder != nil, Jobs: g.Jobs != nil,
		}
		if g.Report {
			a.Mode = "report"
		}
		if d := g.Resources.Description; d != nil && d.Contract != nil {
			a.Operations = len(d.Contract.Operations())
		}
		list = append(list, a)
	}
	return map[string]any{"gates": list}, nil
}

// notNil is a list that is an empty one in JSON, and not null.
func notNil(list []string) []string { return append([]string{}, list...) }

type unknownAnswer struct {
	Gate string `json:"gate"`
	telemetry.UnknownStatus
}

// tellUnknown lists the statuses that nobody knows, those of a gate the latest first.
func tellUnknown(gates []*Gate, _ *http.Request) (any, error) {
	list := []unknownAnswer{}
	for _, g := range gates {
		for _, u := range g.Telemetry.Unknowns() {
			list = append(list, unknownAnswer{g.Name, u})
		}
	}
	return map[string]any{"unknown": list}, nil
}

type suspectAnswer struct {
	Gate string `json:"gate"`
	suspects.Suspect
}

// tellSuspects lists successes that look like errors, those of a gate the most
// frequent first.
func tellSuspects(gates []*Gate, _ *http.Request) (any, error) {
	list := []suspectAnswer{}
	for _, g := range gates {
		if g.Suspects == nil {
			continue
		}
		for _, s := range g.Suspects.List() {
			list = append(list, suspectAnswer{g.Name, s})
		}
	}
	return map[string]any{"suspects": list}, nil
}

type driftAnswer struct {
	Gate string `json:"gate"`
	drift.Entry
}

// tellDrift lists what was seen beside the descriptions, those of a gate in the order
// in which they were first seen.
func tellDrift(gates []*Gate, _ *http.Request) (any, error) {
	list := []driftAnswer{}
	for _, l := range ledgers(gates) {
		for _, e := range l.Entries() {
			list = append(list, driftAnswer{l.gate, e})
		}
	}
	return map[string]any{"drift": list}, nil
}

// tellOverlay gives an OpenAPI Overlay that would document the drift. The gate and the
// document may be left out where there is only one.
func tellOverlay(gates []*Gate, r *http.Request) (any, error) {
	gate, file := r.URL.Query().Get("gate"), r.URL.Query().Get("document")
	var all, candidates []string
	var found []func() any
	for _, l := range ledgers(gates) {
		for _, f := range l.API().Files {
			name := fmt.Sprintf("gate=%q document=%q", l.gate, f)
			all = append(all, name)
			if (gate == "" || gate == l.gate) && (file == "" || file == f) {
				candidates = append(candidates, name)
				found = append(found, func() any { return l.Overlay(f) })
			}
		}
	}
	switch {
	case len(all) == 0:
		return nil, caddy.APIError{HTTPStatus: http.StatusNotFound, Err: errors.New("no gate has a document")}
	case len(found) == 0:
		return nil, caddy.APIError{HTTPStatus: http.StatusNotFound, Err: fmt.Errorf("there is no gate=%q document=%q, but %s", gate, file, strings.Join(all, ", "))}
	case len(found) == 1:
		return found[0](), nil
	}
	return nil, caddy.APIError{HTTPStatus: http.StatusBadRequest, Err: fmt.Errorf("which of %s?", strings.Join(candidates, ", "))}
}

// ledger is one with the name of its gates.
type ledger struct {
	*drift.Ledger
	gate string
}

// ledgers are those of the gates. Gates may share one.
func ledgers(gates []*Gate) (list []ledger) {
	for _, g := range gates {
		d := g.Resources.Description
		if d == nil || d.Drift == nil || slices.ContainsFunc(list, func(l ledger) bool { return l.Ledger == d.Drift }) {
			continue
		}
		list = append(list, ledger{d.Drift, g.Name})
	}
	return list
}
