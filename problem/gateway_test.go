package problem_test

import (
	"strings"
	"testing"

	"github.com/statusgate/statusgate/problem"
)

func TestFromGateway(t *testing.T) {
	for _, c := range []struct {
		name  string
		lines []string
		want  bool
	}{
		{"no field", nil, false},
		{"an error of its own", []string{"statusgate; error=connection_limit_reached"}, true},
		{"another status", []string{`"the gate";received-status=502`}, true},
		{"the second member", []string{"cache.example", `edge; details="a; b, c", inner;error=http_request_denied`}, true},
		{"a name alone", []string{"statusgate"}, false},
		{"other parameters", []string{"edge; next-hop=backend; received-statusx=1"}, false},
		{"a text that looks like it", []string{`edge; details="x; error=y"`}, false},
		{"a text without an end", []string{`edge; details="x; error=y`}, false},
		{"too many members", []string{strings.Repeat("a,", 256) + "b;error=x"}, false},
		{"an empty one", []string{"", ",;"}, false},
	} {
		if got := problem.FromGateway(c.lines); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}
