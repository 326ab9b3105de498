package contractpage

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html/template"
)

var (
	//go:embed page.gohtml
	source string
	//go:embed page.css
	style string
	//go:embed page.js
	script string
)

// Policy is the Content-Security-Policy of the HTML form: its own style and script,
// which are named by their hashes, and nothing else.
var Policy = "default-src 'none'; style-src '" + hashOf(style) + "'; script-src '" + hashOf(script) +
	"'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"

func hashOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

var page = template.Must(template.New("page").Funcs(template.FuncMap{
	"dict": func(word string, list []string) map[string][]string { return map[string][]string{word: list} },
}).Parse(source))

// HTML is the form for people.
func (d *Document) HTML() ([]byte, error) {
	var text bytes.Buffer
	err := page.Execute(&text, struct {
		*Document
		Groups []group
		Style  template.CSS
		Script template.JS
	}{d, grouped(d.Resources), template.CSS(style), template.JS(script)}) //nolint:gosec // files of ours
	return text.Bytes(), err
}
