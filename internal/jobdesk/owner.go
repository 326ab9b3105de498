package jobdesk

import (
	"strings"

	"github.com/caddyserver/caddy/v2"
)

// ownerTemplate is a text with placeholders, and the names of these.
type ownerTemplate struct {
	text  string
	names []string
}

// parseOwner takes note of the placeholders of a template that is known to be
// well-formed.
func parseOwner(text string) ownerTemplate {
	t := ownerTemplate{text: text}
	for rest := text; ; {
		_, after, found := strings.Cut(rest, "{")
		if !found {
			return t
		}
		var name string
		name, rest, _ = strings.Cut(after, "}")
		t.names = append(t.names, name)
	}
}

// expand tells who asks: what the placeholders stand for, each for itself, so that
// "ab" and "c" are not "a" and "bc". If all are empty, so is the text: what stands
// between them is the same for everyone.
func (t *ownerTemplate) expand(replacer *caddy.Replacer) string {
	if replacer == nil {
		return ""
	}
	owner, known := t.text, false
	for _, name := range t.names {
		value, _ := replacer.GetString(name)
		owner += "\x00" + value
		known = known || value != ""
	}
	if !known {
		return ""
	}
	return owner
}
