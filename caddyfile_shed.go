package statusgate

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
)

// shed reads the option and its block.
func (p *parser) shed() {
	s := new(Shed)
	p.handler.Shed = s
	switch args := p.RemainingArgs(); {
	case len(args) > 1:
		p.errf("shed: unexpected %q behind the name", args[1])
	case len(args) == 1:
		s.Name = args[0]
	}
	p.block("shed.", func(_, word string) {
		switch word {
		case "critical":
			p.class(word, &s.Critical)
		case "background":
			p.class(word, &s.Background)
		case "exempt":
			p.class(word, &s.Exempt)
		case "client_key":
			p.one(&s.ClientKey)
		case "fixed":
			p.number(&s.Fixed, 1)
		case "max":
			p.number(&s.Max, 1)
		case "max_streams":
			p.number(&s.MaxStreams, 1)
		case "queue":
			s.Queue = new(int)
			p.number(s.Queue, 0)
		case "patience":
			s.Patience = new(caddy.Duration)
			p.duration(s.Patience, true)
		case "retry_after_max":
			p.duration(&s.RetryAfterMax, false)
		case "report":
			s.Report = true
			p.none()
		default:
			p.refuse("shed: unknown option %q: want one of %s", word, shedWords)
		}
	})
}

const shedWords = "critical, background, exempt, client_key, fixed, max, max_streams, queue, patience, retry_after_max or report"

// class reads the request matchers of a class, on the line or in a block. It
// may stand more than once: a request needs to match one of them.
func (p *parser) class(word string, to *caddyhttp.RawMatcherSets) {
	at := p.where()
	segment := p.NewFromNextSegment()
	segment.Next() // the class
	if segment.NextArg() {
		if name := segment.Val(); strings.HasPrefix(name, "@") {
			p.errf("%s: %q: a named matcher can't stand here, write what it matches", word, name)
			return
		}
		segment.Prev()
	}
	set, err := caddyhttp.ParseCaddyfileNestedMatcherSet(segment)
	if err != nil {
		p.mistakes = append(p.mistakes, mistake{line: at.line, err: fmt.Errorf("%s: %w, at %s", word, err, at)})
		return
	}
	p.lines[numbered("shed."+word, len(*to))] = at
	*to = append(*to, set)
}

// number reads an option with one whole number, at least so large.
func (p *parser) number(to *int, least int) {
	word := p.Val()
	var value string
	p.one(&value)
	if value == "" {
		return
	}
	n, err := strconv.Atoi(value)
	if err != nil || n < least {
		p.errf("%s: %q is not a whole number from %d", word, value, least)
		return
	}
	*to = n
}
