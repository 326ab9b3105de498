package tests

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/statusgate/statusgate/accesslog"
	"github.com/statusgate/statusgate/audit"
)

// engines run a query, the first argument, on the rows of a CSV file, the second,
// which they call access_log. Run with @duckdb/node-api 1.5.6-r.1 (DuckDB 1.5.6) and
// chdb 3.4.0 (ClickHouse 26.7.2.1).
var engines = map[string]string{
	"@duckdb/node-api": `
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
`,
	"chdb": `
const fs = require('fs');
const { Session } = require('chdb');
const session = new Session();
console.error('ClickHouse ' + session.query('SELECT version()', 'CSV'));
session.query("CREATE TABLE access_log ENGINE = Memory AS SELECT * FROM file('" + process.argv[2] + "', CSVWithNames, 'method String, status Int32')");
console.log(session.query(fs.readFileSync(process.argv[1], 'utf8').replace(/;\s*$/, '') + " SETTINGS output_format_json_quote_64bit_integers = 0", 'JSONCompact'));
session.cleanup();
`,
}

func TestSQLCountsInRealEnginesWhatTheAuditCounts(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	var log, table strings.Builder
	table.WriteString("method,status\n")
	odd := []int{0, 20, 777, 888, 942, 1000, 1302, 99999, 207, 409, 502}
	for range 5000 {
		method, status := []string{"GET", "POST", "PROPFIND", "PATCH", "FOO"}[rng.IntN(5)], rng.IntN(1000)
		if rng.IntN(3) == 0 {
			status = odd[rng.IntN(len(odd))]
		}
		fmt.Fprintf(&table, "%s,%d\n", method, status)
		fmt.Fprintf(&log, "h - - [30/Sep/2021:08:00:55 +0000] \"%s /x HTTP/1.1\" %d 5\n", method, status)
	}
	for engine := range engines {
		t.Run(engine, func(t *testing.T) {
			ask := engineOf(t, engine)
			for name, decide := range map[string]audit.Decide{"looks at methods": byMethod, "has no options": asDocumented} {
				report := auditOf(t, log.String(), decide)
				var want [][]any
				for _, r := range report.Responses {
					want = append(want, []any{float64(r.Received), float64(r.Sent), r.Reason, float64(r.Count)})
				}
				var query strings.Builder
				if err := audit.NewTable(decide).WriteSQL(&query); err != nil {
					t.Fatal(err)
				}
				if got := ask(query.String(), table.String()); !reflect.DeepEqual(got, want) {
					t.Errorf("a gate that %s: got %v\nwant %v", name, got, want)
				}
			}
		})
	}
}

// byMethod is a gate that looks at methods and has rules.
func byMethod(r audit.Request) audit.Decision {
	d := asDocumented(r)
	switch {
	case r.Received == 777 || r.Received >= 940 && r.Received < 945:
		d = audit.Decision{Sent: 503, Reason: "rule"}
	case r.Received == 207 && strings.HasPrefix(r.Method, "PROP"):
		d = audit.Decision{Sent: 207, Reason: "protocol"}
	case r.Received == 502 && r.Method != "GET":
		d = audit.Decision{Sent: 500, Reason: "table"}
	case r.Received == 888 && r.Method == "POST":
		d = audit.Decision{Sent: 400, Reason: "it's a rule"}
	}
	return d
}

// auditOf audits a log.
func auditOf(t *testing.T, log string, decide audit.Decide) *audit.Report {
	t.Helper()
	report, err := audit.Run(context.Background(), &audit.Options{Input: accesslog.Input{Stdin: strings.NewReader(log)}, Decide: decide})
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// engineOf finds a database for Node.js where npm installs it globally, or where
// NODE_PATH says.
func engineOf(t *testing.T, engine string) func(query, table string) [][]any {
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
	if err := command("-e", "require.resolve('"+engine+"')").Run(); err != nil {
		t.Skipf("no %[1]s: npm install -g %[1]s", engine)
	}
	return func(query, table string) [][]any {
		dir := t.TempDir()
		sql, csv := filepath.Join(dir, "query.sql"), filepath.Join(dir, "log.csv")
		for name, text := range map[string]string{sql: query, csv: table} {
			if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		var errors strings.Builder
		c := command("-e", engines[engine], sql, csv)
		c.Stderr = &errors
		out, err := c.Output()
		if err != nil {
			t.Fatalf("%v: %s", err, errors.String())
		}
		t.Log(strings.TrimSpace(errors.String()))
		return rowsOf(t, out)
	}
}

// rowsOf reads an array of rows, or an object that has them as its data.
func rowsOf(t *testing.T, out []byte) (rows [][]any) {
	t.Helper()
	var document struct {
		Data [][]any `json:"data"`
	}
	if json.Unmarshal(out, &document) == nil {
		return document.Data
	}
	if err := json.Unmarshal(out, &rows); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return rows
}
