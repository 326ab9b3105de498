package normalize_test

import (
	"net/http"
	"slices"
	"strconv"
	"testing"

	"github.com/statusgate/statusgate/negotiate"
	"github.com/statusgate/statusgate/normalize"
)

func TestHTTPsMechanicsPassToARequestThatAskedForThem(t *testing.T) {
	dav := []int{207, 208, 422, 423, 424, 507}
	contract := normalize.NewContract(normalize.ProfileDocumented, nil, nil)
	for _, c := range []struct {
		method string
		fields []string
		want   []int // what passes beside 421
	}{
		{"GET", nil, nil},
		{"", nil, nil},
		{"GET", []string{"Accept", "User-Agent", "If-Range", "X-If-Match", "Destination"}, nil},
		{"GET", []string{"Range"}, []int{206, 416}},
		{"PUT", []string{"Content-Range"}, []int{416}},
		{"PUT", []string{"If-Match"}, []int{412}},
		{"PUT", []string{"If-None-Match"}, []int{412}},
		{"GET", []string{"If-Modified-Since"}, []int{412}},
		{"DELETE", []string{"If-Unmodified-Since"}, []int{412}},
		{"PUT", []string{"If"}, append([]int{412}, dav...)},
		{"PUT", []string{"Lock-Token"}, dav},
		{"DELETE", []string{"Depth"}, dav},
		{"PUT", []string{"Expect"}, []int{417}},
		{"GET", []string{"Early-Data"}, []int{425}},
		{"GET", []string{"Upgrade"}, []int{426}},
		{"CONNECT", []string{":protocol"}, []int{426}}, // WebSocket over HTTP/2 (RFC 8441 §4), as net/http has it
		{"HEAD", []string{"Range", "Expect", "Upgrade"}, []int{206, 416, 417, 426}},
		{"POST", []string{"Idempotency-Key"}, nil},
		{"PROPFIND", nil, dav},
		{"LOCK", nil, dav},
		{"MKCALENDAR", nil, dav},
		{"MERGE", nil, dav},
		{"SEARCH", nil, dav},
		{"MKCOL", []string{"If-Match"}, append([]int{412}, dav...)},
		{"propfind", nil, nil},
		{"BREW", nil, nil},
	} {
		request := http.Header{}
		for _, field := range c.fields {
			request[field] = []string{"x"}
		}
		for _, status := range []int{206, 207, 208, 412, 416, 417, 421, 422, 423, 424, 425, 426, 507} {
			got := contract.Decide(&normalize.Response{Status: status, Method: c.method, Request: request})
			if want := status == 421 || slices.Contains(c.want, status); got.Reason.Passed() != want ||
				want && (got.Status != status || got.Reason != normalize.ReasonProtocol) {
				t.Errorf("%d to %s with %q: got %+v, want it to pass: %t", status, c.method, c.fields, got, want)
			}
		}
	}
}

// The registry of methods says of these that they are not idempotent.
func TestIdempotentMethodsAreThoseOfTheRegistry(t *testing.T) {
	not := map[string]bool{"POST": true, "PATCH": true, "LOCK": true, "CONNECT": true}
	for _, method := range normalize.MethodNames() {
		if !negotiate.RegisteredMethod(method) {
			t.Errorf("%s is not registered", method)
		}
		if got := normalize.Idempotent(method); got == not[method] {
			t.Errorf("Idempotent(%s): got %t", method, got)
		}
	}
	if got := len(normalize.MethodNames()); got != 40 {
		t.Errorf("%d methods, the registry has 40", got)
	}
	for _, method := range []string{"get", "Post", "BREW", "PUT2", "NOTIFY", "SUBSCRIBE"} {
		if normalize.Idempotent(method) {
			t.Errorf("Idempotent(%q): got true, but nobody knows", method)
		}
	}
}

// twice are methods that must not happen twice, each with one like it that may.
var twice = map[string]string{"POST": "GET", "PATCH": "PUT", "BREW": "", "LOCK": "UNLOCK"}

func TestAnOutcomeThatIsUnknownIsNo503(t *testing.T) {
	unknown := map[int]bool{502: true, 504: true, 520: true, 524: true, 598: true, 599: true}
	for name, profile := range profiles {
		contract := normalize.NewContract(profile, nil, nil)
		for _, status := range integers() {
			if normalize.UnknownOutcome(status) != unknown[status] {
				t.Errorf("UnknownOutcome(%d): got %t", status, !unknown[status])
			}
			for method, idempotent := range twice {
				got := contract.Decide(&normalize.Response{Status: status, Method: method})
				want := contract.Decide(&normalize.Response{Status: status, Method: idempotent})
				if unknown[status] && want.Status == 503 {
					want = normalize.Verdict{Status: 500, Reason: normalize.ReasonTable, Rule: -1, Unknown: true}
				}
				if got != want {
					t.Errorf("contract %s: %d to %s: got %+v, want %+v", name, status, method, got, want)
				}
			}
		}
		// A backend that says itself that it did nothing is believed.
		for _, status := range []int{503, 429} {
			got := contract.Decide(&normalize.Response{Status: status, Method: "POST"})
			if got.Unknown || got.Status != 503 && got.Status != status {
				t.Errorf("contract %s: %d to POST: got %+v", name, status, got)
			}
		}
	}
}

func TestMapAndAllowWinOverAnUnknownOutcome(t *testing.T) {
	rules := normalize.NewRules([]normalize.Rule{{From: []normalize.Span{{Low: 502, High: 502}}, To: 503}})
	contract := normalize.NewContract(normalize.ProfileDocumented, []int{504}, rules)
	for _, source := range []normalize.Source{normalize.SourceBackend, normalize.SourceGateway} {
		for status, want := range map[int]normalize.Verdict{
			502: {Status: 503, Reason: normalize.ReasonRule, Rule: 0},
			504: {Status: 504, Reason: normalize.ReasonAllowed, Rule: -1},
			520: {Status: 500, Reason: normalize.ReasonTable, Rule: -1, Unknown: true},
		} {
			r := normalize.Response{Status: status, Source: source, Reached: true, Method: "POST"}
			if got := contract.Decide(&r); got != want {
				t.Errorf("%d (source %d): got %+v, want %+v", status, source, got, want)
			}
		}
	}
}

func TestFailuresOfTheGatewayTellWhetherTheBackendWasReached(t *testing.T) {
	for _, c := range []struct {
		status  int
		reached bool
		method  string
		want    normalize.Verdict
	}{
		{502, false, "POST", normalize.Verdict{Status: 503, Reason: normalize.ReasonTable, Rule: -1}},
		{502, true, "POST", normalize.Verdict{Status: 500, Reason: normalize.ReasonTable, Rule: -1, Unknown: true}},
		{503, true, "POST", normalize.Verdict{Status: 500, Reason: normalize.ReasonTable, Rule: -1, Unknown: true}},
		{503, false, "POST", normalize.Verdict{Status: 503, Reason: normalize.ReasonDocumented, Rule: -1}},
		{500, true, "POST", normalize.Verdict{Status: 500, Reason: normalize.ReasonTable, Rule: -1, Unknown: true}},
		{504, true, "GET", normalize.Verdict{Status: 503, Reason: normalize.ReasonTable, Rule: -1}},
		{413, true, "POST", normalize.Verdict{Status: 400, Reason: normalize.ReasonTable, Rule: -1}},
	} {
		contract := normalize.NewContract(normalize.ProfileDocumented, nil, nil)
		r := normalize.Response{
			Status: c.status, Source: normalize.SourceGateway, Reached: c.reached, Method: c.method,
		}
		if got := contract.Decide(&r); got != c.want {
			t.Errorf("%d to %s, reached %t: got %+v, want %+v", c.status, c.method, c.reached, got, c.want)
		}
	}
	contract := normalize.NewContract(normalize.ProfileRegistered, nil, nil)
	r := normalize.Response{Status: 502, Source: normalize.SourceGateway, Reached: true, Method: "POST"}
	if got, want := contract.Decide(&r), (normalize.Verdict{Status: 502, Reason: normalize.ReasonProtocol, Rule: -1}); got != want {
		t.Errorf("registered: got %+v, want %+v: nobody repeats after a 502", got, want)
	}
}

func TestMechanicsAllocateNothing(t *testing.T) {
	contract := normalize.NewContract(normalize.ProfileDocumented, nil, nil)
	for _, status := range []int{206, 412, 423, 502} {
		r := normalize.Response{Status: status, Method: "SEARCH", Request: http.Header{"Depth": {"0"}}}
		if n := testing.AllocsPerRun(100, func() { contract.Decide(&r) }); n != 0 {
			t.Errorf("Decide on %d: got %v allocations, want none", status, n)
		}
	}
}

func BenchmarkMechanics(b *testing.B) {
	contract := normalize.NewContract(normalize.ProfileDocumented, nil, nil)
	for _, r := range []normalize.Response{
		{Status: 206, Method: "GET", Request: http.Header{"Range": {"bytes=0-"}, "Accept": {"*/*"}}},
		{Status: 207, Method: "PROPFIND", Request: http.Header{"Depth": {"1"}, "Accept": {"*/*"}}},
		{Status: 423, Method: "PUT", Request: http.Header{"Accept": {"*/*"}, "User-Agent": {"x"}}},
		{Status: 502, Method: "POST", Request: http.Header{"Accept": {"*/*"}}},
	} {
		b.Run(r.Method+" "+strconv.Itoa(r.Status), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				contract.Decide(&r)
			}
		})
	}
}

func TestWhatARequestAskedForIsToldWithoutAContract(t *testing.T) {
	for _, c := range []struct {
		status int
		header http.Header
		want   bool
	}{
		{206, http.Header{"Range": {"bytes=0-1"}}, true},
		{206, nil, false},
		{412, http.Header{"If-Match": {"*"}}, true},
		{409, http.Header{"If-Match": {"*"}, "Range": {"bytes=0-1"}}, false},
	} {
		r := normalize.Response{Status: c.status, Method: "GET", Request: c.header}
		if got := r.Asked(); got != c.want {
			t.Errorf("%d to %v: got %t", c.status, c.header, got)
		}
	}
}
