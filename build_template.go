package statusgate

import (
	"net/url"
	"slices"
	"strings"

	"github.com/statusgate/statusgate/inspect"
	"github.com/statusgate/statusgate/internal/exchange"
)

// template checks a value that may have placeholders, of which
// [caddy.Replacer] would send those that can't be read to clients as they
// stand. It returns the value with an x in place of each.
func (b *builder) template(option, value string) string {
	var plain strings.Builder
	for rest := value; ; {
		before, after, found := strings.Cut(rest, "{")
		plain.WriteString(before)
		if !found {
			return plain.String()
		}
		if rest = after; strings.HasSuffix(before, `\`) {
			continue // a brace that is meant as one
		}
		placeholder, after, found := strings.Cut(rest, "}")
		if !found {
			b.failf(option, "%q has a \"{\" without \"}\"", value)
			return plain.String()
		}
		switch {
		case placeholder == "":
			b.failf(option, "%q has a placeholder without a name", value)
		case strings.HasPrefix(placeholder, exchange.JSONPlaceholder):
			if !strings.HasPrefix(option, "location.") {
				b.failf(option, "{%s} is of use in location created and accepted only", placeholder)
			}
		case !strings.Contains(placeholder, "."):
			b.failf(option, "{%s} is no placeholder: names such as {http.request.uri.path} have a dot", placeholder)
		}
		plain.WriteByte('x')
		rest = after
	}
}

// uri checks a template of a URI reference (RFC 3986 §4.1).
func (b *builder) uri(option, value string) {
	plain := b.template(option, value)
	if strings.ContainsAny(plain, " \"<>\\^`{|}") {
		b.failf(option, "%q has a character that no URI has", value)
	} else if _, err := url.Parse(plain); err != nil {
		b.failf(option, "%q is not a URI", value)
	}
}

// pointers checks those of a template.
func (b *builder) pointers(option, template string) (ok bool) {
	ok = true
	for _, pointer := range captures(template) {
		if _, err := inspect.JSON(pointer); err != nil {
			b.failf(option, "{%s%s}: %w", exchange.JSONPlaceholder, pointer, err)
			ok = false
		}
	}
	return ok
}

// captures are the pointers of the values that templates want of a JSON body.
func captures(templates ...string) []string {
	var pointers []string
	for _, rest := range templates {
		for {
			_, after, found := strings.Cut(rest, "{"+exchange.JSONPlaceholder)
			if !found {
				break
			}
			var pointer string
			pointer, rest, _ = strings.Cut(after, "}")
			if !slices.Contains(pointers, pointer) {
				pointers = append(pointers, pointer)
			}
		}
	}
	return pointers
}
