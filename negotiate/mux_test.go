package negotiate_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/statusgate/statusgate/negotiate"
)

// rounds is how many random cases a test tries.
const rounds = 5000

// random gives numbers that a failed test can be repeated with.
func random(t *testing.T) *rand.Rand {
	t.Helper()
	seed := rand.Uint64()
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("seed %d", seed)
		}
	})
	return rand.New(rand.NewPCG(seed, 0))
}

func pick[T any](r *rand.Rand, from ...T) T { return from[r.IntN(len(from))] }

// randomTemplate is a template that net/http's ServeMux understands too, but for
// "{$}", its way to say that the path ends there.
func randomTemplate(r *rand.Rand) string {
	var b strings.Builder
	for i := range r.IntN(4) {
		b.WriteString("/")
		if r.IntN(4) == 0 {
			fmt.Fprintf(&b, "{v%d}", i)
		} else {
			b.WriteString(pick(r, "a", "b", "ab", "c-d", "x.json", "%61", "a%2Fb", "é", "%C3%A9"))
		}
	}
	b.WriteString(pick(r, "", "", "/", "/{rest...}"))
	if b.Len() == 0 {
		return "/"
	}
	return b.String()
}

// Where ServeMux takes all the templates, it finds the same one.
func TestTemplatesMatchLikeThoseOfServeMux(t *testing.T) {
	r := random(t)
	matched := 0
	for range rounds {
		mux, resources := http.NewServeMux(), new(negotiate.Resources[string])
		var templates []string
		for range 1 + r.IntN(4) {
			template := randomTemplate(r)
			if !muxTakes(mux, template) {
				continue
			}
			if err := resources.Add(template, template); err != nil {
				t.Fatalf("ServeMux takes %q among %q, Add says: %v", template, templates, err)
			}
			templates = append(templates, template)
		}
		path := ""
		for range r.IntN(4) {
			path += "/" + pick(r, "a", "b", "ab", "c-d", "x.json", "%61", "a%2Fb", "%C3%A9")
		}
		path += pick(r, "", "/")
		want, ok := muxFinds(mux, "/"+strings.TrimPrefix(path, "/"))
		if !ok {
			continue
		}
		got, found := resources.Match(path)
		if got != want || found != (want != "") {
			t.Errorf("Match(%q) among %q: got %q, %t, ServeMux finds %q", path, templates, got, found, want)
		}
		if found {
			matched++
		}
	}
	if matched < rounds/20 {
		t.Errorf("%d of %d paths matched: the test says too little", matched, rounds)
	}
}

// muxTakes adds a template to mux unless it conflicts with another one there.
func muxTakes(mux *http.ServeMux, template string) (ok bool) {
	defer func() { ok = recover() == nil }()
	pattern := template
	if strings.HasSuffix(pattern, "/") {
		pattern += "{$}"
	}
	mux.HandleFunc(pattern, func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Template", template) })
	return
}

// muxFinds is the template that mux finds for path, "" for none. It is not ok
// where mux would send the client to another path first.
func muxFinds(mux *http.ServeMux, path string) (template string, ok bool) {
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	return w.Header().Get("Template"), w.Code < 300 || w.Code > 399
}
