package command_test

import (
	"strings"
	"testing"
)

func TestSuspects(t *testing.T) {
	address := admin(t, 200, map[string]string{
		"/statusgate/gates": `{"gates":[{"gate":"a"},{"gate":"b"},{"gate":"c"}]}`,
		"/statusgate/suspects": `{"suspects":[
{"gate":"a","kind":"xml","path":"/report","type":"text/xml","status":200,"seen":"xml r/@stat fail","rule":"map 200 500 when xml r/@stat fail","count":2,"first":"2026-01-01T00:00:00Z","last":"2026-01-01T00:00:00Z"},
{"gate":"b","kind":"json","path":"/orders/{id}","type":"application/json","status":200,"seen":"json /error/code X","rule":"map 200 500 when json /error/code X","count":5,"first":"2026-01-01T00:00:00Z","last":"2026-01-01T00:00:00Z"}]}`,
	})
	out, _ := runs(t, 1, "", "suspects", "--address", address)
	lines := strings.Split(out, "\n")
	if len(lines) != 4 || !strings.HasPrefix(lines[1], "5 ") || !strings.HasSuffix(lines[2], "map 200 500 when xml r/@stat fail") {
		t.Errorf("got\n%s", out)
	}
	if out, _ = runs(t, 1, "", "suspects", "--address", address, "--gate", "a", "--json"); strings.Contains(out, "/orders") || !strings.Contains(out, `"seen": "xml r/@stat fail"`) {
		t.Errorf("got\n%s", out)
	}
	if out, _ = runs(t, 0, "", "suspects", "--address", address, "--gate", "c"); out != "" {
		t.Errorf("got\n%s", out)
	}
	if _, errs := runs(t, 2, "", "suspects", "--address", address, "--gate", "d"); !strings.Contains(errs, `no gate has the name "d": there is a, b, c`) {
		t.Errorf("got %s", errs)
	}
	if _, errs := runs(t, 2, "", "suspects", "--address", admin(t, 200, nil)); !strings.Contains(errs, "no JSON") {
		t.Errorf("got %s", errs)
	}
}
