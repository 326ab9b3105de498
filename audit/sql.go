package audit

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/statusgate/statusgate/normalize"
)

// WriteSQL writes a query that counts what audit counts by received and sent status
// and reason, in DuckDB and in ClickHouse: from a table access_log with the columns
// status, an integer, and method, a text. Its first lines say how to give them other
// names. Requests that a gate would refuse for their path are not in it.
//
// The known statuses are a table of their own, becomes, that the log is joined to.
// All others are answered by where they stand between 0 and 999.
func (t *Table) WriteSQL(w io.Writer) error {
	var b strings.Builder
	b.WriteString(`-- What the statuses of a log become. Put the names of your own table and columns here:
WITH requests AS (
  SELECT status AS received, method AS method FROM access_log
),
`)
	t.sqlClasses(&b)
	t.sqlBecomes(&b)
	b.WriteString(`SELECT
  r.received AS received,
  CASE WHEN b.status = r.received AND b.known = 1 THEN b.sent ELSE `)
	t.sqlElse(&b, func(a answer) string { return fmt.Sprint(a.sent) })
	b.WriteString(` END AS sent,
  CASE WHEN b.status = r.received AND b.known = 1 THEN b.reason ELSE `)
	t.sqlElse(&b, func(a answer) string { return quote(a.reason) })
	b.WriteString(` END AS reason,
  count(*) AS count
FROM classified AS r
LEFT JOIN becomes AS b ON b.status = r.received AND b.class = r.class
GROUP BY 1, 2, 3
ORDER BY 4 DESC, 1, 2, 3;
`)
	_, err := io.WriteString(w, b.String())
	return err
}

// sqlClasses writes which methods the gate treats alike.
func (t *Table) sqlClasses(b *strings.Builder) {
	b.WriteString("classified AS (\n  SELECT received, CASE")
	for i, c := range t.classes[1:] {
		names := make([]string, len(c.methods))
		for j, method := range c.methods {
			names[j] = quote(method)
		}
		fmt.Fprintf(b, " WHEN method IN (%s) THEN %d", strings.Join(names, ", "), i+1)
	}
	if len(t.classes) == 1 {
		b.WriteString(" WHEN false THEN 0")
	}
	b.WriteString(" ELSE 0 END AS class FROM requests\n),\n")
}

// sqlBecomes writes the known statuses, of each class of methods.
func (t *Table) sqlBecomes(b *strings.Builder) {
	b.WriteString("becomes AS (\n")
	names := " AS class, %d AS status, %d AS sent, %s AS reason, 1 AS known\n"
	union := "  SELECT %d" + names
	for i, c := range t.classes {
		for status, a := range c.answers[:statuses-1] {
			if normalize.Known(status) {
				fmt.Fprintf(b, union, i, status, a.sent, quote(a.reason))
				union = "  UNION ALL SELECT %d, %d, %d, %s, 1\n"
			}
		}
	}
	b.WriteString(")\n")
}

// sqlElse writes the answer to statuses that are not known, as an expression.
func (t *Table) sqlElse(b *strings.Builder, value func(answer) string) {
	rest := value(t.classes[0].answers[statuses-1])
	b.WriteString("CASE")
	for i, c := range t.classes {
		rest := value(c.answers[statuses-1])
		for _, s := range spans(c.answers, value) {
			if s.value != rest {
				fmt.Fprintf(b, " WHEN r.class = %d AND r.received BETWEEN %d AND %d THEN %s", i, s.from, s.to, s.value)
			}
		}
		fmt.Fprintf(b, " WHEN r.class = %d THEN %s", i, rest)
	}
	fmt.Fprintf(b, " ELSE %s END", rest)
}

// span is a run of unknown statuses with the same answer. Known ones may lie within.
type span struct {
	from, to int
	value    string
}

func spans(answers []answer, value func(answer) string) []span {
	var list []span
	for status, a := range answers[:statuses-1] {
		if normalize.Known(status) {
			continue
		}
		v := value(a)
		if n := len(list); n > 0 && list[n-1].value == v {
			list[n-1].to = status
			continue
		}
		list = append(list, span{status, status, v})
	}
	return slices.Clip(list)
}

// quote writes text as SQL does.
func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }
