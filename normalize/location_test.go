package normalize_test

import (
	"testing"

	"github.com/statusgate/statusgate/normalize"
)

func TestALocationOnTheBackendsOriginMovesToThePublicOne(t *testing.T) {
	public := normalize.Origin{Scheme: "https", Host: "api.example"}
	for _, c := range []struct {
		backend        string
		location, want string // want "": left alone
	}{
		{"legacy:8080", "http://legacy:8080/orders/1", "https://api.example/orders/1"},
		{"legacy:8080", "http://legacy:8080/a%2Fb?x=%20&y#z", "https://api.example/a%2Fb?x=%20&y#z"},
		{"legacy:8080", "http://legacy:8080", "https://api.example"},
		{"legacy:8080", "HTTP://LEGACY:8080/A", "https://api.example/A"},
		{"legacy:8080", "//legacy:8080/a", "https://api.example/a"},
		{"legacy:8080", "https://legacy:8080/a", "https://api.example/a"}, // TLS is what the client speaks
		{"legacy:8080", "http://admin:secret@legacy:8080/a", "https://api.example/a"},
		{"old.example:443", "https://old.example/a", "https://api.example/a"},
		{"old.example:443", "//old.example/a", "https://api.example/a"},
		{"plain.example:80", "http://plain.example/a", "https://api.example/a"},
		{"plain.example:80", "http://plain.example:80/a", "https://api.example/a"},
		{"plain.example", "http://plain.example/a", "https://api.example/a"},
		{"[::1]:9000", "http://[::1]:9000/a", "https://api.example/a"},

		// The loopback interface has many names.
		{"127.0.0.1:9000", "http://localhost:9000/a", "https://api.example/a"},
		{"localhost:9000", "http://127.0.0.1:9000/a", "https://api.example/a"},
		{"[::1]:9000", "http://LOCALHOST:9000/a", "https://api.example/a"},
		{"127.0.0.1:9000", "http://localhost/a", ""},
		{"127.0.0.1:9000", "http://10.0.0.1:9000/a", ""},
		{"legacy:9000", "http://localhost:9000/a", ""},

		// The backend may know the public name, but neither the port nor TLS.
		{"legacy:8080", "http://api.example/a", "https://api.example/a"},
		{"legacy:8080", "http://API.example:80/a", "https://api.example/a"},
		{"legacy:8080", "http://api.example:8080/a", "https://api.example/a"},
		{"legacy:8080", "https://api.example:8080/a", "https://api.example/a"},
		{"legacy:8080", "https://api.example:443/a", "https://api.example/a"},
		{"legacy:8080", "http://api.example:8081/a", ""},
		{"legacy:8080", "https://api.example/a", ""},
		{"", "http://api.example/a", "https://api.example/a"},

		// Any other port is another server.
		{"legacy:8080", "http://legacy/a", ""},
		{"legacy:8080", "http://legacy:8081/a", ""},
		{"old.example:443", "http://old.example/a", ""},
		{"plain.example:80", "https://plain.example/a", ""},

		{"legacy:8080", "https://login.example/a", ""},
		{"legacy:8080", "http://notlegacy:8080/a", ""},
		{"legacy:8080", "http://legacy.example:8080/a", ""},
		{"legacy:8080", "http://:8080/a", ""},
		{"legacy:8080", "/orders/1", ""},
		{"legacy:8080", "orders/1", ""},
		{"legacy:8080", "?page=2", ""},
		{"legacy:8080", "", ""},
		{"legacy:8080", "ftp://legacy:8080/a", ""},
		{"legacy:8080", "mailto:legacy", ""},
		{"legacy:8080", "http://legacy:8080/%zz", ""},
		{"legacy:8080", "http://legacy:8080/\r\nX: y", ""},
	} {
		got, ok := normalize.MoveLocation(c.location, public, normalize.Origin{Host: c.backend}, "")
		if ok != (c.want != "") || ok && got != c.want {
			t.Errorf("MoveLocation(%q) of %s: got %q, %v, want %q", c.location, c.backend, got, ok, c.want)
		}
	}
	if got, ok := normalize.MoveLocation("http://legacy/", normalize.Origin{Scheme: "https"}, normalize.Origin{Host: "legacy:80"}, ""); ok {
		t.Errorf("without a public host: got %q, want it left alone", got)
	}
}

func TestALocationWithoutTLSIsMovedToThePublicPort(t *testing.T) {
	for _, c := range []struct {
		public         normalize.Origin
		location, want string // want "": left alone
	}{
		{normalize.Origin{Scheme: "https", Host: "api.example:8443"}, "http://api.example:8443/a", "https://api.example:8443/a"},
		{normalize.Origin{Scheme: "https", Host: "api.example:8443"}, "http://api.example/a", ""},
		{normalize.Origin{Scheme: "http", Host: "api.example"}, "https://api.example/a", ""}, // asks for TLS
		{normalize.Origin{Scheme: "http", Host: "api.example"}, "https://api.example:8080/a", ""},
		{normalize.Origin{Scheme: "http", Host: "api.example:8000"}, "http://api.example:8080/a", "http://api.example:8000/a"},
		{normalize.Origin{Scheme: "http", Host: "localhost:8000"}, "http://localhost:9999/a", ""},
	} {
		got, ok := normalize.MoveLocation(c.location, c.public, normalize.Origin{Scheme: "http", Host: "legacy:8080"}, "")
		if ok != (c.want != "") || ok && got != c.want {
			t.Errorf("MoveLocation(%q) to %v: got %q, %v, want %q", c.location, c.public, got, ok, c.want)
		}
	}
}

func TestALocationGetsThePrefixThatTheBackendDoesNotKnow(t *testing.T) {
	public, backend := normalize.Origin{Scheme: "https", Host: "api.example"}, normalize.Origin{Host: "legacy:8080"}
	for location, want := range map[string]string{
		"/orders/1":                    "/v1/orders/1",
		"/":                            "/v1/",
		"/orders?next=/v1/x#a":         "/v1/orders?next=/v1/x#a",
		"/v1/orders/1":                 "/v1/orders/1",
		"/v1":                          "/v1",
		"/v1?a":                        "/v1?a",
		"/v10/orders":                  "/v1/v10/orders",
		"http://legacy:8080/orders/1":  "https://api.example/v1/orders/1",
		"http://legacy:8080":           "https://api.example/v1",
		"http://legacy:8080?a=b":       "https://api.example/v1?a=b",
		"http://legacy:8080/v1/x":      "https://api.example/v1/x",
		"https://api.example/orders/1": "https://api.example/v1/orders/1",
		"https://api.example/v1/x":     "https://api.example/v1/x",
		"https://login.example/":       "https://login.example/",
		"orders/1":                     "orders/1",
		"?a":                           "?a",
		"//login.example/a":            "//login.example/a",
		"//":                           "//",
	} {
		got, ok := normalize.MoveLocation(location, public, backend, "/v1")
		if !ok {
			got = location
		}
		if got != want || ok != (want != location) {
			t.Errorf("MoveLocation(%q): got %q, %t, want %q", location, got, ok, want)
		}
	}
}

func TestALocationThatTellsWhereTheBackendIs(t *testing.T) {
	for _, c := range []struct {
		location, backend string
		want              bool
	}{
		{"http://legacy:8080/a", "legacy:8080", true},
		{"https://LEGACY/a", "legacy:8080", true},
		{"//legacy:9/", "legacy", true},
		{"http://localhost:3000/", "127.0.0.1:8080", true},
		{"http://[::1]/", "[::1]:80", true},
		{"http://api.example/a", "legacy:8080", false},
		{"/a", "legacy:8080", false},
		{"/a", "", false},
		{"http://legacy/%zz", "legacy", false},
		{"http://legacy/", "", false},
	} {
		if got := normalize.IsOnHost(c.location, normalize.Origin{Host: c.backend}); got != c.want {
			t.Errorf("IsOnHost(%q, %s): got %t, want %t", c.location, c.backend, got, c.want)
		}
	}
}

func TestStrippedPrefix(t *testing.T) {
	for _, c := range []struct{ original, now, want string }{
		{"/api/orders", "/orders", "/api"},
		{"/a/b/orders/", "/orders/", "/a/b"},
		{"/api/a%2Fb", "/a%2Fb", "/api"},
		{"/api/", "/", "/api"},
		{"/orders", "/orders", ""},
		{"/api//x", "/x", ""},
		{"/api/orders", "/index.php", ""},
		{"/orders", "rders", ""},
		{"/api", "", ""},
	} {
		if got := normalize.StrippedPrefix(c.original, c.now); got != c.want {
			t.Errorf("StrippedPrefix(%q, %q): got %q, want %q", c.original, c.now, got, c.want)
		}
	}
}

func TestWhatA201HasCreated(t *testing.T) {
	public := normalize.Origin{Scheme: "https", Host: "dav.example"}
	const target = "/d/x%20y?z"
	for _, c := range []struct{ method, target, destination, want string }{
		{"PUT", target, "", target},
		{"MKCOL", target, "", target},
		{"MKCALENDAR", target, "", target},
		{"MKACTIVITY", target, "", target},
		{"LOCK", target, "", target},
		{"PUT", "//evil.example/x", "", "https://dav.example//evil.example/x"},
		{"PUT", "/a\nb", "", "/a%0Ab"},
		{"POST", target, "/x", ""},
		{"PATCH", target, "/x", ""},
		{"put", target, "", ""},
		{"COPY", target, "https://dav.example/d/y", "https://dav.example/d/y"},
		{"MOVE", target, "https://DAV.example:443/d/y%20z", "https://DAV.example:443/d/y%20z"},
		{"MOVE", target, "/d/y", "/d/y"},
		{"MOVE", target, "/d/y\"", "/d/y%22"},
		{"COPY", target, "", ""},
		{"COPY", target, "http://dav.example/d/y", ""},
		{"COPY", target, "https://dav.example:8443/d/y", ""},
		{"COPY", target, "https://other.example/d/y", ""},
		{"COPY", target, "//dav.example/d/y", ""},
		{"COPY", target, "https://user@dav.example/d/y", ""},
		{"COPY", target, "https://dav.example/d/y#z", ""},
		{"COPY", target, "https:/d/y", ""},
		{"COPY", target, "d/y", ""},
		{"COPY", target, "https://dav.example/%zz", ""},
	} {
		if got := normalize.CreatedURI(c.method, c.target, c.destination, public); got != c.want {
			t.Errorf("CreatedURI(%s %q, Destination %q): got %q, want %q", c.method, c.target, c.destination, got, c.want)
		}
	}
}

func TestDotSegmentsAreFoundHoweverTheyAreSpelled(t *testing.T) {
	for reference, want := range map[string]bool{
		"/a/b": false, "/a/..": true, "/a/../b": true, "/./b": true, "..": true, "/a/%2E%2e": true, "/a/.%2E/b": true, "/a/%2e": true,
		"https://a.example/../x": true, "/a/...": false, "/a/..b": false, "/a?x=/../": false, "/a#/../": false, "/..?x": true, "": false,
	} {
		if got := normalize.HasDotSegment(reference); got != want {
			t.Errorf("HasDotSegment(%q): got %t, want %t", reference, got, want)
		}
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
