package normalize_test

import (
	"maps"
	"net/http"
	"slices"
	"testing"

	"github.com/statusgate/statusgate/normalize"
)

// ofTheBody are the fields that go with a body that is replaced.
var ofTheBody = []string{
	"Content-Length", "Content-Type", "Content-Encoding", "Content-Language", "Content-Location", "Content-Range",
	"Content-Disposition", "Accept-Ranges", "ETag", "Last-Modified", "Content-Digest", "Repr-Digest", "Digest",
	"Content-MD5", "Trailer", "Refresh", "Unencoded-Digest", "Use-As-Dictionary", "Signature", "Signature-Input",
}

// ofTheResponse are fields that stay, whatever becomes of the body.
var ofTheResponse = []string{
	"Set-Cookie", "WWW-Authenticate", "Retry-After", "Allow", "Vary", "Cache-Control", "Expires", "Location", "Link",
	"Date", "Server", "Via", "Age", "Proxy-Status", "Strict-Transport-Security", "Content-Security-Policy",
	"Access-Control-Allow-Origin", "X-Request-Id", "Accept", "Accept-Patch", "Accept-Post", "Connection", "X-Unheard-Of",
}

func TestABodyTakesItsFieldsWithItAndNoOther(t *testing.T) {
	for _, c := range []struct {
		name          string
		gone, staying []string
	}{
		{"all fields", ofTheBody, ofTheResponse},
		{"a few fields", ofTheBody[:2], ofTheResponse[:1]},
	} {
		h := make(http.Header)
		for _, field := range slices.Concat(c.gone, c.staying) {
			h.Add(field, "one")
			h.Add(field, "two")
		}
		normalize.DropBodyFields(h)
		for _, field := range c.gone {
			if got := h.Values(field); len(got) > 0 {
				t.Errorf("%s: %s survived: %q", c.name, field, got)
			}
		}
		for _, field := range c.staying {
			if got := h.Values(field); !slices.Equal(got, []string{"one", "two"}) {
				t.Errorf("%s: %s: got %q, want both values", c.name, field, got)
			}
		}
	}
}

func TestWhatWasSaidOfCachingIsTakenBack(t *testing.T) {
	h := make(http.Header)
	fresh := []string{
		"Cache-Control", "Expires", "Age", "Pragma", "ETag", "Last-Modified", "CDN-Cache-Control", "Surrogate-Control", "X-Accel-Expires",
		"Cloudflare-CDN-Cache-Control", "Vercel-CDN-Cache-Control", "Netlify-CDN-Cache-Control", "Akamai-Cache-Control", "Edge-Control",
	}
	for _, field := range fresh {
		h.Add(field, "x")
	}
	h.Set("Vary", "Accept")
	h.Set("X-Cache-Control-Note", "stays")
	normalize.DropFreshness(h)
	if got, want := slices.Sorted(maps.Keys(h)), []string{"Vary", "X-Cache-Control-Note"}; !slices.Equal(got, want) {
		t.Errorf("of %q and Vary: got fields %q left, want %q", fresh, got, want)
	}
}

// A 206 that nobody asked for goes out as a 200: what it says of the whole must
// not be taken for its part, nor the part be kept as the whole.
func TestAPartLosesWhatIsSaidOfTheWhole(t *testing.T) {
	fields := []string{
		"Content-Range", "ETag", "Last-Modified", "Content-Digest", "Repr-Digest", "Cache-Control", "CDN-Cache-Control", "Expires",
		"Content-Length", "Content-Type", "Content-Encoding", "Accept-Ranges", "Set-Cookie",
	}
	for received, want := range map[int][]string{
		206: fields[8:],
		416: fields[1:],
		200: fields,
	} {
		h := make(http.Header)
		for _, field := range fields {
			h.Add(field, "x")
		}
		normalize.DropRange(h, received)
		for _, field := range fields {
			if got := h.Get(field) != ""; got != slices.Contains(want, field) {
				t.Errorf("%d: %s is left: %t", received, field, got)
			}
		}
	}
}

func TestQuotedContentStaysWithinItsQuotes(t *testing.T) {
	for _, c := range []struct {
		value, want string
	}{
		{"", ""},
		{"/orders 7\tgröße", "/orders 7\tgröße"},
		{`a", realm="b`, `a\", realm=\"b`},
		{`a\`, `a\\`},
		{"a\r\nSet-Cookie: x\x00\x7f", "aSet-Cookie: x"},
	} {
		if got := normalize.QuotedContent(c.value); got != c.want {
			t.Errorf("QuotedContent(%q): got %q, want %q", c.value, got, c.want)
		}
	}
}

func TestDropTrailersDropsTrailersOnly(t *testing.T) {
	h := http.Header{
		"Trailer": {"X-Sum, x-count", "X-Absent"}, "X-Sum": {"1"}, "X-Count": {"2"},
		"Trailer:X-Late": {"3"}, "Trailer:": {"4"}, "X-Other": {"5"},
	}
	normalize.DropTrailers(h)
	if got, want := slices.Sorted(maps.Keys(h)), []string{"Trailer", "X-Other"}; !slices.Equal(got, want) {
		t.Errorf("got fields %q, want %q", got, want)
	}
}

func TestVaryNamesAFieldOnce(t *testing.T) {
	for _, c := range []struct {
		name     string
		vary     []string
		wantVary []string
	}{
		{"there is none", nil, []string{"Accept"}},
		{"it is there", []string{"Accept"}, []string{"Accept"}},
		{"it is there in lower case, among others", []string{"origin, accept ,cookie"}, []string{"origin, accept ,cookie"}},
		{"it is there on the second line", []string{"Origin", "Accept"}, []string{"Origin", "Accept"}},
		{"everything varies", []string{"*"}, []string{"*"}},
		{"a field that only begins so", []string{"Accept-Encoding"}, []string{"Accept-Encoding", "Accept"}},
		{"an empty line", []string{""}, []string{"", "Accept"}},
	} {
		h := http.Header{}
		if c.vary != nil {
			h["Vary"] = slices.Clone(c.vary)
		}
		normalize.AddVary(h, "Accept")
		if got := h["Vary"]; !slices.Equal(got, c.wantVary) {
			t.Errorf("%s: AddVary to %q: got %q, want %q", c.name, c.vary, got, c.wantVary)
		}
	}
}

func TestProxyStatusIsAStructuredField(t *testing.T) {
	for _, c := range []struct {
		name, gate, err string
		received        int
		want            string
	}{
		{"a received status", "statusgate", "", 520, "statusgate; received-status=520"},
		{"an error", "statusgate", "dns_error", -1, "statusgate; error=dns_error"},
		{"both", "gw.example", "http_protocol_error", 99, "gw.example; error=http_protocol_error; received-status=99"},
		{"the received status 000", "g", "", 0, "g; received-status=0"},
		{"neither", "g", "", -1, "g"},
		{"every character of a token", "aZ09!#$%&'*+-.^_`|~:/", "", -1, "aZ09!#$%&'*+-.^_`|~:/"},
		{"a name with a space", "my gate", "", 520, `"my gate"; received-status=520`},
		{"a name that begins with a digit", "1st", "", -1, `"1st"`},
		{"a name with quotes and backslashes", `a"b\c`, "", -1, `"a\"b\\c"`},
		{"a name with a comma", "a,b", "", -1, `"a,b"`},
		{"a name with an at sign, which is next to the letters", "@", "", -1, `"@"`},
		{"no name", "", "", -1, `""`},
	} {
		if got := normalize.ProxyStatus(c.gate, c.err, c.received); got != c.want {
			t.Errorf("%s: ProxyStatus(%q, %q, %d): got %s, want %s", c.name, c.gate, c.err, c.received, got, c.want)
		}
	}
}

func TestListSplitsMembers(t *testing.T) {
	for _, c := range []struct {
		values, want []string
	}{
		{nil, nil},
		{[]string{""}, nil},
		{[]string{"GET"}, []string{"GET"}},
		{[]string{"GET, HEAD", "POST"}, []string{"GET", "HEAD", "POST"}},
		{[]string{" ,GET,, \tHEAD ,"}, []string{"GET", "HEAD"}},
	} {
		if got := normalize.List(c.values); !slices.Equal(got, c.want) {
			t.Errorf("List(%q): got %q, want %q", c.values, got, c.want)
		}
	}
}
