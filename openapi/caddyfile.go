package openapi

import (
	"bytes"
	"strings"

	"github.com/statusgate/statusgate/negotiate"
)

// Caddyfile writes the operations as resource blocks of a Caddyfile, in the order of
// the documents. Exempt templates are left out: they need no block.
func (c *Contract) Caddyfile() []byte {
	var text bytes.Buffer
	for _, block := range c.blocks() {
		text.WriteString("resource " + caddyWord(block.template) + " {\n")
		for _, o := range block.operations {
			writeOperation(&text, o)
		}
		text.WriteString("}\n")
	}
	return text.Bytes()
}

// resourceBlock is what several operations at the same paths become.
type resourceBlock struct {
	template   string
	operations []*Operation
}

func (c *Contract) blocks() []*resourceBlock {
	var blocks []*resourceBlock
	var found negotiate.Resources[*resourceBlock]
	for _, o := range c.operations {
		if o.Exempt {
			continue
		}
		for _, template := range o.Templates {
			_ = found.Update(template, func(b *resourceBlock, ok bool) *resourceBlock {
				if !ok {
					b = &resourceBlock{template: template}
					blocks = append(blocks, b)
				}
				b.operations = append(b.operations, o)
				return b
			}) // whose template has been read
		}
	}
	return blocks
}

func writeOperation(text *bytes.Buffer, o *Operation) {
	text.WriteString("\t" + caddyWord(o.Method))
	consumes, produces := o.Consumes.List(), o.Produces.Types()
	codes := make([]string, len(o.Responses))
	for i := range o.Responses {
		codes[i] = strings.ToLower(o.Responses[i].Code.String())
	}
	if len(consumes)+len(produces)+len(codes) == 0 && o.Method == strings.ToUpper(o.Method) {
		text.WriteByte('\n')
		return
	}
	text.WriteString(" {\n")
	writeWords(text, "consumes", consumes)
	writeWords(text, "produces", produces)
	writeWords(text, "statuses", codes)
	text.WriteString("\t}\n")
}

func writeWords(text *bytes.Buffer, option string, values []string) {
	if len(values) == 0 {
		return
	}
	text.WriteString("\t\t" + option)
	for _, v := range values {
		text.WriteString(" " + caddyWord(v))
	}
	text.WriteByte('\n')
}

// caddyWord writes a word of a Caddyfile, in quotes where it needs them. Nothing
// that comes here has both kinds of quotes.
func caddyWord(s string) string {
	switch {
	case !strings.ContainsAny(s, " \t\r\n\"`\\"):
		return s
	case !strings.Contains(s, "`"):
		return "`" + s + "`"
	default:
		return `"` + strings.ReplaceAll(s, `"`, `\"`) + `"`
	}
}
