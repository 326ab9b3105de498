package command

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"

	"go.yaml.in/yaml/v4"

	"github.com/statusgate/statusgate/internal/dryrun"
)

// suite is a file of tests.
type suite struct {
	file                        string
	text                        []byte
	config, adapter, site, gate string
	cases                       []*testCase
}

// testCase is one exchange, and what is expected of it.
type testCase struct {
	name    string
	line    int
	request dryrun.Request
	backend backend
	script  *dryrun.Script
	expect  *expectation // nil: none
	node    *yaml.Node
}

// backend is what a test says of the backend.
type backend struct {
	given    bool // anything
	status   int
	fields   []dryrun.Field
	body     []byte
	raw      []byte
	failure  string
	notAsked bool
}

// readSuite reads a file of tests. Its error has every mistake, each with its line.
func readSuite(file string) (*suite, error) {
	text, err := os.ReadFile(file) //nolint:gosec // the file that a person names
	if err != nil {
		return nil, err
	}
	s := &suite{file: file, text: text}
	root, err := parseYAML(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	if root == nil {
		return nil, fmt.Errorf("%s: there is nothing in it", file)
	}
	r := &suiteReader{yamlReader{file: file}, s}
	r.mapping(root, "the file", keys{
		"config": r.text("config", &s.config), "adapter": r.text("adapter", &s.adapter),
		"site": r.text("site", &s.site), "gate": r.text("gate", &s.gate), "tests": r.tests,
	})
	if len(s.cases) == 0 && len(r.mistakes) == 0 {
		r.failf(root, "there are no tests")
	}
	return s, r.err()
}

// suiteReader reads the tests of a file.
type suiteReader struct {
	yamlReader
	suite *suite
}

func (r *suiteReader) tests(n *yaml.Node) {
	if n.Kind != yaml.SequenceNode {
		r.failf(n, "tests: want a list")
		return
	}
	for _, item := range n.Content {
		r.suite.cases = append(r.suite.cases, r.test(resolved(item)))
	}
}

func (r *suiteReader) test(n *yaml.Node) *testCase {
	c := &testCase{line: n.Line, node: n}
	c.request.Method, c.request.Gate = http.MethodGet, r.suite.gate
	r.mapping(n, "a test", keys{
		"name": r.text("name", &c.name), "gate": r.text("gate", &c.request.Gate),
		"request":  func(n *yaml.Node) { r.request(n, &c.request) },
		"response": func(n *yaml.Node) { r.response(n, &c.backend) },
		"error":    func(n *yaml.Node) { r.failure(n, &c.backend) }, "not_asked": r.truth("not_asked", &c.backend.notAsked),
		"expect": func(n *yaml.Node) {
			c.expect = &expectation{line: n.Line}
			r.expect(n, c.expect)
		},
	})
	switch {
	case c.name == "":
		r.failf(n, "the test has no name")
	case c.request.URL == "":
		r.failf(n, "the request of %q has no url", c.name)
	}
	var err error
	if c.script, err = c.backend.script(); err != nil {
		r.failf(n, "the response of %q: %v", c.name, err)
	}
	return c
}

func (r *suiteReader) request(n *yaml.Node, to *dryrun.Request) {
	r.mapping(n, "request", keys{
		"method": r.text("method", &to.Method), "url": r.text("url", &to.URL),
		"headers": func(n *yaml.Node) { to.Fields = r.fields(n) },
		"body":    r.content("body", &to.Body), "body_file": r.file("body_file", &to.Body),
	})
}

func (r *suiteReader) response(n *yaml.Node, to *backend) {
	to.status = http.StatusOK
	r.mapping(n, "response", keys{
		"status":  r.number("status", &to.status),
		"headers": func(n *yaml.Node) { to.fields = r.fields(n) },
		"body":    r.content("body", &to.body), "body_file": r.file("body_file", &to.body), "raw_file": r.file("raw_file", &to.raw),
		"error": func(n *yaml.Node) { r.failure(n, to) }, "not_asked": r.truth("not_asked", &to.notAsked),
	})
	to.given = to.failure == "" && !to.notAsked
}

func (r *suiteReader) failure(n *yaml.Node, to *backend) {
	r.text("error", &to.failure)(n)
	if _, err := dryrun.ParseFailure(to.failure); err != nil {
		r.failf(n, "error: %v", err)
	}
}

// script is what the backend does.
func (b *backend) script() (*dryrun.Script, error) {
	parts := len(b.fields) > 0 || b.body != nil
	switch {
	case b.failure != "" && (b.notAsked || b.raw != nil || parts), b.notAsked && (b.raw != nil || parts), b.raw != nil && parts:
		return nil, errors.New("it is an answer, raw_file, error or not_asked: use one")
	case b.failure != "":
		return &dryrun.Script{Failure: dryrun.Failure(b.failure)}, nil
	case b.raw != nil:
		return dryrun.ParseScript(b.raw)
	case !b.given:
		return new(dryrun.Script), nil
	}
	return dryrun.NewScript(b.status, b.fields, b.body), nil
}

// fields reads header fields: names with a value, or a list of them.
func (r *suiteReader) fields(n *yaml.Node) (list []dryrun.Field) {
	r.pairs(n, "headers", func(key, value *yaml.Node) {
		values := []*yaml.Node{value}
		if value.Kind == yaml.SequenceNode {
			values = value.Content
		}
		for _, v := range values {
			var text string
			r.text(key.Value, &text)(resolved(v))
			field, err := dryrun.ParseField(key.Value + ": " + text)
			if err != nil {
				r.failf(key, "%v", err)
			}
			list = append(list, field)
		}
	})
	return list
}

// content reads a body that stands in the file.
func (r *suiteReader) content(what string, to *[]byte) func(*yaml.Node) {
	return func(n *yaml.Node) {
		var text string
		r.text(what, &text)(n)
		*to = []byte(text)
	}
}

// file reads a body that stands in a file of its own, relative to this one.
func (r *suiteReader) file(what string, to *[]byte) func(*yaml.Node) {
	return func(n *yaml.Node) {
		var name string
		r.text(what, &name)(n)
		text, err := os.ReadFile(r.suite.beside(name))
		if err != nil {
			r.failf(n, "%s: %v", what, err)
		}
		*to = text
	}
}

// beside is the name of a file that is named relative to this one.
func (s *suite) beside(name string) string {
	if filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(filepath.Dir(s.file), name)
}
