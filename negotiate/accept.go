package negotiate

// Choose picks the type to send to a client whose Accept field lines are accept
// (RFC 9110 §12.5.1) and returns its index in Types.
//
// For each type the most specific range that matches decides: a type with
// parameters before one without, before type/*, before */*; among those, the one
// with more parameters. A range with a parameter that the type lacks does not
// match it. Where equally specific ranges contradict each other, a weight of 0
// prevails and otherwise the first. The type with the highest weight wins, the
// earlier one where weights are equal; a weight of 0 excludes, and if nothing is
// left, ok is false.
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
		if standings[i].weight > standings[best].weight {
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
// is missing, does not parse or names no concrete type: what a backend's broken
// Content-Type stands for is not for a gateway to judge.
//
// Deployed clients send more than the grammar allows. Understood are "*" for
// "*/*"; weights without a leading or with an excess digit (".2", "1.", "0.8000",
// "00.5"), where digits after the third are dropped but never down to 0, above 1
// (taken as 1) or in quotes; and whitespace around "=". Parameters after the
// weight are ignored: they were extensions of the Accept field (RFC 7231 §5.3.2,
// gone from RFC 9110) and never described the media type. Any other member that
// does not parse is skipped up to its first comma, even if a quote stands before
// that comma, so that an unbalanced quote does not hide the members after it.
func Quality(accept []string, mediaType string) int {
	var buf [maxParams]rawParam
	essence, slash, rest, err := consumeEssence(trimOWS(mediaType))
	n, ok := 0, err == nil && isConcrete(essence)
	if ok {
		n, ok = consumeParams(rest, &buf)
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
	rank   uint16 // specificity of the range that decided, 0 for none
	weight uint16 // thousandths
}

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
	rank := uint16(r.kind)<<8 | uint16(r.count) //nolint:gosec // at most maxParams
	for i := range targets {
		t, s := &targets[i], &standings[i]
		if r.kind == exactType && len(r.essence) != len(t.essence) {
			continue // most of the time, and without a call
		}
		if rank < s.rank || !r.matches(t) {
			continue
		}
		if rank > s.rank || r.weight == 0 {
			*s = standing{rank: rank, weight: r.weight}
		}
	}
}

func (r *mediaRange) matches(t *target) bool {
	switch r.kind {
	case exactType:
		if !equalFold(r.essence, t.essence) {
			return false
		}
	case anySubtype:
		if !equalFold(r.essence[:r.slash], t.essence[:t.slash]) {
			return false
		}
	default: // anyType matches all
	}
	return r.count == 0 || containsParams(t.params, r.params[:r.count])
}
