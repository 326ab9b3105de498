package contractpage

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// JSON is the form for programs.
func (d *Document) JSON() ([]byte, error) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	err := encoder.Encode(d)
	return text.Bytes(), err
}

// markdown writes lines. A buffer never fails.
type markdown struct{ bytes.Buffer }

func (m *markdown) line(format string, args ...any) { _, _ = fmt.Fprintf(m, format+"\n", args...) }

// named writes a list of names.
func (m *markdown) named(list []Named) {
	for _, n := range list {
		m.line("- %s: %s", coded(n.Name), n.Meaning)
	}
	if len(list) > 0 {
		m.line("")
	}
}

// coded is a text as code (CommonMark §6.1), whatever it has.
func coded(text string) string {
	text = strings.NewReplacer("\n", " ", "\r", " ").Replace(text)
	fence := "`"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	if strings.HasPrefix(text, "`") || strings.HasSuffix(text, "`") {
		text = " " + text + " "
	}
	return fence + text + fence
}

// codedList is a list of texts as code.
func codedList(list []string) string {
	all := make([]string, len(list))
	for i, text := range list {
		all[i] = coded(text)
	}
	return strings.Join(all, ", ")
}

// Markdown is the form for people with a terminal, and for programs that read prose.
func (d *Document) Markdown() []byte {
	m := new(markdown)
	m.line("# What this API promises\n\nThe answers that clients get at the gate %s, and what to do with each.\n\n## Statuses\n", coded(d.Gate))
	for _, s := range d.Statuses {
		m.line("### %d %s\n\n%s %s\n", s.Status, s.Title, s.Meaning, s.Advice)
		m.named(s.Fields)
	}
	if d.Problems != nil {
		d.Problems.write(m)
	}
	m.line("## When to repeat\n")
	for _, sentence := range d.Retry.Advice {
		m.line("- %s", sentence)
	}
	m.line("- May be repeated: %s.", codedList(d.Retry.Methods))
	m.line("- Where nobody knows better, `Retry-After` says %d to %d seconds.\n", d.Retry.Least, d.Retry.Most)
	if len(d.Resources) > 0 {
		other := "There may be others."
		if d.UnknownResources == "reject" {
			other = "Any other path is a 404."
		}
		m.line("## Resources\n\n%s What is not said is not checked.\n", other)
	}
	for _, r := range d.Resources {
		r.write(m)
	}
	if d.Jobs != nil {
		d.Jobs.write(m)
	}
	return append(bytes.TrimRight(m.Bytes(), "\n"), '\n')
}

func (p *Problems) write(m *markdown) {
	m.line("## Problems\n\nErrors of the gate are problems by [RFC 9457](https://www.rfc-editor.org/rfc/rfc9457), as %s.\n", codedList(p.MediaTypes))
	m.named(p.Members)
	for _, k := range p.Kinds {
		statuses := make([]string, len(k.Statuses))
		for i, s := range k.Statuses {
			statuses[i] = strconv.Itoa(s)
		}
		m.line("### %s\n\n%s (%s) Was the request carried out? %s.\n", k.Section, k.Meaning, strings.Join(statuses, ", "), k.Done)
	}
}

func (r *Resource) write(w io.Writer) {
	m := new(markdown)
	m.line("### %s\n", coded(r.Path))
	for _, o := range r.Methods {
		name := o.Method
		if name == "*" {
			name = "any method"
		}
		said := []string{"**" + name + "**"}
		for _, part := range []struct {
			word string
			list []string
		}{{"takes", o.Consumes}, {"decodes", o.Codings}, {"gives", o.Produces}, {"answers", o.Statuses}} {
			if len(part.list) > 0 {
				said = append(said, part.word+" "+codedList(part.list))
			}
		}
		m.line("- %s", strings.Join(said, "; "))
	}
	m.line("")
	_, _ = m.WriteTo(w)
}

func (j *Jobs) write(m *markdown) {
	asked, cancel := "", ""
	if j.Asked {
		asked = ", if it asks for that by `Prefer: respond-async`"
	}
	if j.Cancel {
		cancel = " `DELETE` cancels."
	}
	m.line("## Jobs\n\nA request that takes longer than %g seconds becomes a job%s. It is answered with 202 then. Ask `Location`, which is below %s, how far it is. An outcome is kept for %g seconds.%s",
		j.After, asked, coded(j.Path), j.Keep, cancel)
}
