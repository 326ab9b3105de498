package negotiate_test

import (
	"slices"
	"testing"

	"github.com/statusgate/statusgate/negotiate"
)

func TestMethods(t *testing.T) {
	for name, tc := range map[string]struct {
		methods  []string
		allow    string
		declares []string
		not      []string
	}{
		"GET implies HEAD, and OPTIONS is there": {
			[]string{"GET", "POST"}, "GET, HEAD, POST, OPTIONS", []string{"GET", "HEAD", "POST"}, []string{"PUT", "get", ""},
		},
		"HEAD where it was written": {
			[]string{"HEAD", "GET"}, "HEAD, GET, OPTIONS", []string{"HEAD", "GET"}, []string{"POST"},
		},
		"OPTIONS where it was written": {
			[]string{"OPTIONS", "PUT"}, "OPTIONS, PUT", []string{"OPTIONS", "PUT"}, []string{"HEAD", "GET"},
		},
		"a method of one's own, whose case counts": {
			[]string{"purge"}, "purge, OPTIONS", []string{"purge"}, []string{"PURGE"},
		},
		"none": {nil, "", nil, []string{"GET", "OPTIONS"}},
	} {
		t.Run(name, func(t *testing.T) {
			m, err := negotiate.NewMethods(tc.methods...)
			if err != nil {
				t.Fatal(err)
			}
			if got := m.Allow(); got != tc.allow {
				t.Errorf("Allow() of %q: got %q, want %q", tc.methods, got, tc.allow)
			}
			for _, method := range m.List() {
				if !m.Contains(method) {
					t.Errorf("Contains(%q) of %q: got false", method, tc.methods)
				}
				if got, want := m.Declares(method), slices.Contains(tc.declares, method); got != want {
					t.Errorf("Declares(%q) of %q: got %t, want %t", method, tc.methods, got, want)
				}
			}
			for _, method := range tc.not {
				if m.Contains(method) || m.Declares(method) {
					t.Errorf("Contains, Declares(%q) of %q: got %t, %t, want false", method, tc.methods, m.Contains(method), m.Declares(method))
				}
			}
		})
	}
}

func TestNewMethodsReportsEveryMistake(t *testing.T) {
	_, err := negotiate.NewMethods("GET", "get", "Propfind", "", "GE T", "GET")
	mistakes(t, "NewMethods", err,
		`method "get" must be written "GET": the case of methods counts`,
		`method "Propfind" must be written "PROPFIND": the case of methods counts`,
		`method "" is not a token`,
		`method "GE T" is not a token`,
		`method "GET" is already there`,
	)
}

func TestNoMethodsAtAll(t *testing.T) {
	var m *negotiate.Methods
	if m.Contains("GET") || m.Declares("GET") || m.Allow() != "" || m.List() != nil {
		t.Errorf("got %t, %t, %q, %q, want nothing", m.Contains("GET"), m.Declares("GET"), m.Allow(), m.List())
	}
}

func TestRegisteredMethods(t *testing.T) {
	for method, want := range map[string]bool{
		"GET": true, "PATCH": true, "QUERY": true, "VERSION-CONTROL": true, "GTE": false, "get": false, "": false, "PURGE": false,
	} {
		if got := negotiate.RegisteredMethod(method); got != want {
			t.Errorf("RegisteredMethod(%q): got %t, want %t", method, got, want)
		}
	}
}
