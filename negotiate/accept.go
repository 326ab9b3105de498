package negotiate

// Choose picks the type to send to a client whose Accept field lines are accept
// (RFC 9110 §12.5.1) and returns its index in Types.
//
// For each type the most specific range that matches decides: type/subtype before
// type/*, before */*; among those, the one with more parameters. Where equally
// specific ranges contradict each other, a weight of 0 prevails and otherwise the
// first. The type with the highest weight wins, the earlier one where weights are
// equal; a weight of 0 excludes, and if nothing is left, ok is false.
//
// A parameter of a range never refuses a type that lacks it: clients name charsets,
// versions and levels of detail that servers don't label their types with. Such a
// range still matches, but counts less than any that is as specific and that the
// type fits in full; of several the highest weight counts. Among equals a type that
// fits in full goes before one that does not. A type that has the parameter with
// another value does not match. charset counts for nothing (RFC 8259 §11), and a
// range with a weight of 0 excludes only types that have all its parameters.
//
// No field line, only empty ones, or none with a member that parses: the client
// has not said anything, so the first type is chosen. What is tolerated and what
// is skipped stands at Quality; the budget stands at the package. An empty set
// has nothing to choose from.
func (o *Offers) Choose(accept []string) (i int, ok bool) {
	if o == nil || len(o.targets) == 0 {
		return 0, false
	}
	// Clearing room for the largest set would cost a small one more than the
	// rest of the work.
	if len(o.targets) <= 8 {
		var standings [8]standing
		return choose(accept, o.targets, standings[:len(o.targets)])
	}
	var standings [maxSet]standing
	return choose(accept, o.targets, standings[:len(o.targets)])
}

func choose(accept []string, targets []target, standings []standing) (best int, ok bool) {
	if !weigh(accept, targets, standings) {
		return 0, true
	}
	for i := range standings {
		if standings[i].beats(standings[best]) {
			best = i
		}
	}
	return best, standings[best].weight > 0
}

// Quality is the weight, 0 to 1000, that the Accept field lines give to a type
// that a server is about to send, such as the Content-Type of a backend's
// response: thousandths of RFC 9110's qvalue (§12.4.2), 0 for not acceptable. It
// goes by the rules of Choose.
//
// It is 1000 if the client has not said anything (see Choose), and if mediaType
// is missing or names no concrete type: what a backend's broken Content-Type stands
// for is not for a gateway to judge. Of its parameters, those that can't be read
// count as not there.
//
// Deployed clients send more than the grammar allows. Understood are "*" for
// "*/*"; weights without a leading or with an excess digit (".2", "1.", "0.8000",
// "00.5"), where digits after the third are dropped but never down to 0, above 1
// (taken as 1) or in quotes; and whitespace around "=". Parameters after the
// weight are ignored: they were extensions of the Accept field (RFC 7231 §5.3.2,
// gone from RFC 9110) and never described the media type. Other parameters that
// can't be read count as not there; a value that is no token is read up to the next
// ";" or ",". Any other member that does not parse, one whose weight can't be read
// included, is skipped up to its first comma, even if a quote stands before that
// comma, so that an unbalanced quote does not hide the members after it.
func Quality(accept []string, mediaType string) int {
	var buf [maxParams]rawParam
	essence, slash, rest, err := consumeEssence(trimOWS(mediaType))
	n, ok := 0, err == nil && isConcrete(essence)
	if ok {
		n, ok = consumeLooseParams(rest, &buf)
	}
	if !ok {
		return 1000
	}
	targets := [1]target{{essence: essence, slash: slash, params: buf[:n]}}
	var standings [1]standing
	if !weigh(accept, targets[:], standings[:]) {
		return 1000
	}
	return int(standings[0].weight)
}

// Accepts reports whether Quality is more than 0.
func Accepts(accept []string, mediaType string) bool {
	return Quality(accept, mediaType) > 0
}

// isConcrete reports whether essence names one type. "*" is a token character,
// but no registered name has it (RFC 6838 §4.2).
func isConcrete(essence string) bool {
	for i := 0; i < len(essence); i++ {
		if essence[i] == '*' {
			return false
		}
	}
	return true
}

// standing is what the ranges seen so far say about one target.
type standing struct {
	rank   rank   // specificity of the range that decided, 0 for none
	weight uint16 // thousandths
}

// beats reports whether the target of s is to be sent rather than that of best,
// which comes before it in the operator's order.
func (s standing) beats(best standing) bool {
	if s.weight != best.weight {
		return s.weight > best.weight
	}
	return best.rank.isLoose() && !s.rank.isLoose() && s.rank > best.rank
}

// rank is how specific a range is for a target: its kind, then one more than how
// many parameters the two share, or 0 where the target lacks one.
type rank uint16

func (r rank) isLoose() bool { return r&0xff == 0 }

// weigh gives each target its standing. It reports whether any member parsed.
func weigh(accept []string, targets []target, standings []standing) (parsed bool) {
	var r mediaRange
	left := maxMembers
	for _, line := range accept {
		for line = consumeEmptyMembers(line); line != "" && left > 0; left-- {
			rest, ok := r.consumeRange(line)
			if ok {
				parsed = true
				r.judge(targets, standings)
			} else {
				rest = skipMember(line)
			}
			line = consumeEmptyMembers(rest)
		}
	}
	return parsed
}

// judge enters r into the standing of each target that it matches.
func (r *mediaRange) judge(targets []target, standings []standing) {
	for i := range targets {
		t, s := &targets[i], &standings[i]
		if r.kind == exactType && len(r.essence) != len(t.essence) {
			continue // most of the time, and without a call
		}
		if !r.matches(t) {
			continue
		}
		rank, ok := rank(r.kind)<<8|1, true
		if r.count > 0 {
			rank, ok = r.rank(t)
		}
		switch {
		case !ok || rank < s.rank:
		case rank > s.rank, r.weight == 0, rank.isLoose() && r.weight > s.weight:
			*s = standing{rank: rank, weight: r.weight}
		}
	}
}

// matches compares all but the parameters.
func (r *mediaRange) matches(t *target) bool {
	switch r.kind {
	case exactType:
		return equalFold(r.essence, t.essence)
	case anySubtype:
		return equalFold(r.essence[:r.slash], t.essence[:t.slash])
	default: // anyType matches all
		return true
	}
}

// rank compares the parameters. It is not ok where they keep the range from
// speaking of t.
func (r *mediaRange) rank(t *target) (_ rank, ok bool) {
	shared, lacks := 1, false
	for i := range r.params[:r.count] {
		p := &r.params[i]
		if r.weight > 0 && isCharset(p.name) {
			continue
		}
		value, ok := findParam(t.params, p.name)
		switch {
		case ok && equalValue(value, p.value):
			shared++
		case ok || r.weight == 0:
			return 0, false
		default:
			lacks = true
		}
	}
	if lacks {
		shared = 0
	}
	return rank(r.kind)<<8 | rank(shared), true //nolint:gosec // at most maxParams
}

func isCharset(name string) bool { return len(name) == 7 && equalFold(name, "charset") }
