package statusgate

import (
	"strings"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"
	"github.com/caddyserver/caddy/v2/caddyconfig/httpcaddyfile"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
)

func init() {
	httpcaddyfile.RegisterHandlerDirective("statusgate", parseCaddyfile)
	httpcaddyfile.RegisterDirectiveOrder("statusgate", httpcaddyfile.After, "encode")
}

func parseCaddyfile(h httpcaddyfile.Helper) (caddyhttp.MiddlewareHandler, error) {
	p := newParser(h.Dispenser, new(Handler))
	if built := p.read(); len(p.mistakes) == 0 {
		p.shared(h.State, built.shedding)
	}
	return p.handler, p.mistakes.join()
}

// UnmarshalCaddyfile reads the directive. Every mistake is reported, each
// with its file and line. Syntax:
//
//	statusgate [<matcher>] {
//		name        <label>
//		report
//		contract    documented|strict|registered
//		allow       <status|protocol...>
//		map         <from...> <to> [when [not] <condition>] {
//			[not] header <field> [<value>]
//			[not] source backend|gateway
//			[not] method <method...>
//			[not] error <name...>
//			[not] error_page
//			[not] stack_trace
//			[not] json <pointer> [[!]<value>...]
//			[not] xml <path> [[!]<value>...]
//			[not] jsonrpc_error
//			[not] graphql_errors
//			[not] soap_fault
//			[not] html_page
//			[not] empty_body
//			[not] body_contains <text>
//			[not] body_regexp <re2>
//		}
//
//		methods     <method...>
//		consumes    <media range...>
//		produces    <media type...>
//		codings     <content coding...>
//		resource    <path template> {
//			methods  <method...>
//			consumes <media range...>
//			produces <media type...>
//			codings  <content coding...>
//			<method> {
//				consumes <media range...>
//				produces <media type...>
//				statuses <status|class|default...>
//			}
//		}
//		openapi     [<file...>] {
//			base     <path>
//			requests enforce|report|off
//			statuses report|normalize|off
//			unknown  pass|reject
//			exempt   <path template...>
//		}
//		unknown_resources pass|reject
//		paths             strict|lenient
//		representations   safe|all|off
//
//		location {
//			created  <template>
//			accepted <template>
//			host     public|keep
//			prefix   <path>
//		}
//		challenge    <value>
//		retry_after  <duration> [<duration>]
//		proxy_status on|off
//		suspects     on|off
//		cors         off|<origin...> {
//			expose <field...>
//		}
//
//		problems off
//		problems {
//			type    auto|<uri template>
//			formats json xml html text
//			bodies  auto|keep|replace
//			detail  on|off
//			members { <name> <value> ... }
//			html    <template file>
//		}
//		contract_page <path>
//		inspect <bytes per response> [<bytes in all>] [wait <duration>]
//		soft_errors [safe|common|<name>|-<name>...]
//
//		shed        [<name>] {
//			critical        <request matchers>
//			background      <request matchers>
//			exempt          <request matchers>
//			client_key      <placeholders>
//			fixed           <requests>
//			max             <requests>
//			max_streams     <streams>
//			queue           <requests>
//			patience        <duration>
//			retry_after_max <duration>
//			record <events>
//			report
//		}
//
//		jobs        [<name>] {
//			match   <request matchers>
//			after   <duration>
//			path    <path>
//			keep    <duration>
//			timeout <duration>
//			running <jobs>
//			request <bytes>
//			result  <bytes>
//			total   <bytes>
//			owner   <placeholders>
//			storage <module> ...
//			cancel  on|off
//		}
//	}
//
// A rule's <from> is a status, a range (520-527), a class (5xx) or any; its
// <to> is a status, pass or auto.
func (h *Handler) UnmarshalCaddyfile(d *caddyfile.Dispenser) error {
	p := newParser(d, h)
	p.read()
	return p.mistakes.join()
}

// parser reads the directive into a Handler. It goes on after a mistake.
type parser struct {
	*caddyfile.Dispenser
	handler  *Handler
	lines    lines
	mistakes mistakes
	soft     SoftErrors
	within   string // the option in whose block the parser is, "" for the directive's own
}

func newParser(d *caddyfile.Dispenser, h *Handler) *parser {
	return &parser{Dispenser: d, handler: h, lines: make(lines)}
}

// read reads the whole directive, and builds its gate to learn of mistakes.
func (p *parser) read() *built {
	p.Next() // the directive's name
	if p.NextArg() {
		p.errf("unexpected argument %q: options stand in a block", p.Val())
		p.RemainingArgs()
	}
	p.block("", p.option)
	p.handler.lines = p.lines
	if len(p.soft) > 0 { // written out, so that adapting shows it
		p.handler.Map, _ = p.handler.withSoftErrors(p.soft)
	}
	built, mistakes := p.handler.build(p.lines)
	p.mistakes = append(p.mistakes, mistakes...)
	return built
}

func (p *parser) errf(format string, args ...any) {
	p.mistakes = append(p.mistakes, mistake{line: p.Line(), err: p.Errf(format, args...)})
}

// repeats are the options that may stand more than once.
var repeats = map[string]bool{
	"map": true, "resource": true, "shed.critical": true, "shed.background": true, "shed.exempt": true, "jobs.match": true,
}

// block reads the options of a block. An option that stands twice is refused,
// but for those that may repeat and take care of their keys themselves. It
// returns how many there were.
func (p *parser) block(prefix string, option func(key, word string)) (options int) {
	outer := p.within
	defer func() { p.within = outer }()
	p.within, _, _ = strings.Cut(prefix, ".")
	for nesting := p.Nesting(); p.NextBlock(nesting); {
		options++
		word := p.Val()
		key := prefix + word
		if first, ok := p.lines[key]; ok {
			p.refuse("%s: duplicate option, first at %s", p.named(word), first)
			continue
		}
		if !repeats[key] {
			p.lines[key] = p.where()
		}
		option(key, word)
	}
	return options
}

// named is what errors call an option: in a block, with the option of the block.
func (p *parser) named(word string) string { return strings.TrimPrefix(p.within+" "+word, " ") }

func (p *parser) where() position {
	at := position{file: p.File(), line: p.Line()}
	at.imports = strings.TrimPrefix(p.Err("").Error(), ", at "+at.String())
	return at
}

// option reads one option of the directive.
func (p *parser) option(_, word string) {
	h := p.handler
	switch word {
	case "name":
		p.one(&h.Name)
	case "report":
		h.Report = true
		p.none()
	case "contract":
		p.one(&h.Contract)
	case "allow":
		h.Allow = p.words()
	case "map":
		p.rule()
	case "methods", "consumes", "produces", "codings":
		p.accepts(word, &h.Methods, &h.Consumes, &h.Produces, &h.Codings)
	case "resource":
		p.resource()
	case "openapi":
		p.openapi()
	case "unknown_resources":
		p.one(&h.UnknownResources)
	case "paths":
		p.one(&h.Paths)
	case "representations":
		p.one(&h.Representations)
	case "location":
		p.location()
	case "challenge":
		p.one(&h.Challenge)
	case "retry_after":
		p.retryAfter()
	case "proxy_status":
		p.one(&h.ProxyStatus)
	case "suspects":
		p.one(&h.Suspects)
	case "cors":
		p.cors()
	case "problems":
		p.problems()
	case "contract_page":
		p.one(&h.ContractPage)
	case "inspect":
		p.inspect()
	case "soft_errors":
		p.softErrors()
	case "shed":
		p.shed()
	case "jobs":
		p.jobs()
	default:
		p.refuse("%s: unknown option: want one of %s", word, optionWords)
	}
}

const optionWords = "name, report, contract, allow, map, methods, consumes, produces, codings, resource, openapi, unknown_resources, paths, " +
	"representations, location, challenge, retry_after, proxy_status, cors, problems, contract_page, inspect, soft_errors, suspects, shed or jobs"

// refuse records a mistake and skips the option, its block included.
func (p *parser) refuse(format string, args ...any) {
	p.errf(format, args...)
	p.RemainingArgs()
	p.skipBlock()
}

func (p *parser) skipBlock() {
	for nesting := p.Nesting(); p.NextBlock(nesting); {
		p.RemainingArgs()
		p.skipBlock()
	}
}

// noBlock refuses a block behind an option that takes none.
func (p *parser) noBlock(word string) {
	nesting := p.Nesting()
	if !p.NextBlock(nesting) {
		return
	}
	p.errf("%s: takes no block", word)
	for {
		p.RemainingArgs()
		p.skipBlock()
		if !p.NextBlock(nesting) {
			return
		}
	}
}

// none reads an option without a value.
func (p *parser) none() {
	word := p.named(p.Val())
	if args := p.RemainingArgs(); len(args) > 0 {
		p.errf("%s: unexpected %q, it takes no value", word, args[0])
	}
	p.noBlock(word)
}

// one reads an option with one value.
func (p *parser) one(to *string) {
	word := p.named(p.Val())
	switch args := p.RemainingArgs(); {
	case len(args) != 1:
		p.errf("%s: want one value, got %d (quote a value that has spaces)", word, len(args))
	case args[0] == "":
		p.errf("%s: the value is empty", word)
	default:
		*to = args[0]
	}
	p.noBlock(word)
}

// list reads an option with one value or more.
func (p *parser) list() []string {
	word := p.named(p.Val())
	args := p.RemainingArgs()
	if len(args) == 0 {
		p.errf("%s: want at least one value", word)
		args = nil
	}
	p.noBlock(word)
	return args
}

// words is list for words that JSON may also write as numbers.
func (p *parser) words() (words []Word) {
	for _, word := range p.list() {
		words = append(words, Word(word))
	}
	return words
}

// duration reads an option with a duration; zero may mean the default in JSON.
func (p *parser) duration(to *caddy.Duration, zero bool) {
	word := p.named(p.Val())
	var value string
	p.one(&value)
	if value == "" {
		return
	}
	d, err := caddy.ParseDuration(value)
	if err != nil || d == 0 && !zero {
		p.errf("%s: %q is not a duration such as 90s", word, value)
		return
	}
	*to = caddy.Duration(d)
}

// retryAfter reads one duration or two.
func (p *parser) retryAfter() {
	args := p.list()
	if len(args) > 2 {
		p.errf("retry_after: want the least and the greatest duration, got %d values", len(args))
		return
	}
	for i, to := range []*caddy.Duration{&p.handler.RetryAfter, &p.handler.RetryAfterMax} {
		if i >= len(args) {
			break
		}
		d, err := caddy.ParseDuration(args[i])
		if err != nil || d == 0 {
			p.errf("retry_after: %q is not a duration such as 90s", args[i])
			continue
		}
		*to = caddy.Duration(d)
	}
}

// accepts reads what the gate and its resources say alike of requests.
func (p *parser) accepts(word string, methods, consumes, produces, codings *[]string) {
	*map[string]*[]string{
		"methods": methods, "consumes": consumes, "produces": produces, "codings": codings,
	}[word] = p.list()
}
