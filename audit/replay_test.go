package audit_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/statusgate/statusgate/audit"
	"github.com/statusgate/statusgate/negotiate"
)

// declare reads suggested resources back from their Caddyfile.
func declare(t testing.TB, report *audit.Report) *negotiate.Resources[*negotiate.Methods] {
	t.Helper()
	var b strings.Builder
	if err := report.WriteResources(&b); err != nil {
		t.Fatal(err)
	}
	resources := new(negotiate.Resources[*negotiate.Methods])
	path := ""
	add := func(methods ...string) {
		set, err := negotiate.NewMethods(methods...)
		if err != nil {
			t.Fatal(err)
		}
		if len(methods) == 0 {
			set = nil
		}
		if err := resources.Add(path, set); err != nil {
			t.Fatal(err)
		}
	}
	for line := range strings.Lines(b.String()) {
		words := strings.Fields(line)
		switch words[0] {
		case "resource":
			path = words[1]
			if len(words) == 2 {
				add()
			}
		case "methods":
			add(words[1:]...)
		}
	}
	return resources
}

// refusedSuccess is a request of the log that has succeeded and that resources refuse.
// all says that each path has to have a resource.
func refusedSuccess(requests []request, resources *negotiate.Resources[*negotiate.Methods], all bool) (request, bool) {
	for _, r := range requests {
		if r.status < 100 || r.status >= 400 {
			continue
		}
		path, _, _ := strings.Cut(r.target, "?")
		methods, ok := resources.Match(path)
		redirects := r.status >= 300 && r.status != 304
		if !ok && !redirects && all || ok && methods != nil && !methods.Contains(r.method) {
			return r, true
		}
	}
	return request{}, false
}

// traffic is what nobody would write by hand: random paths of words, values, ends of
// names, encoded and dotted segments, in shapes that make the tree merge.
func traffic(rng *rand.Rand) []request {
	alphabet := make([]string, 3+rng.IntN(40))
	for i := range alphabet {
		switch rng.IntN(12) {
		case 0:
			alphabet[i] = fmt.Sprint(rng.IntN(5000))
		case 1:
			alphabet[i] = fmt.Sprintf("%x", rng.Uint64())
		case 2:
			alphabet[i] = fmt.Sprintf("w%d.json", rng.IntN(20))
		case 3:
			alphabet[i] = fmt.Sprintf("%d.json", rng.IntN(20))
		case 4:
			alphabet[i] = []string{"me", "search", "Me", "%6De", "a%2Fb", "..", ".", "", "%7Bx%7D", "a;b", "%", "é"}[rng.IntN(12)]
		case 5:
			alphabet[i] = fmt.Sprintf("Things(%d)", rng.IntN(9))
		case 6:
			alphabet[i] = fmt.Sprintf("%d:cancel", rng.IntN(9))
		case 7:
			alphabet[i] = []string{"app.js", "a.css", "b.css", "x.png", "APP.JS"}[rng.IntN(5)]
		default:
			alphabet[i] = string(rune('a'+rng.IntN(26))) + string(rune('a'+rng.IntN(26)))
		}
	}
	methods := []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND", "get"}[:1+rng.IntN(9)]
	statuses := []int{200, 200, 200, 201, 204, 302, 304, 404, 500, 520, 101}
	list := make([]request, 200+rng.IntN(4000))
	depth := 1 + rng.IntN(5)
	names := 1 + rng.IntN(3000)
	for i := range list {
		var path strings.Builder
		for range 1 + rng.IntN(depth) {
			path.WriteString("/")
			if rng.IntN(4) == 0 {
				fmt.Fprintf(&path, "n%c%c%c", 'a'+rng.IntN(min(26, names)), 'a'+rng.IntN(min(26, 1+names/26)), 'a'+rng.IntN(min(26, 1+names/700)))
			} else {
				path.WriteString(alphabet[rng.IntN(len(alphabet))])
			}
		}
		if rng.IntN(8) == 0 {
			path.WriteString("/")
		}
		list[i] = request{methods[rng.IntN(len(methods))], path.String(), statuses[rng.IntN(len(statuses))]}
	}
	return list
}

func TestReplayAgainstTheSuggestedResourcesRefusesNothingThatSucceeded(t *testing.T) {
	rounds := uint64(150)
	if testing.Short() {
		rounds = 20
	}
	for seed := range rounds {
		requests := traffic(rand.New(rand.NewPCG(seed, 7)))
		report := run(t, logOf(requests), func(o *audit.Options) {
			if seed%4 != 0 { // so that few lines make the tree merge
				audit.WithLimits(o, 4+int(seed%29), 2+int(seed%5), 60+int(seed%7)*300, 4000, 3+int(seed%5))
			}
		})
		if report.Unread != 0 || report.Lines != int64(len(requests)) {
			t.Fatalf("seed %d: %d lines, %d unread: %v", seed, report.Lines, report.Unread, report.Log.First)
		}
		// More than 500 are not suggested: then some paths have none, and pass.
		all := len(report.Resources) < 500
		if r, bad := refusedSuccess(requests, declare(t, report), all); bad {
			t.Errorf("seed %d: %s %s was answered with %d and would be refused", seed, r.method, r.target, r.status)
		}
	}
}

// FuzzReplay takes each line of its input for a path that was asked for.
func FuzzReplay(f *testing.F) {
	f.Add([]byte("/a/1\n/a/b\n/a/b.json\n/a/2.json\n/A/../b//c"), uint8(1))
	f.Add([]byte("/users/me\n/users/x(1)\n/%2e%2e/users/:go\n/x:go/"), uint8(30))
	for _, r := range traffic(rand.New(rand.NewPCG(1, 2)))[:40] {
		f.Add([]byte(r.target+"\n/x"+r.target+"\n"+r.target+"/"), uint8(9))
	}
	f.Fuzz(func(t *testing.T, paths []byte, seed uint8) {
		rng := rand.New(rand.NewPCG(uint64(seed), 0))
		var requests []request
		for path := range strings.SplitSeq(string(paths), "\n") {
			if !strings.HasPrefix(path, "/") || strings.ContainsAny(path, "\" \\?") || len(path) > 2000 {
				continue
			}
			for range 3 {
				requests = append(requests, request{[]string{"GET", "POST", "PUT"}[rng.IntN(3)], path, []int{200, 200, 302, 404}[rng.IntN(4)]})
			}
		}
		var log strings.Builder
		for i, r := range requests {
			fmt.Fprintf(&log, "h - - [30/Sep/2021:08:00:%02d +0000] \"%s %s HTTP/1.1\" %d 5\n", i%60, r.method, r.target, r.status)
		}
		report := run(t, log.String(), func(o *audit.Options) {
			if seed%2 == 1 {
				audit.WithLimits(o, 2+int(seed%8), 1+int(seed%3), 10+int(seed), 400, 2+int(seed%4))
			}
		})
		if report.Lines != int64(len(requests)) {
			return // a line end within
		}
		if r, bad := refusedSuccess(requests, declare(t, report), len(report.Resources) < 500); bad {
			t.Errorf("%s %q was answered with %d and would be refused", r.method, r.target, r.status)
		}
	})
}
