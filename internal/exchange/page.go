package exchange

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"

	"github.com/statusgate/statusgate/internal/jobdesk"
	"github.com/statusgate/statusgate/internal/requestbody"
	"github.com/statusgate/statusgate/negotiate"
	"github.com/statusgate/statusgate/normalize"
)

// Page tells clients what the gate promises. The gate answers it itself.
type Page struct {
	path     string
	resource *Resource
	forms    func() ([]Form, error)
}

// Form is one form of a page.
type Form struct {
	contentType, policy, tag string
	content                  []byte
}

// NewForm makes a form. The policy is its Content-Security-Policy, "" for none.
func NewForm(contentType, policy string, content []byte) Form {
	sum := sha256.Sum256(content)
	return Form{contentType, policy, `"` + hex.EncodeToString(sum[:8]) + `"`, content}
}

// pageTypes are the types of a page's forms, in their order.
var pageTypes = []string{"application/json", "text/html", "text/markdown"}

// NewPage makes a page at a path. Forms gives JSON, HTML and Markdown, in this order,
// as often as it is called.
func NewPage(path string, forms func() ([]Form, error)) *Page {
	p := &Page{path: path, resource: &Resource{Path: path}, forms: forms}
	p.resource.Methods, _ = negotiate.NewMethods(http.MethodGet, http.MethodHead) // known to be right
	p.resource.Produces, _ = negotiate.NewOffers(pageTypes...)
	p.resource.Ready()
	return p
}

// serves reports whether a request is for the page.
func (p *Page) serves(r *http.Request) bool { return p != nil && r.URL.Path == p.path }

// servePage answers with the page. Requests are checked as for any resource.
func (g *Gate) servePage(rw http.ResponseWriter, r *http.Request) error {
	x := begin(g, rw, r)
	defer x.release(true)
	res := g.Page.resource
	x.request.resource, x.request.upload = res, requestbody.Watch(rw, r, false)
	x.sender.head.varies = true
	o, ok := res.takes(&x.request)
	if !ok && o.Sent < 400 { // OPTIONS
		x.sender.head.set("Allow", res.Methods.Allow())
		o.Verbatim = true
		x.sender.drop(o)
		return nil
	}
	i, acceptable := res.Produces.Choose(x.request.accept)
	if ok && !acceptable {
		o, ok = rejection(http.StatusNotAcceptable, normalize.ReasonAccept), false
	}
	if !ok {
		return x.sender.fail(o, nil)
	}
	forms, err := g.Page.forms()
	if err != nil {
		return err
	}
	return x.sendPage(&forms[i])
}

// sendPage sends a form, or that the client has it already (RFC 9110 §13.1.2).
func (x *exchange) sendPage(f *Form) error {
	h := &x.sender.head
	normalize.AddVary(h.fields, "Accept")
	h.set("ETag", f.tag)
	h.set("Cache-Control", "no-cache")
	a := &jobdesk.Answer{Status: http.StatusOK, Length: int64(len(f.content))}
	if has(x.request.Header["If-None-Match"], f.tag) {
		a.Status = http.StatusNotModified
	} else {
		h.set("Content-Type", f.contentType)
		h.set("X-Content-Type-Options", "nosniff")
		if f.policy != "" {
			h.set("Content-Security-Policy", f.policy)
		}
		a.Write = func(w io.Writer) error {
			_, err := io.Copy(w, bytes.NewReader(f.content))
			return err
		}
	}
	return x.sender.tell(&normalize.Outcome{
		Received: normalize.NotAsked, Sent: a.Status, Reason: normalize.ReasonDocumented, Rule: -1, Gateway: true, Verbatim: true,
	}, a)
}

// has reports whether If-None-Match names a tag, weakly compared (RFC 9110 §8.8.3.2).
func has(lines []string, tag string) bool {
	for _, member := range normalize.List(lines) {
		if member == "*" || member == tag || member == "W/"+tag {
			return true
		}
	}
	return false
}
