package audit

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// Rows of the lists where nobody asked for more: together they fit two screens.
const (
	topResponses = 12
	topUnknown   = 5
	topPaths     = 10
	topRefused   = 6
	topUnread    = 10 // all that are kept
)

// limit is how many rows of a list are shown.
func (r *Report) limit(usual, there int) int {
	if r.top > 0 {
		usual = r.top
	}
	return min(usual, there)
}

// WriteText writes the report for a person at a terminal: at most two screens, unless
// Options.Top asks for more.
func (r *Report) WriteText(w io.Writer) error {
	var b strings.Builder
	r.textHead(&b)
	r.textResponses(&b)
	r.textUnknown(&b)
	r.textPaths(&b)
	r.textRefused(&b)
	if n := len(r.Resources); n > 0 {
		fmt.Fprintf(&b, "\n%s would cover what has succeeded: --resources prints them.\n", plural(int64(n), "resource block"))
	}
	b.WriteString("\nWhat this does not tell\n")
	for _, note := range r.Notes {
		fmt.Fprintf(&b, "  %s\n", note)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (r *Report) textHead(b *strings.Builder) {
	fmt.Fprintf(b, "%s", plural(r.Lines, "line"))
	if r.Span != nil {
		const layout = "2006-01-02 15:04:05"
		fmt.Fprintf(b, ", %s to %s UTC", r.Span.From.Format(layout), r.Span.To.Format(layout))
	}
	if formats := r.formats(); formats != "" {
		fmt.Fprintf(b, ", %s", formats)
	}
	b.WriteString("\n")
	fmt.Fprintf(b, "%s as it is, %s with another status, %s refused\n",
		r.share(r.changes[changeNone]), r.share(r.changes[changeStatus]), r.share(r.changes[changeRefused]))
	if r.Unread > 0 {
		fmt.Fprintf(b, "\n%s can't be read\n", plural(r.Unread, "line"))
		for _, u := range r.Log.First[:min(len(r.Log.First), topUnread)] {
			fmt.Fprintf(b, "  %s:%d: %v: %.60q\n", u.File, u.Line, u.Why, u.Text)
		}
	}
}

// formats names what was read, the most first.
func (r *Report) formats() string {
	names := make([]string, 0, len(r.Log.Formats))
	for name := range r.Log.Formats {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int { return int(r.Log.Formats[b] - r.Log.Formats[a]) })
	return strings.Join(names, ", ")
}

// share writes a count with its share of all requests.
func (r *Report) share(n int64) string {
	return fmt.Sprintf("%s (%s)", group(n), percent(n, r.Lines-r.Unread))
}

func percent(n, of int64) string {
	if of == 0 {
		return "0 %"
	}
	p := float64(n) * 100 / float64(of)
	switch {
	case n > 0 && p < 0.01:
		return "<0.01 %"
	case p < 10:
		return fmt.Sprintf("%.2f %%", p)
	}
	return fmt.Sprintf("%.1f %%", p)
}

func (r *Report) textResponses(b *strings.Builder) {
	n := r.limit(topResponses, len(r.Responses))
	if n == 0 {
		return
	}
	b.WriteString("\nReceived, sent and why\n")
	for _, row := range r.Responses[:n] {
		fmt.Fprintf(b, "  %5s  %5s  %-20s %14s %9s\n", row.Received, row.Sent, row.Reason, group(row.Count), percent(row.Count, r.Lines-r.Unread))
	}
	more(b, n, len(r.Responses))
}

// String writes a status, "other" for AnyStatus.
func (s Status) String() string {
	if s == AnyStatus {
		return "other"
	}
	return fmt.Sprintf("%03d", int(s))
}

func more(b *strings.Builder, shown, there int) {
	if shown < there {
		fmt.Fprintf(b, "  … and %s more\n", group(int64(there-shown)))
	}
}

func (r *Report) textUnknown(b *strings.Builder) {
	n := r.limit(topUnknown, len(r.Unknown))
	if n == 0 {
		return
	}
	b.WriteString("\nStatuses that nobody is known to use\n")
	for _, u := range r.Unknown[:n] {
		var places []string
		for _, p := range u.Paths[:min(len(u.Paths), 2)] {
			places = append(places, fmt.Sprintf("%s (%s)", request(p.Method, p.Path), group(p.Count)))
		}
		fmt.Fprintf(b, "  %5s %14s  %s\n", u.Status, group(u.Count), strings.Join(places, ", "))
	}
	more(b, n, len(r.Unknown))
}

// request names what was asked.
func request(method, path string) string {
	switch {
	case method == "" && path == "":
		return "no HTTP request"
	case path == "":
		return method + " without a path"
	}
	return strings.TrimPrefix(method+" "+path, " ")
}

func (r *Report) textPaths(b *strings.Builder) {
	changed := r.changed()
	n := r.limit(topPaths, len(changed))
	if n == 0 {
		return
	}
	b.WriteString("\nPaths whose statuses change\n")
	for _, p := range changed[:n] {
		fmt.Fprintf(b, "  %14s  %5s  %5s  %s\n", group(p.Count), p.Received, p.Sent, request(p.Method, p.Path))
	}
	more(b, n, len(changed))
}

// changed are the paths whose statuses change, which come first.
func (r *Report) changed() []Path {
	n := slices.IndexFunc(r.Paths, func(p Path) bool { return p.Received == p.Sent })
	if n < 0 {
		n = len(r.Paths)
	}
	return r.Paths[:n]
}

func (r *Report) textRefused(b *strings.Builder) {
	n := r.limit(topRefused, len(r.Refused))
	if n == 0 {
		return
	}
	b.WriteString("\nRequests that would be refused\n")
	for _, p := range r.Refused[:n] {
		fmt.Fprintf(b, "  %14s  %5s  %-18s %s\n", group(p.Count), p.Sent, p.Reason, request(p.Method, p.Path))
	}
	more(b, n, len(r.Refused))
}
