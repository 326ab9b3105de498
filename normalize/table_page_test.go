package normalize_test

import (
	"flag"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/statusgate/statusgate/normalize"
)

var update = flag.Bool("update", false, "write the generated documentation instead of comparing it")

func TestStatusCodesPage(t *testing.T) {
	const command = "go test ./normalize -run TestStatusCodesPage -update"
	path := filepath.Join("..", "docs", "status-codes.md")
	want := statusCodesPage()
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil || string(got) != want {
		t.Errorf("docs/status-codes.md is not what the table says (%v); run: %s", err, command)
	}
}

const pageIntro = `# Status codes

This page is for operators and developers who look up a status code. It tells what Statusgate makes of every code that
it knows: the %d codes in the IANA registry, and %d others. Servers, proxies, clouds, frameworks and services are known
to use those. **Becomes** is the documented status that a client gets in its place. [Profiles](reference.md#profiles)
and ` + "`allow`" + ` let some codes pass, and ` + "`map`" + ` rules come first.

A code goes by its meaning, and the first of these that fits wins:

| meaning | becomes |
|---|---|
| a credential is missing or wrong | 401 |
| known but forbidden, blocked or unpaid | 403 |
| absent, gone or never there | 404 |
| method unknown or not implemented | 405 |
| cannot represent | 406 |
| format of the content | 415 |
| overload, rate limit, timeout, maintenance, the backend's backend is down | 503 |
| any other fault of the request | 400 |
| any other fault behind | 500 |

Every other 2xx becomes 200 and every other 1xx or 3xx 500. A code that is not on this page goes by its class: 2xx
becomes 200, 4xx becomes 400, anything else 500. Metrics show it as ` + "`other`" + `.

Where users of a code disagree, each meaning is followed by the status that it alone would get. A note says how it was
decided. If your backend is the one that lost, a rule puts it right: ` + "`map 499 503`" + `.

## An unknown outcome

503 tells a client that nothing was done: some repeat any request after it, a POST too. Where **outcome** says *unknown*, a
server behind the backend was asked and its answer never came, or not whole. So nobody knows what was done. A request that
is not idempotent (RFC 9110 §9.2.2) then gets 500 without ` + "`Retry-After`" + `. Such requests are POST, PATCH, LOCK, CONNECT and
methods that nobody registered. Profiles, ` + "`allow`" + ` and ` + "`map`" + ` rules come first.

## HTTP's own machinery

These pass, but not under ` + "`strict`" + `, to a request that asked for them, because its client acts on just this code. 206 to
` + "`Range`" + ` passes under any profile.

| code | passes to a request with |
|---|---|
%s
This page is generated from the table in the package ` + "`normalize`" + `.

`

// statusCodesPage renders the table for operators.
func statusCodesPage() string {
	var iana, other []normalize.Entry
	for entry := range normalize.All() {
		if entry.IANA {
			iana = append(iana, entry)
		} else {
			other = append(other, entry)
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, pageIntro, len(iana), len(other), mechanicsRows())
	b.WriteString("## Codes in the IANA registry\n\n")
	writeEntries(&b, iana)
	b.WriteString("\n## Other codes\n\n")
	writeEntries(&b, other)
	return b.String()
}

// mechanicsRows asks the contract what passes to which request.
func mechanicsRows() string {
	var b strings.Builder
	contract := normalize.NewContract(normalize.ProfileDocumented, nil, nil)
	for status := 200; status < 600; status++ {
		var with []string
		for _, field := range askingFields {
			r := normalize.Response{Status: status, Method: "PUT", Request: http.Header{field: {"x"}}}
			if contract.Decide(&r).Reason.Passed() {
				with = append(with, "`"+field+"`")
			}
		}
		switch dav := (normalize.Response{Status: status, Method: "PROPFIND"}); {
		case len(with) == 0 || len(with) == len(askingFields) && status != http.StatusMisdirectedRequest:
			continue
		case len(with) == len(askingFields):
			with = []string{"anything"}
		case contract.Decide(&dav).Reason.Passed():
			with = append(with, "a method of WebDAV, CalDAV, DeltaV or SEARCH")
		}
		fmt.Fprintf(&b, "| %d | %s |\n", status, strings.Join(with, ", "))
	}
	return b.String()
}

// askingFields are the fields by which a request asks for a status.
var askingFields = []string{
	"Range", "Content-Range", "If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since", "If", "Lock-Token",
	"Depth", "Expect", "Early-Data", "Upgrade",
}

func writeEntries(b *strings.Builder, entries []normalize.Entry) {
	b.WriteString("| code | name | who uses it, and what it means | becomes | outcome | why |\n|---|---|---|---|---|---|\n")
	cell := strings.NewReplacer("|", `\|`, "\n", " ", "<", "&lt;", "*", `\*`, "_", `\_`)
	for _, entry := range entries {
		name := entry.Name
		if entry.Unused {
			name += " (registered as unused)"
		}
		var meanings []string
		for _, meaning := range entry.Meanings {
			line := "**" + cell.Replace(meaning.User) + "**: " + cell.Replace(meaning.Means)
			if entry.Disputed != "" {
				line += fmt.Sprintf(" → %d", meaning.To)
			}
			meanings = append(meanings, line)
		}
		outcome := ""
		if entry.Unknown {
			outcome = "unknown"
		}
		why := cell.Replace(entry.Why)
		if entry.Disputed != "" {
			why += "<br>*Disputed.* " + cell.Replace(entry.Disputed)
		}
		fmt.Fprintf(b, "| %03d | %s | %s | %d | %s | %s |\n",
			entry.Code, cell.Replace(name), strings.Join(meanings, "<br>"), entry.To, outcome, why)
	}
}
