package statusgate

import "fmt"

// rule reads a map line and its block.
func (p *parser) rule() {
	before, at := len(p.mistakes), p.where()
	args := p.RemainingArgs()
	var when []string
	for i, arg := range args {
		if arg == "when" {
			args, when = args[:i], args[i+1:]
			if len(when) == 0 {
				p.errf("map: no condition behind when")
			}
			break
		}
	}
	var r Rule
	if len(args) < 2 {
		p.errf("map: want received statuses and the status to send, such as 520-527 503")
	} else {
		for _, from := range args[:len(args)-1] {
			r.From = append(r.From, Word(from))
		}
		r.To = Word(args[len(args)-1])
	}
	if len(when) > 0 {
		p.condition(&r, when)
	}
	for nesting := p.Nesting(); p.NextBlock(nesting); {
		p.condition(&r, append([]string{p.Val()}, p.RemainingArgs()...))
		p.noBlock("map")
	}
	if len(p.mistakes) == before {
		p.lines[numbered("map", len(p.handler.Map))] = at
		p.handler.Map = append(p.handler.Map, r)
	}
}

// condition reads one condition of a rule.
func (p *parser) condition(r *Rule, words []string) {
	var c Condition
	if words[0] == "not" {
		c.Not = true
		if words = words[1:]; len(words) == 0 {
			p.errf("map: no condition behind not")
			return
		}
	}
	args := words[1:]
	switch words[0] {
	case "header":
		if len(args) < 1 || len(args) > 2 {
			p.errf("map: header wants a field and at most one value, got %d words", len(args))
			return
		}
		c.Header = &HeaderCondition{Field: args[0]}
		if len(args) == 2 {
			c.Header.Value = &args[1]
		}
	case "source":
		if len(args) != 1 {
			p.errf("map: source wants backend or gateway")
			return
		}
		c.Source = args[0]
	default:
		p.errf("map: %s", unknownCondition(words[0]))
		return
	}
	r.When = append(r.When, c)
}

func unknownCondition(word string) string {
	switch word {
	case "json", "jsonrpc_error", "graphql_errors", "soap_fault", "xml", "html_page", "empty_body", "body_contains", "body_regexp":
		return fmt.Sprintf("the condition %q reads the body, which this version cannot do yet", word)
	}
	return fmt.Sprintf("unknown condition %q: want header or source", word)
}
