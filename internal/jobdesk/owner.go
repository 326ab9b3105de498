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

// expand fills the placeholders in. If all are empty, so is the text: what stands
// between them is the same for everyone.
func (t *ownerTemplate) expand(replacer *caddy.Replacer) string {
	if replacer == nil {
		return ""
	}
	for _, name := range t.names {
		if value, _ := replacer.GetString(name); value != "" {
			return replacer.ReplaceAll(t.text, "")
		}
	}
	return ""
}
