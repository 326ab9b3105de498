package openapi

import (
	"errors"
	"fmt"
	"net/url"
	"path"
	"path/filepath"
	"strconv"
	"strings"
)

// refs are the references that a reader has followed.
type refs struct {
	resolved map[refKey]value // the zero value where there is nothing
	indexes  map[value]map[string]value
}

// refKey is a reference as a file has it.
type refKey struct {
	from *source
	text string
}

// object is a map, and how it was found.
type object struct {
	members []member
	at      value
	ref     string // the last $ref on the way to it
	ok      bool   // the way does not lead nowhere
}

// object finds the map that a value is, or that its $ref leads to if it has one. It
// reports a $ref that leads nowhere.
func (r *reader) object(v value) object {
	o := object{at: v}
	for range maxHops {
		o.members = r.members(o.at)
		to := find(o.members, "$ref")
		if to.src == nil {
			o.ok = true
			return o
		}
		if v, o.ok = r.resolve(to); !o.ok {
			return object{}
		}
		o.at, o.ref = v, to.text()
	}
	r.warn(o.at, "$ref leads back to itself, or on more than %d times", maxHops)
	return object{}
}

// elsewhere stands for a $ref that leads to another file.
const elsewhere = "elsewhere"

// mainRef is the $ref by which a value in the main file can be found.
func (r *reader) mainRef(o object) string {
	if o.ref != "" && (o.at.src != r.main || !strings.HasPrefix(o.ref, "#")) {
		return elsewhere
	}
	return o.ref
}

// resolve finds the value that a $ref stands for. It reports a failure the first
// time.
func (r *reader) resolve(ref value) (v value, ok bool) {
	key := refKey{from: ref.src, text: ref.text()}
	if v, ok = r.refs.resolved[key]; ok {
		return v, v.src != nil
	}
	v, err := r.target(key)
	if err != nil {
		r.warn(ref, "$ref %s: %v", quoted(key.text), err)
		v = value{}
	}
	r.refs.resolved[key] = v
	return v, err == nil
}

func (r *reader) target(key refKey) (value, error) {
	file, fragment, _ := strings.Cut(key.text, "#")
	src := key.from
	if file != "" {
		within, err := withinFolder(path.Dir(src.path), file)
		if err != nil {
			return value{}, err
		}
		if src, err = r.sourceAt(within); err != nil {
			return value{}, err
		}
	}
	fragment, err := url.PathUnescape(fragment)
	if err != nil {
		return value{}, errors.New("broken percent-encoding")
	}
	if src.whole != nil && !src.isUsual(fragment) {
		_ = src.loadWhole(src.whole) // it may lead where nobody looks otherwise
	}
	return r.pointer(src.root, fragment)
}

// isUsual reports whether a JSON pointer leads to something that is read anyway:
// to a component, or along a path.
func (s *source) isUsual(pointer string) bool {
	tokens := strings.Split(pointer, "/")
	switch {
	case len(tokens) == 4 && tokens[1] == "components":
		use, _ := roleComponents.of(tokens[2], s.parameters)
		return use != useNothing
	case len(tokens) == 3:
		use, _ := roleRoot.of(tokens[1], s.parameters)
		return use != useNothing
	case len(tokens) < 5 || len(tokens) > 6 || tokens[1] != "paths":
		return false
	case len(tokens) == 6:
		return tokens[4] == "responses" || tokens[4] == "parameters" && s.parameters
	default:
		return tokens[4] == "requestBody" || tokens[3] == "parameters" && s.parameters
	}
}

// withinFolder is the path, within the folder of the document, of the file that a
// reference in one of its folders names.
func withinFolder(dir, ref string) (string, error) {
	u, err := url.Parse(ref)
	switch {
	case err != nil:
		return "", errors.New("not a reference that can be read")
	case u.Scheme != "" || u.Host != "":
		return "", errors.New("URLs are not fetched; put the file into the folder of the document")
	case path.IsAbs(u.Path) || u.Path == "":
		return "", errors.New("want a path within the folder of the document")
	}
	within := path.Join(dir, u.Path)
	if !filepath.IsLocal(filepath.FromSlash(within)) {
		return "", errors.New("leads out of the folder of the document")
	}
	return within, nil
}

// pointer follows a JSON pointer (RFC 6901).
func (r *reader) pointer(v value, pointer string) (value, error) {
	if pointer == "" {
		return v, nil
	}
	if pointer[0] != '/' {
		return value{}, errors.New(`want a JSON pointer, which begins with "/", after "#"`)
	}
	for token := range strings.SplitSeq(pointer[1:], "/") {
		token = strings.ReplaceAll(strings.ReplaceAll(token, "~1", "/"), "~0", "~")
		next, ok := r.child(v, token)
		if !ok {
			return value{}, fmt.Errorf("there is no %s", quoted(token))
		}
		v = next
	}
	return v, nil
}

// child is the value that one token of a pointer leads to.
func (r *reader) child(v value, token string) (value, bool) {
	index, ok := r.refs.indexes[v]
	if !ok {
		index = r.index(v)
		r.refs.indexes[v] = index
	}
	child, ok := index[token]
	return child, ok
}

func (r *reader) index(v value) map[string]value {
	index := make(map[string]value)
	switch v.kind() {
	case kindMap:
		for _, m := range r.members(v) {
			index[m.name] = m.value
		}
	case kindList:
		for i, item := range r.items(v) {
			index[strconv.Itoa(i)] = item
		}
	default:
	}
	return index
}
