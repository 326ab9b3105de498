package statusgate

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"

	"github.com/statusgate/statusgate/internal/overload"
)

// shed reads the option and its block.
func (p *parser) shed() {
	s := new(Shed)
	p.handler.Shed = s
	switch args := p.RemainingArgs(); {
	case len(args) > 1:
		p.errf("shed: unexpected %q behind the name", args[1])
	case len(args) == 1 && args[0] == "":
		p.errf("shed: the name is empty")
	case len(args) == 1:
		s.Name = args[0]
	}
	p.block("shed.", func(_, word string) {
		switch word {
		case "critical":
			p.matchers("shed.", word, &s.Critical)
		case "background":
			p.matchers("shed.", word, &s.Background)
		case "exempt":
			p.matchers("shed.", word, &s.Exempt)
		case "client_key":
			p.one(&s.ClientKey)
		case "fixed":
			p.number(&s.Fixed, 1)
		case "max":
			p.number(&s.Max, 1)
		case "max_streams":
			p.number(&s.MaxStreams, 1)
		case "queue":
			if n := new(int); p.number(n, 0) {
				s.Queue = n
			}
		case "patience":
			s.Patience = new(caddy.Duration)
			p.duration(s.Patience, true)
		case "retry_after_max":
			p.duration(&s.RetryAfterMax, false)
		case "record":
			p.number(&s.Record, 1)
		case "report":
			s.Report = true
			p.none()
		default:
			p.refuse("shed: unknown option %q: want one of %s", word, shedWords)
		}
	})
}

const shedWords = "critical, background, exempt, client_key, fixed, max, max_streams, queue, patience, retry_after_max, record or report"

// matchers reads request matchers, such as those of a class, on the line or in a
// block. They may stand more than once: a request needs to match one of them.
func (p *parser) matchers(prefix, word string, to *caddyhttp.RawMatcherSets) {
	at := p.where()
	segment := p.NewFromNextSegment()
	segment.Next() // the option
	if segment.NextArg() {
		switch name := segment.Val(); {
		case strings.HasPrefix(name, "@"):
			p.errf("%s: %q: a named matcher can't stand here, write what it matches", p.named(word), name)
			return
		case strings.HasPrefix(name, "/"), name == "*":
			p.errf("%s: %q: a path alone can't stand here, write path %s", p.named(word), name, name)
			return
		}
		segment.Prev()
	}
	set, err := caddyhttp.ParseCaddyfileNestedMatcherSet(segment)
	if err != nil {
		err = fmt.Errorf("%s: %w", p.named(word), err)
		if !strings.Contains(err.Error(), ", at ") { // not all of Caddy's have their line
			err = fmt.Errorf("%w, at %s", err, at)
		}
		p.mistakes = append(p.mistakes, mistake{line: at.line, err: err})
		return
	}
	p.lines[numbered(prefix+word, len(*to))] = at
	*to = append(*to, set)
}

// shared holds a limiter with a name against the one of the same name that stands
// before it in the Caddyfile, if there is one: gates that share a limiter have
// to agree on its settings.
func (p *parser) shared(state map[string]any, s *shedding) {
	if s == nil || s.name == "" {
		return
	}
	const key = "statusgate.shed"
	earlier, _ := state[key].(map[string]sharedLimiter)
	if earlier == nil {
		earlier = make(map[string]sharedLimiter)
		state[key] = earlier
	}
	here := sharedLimiter{settings: s.settings(p.handler.Shed), lines: p.lines}
	first, ok := earlier[s.name]
	if !ok {
		earlier[s.name] = here
		return
	}
	for _, option := range here.settings.Differ(first.settings) {
		at := here.at(option)
		p.mistakes = append(p.mistakes, mistake{line: at.line, err: fmt.Errorf("shed %s: %s, but %s at %s, which shares the limiter %q, at %s",
			option, here.settings[option], first.settings[option], first.at(option), s.name, at)})
	}
}

// sharedLimiter is what a Caddyfile has said of a limiter with a name.
type sharedLimiter struct {
	settings overload.Settings
	lines    lines
}

// at tells where an option stands, or else the limiter.
func (s *sharedLimiter) at(option string) position {
	for _, key := range []string{"shed." + option, numbered("shed."+option, 0)} {
		if at, ok := s.lines[key]; ok {
			return at
		}
	}
	if at, ok := s.lines[option]; ok && option == "report" { // of the gate
		return at
	}
	return s.lines["shed"]
}

// number reads an option with one whole number, at least so large.
func (p *parser) number(to *int, least int) (ok bool) {
	word := p.named(p.Val())
	var value string
	p.one(&value)
	if value == "" {
		return false
	}
	n, err := strconv.Atoi(value)
	if err != nil || n < least {
		p.errf("%s: %q is not a whole number from %d", word, value, least)
		return false
	}
	*to = n
	return true
}
