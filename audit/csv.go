package audit

import (
	"encoding/csv"
	"io"
	"strconv"
)

// WriteCSV writes the requests by method, path, received and sent status and reason,
// one kind a row, the most first, after a row of names. The counts add up to all
// requests, and all other lists of the report are sums of these. A status that the
// report does not hold apart is empty.
func (r *Report) WriteCSV(w io.Writer) error {
	c := csv.NewWriter(w)
	_ = c.Write([]string{"method", "path", "received", "sent", "reason", "refused", "count"}) // Flush keeps its error
	for _, row := range r.rows {
		_ = c.Write([]string{
			row.method, row.path, number(row.received), number(row.sent), row.reason, strconv.FormatBool(row.refused), strconv.FormatInt(row.count, 10),
		})
	}
	c.Flush()
	return c.Error()
}

func number(s Status) string {
	if s == AnyStatus {
		return ""
	}
	return strconv.Itoa(int(s))
}
