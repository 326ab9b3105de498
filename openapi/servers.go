package openapi

import (
	"path"
	"slices"
	"strings"
)

const (
	maxBases    = 16  // of one list of servers
	maxExpanded = 256 // URLs that the enums of a server's variables make
)

// bases are the paths that come before those of the document, without a slash at
// the end; never none.
type bases []string

var noBase = bases{""}

// base reads the path that an option or a basePath gives.
func base(p string) string {
	return strings.TrimSuffix(path.Clean("/"+p), "/")
}

// servers reads the bases of a list of servers (OpenAPI 3.1 §4.8.5). Scheme and
// host do not matter behind a gateway. outer is what holds where the list is empty.
func (r *reader) servers(list value, outer bases) bases {
	if r.options.Base != "" || list.src == nil {
		return outer
	}
	var found bases
	for _, item := range r.items(list) {
		for _, b := range r.server(item) {
			if slices.Contains(found, b) {
				continue
			}
			if len(found) == maxBases {
				r.warn(item, "more than %d paths of servers; base sets one", maxBases)
				return found
			}
			found = append(found, b)
		}
	}
	if found == nil {
		return outer
	}
	return found
}

// server lists the paths of one server, one for each value that its variables can
// have.
func (r *reader) server(v value) []string {
	members := r.members(v)
	at := find(members, "url")
	if at.src == nil {
		r.warn(v, "a server without a url")
		return nil
	}
	urls := []string{at.text()}
	for _, m := range r.members(find(members, "variables")) {
		name := "{" + m.name + "}"
		if !strings.Contains(urls[0], name) {
			continue
		}
		values := r.variable(m)
		if len(values)*len(urls) > maxExpanded {
			r.warn(m.key, "the variables of the server make more than %d URLs; base sets one", maxExpanded)
			values = values[:1]
		}
		urls = expand(urls, name, values)
	}
	var paths []string
	for _, u := range urls {
		paths = append(paths, r.urlPaths(at, u)...)
	}
	return paths
}

// variable lists the values of a server variable, its default first.
func (r *reader) variable(m member) []string {
	members := r.members(m.value)
	values := []string{find(members, "default").scalar()}
	for _, item := range r.items(find(members, "enum")) {
		if text := item.scalar(); !slices.Contains(values, text) && len(values) <= maxExpanded {
			values = append(values, text)
		}
	}
	return values
}

// scalar is the text of a value that may be missing.
func (v value) scalar() string {
	if v.src == nil {
		return ""
	}
	return v.text()
}

// expand puts each of values in the place of name. What varies but the path is
// the same in the end.
func expand(urls []string, name string, values []string) []string {
	expanded := make([]string, 0, len(urls)*len(values))
	for _, u := range urls {
		for _, v := range values {
			expanded = append(expanded, strings.ReplaceAll(u, name, v))
		}
	}
	return expanded
}

// urlPaths is the path of a URL, absolute or relative. One that seems to begin
// with a host though it has no "//" counts both ways.
func (r *reader) urlPaths(at value, u string) []string {
	u = cutPath(strings.TrimSpace(u))
	if _, rest, ok := strings.Cut(u, "//"); ok && !strings.HasPrefix(u, "/") || strings.HasPrefix(u, "//") {
		_, p, _ := strings.Cut(rest, "/")
		return []string{base(p)}
	}
	host, p, _ := strings.Cut(u, "/")
	if strings.Trim(host, ".") != "" && strings.ContainsAny(host, ".:") {
		r.warn(at, `the url %s has no "//"; it counts with and without %s`, quoted(u), quoted(host))
		return []string{base(p), base(u)}
	}
	return []string{base(u)}
}
