package openapi

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"syscall"

	"go.yaml.in/yaml/v3"
)

// source is one file of a document.
type source struct {
	name string // as messages give it
	path string // within the folder of the document, with slashes
	root value

	data       []byte // JSON
	containers []container
	lines      lines

	whole      []byte // YAML of which only a part was parsed
	parameters bool   // which has the parameters
}

// folder reads the files that a document refers to. The zero folder has none.
type folder struct {
	root *os.Root
	name string // as messages give it
	left int64  // bytes that may still be read
	n    int    // files read
}

func (f *folder) close() { _ = f.root.Close() }

// closeRead closes a file that was only read, of which nothing can be lost.
func closeRead(file *os.File) { _ = file.Close() }

// errNoFolder is why a document without a folder cannot refer to files.
var errNoFolder = errors.New("this document has no folder to look in")

// read reads a file of the folder, by its path with slashes.
func (f *folder) read(name string) ([]byte, error) {
	if f.root == nil {
		return nil, errNoFolder
	}
	file, err := f.root.OpenFile(filepath.FromSlash(name), readOnly, 0)
	if err != nil {
		return nil, plainError(err)
	}
	defer closeRead(file)
	return f.readAll(file)
}

// readOnly does not wait for anybody to write into a pipe.
const readOnly = os.O_RDONLY | syscall.O_NONBLOCK

// readAll reads what the budget allows. A pipe or a device could go on without end.
func (f *folder) readAll(file *os.File) ([]byte, error) {
	if f.n++; f.n > maxFiles {
		return nil, fmt.Errorf("more than %d files", maxFiles)
	}
	info, err := file.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return nil, errors.New("not a regular file")
	}
	size := info.Size()
	var data bytes.Buffer
	if size <= f.left {
		data.Grow(int(size) + bytes.MinRead)
		if _, err := data.ReadFrom(io.LimitReader(file, f.left+1)); err != nil {
			return nil, plainError(err)
		}
	}
	if f.left -= max(size, int64(data.Len())); f.left < 0 {
		return nil, fmt.Errorf("the document has more than %d bytes", maxBytes)
	}
	return data.Bytes(), nil
}

// plainError leaves the path out, which the message has already.
func plainError(err error) error {
	if pathError, ok := errors.AsType[*fs.PathError](err); ok {
		err = pathError.Err
	}
	return err
}

// openDocument reads the document itself, which may be anywhere, and opens its
// folder, which the caller closes.
func openDocument(name string) (data []byte, f *folder, err error) {
	f = &folder{name: filepath.Dir(name), left: maxBytes}
	if f.root, err = os.OpenRoot(f.name); err != nil {
		return nil, nil, plainError(err)
	}
	file, err := os.OpenFile(name, readOnly, 0) //nolint:gosec // the operator names it
	if err == nil {
		defer closeRead(file)
		data, err = f.readAll(file)
	}
	if err != nil {
		f.close()
		return nil, nil, plainError(err)
	}
	return data, f, nil
}

var byteOrderMark = []byte("\xEF\xBB\xBF")

// load parses a file: as JSON where its first character begins an object or an
// array, else as YAML, which JSON is not, because of its escapes.
//
// What nobody looks at is left out of YAML only if the file is an API description
// of its own.
func (r *reader) load(name, within string, data []byte, description bool) (*source, *Warning) {
	s := &source{name: name, path: within}
	data = bytes.TrimPrefix(data, byteOrderMark)
	text := bytes.TrimLeft(data, " \t\r\n")
	switch {
	case len(text) == 0:
		return nil, &Warning{At: Position{File: name}, Text: "is empty"}
	case text[0] == '{' || text[0] == '[':
		return s, s.loadJSON(data, len(data)-len(text))
	case description:
		return s, s.loadYAML(data)
	default:
		return s, s.loadWhole(data)
	}
}

func (s *source) loadJSON(data []byte, start int) *Warning {
	s.data, s.lines.data = data, data
	containers, err := scanJSON(data)
	if err != nil {
		w := &Warning{At: Position{File: s.name}, Text: err.text}
		w.At.Line, w.At.Column = s.lines.position(err.at)
		return w
	}
	s.containers = containers
	s.root = value{src: s, at: uint32(start)} //nolint:gosec // at most maxBytes
	return nil
}

// loadYAML parses what the reader uses of a text, or all of it where that cannot
// be told or has a mistake.
func (s *source) loadYAML(data []byte) *Warning {
	s.parameters = usesParameters(data)
	if part, ok := prune(data, s.parameters); ok {
		// What has gone is valid, so that data parses if part does.
		if node, err := parseYAML(part); err == nil && node != nil {
			s.whole = data
			s.setRoot(node)
			return nil
		}
	}
	return s.loadWhole(data)
}

func (s *source) loadWhole(data []byte) *Warning {
	s.whole = nil
	node, err := parseYAML(data)
	if err != nil {
		line, text := yamlMistake(err)
		return &Warning{At: Position{File: s.name, Line: line}, Text: text}
	}
	s.setRoot(node)
	return nil
}

func (s *source) setRoot(node *yaml.Node) {
	if node == nil {
		node = &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null", Line: 1, Column: 1}
	}
	s.root = s.yamlValue(node)
}

// sourceAt is the file at a path within the folder of the document.
func (r *reader) sourceAt(within string) (*source, error) {
	if s, ok := r.sources[within]; ok {
		return s.source, s.err
	}
	s, err := r.loadAt(within)
	r.sources[within] = loaded{source: s, err: err}
	return s, err
}

type loaded struct {
	source *source
	err    error
}

func (r *reader) loadAt(within string) (*source, error) {
	data, err := r.folder.read(within)
	if err != nil {
		return nil, err
	}
	s, mistake := r.load(path.Join(filepath.ToSlash(r.folder.name), within), within, data, false)
	if mistake != nil {
		return nil, errors.New(mistake.String())
	}
	return s, nil
}
