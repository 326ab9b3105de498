package audit_test

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/statusgate/statusgate/audit"
	"github.com/statusgate/statusgate/normalize"
)

// byMethod is a gate that looks at methods, allows a status and has a rule for another.
func byMethod(r audit.Request) audit.Decision {
	contract := normalize.NewContract(normalize.ProfileDocumented, []int{409}, nil)
	v := contract.Decide(&normalize.Response{Status: r.Received})
	d := audit.Decision{Sent: v.Status, Reason: v.Reason.String()}
	switch {
	case r.Received == 777 || r.Received >= 940 && r.Received < 945:
		d = audit.Decision{Sent: 503, Reason: "rule"}
	case r.Received == 207 && strings.HasPrefix(r.Method, "PROP"):
		d = audit.Decision{Sent: 207, Reason: "protocol"}
	case (r.Received == 502 || r.Received == 504) && !slices.Contains([]string{"GET", "HEAD", "PUT", "DELETE", "PROPFIND", "PROPPATCH"}, r.Method):
		d = audit.Decision{Sent: 500, Reason: "table"}
	case r.Received == 888 && r.Method == "POST":
		d = audit.Decision{Sent: 400, Reason: "it's a rule"}
	}
	return d
}

func TestTableHasARowForEachKnownStatusAndThoseWithARule(t *testing.T) {
	table := audit.NewTable(byMethod)
	want := map[string]audit.TableRow{
		"200 []":                   {Status: 200, Name: "OK", Methods: []string{}, Sent: 200, Reason: "documented"},
		"409 []":                   {Status: 409, Name: "Conflict", Methods: []string{}, Sent: 409, Reason: "allowed"},
		"520 []":                   {Status: 520, Name: normalize.Name(520), Methods: []string{}, Sent: 503, Reason: "table"},
		"777 []":                   {Status: 777, Methods: []string{}, Sent: 503, Reason: "rule"},
		"207 [PROPFIND PROPPATCH]": {Status: 207, Name: "Multi-Status", Methods: []string{"PROPFIND", "PROPPATCH"}, Sent: 207, Reason: "protocol"},
		"888 [POST]":               {Status: 888, Methods: []string{"POST"}, Sent: 400, Reason: "it's a rule"},
		"502 [GET HEAD PUT DELETE PROPFIND PROPPATCH]": {Status: 502, Name: "Bad Gateway", Methods: []string{"GET", "HEAD", "PUT", "DELETE", "PROPFIND", "PROPPATCH"}, Sent: 503, Reason: "table"},
		"502 []": {Status: 502, Name: "Bad Gateway", Methods: []string{}, Sent: 500, Reason: "table"},
	}
	seen := make(map[int]bool)
	for _, row := range table.Rows {
		seen[row.Status] = true
		key := fmt.Sprintf("%d %v", row.Status, row.Methods)
		if w, ok := want[key]; ok && !reflect.DeepEqual(row, w) {
			t.Errorf("got %+v, want %+v", row, w)
		}
		delete(want, key)
	}
	for key := range want {
		t.Errorf("no row %s", key)
	}
	for entry := range normalize.All() {
		if !seen[entry.Code] {
			t.Errorf("no row for %d", entry.Code)
		}
	}
	if seen[776] {
		t.Error("a row for 776, which nobody knows and no rule is for")
	}
}

func TestTableIsTheSameInJSONAndCSV(t *testing.T) {
	table := audit.NewTable(byMethod)
	var text strings.Builder
	if err := table.WriteJSON(&text); err != nil {
		t.Fatal(err)
	}
	var rows []audit.TableRow
	if err := json.Unmarshal([]byte(text.String()), &rows); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(rows, table.Rows) {
		t.Errorf("JSON: got %+v", rows)
	}
	text.Reset()
	if err := table.WriteCSV(&text); err != nil {
		t.Fatal(err)
	}
	records, err := csv.NewReader(strings.NewReader(text.String())).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for i, row := range table.Rows {
		want := []string{fmt.Sprint(row.Status), row.Name, strings.Join(row.Methods, " "), fmt.Sprint(row.Sent), row.Reason}
		if !slices.Equal(records[i+1], want) {
			t.Errorf("CSV: got %q, want %q", records[i+1], want)
		}
	}
}

func TestSQLHasARowForEachKnownStatusOfEachKindOfMethods(t *testing.T) {
	var b strings.Builder
	if err := audit.NewTable(byMethod).WriteSQL(&b); err != nil {
		t.Fatal(err)
	}
	kinds := regexp.MustCompile(`WHEN method IN \(([^)]*)\) THEN (\d+)`).FindAllStringSubmatch(b.String(), -1)
	methods := []string{"ANYTHING"}
	for i, kind := range kinds {
		if kind[2] != fmt.Sprint(i+1) {
			t.Errorf("got %v", kind)
		}
		first, _, _ := strings.Cut(strings.Trim(kind[1], "'"), "'")
		methods = append(methods, first)
	}
	if len(methods) != 4 {
		t.Errorf("kinds of methods: %q", methods)
	}
	rows := regexp.MustCompile(`SELECT (\d+)(?: AS class)?, (\d+)(?: AS status)?, (\d+)(?: AS sent)?, '([a-z]+)'`).FindAllStringSubmatch(b.String(), -1)
	known := 0
	for range normalize.All() {
		known++
	}
	if len(rows) != known*len(methods) {
		t.Errorf("%d rows for %d statuses", len(rows), known)
	}
	for _, row := range rows {
		kind, _ := strconv.Atoi(row[1])
		status, _ := strconv.Atoi(row[2])
		d := byMethod(audit.Request{Method: methods[kind], Received: status})
		if row[3] != fmt.Sprint(d.Sent) || row[4] != d.Reason {
			t.Errorf("got %q, want %+v", row, d)
		}
	}
	if text := b.String(); !strings.Contains(text, "WHEN r.class = 0 AND r.received BETWEEN 777 AND 777 THEN 503") || !strings.Contains(text, "'it''s a rule'") {
		t.Error(text)
	}
	b.Reset()
	if err := audit.NewTable(documented()).WriteSQL(&b); err != nil || !strings.Contains(b.String(), "CASE WHEN false THEN 0 ELSE 0 END AS class") {
		t.Errorf("%v: %s", err, b.String())
	}
}
