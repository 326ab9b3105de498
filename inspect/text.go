package inspect

import "bytes"

// writeContains looks for the texts in a chunk and across its border with
// what came before, of which it keeps as much as a text may begin in.
func (i *Inspector) writeContains(b []byte) {
	for n, test := range i.plan.byKind[testContains] {
		if i.slots[test].settled {
			continue
		}
		txt := i.plan.tests[test].text
		tail := append(i.tails[n], b[:min(len(b), len(txt)-1)]...)
		if bytes.Contains(tail, []byte(txt)) || bytes.Contains(b, []byte(txt)) {
			i.decide(test, Yes)
			continue
		}
		if len(b) >= len(txt)-1 {
			tail = b
		}
		i.tails[n] = append(i.tails[n][:0], tail[max(0, len(tail)-len(txt)+1):]...)
	}
}

// writeRegexp keeps what the expressions are to match.
func (i *Inspector) writeRegexp(b []byte) {
	for _, test := range i.plan.byKind[testRegexp] {
		if !i.slots[test].settled {
			i.prefix = append(i.prefix, b[:min(len(b), PrefixLimit-len(i.prefix))]...)
			break
		}
	}
	if len(i.prefix) == PrefixLimit {
		i.endRegexp()
	}
}

func (i *Inspector) endRegexp() {
	for _, test := range i.plan.byKind[testRegexp] {
		if !i.slots[test].settled {
			i.decide(test, answer(i.plan.tests[test].re.Match(i.prefix)))
		}
	}
}
