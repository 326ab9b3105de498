package audit_test

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
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

// duckDB runs a query on the rows of a CSV file, which it calls access_log.
const duckDB = `
const fs = require('fs');
const { DuckDBInstance } = require('@duckdb/node-api');
(async () => {
  const db = await (await DuckDBInstance.create(':memory:')).connect();
  const version = await (await db.run('SELECT version()')).getRows();
  console.error('DuckDB ' + version[0][0]);
  await db.run("CREATE TABLE access_log AS SELECT * FROM read_csv('" + process.argv[2] + "', header = true, columns = {'method': 'VARCHAR', 'status': 'INTEGER'})");
  const rows = await (await db.run(fs.readFileSync(process.argv[1], 'utf8'))).getRows();
  console.log(JSON.stringify(rows.map(row => row.map(v => typeof v === 'bigint' ? Number(v) : v))));
})().catch(e => { console.error(e); process.exit(1); });
`

// Run with @duckdb/node-api 1.5.6-r.1, DuckDB 1.5.6.
func TestSQLCountsInDuckDBWhatTheAuditCounts(t *testing.T) {
	node := duckDBNode(t)
	rng := rand.New(rand.NewPCG(3, 4))
	var requests []request
	var table strings.Builder
	table.WriteString("method,status\n")
	odd := []int{0, 20, 777, 888, 942, 1000, 1302, 99999, 207, 409, 502}
	for range 5000 {
		r := request{[]string{"GET", "POST", "PROPFIND", "PATCH", "FOO"}[rng.IntN(5)], "/x", rng.IntN(1000)}
		if rng.IntN(3) == 0 {
			r.status = odd[rng.IntN(len(odd))]
		}
		requests = append(requests, r)
		fmt.Fprintf(&table, "%s,%d\n", r.method, r.status)
	}
	for name, decide := range map[string]audit.Decide{"of a gate that looks at methods": byMethod, "of a gate without options": documented()} {
		t.Run(name, func(t *testing.T) {
			report := run(t, logOf(requests), func(o *audit.Options) { o.Decide = decide })
			var want [][]any
			for _, r := range report.Responses {
				want = append(want, []any{float64(r.Received), float64(r.Sent), r.Reason, float64(r.Count)})
			}
			var query strings.Builder
			if err := audit.NewTable(decide).WriteSQL(&query); err != nil {
				t.Fatal(err)
			}
			if got := node(t, query.String(), table.String()); !reflect.DeepEqual(got, want) {
				t.Errorf("got %v\nwant %v", got, want)
			}
		})
	}
}

// duckDBNode finds DuckDB for Node.js, where npm installs it globally or NODE_PATH says.
func duckDBNode(t *testing.T) func(t *testing.T, query, table string) [][]any {
	t.Helper()
	if _, err := exec.LookPath("node"); err != nil {
		t.Skip("no node")
	}
	path := os.Getenv("NODE_PATH")
	if root, err := exec.Command("npm", "root", "-g").Output(); err == nil {
		path += string(os.PathListSeparator) + strings.TrimSpace(string(root))
	}
	command := func(args ...string) *exec.Cmd {
		c := exec.Command("node", args...)
		c.Env = append(os.Environ(), "NODE_PATH="+path)
		return c
	}
	if err := command("-e", "require.resolve('@duckdb/node-api')").Run(); err != nil {
		t.Skip("no @duckdb/node-api: npm install -g @duckdb/node-api")
	}
	return func(t *testing.T, query, table string) [][]any {
		dir := t.TempDir()
		sql, csv := filepath.Join(dir, "query.sql"), filepath.Join(dir, "log.csv")
		for name, text := range map[string]string{sql: query, csv: table} {
			if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		var errors strings.Builder
		c := command("-e", duckDB, sql, csv)
		c.Stderr = &errors
		out, err := c.Output()
		if err != nil {
			t.Fatalf("%v: %s", err, errors.String())
		}
		t.Log(strings.TrimSpace(errors.String()))
		var rows [][]any
		if err := json.Unmarshal(out, &rows); err != nil {
			t.Fatal(err)
		}
		return rows
	}
}
