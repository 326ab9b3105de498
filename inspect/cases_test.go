package inspect_test

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"strings"
	"testing"

	"github.com/statusgate/statusgate/inspect"
)

// body is a record of the conformance cases.
type body struct {
	Name        string `json:"name"`
	ContentType string `json:"content_type"`
	Body        string `json:"body"`
	IsError     bool   `json:"is_error"`
	Code        int    `json:"intended_code"`
	Ambiguous   bool   `json:"ambiguous"`
}

func cases(t *testing.T, name string) []body {
	t.Helper()
	data, err := os.ReadFile("../../shared/cases/" + name)
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("no conformance cases here")
	}
	if err != nil {
		t.Fatal(err)
	}
	var all []body
	if err := json.Unmarshal(data, &all); err != nil {
		t.Fatal(err)
	}
	return all
}

// fires gives the tests that a body meets, and the status of the first. A
// client that is sent HTML as such took it, unless the record is an error.
func fires(t *testing.T, plan *inspect.Plan, tests []inspect.Test, c body) (met []string, status int) {
	t.Helper()
	m := inspect.MediaOf(c.ContentType)
	i := ask(t, plan, m, "", c.Body, 512, inspect.Whole)
	defer plan.Put(i)
	for n, test := range tests {
		switch {
		case i.Answer(n) != yes:
		case test.String() == "html_page" && m == inspect.MediaHTML && !c.IsError:
		case test.String() == "problem" && !strings.Contains(c.ContentType, "problem+"):
		default:
			if len(met) == 0 {
				status, _ = i.Auto(n)
			}
			met = append(met, test.String())
		}
	}
	return met, status
}

// safe are the tests of the preset, which no success may meet.
func safe() []inspect.Test {
	return []inspect.Test{
		inspect.JSONRPCError(), inspect.GraphQLErrors(), inspect.SOAPFault(), inspect.HTMLPage(), inspect.Problem(),
	}
}

func TestNoSuccessIsMisjudged(t *testing.T) {
	tests := safe()
	plan := newPlan(t, nil, tests...)
	judged, alone := 0, 0
	for _, c := range append(cases(t, "success_lookalikes.json"), cases(t, "soft_errors.json")...) {
		if c.IsError || c.Ambiguous {
			continue
		}
		judged++
		if met, _ := fires(t, plan, tests, c); len(met) > 0 {
			t.Errorf("%s meets %v: %.200s", c.Name, met, c.Body)
		}
		i := ask(t, plan, inspect.MediaOf(c.ContentType), "", c.Body, 512, inspect.Whole)
		if i.Answer(len(tests)-1) == yes {
			alone++
		}
	}
	t.Logf("%d successes judged; %d of them look like a problem but for their media type", judged, alone)
}

// families are what an operator writes who knows the backend.
func families() []inspect.Test {
	j := func(pointer string, values ...string) inspect.Test { return must(inspect.JSON(pointer, values...)) }
	x := func(path string, values ...string) inspect.Test { return must(inspect.XML(path, values...)) }
	return append(safe(),
		j("/ok", "false"), j("/success", "false"), j("/error"), j("/odata.error"),
		j("/error_code", "!0"), j("/errcode", "!0"), j("/code", "!0", "!200", "!DE"),
		j("/status", "error", "Failure", "fail", "failed", "OVER_QUERY_LIMIT", "REQUEST_DENIED"), j("/result", "error"), j("/stat", "fail"),
		j("/errors/0"), j("/Response", "False"), j("/type", "error"), j("/fault"), j("/Error"), j("/kind", "Status"),
		x("methodResponse/fault"), x("*/Ack", "Failure"), x("Error"), x("error"), x("rsp/@stat", "fail"), x("*/error"),
		must(inspect.Contains("ACK=Failure")),
		must(inspect.Regexp(`^(Traceback|panic:|[a-z.]+\.[A-Za-z]*(Exception|Error)\b)`)),
	)
}

func TestSoftErrorsAreFound(t *testing.T) {
	tests := families()
	plan := newPlan(t, nil, tests...)
	errs, found, right := 0, 0, 0
	for _, c := range cases(t, "soft_errors.json") {
		if !c.IsError || c.Ambiguous {
			continue
		}
		errs++
		met, status := fires(t, plan, tests, c)
		if len(met) == 0 {
			t.Logf("not found: %s (%s): %.300s", c.Name, c.ContentType, c.Body)
			continue
		}
		found++
		if status == c.Code {
			right++
		} else {
			t.Logf("%s: auto says %d, intended %d", c.Name, status, c.Code)
		}
	}
	t.Logf("%d of %d errors found, %d with the intended status from auto alone", found, errs, right)
	if found*100 < errs*95 {
		t.Errorf("only %d of %d errors found", found, errs)
	}
}

func TestDocumentedErrors(t *testing.T) {
	tests := append(safe(), must(inspect.JSON("/message")), must(inspect.JSON("/error")), must(inspect.JSON("/errors")),
		must(inspect.JSON("/code")), must(inspect.JSON("/ok", "false")))
	plan := newPlan(t, nil, tests...)
	found, all := 0, cases(t, "documented_error_bodies.json")
	for _, c := range all {
		if met, _ := fires(t, plan, tests, c); len(met) > 0 {
			found++
		} else {
			t.Logf("not found: %s: %.200s", c.Name, c.Body)
		}
	}
	t.Logf("%d of %d found", found, len(all))
}
