package problem

import (
	"bytes"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"strconv"
	"strings"
	"unicode/utf8"
)

// MaxPage is how large in bytes a page of the operator's own may be, as a template and as what comes of it.
const MaxPage = 256 << 10

// PageData is what a template has for its page. Fields that do not apply are empty.
type PageData struct {
	Status     int      // of the response, as in 404
	Title      string   // the phrase of the status, as in Not Found
	Detail     string   // a sentence about what went wrong
	Type       string   // URI of the problem type; about:blank where there is none
	Instance   string   // URI of this occurrence, to quote to whoever helps
	Allowed    []string // on 405, the methods that the resource allows
	Accepted   []string // on 415, the media ranges or content codings that the resource consumes
	Available  []string // on 406, the media types that the resource produces
	RetryAfter int      // seconds until a new attempt makes sense
	Drawn      bool     // RetryAfter only spreads attempts: nobody knows when the server is ready
	Members    []Member // more members, each with a .Name and a .Value
}

// Pages are the operator's own pages for people, templates of html/template over [PageData], in place of the built-in
// one. They serve any number of responses at the same time.
type Pages struct{ pages []page }

// page is a template and the statuses that it is for.
type page struct {
	from, to int
	template *template.Template
}

const statusPlaceholder = "{status}"

// LoadPages reads pages by their file name. Where that has {status} in it, there is a file for each status that has a
// page of its own, as in 404.html, and one for each class whose other statuses have, as in 4xx.html; statuses without
// a file keep the built-in page. Files that are missing then are no mistake (read tells them by [fs.ErrNotExist]), but
// one has to be there. Every page is tried out with all of its statuses: with all fields filled, and with the least.
// The error has all mistakes that were found.
func LoadPages(name string, read func(name string) ([]byte, error)) (*Pages, error) {
	ps := new(Pages)
	if !strings.Contains(name, statusPlaceholder) {
		return ps, ps.load(name, 400, 599, read)
	}
	var mistakes []error
	load := func(word string, from, to int) {
		err := ps.load(strings.ReplaceAll(name, statusPlaceholder, word), from, to, read)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			mistakes = append(mistakes, err)
		}
	}
	for status := 400; status <= 599; status++ {
		load(strconv.Itoa(status), status, status)
	}
	load("4xx", 400, 499)
	load("5xx", 500, 599)
	if len(mistakes) == 0 && len(ps.pages) == 0 {
		return nil, fmt.Errorf("no file is called %s with 400 to 599, 4xx or 5xx for %s", name, statusPlaceholder)
	}
	return ps, errors.Join(mistakes...)
}

func (ps *Pages) load(name string, from, to int, read func(name string) ([]byte, error)) error {
	text, err := read(name)
	switch {
	case err != nil:
		return err
	case len(text) > MaxPage:
		return fmt.Errorf("%s has %d bytes: want %d at most", name, len(text), MaxPage)
	case !utf8.Valid(text):
		return fmt.Errorf("%s is not UTF-8", name)
	}
	t, err := template.New(name).Parse(string(text))
	if err != nil {
		return err
	}
	one := page{from: from, to: to, template: t}
	for status := from; status <= to; status++ {
		if err := one.try(status); err != nil {
			return err
		}
	}
	ps.pages = append(ps.pages, one)
	return nil
}

// try tries a page out.
func (one *page) try(status int) error {
	few := []string{"a", "b"}
	for _, p := range [...]Problem{
		{Status: status},
		{
			Status: status, Type: "a:b", Title: "a", Detail: "a", Instance: "a:b", Allowed: few, Accepted: few, Available: few,
			RetryAfter: 1, Drawn: true, Members: []Member{{Name: "a", Value: "b"}},
		},
	} {
		out, err := one.append(nil, &p)
		if err == nil && len(bytes.TrimSpace(out)) == 0 {
			err = errors.New("nothing comes of it")
		}
		if err != nil {
			return fmt.Errorf("%s, tried with %d: %w", one.template.Name(), status, err)
		}
	}
	return nil
}

// Append appends the page for a problem to dst. It is the built-in one where there is no other for the status, and
// where that fails, because of values that it was not tried with or because it grows beyond [MaxPage]: the error says
// why then. A page ends with a new line, and is in UTF-8.
func (ps *Pages) Append(dst []byte, p *Problem) (out []byte, err error) {
	for i := range ps.pages {
		if one := &ps.pages[i]; p.Status >= one.from && p.Status <= one.to {
			if out, err = one.append(dst, p); err == nil {
				return out, nil
			}
			break
		}
	}
	return p.Append(dst, HTML), err
}

func (one *page) append(dst []byte, p *Problem) ([]byte, error) {
	out := pageWriter{room: MaxPage}
	err := one.template.Execute(&out, PageData{
		Status: p.Status, Title: p.title(), Detail: p.Detail, Type: p.typeURI(), Instance: p.Instance,
		Allowed: p.Allowed, Accepted: p.Accepted, Available: p.Available, RetryAfter: p.RetryAfter,
		Drawn: p.Drawn, Members: p.shown(),
	})
	if err != nil {
		return dst, err
	}
	dst = append(dst, bytes.ToValidUTF8(out.out, []byte(replacement))...)
	if len(out.out) == 0 || dst[len(dst)-1] != '\n' {
		dst = append(dst, '\n')
	}
	return dst, nil
}

// pageWriter takes no more than it has room for.
type pageWriter struct {
	out  []byte
	room int
}

var errPageTooLarge = fmt.Errorf("the page has more than %d bytes", MaxPage)

func (w *pageWriter) Write(p []byte) (int, error) {
	if len(p) > w.room {
		return 0, errPageTooLarge
	}
	w.room -= len(p)
	w.out = append(w.out, p...)
	return len(p), nil
}
