package main

import (
	"maps"
	"slices"
	"strings"
)

// operation is what a reader finds of an operation, in a form that can be compared:
// media types in lower case, without charset, sorted.
type operation struct {
	request   []string
	required  bool
	responses map[string][]string // by status, in lower case
}

// document maps "METHOD /path" to operations.
type document map[string]operation

func name(method, path string) string { return strings.ToUpper(method) + " " + path }

// plain brings media types into the form that can be compared.
func plain(types []string) []string {
	var list []string
	for _, t := range types {
		essence, params, _ := strings.Cut(strings.ToLower(strings.ReplaceAll(t, " ", "")), ";")
		for p := range strings.SplitSeq(params, ";") {
			if p != "" && !strings.HasPrefix(p, "charset=") {
				essence += ";" + p
			}
		}
		list = append(list, essence)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// differences lists how another reader's operations differ from ours.
func differences(ours, theirs document) []string {
	var list []string
	for _, op := range slices.Sorted(maps.Keys(union(ours, theirs))) {
		our, ok := ours[op]
		their, ok2 := theirs[op]
		switch {
		case !ok:
			list = append(list, op+": only theirs")
		case !ok2:
			list = append(list, op+": only ours")
		default:
			list = append(list, our.differences(op, their)...)
		}
	}
	return list
}

func (o operation) differences(op string, other operation) []string {
	var list []string
	if !slices.Equal(o.request, other.request) {
		list = append(list, op+": request types: ours "+words(o.request)+", theirs "+words(other.request))
	}
	if o.required != other.required {
		list = append(list, op+": whether the body is required")
	}
	for _, status := range slices.Sorted(maps.Keys(union(o.responses, other.responses))) {
		our, ok := o.responses[status]
		their, ok2 := other.responses[status]
		switch {
		case !ok:
			list = append(list, op+": response "+status+": only theirs")
		case !ok2:
			list = append(list, op+": response "+status+": only ours")
		case !slices.Equal(our, their):
			list = append(list, op+": types of response "+status+": ours "+words(our)+", theirs "+words(their))
		}
	}
	return list
}

func words(types []string) string { return "[" + strings.Join(types, " ") + "]" }

func union[V any](a, b map[string]V) map[string]bool {
	keys := make(map[string]bool)
	for k := range a {
		keys[k] = true
	}
	for k := range b {
		keys[k] = true
	}
	return keys
}
