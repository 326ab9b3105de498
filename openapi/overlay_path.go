package openapi

import (
	"net/url"
	"strconv"
	"strings"
)

// jsonPath writes a JSONPath (RFC 9535) for a list of names.
func jsonPath(names ...string) string {
	var path strings.Builder
	path.WriteByte('$')
	for _, name := range names {
		path.WriteByte('[')
		path.WriteString(pathName(name))
		path.WriteByte(']')
	}
	return path.String()
}

// pathName puts a name in quotes (RFC 9535 §2.3.1.1): single ones unless it has
// one, because not every tool knows escapes.
func pathName(name string) string {
	if !strings.ContainsAny(name, `'\`) {
		return "'" + name + "'"
	}
	if !strings.ContainsAny(name, `"\`) {
		return `"` + name + `"`
	}
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(name) + "'"
}

// refNames are the names that a $ref within its file leads along.
func refNames(ref string) (names []string, ok bool) {
	fragment, err := url.PathUnescape(strings.TrimPrefix(ref, "#/"))
	if err != nil || !strings.HasPrefix(ref, "#/") {
		return nil, false
	}
	for name := range strings.SplitSeq(fragment, "/") {
		names = append(names, strings.NewReplacer("~1", "/", "~0", "~").Replace(name))
	}
	return names, true
}

// pathItem is the JSONPath of the path item; not ok where it is in another file.
func (p *place) pathItem() (string, bool) {
	if p.ref == "" {
		return jsonPath("paths", p.key), true
	}
	return refPath(p.ref)
}

// target is the JSONPath of the operation.
func (p *place) target() (string, bool) {
	item, ok := p.pathItem()
	if p.additional {
		return item + "['additionalOperations'][" + pathName(p.method) + "]", ok
	}
	return item + "[" + pathName(p.method) + "]", ok
}

// target is the JSONPath of the response, in an operation unless it came from
// elsewhere.
func (r *Response) target(operation string) (string, bool) {
	if r.ref == "" {
		return operation + "['responses'][" + pathName(r.name()) + "]", true
	}
	return refPath(r.ref)
}

// name is the key of the response as most documents have it.
func (r *Response) name() string { return r.Code.String() }

func refPath(ref string) (string, bool) {
	names, ok := refNames(ref)
	if !ok {
		return "", false
	}
	return jsonPath(names...), true
}

// key is a status as the key of a response, the default where it is not known.
func statusKey(status int) string {
	if status == 0 {
		return Default.String()
	}
	return strconv.Itoa(status)
}
