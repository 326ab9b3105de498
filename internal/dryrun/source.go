package dryrun

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig"
	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"
)

// Source is a configuration as it was read.
type Source struct {
	// JSON is Caddy's own format.
	JSON []byte
	// File is the name by which it was read.
	File string

	caddyfile []byte // the text, nil for other formats
}

// Read reads a configuration as `caddy run` does: file is a name, "" for the
// Caddyfile in the working directory, "-" for stdin; adapter is the name of a config
// adapter, "" for the one that the name of the file tells.
func Read(file, adapter string, stdin io.Reader) (*Source, error) {
	if file == "" {
		file = "Caddyfile"
	}
	var text []byte
	var err error
	if file == "-" {
		text, err = io.ReadAll(stdin)
	} else {
		text, err = os.ReadFile(file) //nolint:gosec // the file that a person names
	}
	if err != nil {
		return nil, fmt.Errorf("reading the configuration: %w", err)
	}
	return Adapt(file, adapter, text)
}

// Adapt makes a Source of a configuration.
func Adapt(file, adapter string, text []byte) (*Source, error) {
	if adapter == "" {
		adapter = adapterOf(file, text)
	}
	src := &Source{JSON: text, File: file}
	if adapter == "" || adapter == "json" {
		if !json.Valid(text) {
			return nil, fmt.Errorf("%s: this is no JSON: is there an --adapter for it?", file)
		}
		return src, nil
	}
	from := caddyconfig.GetAdapter(adapter)
	if from == nil {
		return nil, fmt.Errorf("adapter %q: there is none of this name", adapter)
	}
	var err error
	if src.JSON, _, err = from.Adapt(text, map[string]any{"filename": file}); err != nil {
		return nil, fmt.Errorf("adapting %s: %w", file, err)
	}
	if adapter == "caddyfile" {
		src.caddyfile = text
	}
	return src, nil
}

// adapterOf is the adapter for a file that is named like a Caddyfile, "" for any
// other. What comes from stdin is a Caddyfile unless it begins as JSON does.
func adapterOf(file string, text []byte) string {
	base := strings.ToLower(filepath.Base(file))
	switch {
	case file == "-" && !strings.HasPrefix(strings.TrimSpace(string(text)), "{\""):
		return "caddyfile"
	case filepath.Ext(base) == ".json":
		return ""
	case strings.HasPrefix(base, "caddyfile"), strings.HasSuffix(base, ".caddyfile"):
		return "caddyfile"
	}
	return ""
}

// directive is the name of the gate's directive and of its module.
const directive = "statusgate"

// locate tells the gates where they stand in the Caddyfile. Gates that say the same
// can't be told apart by what they say: they are taken in turn.
func (src *Source) locate(gates []*Gate) {
	if src.caddyfile == nil {
		return
	}
	blocks, err := caddyfile.Parse(src.File, src.caddyfile)
	if err != nil {
		return // adapting it would have failed
	}
	found := make(map[string][]located)
	for _, block := range blocks {
		for _, segment := range block.Segments {
			for _, l := range locatedIn(segment) {
				found[l.says] = append(found[l.says], l)
			}
		}
	}
	for _, g := range gates {
		if list := found[g.says]; len(list) > 0 {
			g.At, g.where = list[0].at, list[0].where
			if len(list) > 1 {
				found[g.says] = list[1:]
			}
		}
	}
}

// located is a directive of a Caddyfile.
type located struct {
	says  string // what it adapts to
	at    string
	where func(option string) string
}

// locatedIn finds the directives in a segment, at any depth.
func locatedIn(segment caddyfile.Segment) (list []located) {
	for i := range segment {
		if segment[i].Text != directive || i > 0 && segment[i-1].File == segment[i].File && segment[i-1].Line == segment[i].Line {
			continue
		}
		d := caddyfile.NewDispenser(segment[i:])
		d.Next()
		tokens := d.NextSegment()
		if len(tokens) > 1 && tokens[1].Line == tokens[0].Line && isMatcher(tokens[1].Text) {
			tokens = append(tokens[:1:1], tokens[2:]...)
		}
		if l, err := read(tokens); err == nil {
			l.at = fmt.Sprintf("%s:%d", segment[i].File, segment[i].Line)
			list = append(list, l)
		}
	}
	return list
}

func isMatcher(word string) bool {
	return word == "*" || strings.HasPrefix(word, "/") || strings.HasPrefix(word, "@")
}

// read reads a directive as adapting does.
func read(tokens []caddyfile.Token) (l located, err error) {
	info, err := caddy.GetModule("http.handlers." + directive)
	if err != nil {
		return l, err
	}
	handler, ok := info.New().(interface {
		caddyfile.Unmarshaler
		Where(option string) string
	})
	if !ok {
		return l, errors.New("no directive")
	}
	if err := handler.UnmarshalCaddyfile(caddyfile.NewDispenser(tokens)); err != nil {
		return l, err
	}
	text, err := json.Marshal(handler)
	if err != nil {
		return l, err
	}
	l.says, l.where = canonical(text), handler.Where
	return l, nil
}

// canonical is what a handler says, without its name, in one spelling.
func canonical(handler json.RawMessage) string {
	var fields map[string]any
	_ = json.Unmarshal(handler, &fields) // it was marshalled just now
	delete(fields, "handler")
	text, _ := json.Marshal(fields)
	return string(text)
}
