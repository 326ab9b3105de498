package statusgate

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestWordsOfSoftErrors(t *testing.T) {
	for _, c := range []struct {
		words string
		want  string // a part of the rules as JSON, or of the mistake
	}{
		{"safe", `"method":["POST"]},{"soap_fault":true}`},
		{"common", `"when":[{"soap_fault":true}]`},
		{"safe soap", `"when":[{"soap_fault":true}]`},
		{"common", `{"from":["2xx"],"to":"auto","when":[{"error":["slack"]}]}`},
		{"common", `{"error_page":true}`},
		{"common", `{"stack_trace":true}`},
		{"-problem -soap -html_page -graphql-request", `null`},
		{"slack", `{"error":["slack"]}`},
		{"commn", `unknown error shape "commn": want safe, common, problem, html_page or the name of a shape`},
		{"common slck", `unknown error shape "slck": is slack meant?: want safe`},
		{"common nginx", "nginx is a row of pages, which goes by that name"},
		{"common jsonrpc2", "jsonrpc2 is a row of jsonrpc, which goes by that name"},
		{"slck commn", "meant?: want safe, common, problem, html_page or the name of a shape, with - in front to leave it out\nunknown error shape \"commn\""},
		{"safe safe", "safe stands there twice"},
		{"common slack -slack", "-slack contradicts slack"},
		{"-slack", "-slack leaves out what is not in it"},
		{"xmlrpc", "xmlrpc is not for soft_errors: its clients take any status but 200 for a broken connection"},
	} {
		rules, err := softErrors(strings.Fields(c.words))
		var text string
		if err != nil {
			text = err.Error()
		} else {
			b, _ := json.Marshal(rules)
			text = string(b)
		}
		if !strings.Contains(text, c.want) {
			t.Errorf("%s: %s\nhas no %s", c.words, text, c.want)
		}
	}
}

func TestSoftErrorsInJSON(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{`true`, "safe"},
		{`false`, ""},
		{`null`, ""},
		{`[]`, "safe"},
		{`["common","-pages"]`, "common -pages"},
		{`"common"`, "soft_errors is true, false or a list of words: json: cannot unmarshal string"},
	} {
		var h Handler
		var got string
		if err := json.Unmarshal([]byte(`{"soft_errors":`+c.in+`}`), &h); err != nil {
			got = err.Error()
		} else {
			got = strings.Join(h.SoftErrors, " ")
		}
		if !strings.HasPrefix(got, c.want) || c.want == "" && got != "" {
			t.Errorf("%s: got %q, want %q", c.in, got, c.want)
		}
	}
	h := Handler{SoftErrors: SoftErrors{"nobody"}}
	if _, mistakes := h.build(nil); len(mistakes) != 1 || !strings.Contains(mistakes[0].err.Error(), `unknown error shape "nobody"`) {
		t.Errorf("a name that nobody knows: %v", mistakes)
	}
}
