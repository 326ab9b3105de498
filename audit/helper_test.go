package audit_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/statusgate/statusgate/accesslog"
	"github.com/statusgate/statusgate/audit"
	"github.com/statusgate/statusgate/normalize"
)

// documented decides as a gate without options does, as far as a log tells.
func documented() audit.Decide {
	contract := normalize.NewContract(normalize.ProfileDocumented, nil, nil)
	return func(r audit.Request) audit.Decision {
		v := contract.Decide(&normalize.Response{Status: r.Received})
		return audit.Decision{Sent: v.Status, Reason: v.Reason.String()}
	}
}

// run audits a log.
func run(t testing.TB, log string, change ...func(*audit.Options)) *audit.Report {
	t.Helper()
	o := &audit.Options{Input: accesslog.Input{Stdin: strings.NewReader(log)}, Decide: documented()}
	for _, c := range change {
		c(o)
	}
	report, err := audit.Run(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// request is what a line of a log is made of.
type request struct {
	method, target string
	status         int
}

func (r request) line(second int) string {
	return fmt.Sprintf("192.0.2.1 - - [30/Sep/2021:%02d:%02d:%02d +0000] %q %d 162 \"-\" \"curl/7.68.0\"\n",
		second/3600%24, second/60%60, second%60, r.method+" "+r.target+" HTTP/1.1", r.status)
}

func logOf(requests []request) string {
	var b strings.Builder
	for i, r := range requests {
		b.WriteString(r.line(i))
	}
	return b.String()
}

// shop is the traffic of an API with known routes.
func shop(n int, rng *rand.Rand) []request {
	names := strings.Fields("alice bob carol dave erin frank grace heidi ivan judy karl laura mike nina oscar peggy quentin rupert sybil trent ursula victor walter xenia yves zoe")
	colours := strings.Fields("red blue green black white")
	things := strings.Fields("shirt shoe hat coat sock belt")
	hex := func(n int) string {
		b := make([]byte, n)
		for i := range b {
			b[i] = "0123456789abcdef"[rng.IntN(16)]
		}
		return string(b)
	}
	uuid := func() string {
		h := hex(32)
		return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
	}
	order := func() string { return fmt.Sprint(1000 + rng.IntN(5000)) }
	user := func() string { return names[rng.IntN(len(names))] + fmt.Sprint(rng.IntN(8)) }
	slug := func() string { return colours[rng.IntN(len(colours))] + "-" + things[rng.IntN(len(things))] }
	routes := []func() request{
		func() request { return request{"GET", "/api/v1/orders?page=" + fmt.Sprint(rng.IntN(9)), 200} },
		func() request { return request{"POST", "/api/v1/orders", 201} },
		func() request { return request{"GET", "/api/v1/orders/" + order(), 200} },
		func() request { return request{"DELETE", "/api/v1/orders/" + order(), 204} },
		func() request { return request{"GET", "/api/v1/orders/" + order() + "/items", 200} },
		func() request { return request{"PUT", "/api/v1/orders/" + order() + "/items/" + uuid(), 200} },
		func() request { return request{"GET", "/api/v1/users/" + user(), 200} },
		func() request { return request{"PATCH", "/api/v1/users/" + user(), 200} },
		func() request { return request{"GET", "/api/v1/users/" + user() + "/orders", 200} },
		func() request { return request{"GET", "/api/v1/users/me", 200} },
		func() request { return request{"GET", "/api/v1/products/" + slug(), 200} },
		func() request { return request{"GET", "/api/v1/search?q=" + hex(5), 200} },
		func() request {
			return request{"GET", "/api/v1/reports/2021-09-" + fmt.Sprintf("%02d", 1+rng.IntN(30)) + ".csv", 200}
		},
		func() request { return request{"GET", "/health", 200} },
		func() request { return request{"POST", "/login", 302} },
		func() request { return request{"POST", "/login", 200} },
		func() request {
			return request{"GET", "/static/" + []string{"css/a.css", "css/b.css", "js/app.js", "js/vendor.js", "img/logo.svg", "img/x.png"}[rng.IntN(6)], 200}
		},
		func() request { return request{"GET", "/favicon.ico", 200} },
		func() request { return request{"GET", "/" + hex(3) + slug() + ".php", 404} },
		func() request { return request{"GET", "/api/v1/orders/" + order(), 520} },
		func() request { return request{"GET", "/api/v1/users/nobody" + hex(2), 404} },
	}
	list := make([]request, n)
	for i := range list {
		list[i] = routes[rng.IntN(len(routes))]()
	}
	return list
}
