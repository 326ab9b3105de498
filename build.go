package statusgate

import (
	"fmt"
	"maps"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/net/http/httpguts"

	"github.com/statusgate/statusgate/internal/contractpage"
	"github.com/statusgate/statusgate/internal/exchange"
	"github.com/statusgate/statusgate/internal/jobdesk"
	"github.com/statusgate/statusgate/normalize"
	"github.com/statusgate/statusgate/problem"
)

const (
	defaultName       = "statusgate"
	defaultRetryAfter = 5 * time.Second
	maxRetryAfter     = 365 * 24 * time.Hour
	maxName           = 64
)

// built is what a configuration comes to.
type built struct {
	gate      *exchange.Gate
	declared  []*exchange.Resource // those with a path
	described *described           // nil: nothing is
	rules     []string             // as logs show them
	shedding  *shedding            // nil: nothing is shed
	jobs      *jobdesk.Options     // nil: there are none
}

// build makes a gate, or reports every mistake. A Handler holds a configuration
// as it was written. The Caddyfile parser builds it only to learn of mistakes
// while it still knows their lines. What the gate shares with others, it gets
// when it is provisioned.
func (h *Handler) build(at lines) (*built, mistakes) {
	b := &builder{lines: at}
	g := &exchange.Gate{Report: h.Report, ProxyStatus: b.oneOf("proxy_status", h.ProxyStatus, "on", "off") == 0}
	out := &built{gate: g}
	g.Name = b.name(h.Name)
	if looks := b.oneOf("suspects", h.Suspects, "off", "on") == 1; looks || h.Report && h.Suspects == "" {
		g.Suspects = new(exchange.Suspects)
	}
	b.inspection(h, g)
	out.rules = b.contract(h, g)
	out.declared, out.described = b.resources(h, g)
	b.owed(h, g)
	g.CORS = b.cors(h.CORS)
	g.Problems = b.problems(h.Problems)
	g.Page = b.page(h.ContractPage, g, out.declared)
	out.shedding = b.shedding(h.Shed, h.Report)
	out.jobs = b.jobs(h.Jobs, g.Name)
	return out, b.mistakes
}

func (b *builder) name(name string) string {
	if name == "" {
		return defaultName
	}
	b.label("name", name)
	return name
}

// label checks a name that stands in metrics and logs as it is written.
func (b *builder) label(option, name string) {
	_, behind, _ := strings.Cut(name, "{")
	switch {
	case len(name) > maxName || strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r > '~' }):
		b.failf(option, "%q is not printable ASCII of at most %d characters", name, maxName)
	case strings.Contains(behind, "}"):
		b.failf(option, "%q has a placeholder, and names take none", name)
	}
}

// contract reads the rules and gives them as logs show them.
func (b *builder) contract(h *Handler, g *exchange.Gate) (texts []string) {
	profile := normalize.ProfileDocumented
	if h.Contract != "" {
		var err error
		if profile, err = normalize.ParseProfile(h.Contract); err != nil {
			b.fail("contract", fmt.Errorf("%q is not one of documented, strict, registered", h.Contract))
		}
	}
	g.Registered, g.Strict = profile == normalize.ProfileRegistered, profile == normalize.ProfileStrict
	written := h.Map
	if len(h.SoftErrors) > 0 {
		var err error
		if written, err = h.withSoftErrors(h.SoftErrors); err != nil {
			b.fail("soft_errors", err)
		}
	}
	rules, lines := b.rules(written)
	for _, s := range normalize.Shadows(rules) {
		option := lines[s.Rule]
		if len(s.By) == 0 {
			b.failf(option, "%q can never match: %s", rules[s.Rule], s.Why)
			continue
		}
		by := make([]string, len(s.By))
		for i, earlier := range s.By {
			by[i] = fmt.Sprintf("%q (%s)", rules[earlier], b.at(lines[earlier]))
		}
		b.failf(option, "%q can never match: its statuses are always taken by %s", rules[s.Rule], strings.Join(by, ", "))
	}
	allowed := b.allow(h.Allow, rules, lines)
	for i := range rules {
		texts = append(texts, rules[i].String())
		g.Passes = append(g.Passes, rules[i].To == normalize.Pass)
		g.Targets = append(g.Targets, rules[i].To)
	}
	b.plan(h, g, rules)
	g.Contract = normalize.NewContract(profile, allowed, normalize.NewRules(rules))
	return texts
}

// allow reads what passes in any profile: statuses, and protocols whose statuses
// may overlap.
func (b *builder) allow(words []Word, rules []normalize.Rule, lines []string) (statuses []int) {
	seen := make(map[Word]bool)
	for _, word := range words {
		if seen[word] {
			b.failf("allow", "%s stands there twice", word)
			continue
		}
		seen[word] = true
		group, err := normalize.ParseAllow(string(word))
		if err != nil {
			b.fail("allow", err)
			continue
		}
		for _, status := range group {
			if i := normalize.FirstTaking(rules, status); i >= 0 {
				b.failf("allow", "%s contradicts %q (%s), which always takes %d", word, rules[i], b.at(lines[i]), status)
				break
			}
		}
		statuses = append(statuses, group...)
	}
	return statuses
}

// rules reads the rules that can be read; lines gives their option names.
func (b *builder) rules(in []Rule) (rules []normalize.Rule, lines []string) {
	for i := range in {
		option := numbered("map", i)
		before := len(b.mistakes)
		rule := b.rule(option, &in[i])
		if len(b.mistakes) == before {
			rules, lines = append(rules, rule), append(lines, option)
		}
	}
	return rules, lines
}

func (b *builder) rule(option string, in *Rule) normalize.Rule {
	var rule normalize.Rule
	before := len(b.mistakes)
	for _, word := range in.From {
		span, err := normalize.ParseSpan(string(word))
		if err != nil {
			b.fail(option, err)
			continue
		}
		rule.From = append(rule.From, span)
	}
	if len(in.From) == 0 {
		b.failf(option, "no received status")
	}
	if span, ok := normalize.DuplicateSpan(rule.From); ok {
		b.failf(option, "%q stands there twice", span)
	}
	rule.To = b.target(option, string(in.To))
	for i := range in.When {
		if c, ok := b.condition(option, &in.When[i]); ok {
			rule.When = append(rule.When, c)
		}
	}
	if rule.To == normalize.Auto && !rule.Derives() && len(b.mistakes) == before {
		b.failf(option, "auto has nothing to derive a status from: it needs a condition such as soap_fault or json, without not; body_contains and body_regexp tell none")
	}
	return rule
}

func (b *builder) target(option, word string) int {
	switch word {
	case "pass":
		return normalize.Pass
	case "auto":
		return normalize.Auto
	}
	status, err := strconv.Atoi(word)
	if err != nil {
		b.failf(option, "%q is not what to send: want a status from 200 to 599, pass or auto", word)
		return normalize.Pass
	}
	if err := normalize.CheckTarget(status); err != nil {
		b.fail(option, err)
	}
	return status
}

// owed reads what responses get that the backend forgot.
func (b *builder) owed(h *Handler, g *exchange.Gate) {
	owed := &g.Owed
	owed.Public, owed.Challenge = true, exchange.DefaultChallenge
	if l := h.Location; l != nil {
		owed.Created, owed.Accepted = l.Created, l.Accepted
		b.template("location.created", l.Created)
		b.template("location.accepted", l.Accepted)
		owed.Public = b.oneOf("location.host", l.Host, "public", "keep") == 0
		owed.Prefix = b.prefix(l.Prefix)
	}
	if h.Challenge != "" {
		owed.Challenge = h.Challenge
		b.template("challenge", h.Challenge)
		scheme, _, _ := strings.Cut(h.Challenge, " ")
		switch {
		case !httpguts.ValidHeaderFieldValue(h.Challenge):
			b.failf("challenge", "%q has a control character", h.Challenge)
		case !strings.HasPrefix(scheme, "{") && !httpguts.ValidHeaderFieldName(scheme):
			b.failf("challenge", "%q does not begin with an authentication scheme such as Bearer", h.Challenge)
		}
	}
	owed.RetryAfter = b.retryAfter(h)
}

// prefix reads the part of paths that the backend does not know.
func (b *builder) prefix(prefix string) string {
	if prefix == "" {
		return ""
	}
	u, err := url.Parse(prefix)
	if err != nil || u.Host != "" || u.RawQuery != "" || u.Fragment != "" || !strings.HasPrefix(prefix, "/") || strings.HasSuffix(prefix, "/") || normalize.HasDotSegment(prefix) {
		b.failf("location.prefix", "%q is not the beginning of a path such as /api", prefix)
	}
	return u.EscapedPath()
}

// retryAfter reads when clients are told to come back.
func (b *builder) retryAfter(h *Handler) normalize.Delay {
	low, high := time.Duration(h.RetryAfter), time.Duration(h.RetryAfterMax)
	if low == 0 {
		low = defaultRetryAfter
	}
	if low < time.Second || low > maxRetryAfter {
		b.failf("retry_after", "%v is not between 1s and 365d", low)
	} else if high != 0 && (high < low || high > maxRetryAfter) {
		b.failf("retry_after", "%v is not between %v, from which it is drawn, and 365d", high, low)
	}
	return normalize.NewDelay(low, high)
}

// cors reads who may read answers, nil if nobody may.
func (b *builder) cors(in *CORS) *exchange.CORS {
	if in == nil {
		return nil
	}
	seen := make(map[string]bool)
	for _, origin := range in.Origins {
		switch u, err := url.Parse(origin); {
		case origin == "*":
			b.failf("cors", "* is not an origin: cors without origins lets every page read")
		case err != nil || u.Scheme == "" || u.Host == "" || origin != u.Scheme+"://"+u.Host:
			b.failf("cors", "%q is not an origin such as https://app.example.com", origin)
		case seen[strings.ToLower(origin)]:
			b.failf("cors", "%q stands there twice", origin)
		}
		seen[strings.ToLower(origin)] = true
	}
	for _, field := range in.Expose {
		if !httpguts.ValidHeaderFieldName(field) {
			b.failf("cors.expose", "%q is not the name of a header field", field)
		}
	}
	return &exchange.CORS{Origins: in.Origins, Expose: in.Expose}
}

func (b *builder) problems(in *Problems) exchange.Problems {
	out := exchange.Problems{Detail: true, Formats: []problem.Format{problem.JSON, problem.XML, problem.HTML, problem.Text}}
	if in == nil {
		return out
	}
	if in.Off && (in.Type != "" || in.Formats != nil || in.Bodies != "" || in.Detail != "" || in.Members != nil || in.HTML != "") {
		b.failf("problems", "off goes with no other option")
	}
	out.Off = in.Off
	if out.Kinds = in.Type == "auto"; !out.Kinds {
		out.Type = in.Type
		b.uri("problems.type", in.Type)
	}
	out.Bodies = exchange.Bodies(b.oneOf("problems.bodies", in.Bodies, "auto", "keep", "replace")) //nolint:gosec // 0 to 2
	out.Detail = b.oneOf("problems.detail", in.Detail, "on", "off") == 0
	out.Members = b.members(in.Members)
	if in.HTML != "" {
		pages, err := problem.LoadPages(in.HTML, os.ReadFile)
		if err != nil {
			b.fail("problems.html", err)
		}
		out.Pages = pages
	}
	if in.Formats == nil {
		return out
	}
	if len(in.Formats) == 0 {
		b.failf("problems.formats", "no value")
		return out
	}
	out.Formats = nil
	for _, word := range in.Formats {
		f, err := problem.ParseFormat(word)
		if err != nil {
			b.fail("problems.formats", err)
			continue
		}
		if slices.Contains(out.Formats, f) {
			b.failf("problems.formats", "%q stands there twice", word)
		}
		out.Formats = append(out.Formats, f)
	}
	return out
}

// page reads where clients find what the gate promises.
func (b *builder) page(path string, g *exchange.Gate, declared []*exchange.Resource) *exchange.Page {
	if path == "" {
		return nil
	}
	if u, err := url.Parse(path); err != nil || !strings.HasPrefix(path, "/") || u.Path != path || u.EscapedPath() != path || normalize.HasDotSegment(path) {
		b.failf("contract_page", "%q is not a path such as /contract", path)
		return nil
	}
	return contractpage.New(path, g, declared)
}

// members reads what problems have beside the members of RFC 9457.
func (b *builder) members(in map[string]string) (members []problem.Member) {
	for _, name := range slices.Sorted(maps.Keys(in)) {
		b.template("problems.members", in[name])
		members = append(members, problem.Member{Name: name, Value: in[name]})
	}
	if err := problem.CheckMembers(members); err != nil {
		b.fail("problems.members", err)
	}
	return members
}
