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
	"Content-MD5", "Trailer", "Refresh",
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
	fresh := []string{"Cache-Control", "Expires", "Age", "Pragma", "CDN-Cache-Control", "Surrogate-Control"}
	for _, field := range fresh {
		h.Add(field, "x")
	}
	h.Set("Vary", "Accept")
	normalize.DropFreshness(h)
	if got, want := slices.Sorted(maps.Keys(h)), []string{"Vary"}; !slices.Equal(got, want) {
		t.Errorf("of %q and Vary: got fields %q left, want %q", fresh, got, want)
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

func TestRetryAfterIsReadInSeconds(t *testing.T) {
	for _, c := range []struct {
		name    string
		values  []string
		seconds int
		ok      bool
	}{
		{"absent", nil, 0, false},
		{"seconds", []string{"120"}, 120, true},
		{"none", []string{"0"}, 0, true},
		{"with spaces", []string{" 7 "}, 7, true},
		{"the first line counts", []string{"1", "2"}, 1, true},
		{"a date", []string{"Fri, 31 Dec 1999 23:59:59 GMT"}, 0, false},
		{"negative", []string{"-1"}, 0, false},
		{"signed", []string{"+1"}, 0, false},
		{"a fraction", []string{"1.5"}, 0, false},
		{"empty", []string{""}, 0, false},
		{"the largest", []string{"2147483647"}, 2147483647, true},
	} {
		seconds, ok := normalize.RetryAfter(http.Header{"Retry-After": c.values})
		if ok != c.ok || seconds != c.seconds {
			t.Errorf("%s: RetryAfter %q: got %d, %v, want %d, %v", c.name, c.values, seconds, ok, c.seconds, c.ok)
		}
	}
	if seconds, ok := normalize.RetryAfter(http.Header{"Retry-After": {"2147483648"}}); ok {
		t.Errorf("68 years and more: got %d, want nothing", seconds)
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

func TestALocationOnTheBackendsHostMovesToThePublicOne(t *testing.T) {
	backends := []string{"legacy:8080", "legacy", "old.example:443", "plain.example:80", "[::1]:9000", ""}
	for _, c := range []struct {
		name, location, want string // want "": left alone
	}{
		{"host and port", "http://legacy:8080/orders/1", "https://api.example/orders/1"},
		{"the host alone", "http://legacy/orders/1", "https://api.example/orders/1"},
		{"query and fragment stay", "http://legacy:8080/a%2Fb?x=%20&y#z", "https://api.example/a%2Fb?x=%20&y#z"},
		{"no path", "http://legacy:8080", "https://api.example"},
		{"in other letters", "HTTP://LEGACY:8080/A", "https://api.example/A"},
		{"without a scheme", "//legacy:8080/a", "https://api.example/a"},
		{"another scheme of the web", "https://legacy:8080/a", "https://api.example/a"},
		{"the default port of https", "https://old.example/a", "https://api.example/a"},
		{"the default port of http", "http://plain.example/a", "https://api.example/a"},
		{"the default port, written down", "http://plain.example:80/a", "https://api.example/a"},
		{"user information is not the public's", "http://admin:secret@legacy:8080/a", "https://api.example/a"},
		{"IPv6", "http://[::1]:9000/a", "https://api.example/a"},

		{"the default port of the other scheme", "http://old.example/a", ""},
		{"another port", "http://legacy:8081/a", ""},
		{"another host", "https://login.example/a", ""},
		{"a host that only ends so", "http://notlegacy:8080/a", ""},
		{"a host that only begins so", "http://legacy.example/a", ""},
		{"a path", "/orders/1", ""},
		{"a relative path", "orders/1", ""},
		{"a query", "?page=2", ""},
		{"nothing", "", ""},
		{"another scheme", "ftp://legacy/a", ""},
		{"a scheme without a host", "mailto:legacy", ""},
		{"no URL", "http://legacy:8080/%zz", ""},
		{"a control character", "http://legacy:8080/\r\nX: y", ""},
	} {
		got, ok := normalize.PublicLocation(c.location, "https", "api.example", backends...)
		if ok != (c.want != "") || got != c.want {
			t.Errorf("%s: PublicLocation(%q): got %q, %v, want %q", c.name, c.location, got, ok, c.want)
		}
	}
	if got, ok := normalize.PublicLocation("http://legacy/", "https", "", "legacy"); ok {
		t.Errorf("without a public host: got %q, want it left alone", got)
	}
}

func TestALocationIsCleanedOfWhatNoURIHas(t *testing.T) {
	for _, c := range []struct {
		name, value, want string
	}{
		{"a clean one stays", "https://a.example/b/c?d=e&f[]=g#h", "https://a.example/b/c?d=e&f[]=g#h"},
		{"what is encoded stays", "/a%20b%0D", "/a%20b%0D"},
		{"a line break", "/a\r\nSet-Cookie: x=y", "/a%0D%0ASet-Cookie:%20x=y"},
		{"spaces and tabs", " a\tb ", "%20a%09b%20"},
		{"UTF-8", "/größe", "/gr%C3%B6%C3%9Fe"},
		{"bytes that are no UTF-8", "\xff\x00\x7f", "%FF%00%7F"},
		{"markup", `<a href="x">`, "%3Ca%20href=%22x%22%3E"},
		{"the rest of what no URI has", "\\^`{|}", "%5C%5E%60%7B%7C%7D"},
		{"nothing", "", ""},
	} {
		if got := normalize.CleanLocation(c.value); got != c.want {
			t.Errorf("%s: CleanLocation(%q): got %q, want %q", c.name, c.value, got, c.want)
		}
	}
}
