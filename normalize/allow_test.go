package normalize_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/statusgate/statusgate/normalize"
)

func TestProtocolsAreWhole(t *testing.T) {
	seen := make(map[string]bool)
	for p := range normalize.Protocols() {
		if p.Name == "" || p.About == "" || len(p.Uses) == 0 || seen[p.Name] {
			t.Errorf("%+v is not whole, or there twice", p)
		}
		seen[p.Name] = true
		if p.Name != strings.ToLower(p.Name) || strings.ContainsAny(p.Name, " 0123456789") {
			t.Errorf("%q is no word for a configuration", p.Name)
		}
		if !slices.IsSortedFunc(p.Uses, func(a, b normalize.Use) int { return a.Status - b.Status }) {
			t.Errorf("%s: the uses are not in order", p.Name)
		}
		for _, use := range p.Uses {
			if use.Client == "" || !strings.ContainsAny(use.Client, "0123456789") || use.Acts == "" || use.Else == "" {
				t.Errorf("%s: %+v lacks a client with its version, or what it does", p.Name, use)
			}
			if !normalize.Registered(use.Status) {
				t.Errorf("%s: %d is not registered", p.Name, use.Status)
			}
		}
	}
	for _, name := range []string{"http", "webdav", "svn", "tus", "transmission", "registry", "etcd"} {
		if !seen[name] {
			t.Errorf("there is no %s", name)
		}
	}
}

func TestWhatIsAllowedByName(t *testing.T) {
	for word, want := range map[string][]int{
		"409":          {409},
		"999":          {999},
		"200":          {200},
		"transmission": {409},
		"tus":          {409, 423},
		"svn":          {201, 204, 207, 423, 501},
		"webdav":       {207, 409, 412, 413, 422, 423, 424, 507},
		"http":         {408, 409, 412, 413, 416, 417, 421, 425, 426, 428, 429},
	} {
		got, err := normalize.ParseAllow(word)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("ParseAllow(%q): got %v, %v, want %v", word, got, err, want)
		}
	}
	got, _ := normalize.ParseAllow("tus")
	got[0] = 500
	if again, _ := normalize.ParseAllow("tus"); again[0] != 409 {
		t.Error("a change to the result of ParseAllow reached the table")
	}
	for word, want := range map[string]string{
		"199":    "199 is not a status that can be let through: want 200 to 999",
		"1000":   "1000 is not a status that can be let through: want 200 to 999",
		"-409":   "-409 is not a status that can be let through: want 200 to 999",
		"WebDAV": `"WebDAV" is no status and no protocol: want 200 to 999, http, webdav, svn, tus, transmission, registry, etcd, lfs, or pypi`,
		"":       `"" is no status and no protocol: want 200 to 999, http, webdav, svn, tus, transmission, registry, etcd, lfs, or pypi`,
	} {
		if got, err := normalize.ParseAllow(word); err == nil || err.Error() != want {
			t.Errorf("ParseAllow(%q): got %v, %v, want error %s", word, got, err, want)
		}
	}
}

func TestProtocolsStopWhenAsked(t *testing.T) {
	for p := range normalize.Protocols() {
		p.Uses[0].Client = "someone else"
		break
	}
	for p := range normalize.Protocols() {
		if p.Uses[0].Client == "someone else" {
			t.Error("a change to what Protocols yields reached the table")
		}
		break
	}
}

func TestProtocolsPage(t *testing.T) {
	const command = "go test ./normalize -run TestProtocolsPage -update"
	path := filepath.Join("..", "docs", "protocols.md")
	want := protocolsPage()
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil || string(got) != want {
		t.Errorf("docs/protocols.md is not what the table says (%v); run: %s", err, command)
	}
}

const protocolsIntro = `# Protocols

This page is for operators of servers whose clients speak a protocol of their own over HTTP: WebDAV, Subversion, uploads
that resume, registries. Some of these clients act on statuses that the contract does not have. They repeat, resume or give
up by the very number.

What HTTP itself needs passes to a request that asked for it ([status codes](status-codes.md#https-own-machinery)). The rest
an operator lets through by the name of the protocol:

` + "```" + `
statusgate {
	allow webdav
}
` + "```" + `

A name stands for the statuses in its table, whatever the request, in any profile. Each line was seen: the client was run
with the status, and with what the contract puts in its place. Statuses can stand beside names: ` + "`allow tus 410`" + `.

This page is generated from the table in the package ` + "`normalize`" + `.
`

func protocolsPage() string {
	var b strings.Builder
	b.WriteString(protocolsIntro)
	for p := range normalize.Protocols() {
		var statuses []string
		for _, status := range p.Statuses() {
			statuses = append(statuses, fmt.Sprint(status))
		}
		fmt.Fprintf(&b, "\n## allow %s\n\n%s Passes %s.\n\n", p.Name, p.About, strings.Join(statuses, " "))
		b.WriteString("| status | client | on the status, it | on what takes its place, it |\n|---|---|---|---|\n")
		for _, use := range p.Uses {
			fmt.Fprintf(&b, "| %d %s | %s | %s | %s |\n", use.Status, normalize.Name(use.Status), use.Client, use.Acts, use.Else)
		}
	}
	return b.String()
}
