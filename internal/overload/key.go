package overload

import (
	"hash/maphash"
	"strings"

	"github.com/caddyserver/caddy/v2"
)

// clientKey is the template of a client's identity, taken apart: to ask for one
// placeholder after the other allocates nothing, where [caddy.Replacer] would
// put a text together.
type clientKey []keyPart

type keyPart struct {
	text        string
	placeholder bool
}

// parseClientKey takes a template apart that is known to be well-formed.
func parseClientKey(template string) clientKey {
	var (
		key  clientKey
		text strings.Builder
	)
	end := func() {
		if text.Len() > 0 {
			key = append(key, keyPart{text: text.String()})
			text.Reset()
		}
	}
	for rest := template; ; {
		before, after, found := strings.Cut(rest, "{")
		if before, escaped := strings.CutSuffix(before, `\`); escaped && found {
			text.WriteString(before + "{")
			rest = after
			continue
		}
		text.WriteString(before)
		if !found {
			end()
			return key
		}
		end()
		var name string
		name, rest, _ = strings.Cut(after, "}")
		key = append(key, keyPart{text: name, placeholder: true})
	}
}

// hash identifies the client, 0 if all placeholders are empty: what stands
// between them is the same for everyone.
func (k clientKey) hash(seed maphash.Seed, replacer *caddy.Replacer) uint64 {
	if replacer == nil {
		return 0
	}
	if len(k) == 1 {
		value := valueOf(replacer, k[0].text)
		if value == "" {
			return 0
		}
		return notZero(maphash.String(seed, value))
	}
	var hash maphash.Hash
	hash.SetSeed(seed)
	known := false
	for _, part := range k {
		value := part.text
		if part.placeholder {
			value = valueOf(replacer, part.text)
			known = known || value != ""
		}
		_, _ = hash.WriteString(value)
		_ = hash.WriteByte(0) // "a" and "bc" are not "ab" and "c"
	}
	if !known {
		return 0
	}
	return notZero(hash.Sum64())
}

func valueOf(replacer *caddy.Replacer, placeholder string) string {
	value, _ := replacer.Get(placeholder)
	if text, ok := value.(string); ok {
		return text
	}
	return caddy.ToString(value)
}

// notZero keeps a hash apart from 0, which stands for nobody.
func notZero(hash uint64) uint64 {
	if hash == 0 {
		return 1
	}
	return hash
}
