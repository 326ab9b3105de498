package problem

import "strings"

// Choose returns the format that a client most likely wants, by its Accept field lines (RFC 9110 §12.5.1) and among
// formats, which stand in the operator's order and are not empty.
//
// A client that asks for application/json means problem+json, too, so each format is wanted by several names; the best
// of them counts. What is named counts before ranges with wildcards, which only match the type that would be sent:
// text/* does not ask for JSON though text/json is one of its names. The highest quality wins; among equals a format
// that is named; among those the operator's order. Where only wildcards decide, or nothing does (no Accept, an empty
// one, */*), and where nothing on offer is acceptable, the answer is JSON if it is on offer. RFC 9110 §15.5.7 allows
// that last case: an error in the wrong format helps more than none.
//
// Parameters other than q are ignored, members that do not parse are skipped, and so are all after the 256th.
func Choose(accept []string, formats []Format) Format {
	w, left := wishes{}, maxMembers
	for _, line := range accept {
		for ; line != "" && left > 0; left-- {
			var member string
			member, line = cutMember(line)
			w.add(member)
		}
	}
	return w.pick(formats)
}

// wishes is what an Accept header says about the formats: qualities from 1 to 1001, one more than the thousandths of
// RFC 9110 §12.4.2, so that zero is "not mentioned" and 1 is "not acceptable".
type wishes struct {
	sent     [choosable]int // by the media type that is sent
	alias    [choosable]int // by another name for it
	app      int            // application/*
	text     int            // text/*
	anything int            // */*
}

const (
	unmentioned = 0
	refused     = 1
	most        = 1001
)

func (w *wishes) add(member string) {
	name, params, _ := strings.Cut(member, ";")
	name = strings.Trim(name, " \t")
	wish := w.of(name)
	if wish == nil {
		return
	}
	if quality := qualityOf(params); quality > *wish {
		*wish = quality
	}
}

// of finds what a media range speaks of, nil if it is nothing that a problem can be.
func (w *wishes) of(name string) *int {
	switch len(name) {
	case len("*"), len("*/*"):
		if name == "*/*" || name == "*" { // some clients write * for */*
			return &w.anything
		}
	case len("text/*"):
		return only(name, "text/*", &w.text)
	case len("text/xml"):
		return only(name, "text/xml", &w.alias[XML])
	case len("text/html"):
		if strings.EqualFold(name, "text/html") {
			return &w.sent[HTML]
		}
		return only(name, "text/json", &w.alias[JSON])
	case len("text/plain"):
		return only(name, "text/plain", &w.sent[Text])
	case len("application/*"):
		return only(name, "application/*", &w.app)
	case len("application/xml"):
		return only(name, "application/xml", &w.alias[XML])
	case len("application/json"):
		return only(name, "application/json", &w.alias[JSON])
	case len("application/problem+xml"):
		return only(name, "application/problem+xml", &w.sent[XML])
	case len("application/problem+json"):
		return only(name, "application/problem+json", &w.sent[JSON])
	}
	return nil
}

func only(name, want string, wish *int) *int {
	if !strings.EqualFold(name, want) {
		return nil
	}
	return wish
}

func (w *wishes) pick(formats []Format) Format {
	best, quality, bestNamed := fallback(formats), refused, false
	for _, f := range formats {
		q, named := w.quality(f)
		if q > quality || q == quality && q > refused && !bestNamed && (named || f == JSON) {
			best, quality, bestNamed = f, q, named
		}
	}
	return best
}

func fallback(formats []Format) Format {
	for _, f := range formats {
		if f == JSON {
			return f
		}
	}
	if len(formats) == 0 {
		return JSON
	}
	return formats[0]
}

// quality goes from the most specific mention to the least, RFC 9110 §12.5.1.
func (w *wishes) quality(f Format) (quality int, named bool) {
	if int(f) >= choosable {
		return refused, false
	}
	if w.sent[f] == refused {
		return refused, true
	}
	if q := max(w.sent[f], w.alias[f]); q != unmentioned {
		return q, true
	}
	group := w.app
	if f == HTML || f == Text {
		group = w.text
	}
	switch {
	case group != unmentioned:
		return group, false
	case w.anything != unmentioned:
		return w.anything, false
	}
	return refused, false
}
