package statusgate

import (
	"math"
	"strings"

	"github.com/dustin/go-humanize"

	"github.com/caddyserver/caddy/v2"
)

// rule reads a map line and its block.
func (p *parser) rule() {
	before, at := len(p.mistakes), p.where()
	args := p.RemainingArgs()
	var when []string
	for i, arg := range args {
		if arg == "when" {
			args, when = args[:i], args[i+1:]
			if len(when) == 0 {
				p.errf("map: no condition behind when (several stand in a block, without when)")
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
	conditions := 0
	for nesting := p.Nesting(); p.NextBlock(nesting); conditions++ {
		p.condition(&r, append([]string{p.Val()}, p.RemainingArgs()...))
		p.noBlock("map")
	}
	if conditions == 0 && p.Val() == "}" {
		p.errf("map: no condition in its block: leave the block out, and the rule always holds")
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
	case "method", "error":
		if len(args) == 0 {
			p.errf("map: %s wants one name at least, such as %s", words[0], map[string]string{"method": "POST", "error": "slack"}[words[0]])
			return
		}
		if words[0] == "method" {
			c.Method = args
		} else {
			c.Error = args
		}
	default:
		if !p.bodyCondition(&c, words[0], args) {
			return
		}
	}
	r.When = append(r.When, c)
}

// bodyCondition reads a condition on the body.
func (p *parser) bodyCondition(c *Condition, word string, args []string) bool {
	flags := map[string]*bool{
		"jsonrpc_error": &c.JSONRPCError, "graphql_errors": &c.GraphQLErrors, "soap_fault": &c.SOAPFault,
		"error_page": &c.ErrorPage, "stack_trace": &c.StackTrace, "html_page": &c.HTMLPage, "empty_body": &c.EmptyBody,
	}
	values := map[string]**ValueCondition{"json": &c.JSON, "xml": &c.XML}
	texts := map[string]*string{"body_contains": &c.BodyContains, "body_regexp": &c.BodyRegexp}
	switch {
	case flags[word] != nil:
		if len(args) > 0 {
			p.errf("map: %s takes no value, got %q", word, args[0])
		}
		*flags[word] = true
	case values[word] != nil:
		if len(args) == 0 {
			p.errf("map: %s wants to know where the value is, such as %s", word, map[string]string{"json": "/error/code", "xml": "Envelope/Body/Fault"}[word])
			return false
		}
		*values[word] = &ValueCondition{At: args[0], Values: args[1:]}
	case texts[word] != nil:
		if len(args) != 1 {
			p.errf("map: %s wants one value, got %d (quote a value that has spaces)", word, len(args))
			return false
		}
		if args[0] == "" {
			p.errf("map: %s: the value is empty", word)
			return false
		}
		*texts[word] = args[0]
	default:
		p.errf("map: unknown condition %q: want %s", word, conditionWords)
		return false
	}
	return true
}

const conditionWords = "header, source, method, error, error_page, stack_trace, json, xml, jsonrpc_error, graphql_errors, soap_fault, html_page, empty_body, body_contains or body_regexp"

// softErrors reads the words of soft_errors.
func (p *parser) softErrors() {
	p.soft = p.RemainingArgs()
	p.noBlock("soft_errors")
	if len(p.soft) == 0 {
		p.soft = SoftErrors{wordSafe}
	}
	if _, err := softErrors(p.soft); err != nil {
		for mistake := range strings.Lines(err.Error()) { // each has its own
			p.errf("soft_errors: %s", strings.TrimSuffix(mistake, "\n"))
		}
	}
}

// inspect reads one size or two, and how long a flush waits.
func (p *parser) inspect() {
	args := p.list()
	in := new(Inspect)
	if n := len(args); n >= 2 && args[n-2] == "wait" {
		wait, err := caddy.ParseDuration(args[n-1])
		if err != nil || wait == 0 {
			p.errf("inspect: wait: %q is not a duration such as 500ms", args[n-1])
			return
		}
		in.Wait, args = caddy.Duration(wait), args[:n-2]
	}
	if len(args) > 2 {
		p.errf("inspect: want bytes per response and in all, and wait with a duration, got %d values", len(args))
		return
	}
	for i, to := range []*int64{&in.PerResponse, &in.Total} {
		if i >= len(args) {
			break
		}
		size, err := humanize.ParseBytes(args[i])
		if err != nil || size == 0 || size > math.MaxInt64 {
			p.errf("inspect: %q is not a size such as 64KiB", args[i])
			return
		}
		*to = int64(size) //nolint:gosec // was compared
	}
	p.handler.Inspect = in
}
