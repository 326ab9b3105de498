package tests

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"

	"github.com/statusgate/statusgate"
)

// manyRules read bodies in every way. What they send keeps the bodies of
// media types that have any.
const manyRules = `
map 2xx 400 when json /ok false
map 2xx 400 when json /error/code !0
map 2xx 403 when jsonrpc_error
map 2xx 403 when graphql_errors
map 2xx 404 when soap_fault
map 2xx 404 when xml */error
map 2xx 400 when body_contains ORA-
map 2xx 400 when body_regexp (?s)^\s*Fatal.*end$
`

// reply is what a backend sends at random.
type reply struct {
	contentType, coding string
	body                []byte // as it goes over the wire
	length              bool   // is known
}

func (r *reply) String() string {
	return fmt.Sprintf("%d bytes of %q in %q, length known: %v: %.80q", len(r.body), r.contentType, r.coding, r.length, r.body)
}

// randomJSON writes a value, and the words that rules look for now and then.
func randomJSON(rnd *rand.Rand, b *bytes.Buffer, depth int) {
	switch n := rnd.IntN(9); {
	case depth <= 0 || n < 3:
		b.WriteString([]string{"1", "0", "-12.5e3", "true", "false", "null", `"ORA-1"`, `"x\u0000\n"`, `"` + strings.Repeat("é", rnd.IntN(40)) + `"`}[rnd.IntN(9)])
	case n < 5:
		b.WriteByte('[')
		for i := range rnd.IntN(6) {
			if i > 0 {
				b.WriteString(" ,")
			}
			randomJSON(rnd, b, depth-1)
		}
		b.WriteByte(']')
	default:
		b.WriteString("{")
		for i := range rnd.IntN(7) {
			if i > 0 {
				b.WriteString(",\n")
			}
			b.WriteString([]string{`"ok"`, `"error"`, `"code"`, `"a"`, `"jsonrpc":"2.0","id"`, `"errors":[{"message":"m"}],"data"`, `"ORA"`}[rnd.IntN(7)])
			b.WriteString(": ")
			randomJSON(rnd, b, depth-1)
		}
		b.WriteString("}")
	}
}

func randomXML(rnd *rand.Rand, b *bytes.Buffer, depth int) {
	name := []string{"a", "error", "S:Fault", "Body", "x:y"}[rnd.IntN(5)]
	b.WriteString("<" + name + []string{"", ` a="1"`, ` b='>'`}[rnd.IntN(3)] + ">")
	for range rnd.IntN(4) {
		if depth > 0 && rnd.IntN(2) == 0 {
			randomXML(rnd, b, depth-1)
		} else {
			b.WriteString([]string{"text", "&amp;", "<!-- c -->", "<![CDATA[<x>]]>", "ORA-", "<?pi?>"}[rnd.IntN(6)])
		}
	}
	b.WriteString("</" + name + ">")
}

// randomPlain gives a body without a coding, and its label.
func randomPlain(rnd *rand.Rand) (body []byte, contentType string) {
	var b bytes.Buffer
	switch rnd.IntN(10) {
	case 0, 1, 2:
		contentType = "application/json"
		randomJSON(rnd, &b, rnd.IntN(7))
	case 3:
		contentType = "application/json"
		depth := rnd.IntN(20000)
		b.WriteString(strings.Repeat("[", depth) + "1" + strings.Repeat("]", rnd.IntN(depth+1)))
	case 4:
		contentType = "text/xml; charset=utf-8"
		randomXML(rnd, &b, rnd.IntN(6))
	case 5:
		contentType = "text/xml"
		b.WriteString(fault([]string{soapFault11, soapFault12}[rnd.IntN(2)], "Client"))
	case 6:
		contentType = "text/html"
		b.WriteString("<!DOCTYPE html><p>" + strings.Repeat("Fatal ", rnd.IntN(1000)))
	case 7:
		contentType = "text/plain"
		b.WriteString([]string{"", "Fatal ", " "}[rnd.IntN(3)] + strings.Repeat("x", rnd.IntN(5000)) + []string{"ORA-", "end", ""}[rnd.IntN(3)])
	case 8:
		contentType = "image/png"
		for range rnd.IntN(3000) {
			b.WriteByte(byte(rnd.Uint32()))
		}
	default:
		contentType = "application/json"
		b.WriteString(`{"pad":"` + strings.Repeat("p", rnd.IntN(100000)) + `","ok":` + []string{"true", "false"}[rnd.IntN(2)] + "}")
	}
	body = b.Bytes()
	switch rnd.IntN(8) {
	case 0:
		body = body[:rnd.IntN(len(body)+1)]
	case 1:
		if len(body) > 0 {
			body[rnd.IntN(len(body))] = byte(rnd.Uint32())
		}
	}
	return body, contentType
}

func randomReply(t testing.TB, rnd *rand.Rand) reply {
	t.Helper()
	body, contentType := randomPlain(rnd)
	r := reply{contentType: contentType, body: body, length: rnd.IntN(2) == 0}
	var b bytes.Buffer
	var w io.WriteCloser
	switch rnd.IntN(12) {
	case 0, 1:
		r.coding, w = "gzip", gzip.NewWriter(&b)
	case 2:
		r.coding, w = "deflate", zlib.NewWriter(&b)
	case 3:
		fw, err := flate.NewWriter(&b, 6)
		if err != nil {
			t.Fatal(err)
		}
		r.coding, w = "deflate", fw
	case 4:
		zw, err := zstd.NewWriter(&b, zstd.WithEncoderConcurrency(1))
		if err != nil {
			t.Fatal(err)
		}
		r.coding, w = "zstd", zw
	case 5:
		r.coding = "br" // whatever it is
	case 6:
		r.coding = "identity"
	case 7:
		r.coding = []string{"gzip", "zstd", "deflate"}[rnd.IntN(3)] // which it is not
	default:
	}
	if w != nil {
		if _, err := w.Write(body); err != nil || w.Close() != nil {
			t.Fatal(err)
		}
		r.body = b.Bytes()
		if rnd.IntN(6) == 0 {
			r.body = r.body[:rnd.IntN(len(r.body)+1)]
		}
	}
	return r
}

// send sends the reply in parts, some of which are flushed.
func (r *reply) send(w http.ResponseWriter, rnd *rand.Rand, flushes bool) error {
	h := w.Header()
	h.Set("Content-Type", r.contentType)
	if r.coding != "" {
		h.Set("Content-Encoding", r.coding)
	}
	if r.length {
		h.Set("Content-Length", strconv.Itoa(len(r.body)))
	}
	w.WriteHeader(200)
	most := []int{1, 7, 100, 4096, 1 << 20}[rnd.IntN(5)]
	if len(r.body)/most > 2000 {
		most = 4096
	}
	rest := r.body
	for len(rest) > 0 {
		n := 1 + rnd.IntN(min(most, len(rest)))
		var err error
		if from, ok := w.(io.ReaderFrom); ok && rnd.IntN(10) == 0 {
			_, err = from.ReadFrom(bytes.NewReader(rest[:n]))
		} else {
			_, err = w.Write(rest[:n])
		}
		if err != nil {
			return err
		}
		if rest = rest[n:]; flushes && rnd.IntN(8) == 0 {
			_ = http.NewResponseController(w).Flush()
		}
	}
	return nil
}

var randomBounds = []string{"1B", "2B", "16B", "300B", "512B 513B", "4KiB 64KiB", "64KiB", "1MiB 2MiB"}

func TestWhatIsNotRewrittenArrivesByteForByte(t *testing.T) {
	var gates []scenario
	for _, bound := range randomBounds {
		gates = append(gates, scenario{options: manyRules + "inspect " + bound})
	}
	gates = append(gates, scenario{options: manyRules + "report"}, scenario{options: "soft_errors"})
	stage := newScenarioStage(t, gates)
	seed := rand.Uint64()
	rnd := rand.New(rand.NewPCG(seed, 1))
	rewritten, same := 0, 0
	for i := range 250 {
		sent := randomReply(t, rnd)
		c := gates[rnd.IntN(len(gates))]
		c.request = []string{"Accept-Encoding", "gzip, deflate, zstd, br", "Accept", "application/json, application/xml, text/*, image/*;q=0.5"}
		flushes := rnd.IntN(2) == 0
		everyWay(func(protocol, way string) {
			partSeed := rnd.Uint64()
			backends.Store(t.Name(), backend(func(w http.ResponseWriter, _ *http.Request) error {
				return sent.send(w, rand.New(rand.NewPCG(partSeed, 2)), flushes)
			}))
			got := stage.play(t, &c, protocol, way, http.MethodGet)
			what := fmt.Sprintf("seed %d, round %d, %s, %s, gate {%s}: %v", seed, i, protocol, way, strings.ReplaceAll(c.options, "\n", "; "), &sent)
			if len(got.Header["Proxy-Status"]) == 0 {
				same++
				if got.StatusCode != 200 {
					t.Errorf("%s: got status %d without a word", what, got.StatusCode)
				}
			} else {
				rewritten++
				if got.StatusCode < 400 || strings.Contains(c.options, "report") {
					t.Errorf("%s: got status %d and %q", what, got.StatusCode, got.Header["Proxy-Status"])
				}
				if got.Header.Get("Content-Type") != sent.contentType || got.StatusCode >= 500 {
					return // a body of the gate's, or what it has left of an error
				}
			}
			if got.body != string(sent.body) || got.Header.Get("Content-Encoding") != sent.coding || got.Header.Get("Content-Type") != sent.contentType {
				t.Errorf("%s: got %d bytes of %q in %q: %.80q", what, len(got.body), got.Header.Get("Content-Type"), got.Header.Get("Content-Encoding"), got.body)
			}
		})
		if t.Failed() {
			return
		}
	}
	backends.Delete(t.Name())
	t.Logf("%d answers passed, %d were rewritten", same, rewritten)
	if rewritten < 50 || same < 200 {
		t.Error("there is too little of one kind")
	}
}

// inProcess is a gate without a server, and its metrics.
func inProcess(t testing.TB, options string) (*statusgate.Handler, *prometheus.Registry) {
	t.Helper()
	var h statusgate.Handler
	if err := h.UnmarshalCaddyfile(caddyfile.NewTestDispenser("statusgate {\n" + options + "\n}")); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := caddy.NewContext(caddy.Context{Context: t.Context()})
	t.Cleanup(cancel)
	if err := h.Provision(ctx); err != nil {
		t.Fatal(err)
	}
	return &h, ctx.GetMetricsRegistry()
}

// through takes a request through a gate.
func through(t testing.TB, h *statusgate.Handler, accept string, next caddyhttp.HandlerFunc) *httptest.ResponseRecorder {
	t.Helper()
	return throughAs(t, h, http.MethodGet, accept, next)
}

// throughAs takes a request with some method through a gate.
func throughAs(t testing.TB, h *statusgate.Handler, method, accept string, next caddyhttp.HandlerFunc) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(context.Background(), method, "/", nil)
	if accept != "" {
		r.Header.Set("Accept", accept)
	}
	w := httptest.NewRecorder()
	r = caddyhttp.PrepareRequest(r, caddy.NewReplacer(), w, nil)
	if err := h.ServeHTTP(w, r, next); err != nil {
		t.Fatal(err)
	}
	return w
}

// counts gives the samples of a counter or gauge by their label values, but
// for those at zero.
func counts(t testing.TB, reg prometheus.Gatherer, name string) map[string]float64 {
	t.Helper()
	families, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	out := make(map[string]float64)
	for _, family := range families {
		if family.GetName() != "caddy_statusgate_"+name {
			continue
		}
		for _, metric := range family.GetMetric() {
			var labels []string
			for _, label := range metric.GetLabel() {
				labels = append(labels, label.GetValue())
			}
			if v := metric.GetCounter().GetValue() + metric.GetGauge().GetValue(); v != 0 {
				out[strings.Join(labels, " ")] += v
			}
		}
	}
	return out
}

func TestADecisionDoesNotDependOnHowTheBodyComes(t *testing.T) {
	seed := rand.Uint64()
	rnd := rand.New(rand.NewPCG(seed, 3))
	statuses := make(map[int]int)
	for _, bound := range randomBounds {
		if bound == "512B 513B" {
			continue // how much of a body is held at a time, and of its decoding, is memory's business
		}
		h, reg := inProcess(t, manyRules+"inspect "+bound)
		report, reported := inProcess(t, manyRules+"report\ninspect "+bound)
		for i := range 60 {
			sent := randomReply(t, rnd)
			whole := through(t, h, "", func(w http.ResponseWriter, _ *http.Request) error {
				return sent.send(w, rand.New(rand.NewPCG(0, 0)), false)
			})
			statuses[whole.Code]++
			for range 6 {
				partSeed := rnd.Uint64()
				next := func(w http.ResponseWriter, _ *http.Request) error {
					return sent.send(w, rand.New(rand.NewPCG(partSeed, 4)), false)
				}
				got := through(t, h, "", next)
				if got.Code != whole.Code || !bytes.Equal(got.Body.Bytes(), whole.Body.Bytes()) && got.Header().Get("Content-Type") == sent.contentType {
					t.Fatalf("seed %d, bound %s, round %d: %v: got %d and %d bytes, then %d and %d bytes", seed, bound, i, &sent,
						whole.Code, whole.Body.Len(), got.Code, got.Body.Len())
				}
				if told := through(t, report, "", next); told.Code != 200 || !bytes.Equal(told.Body.Bytes(), sent.body) {
					t.Fatalf("seed %d, bound %s, round %d: %v: a report sent %d and %d bytes", seed, bound, i, &sent, told.Code, told.Body.Len())
				}
			}
			through(t, report, "", func(w http.ResponseWriter, _ *http.Request) error {
				return sent.send(w, rand.New(rand.NewPCG(0, 0)), false)
			})
		}
		for _, metric := range []string{"responses_total", "undecided_total", "held_bytes"} {
			got, want := counts(t, reported, metric), counts(t, reg, metric)
			for labels, n := range want {
				if labels = strings.Replace(labels, "enforce", "report", 1); got[labels] != n {
					t.Errorf("seed %d, bound %s: the report counted %s %v times, the gate %v times", seed, bound, labels, got[labels], n)
				}
			}
			if metric == "held_bytes" && len(want)+len(got) > 0 {
				t.Errorf("seed %d, bound %s: still held %v, in the report %v", seed, bound, want, got)
			}
		}
	}
	t.Logf("statuses: %v", statuses)
}
