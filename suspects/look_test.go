package suspects_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/statusgate/statusgate/suspects"
)

const (
	jsonLabel = "application/json"
	xmlLabel  = "application/xml"
	htmlLabel = "text/html"
	textLabel = "text/plain"
)

func TestWhatLooksLikeAnError(t *testing.T) {
	for _, c := range []struct{ label, body, seen, rule string }{
		{jsonLabel, `{"oops":1,"error":{"code":"NOT_FOUND","message":"x"}}`, "json /error/code NOT_FOUND", "map 200 404 when json /error/code NOT_FOUND"},
		{jsonLabel, `{"oops":1,"error":{"code":432,"who":"x"}}`, "json /error/code 432", "map 200 auto when json /error/code 432"},
		{jsonLabel, `{"oops":1,"error":{"code":17,"who":"x"}}`, "json /error/code 17", "map 200 500 when json /error/code 17"},
		{jsonLabel, `{"oops":1,"errors":[{"name":"anna","a/b~":"x"}]}`, "json /errors", "map 200 500 when json /errors"},
		{jsonLabel, `{"oops":1,"errors":[{"code":"RATE_LIMIT_HIT"}]}`, "json /errors/0/code RATE_LIMIT_HIT", "map 200 503 when json /errors/0/code RATE_LIMIT_HIT"},
		{jsonLabel, `{"oops":1,"error":"access_denied_here"}`, "json /error access_denied_here", "map 200 403 when json /error access_denied_here"},
		{jsonLabel, `{"oops":1,"error":"Anna is not here"}`, "json /error", "map 200 500 when json /error"},
		{jsonLabel, `{"oops":1,"error":"!x"}`, "json /error", "map 200 500 when json /error"},
		{jsonLabel, `{"oops":1,"errors":{"fatal":true}}`, "json /errors", "map 200 500 when json /errors"},
		{jsonLabel, `{"oops":1,"error":true}`, "json /error true", "map 200 500 when json /error true"},
		{jsonLabel, `{"oops":1,"error_code":"404","x":"y"}`, "json /error_code 404", "map 200 auto when json /error_code 404"},
		{jsonLabel, `{"oops":1,"is_success":false,"msg":"x"}`, "json /is_success false", "map 200 500 when json /is_success false"},
		{jsonLabel, `{"oops":1,"success":false,"msg":"x","code":"user_not_found"}`, "json /success false", "map 200 404 when json /success false"},
		{jsonLabel, `{"oops":1,"success":false,"msg":"x","detail":{"code":"user_not_found"}}`, "json /success false", "map 200 404 when json /success false"},
		{jsonLabel, `{"oops":1,"meta":{"status":"error","message":"x"}}`, "json /meta/status error", "map 200 500 when json /meta/status error"},
		{jsonLabel, `{"oops":1,"status":"failed","message":"x"}`, "json /status failed", "map 200 500 when json /status failed"},
		{jsonLabel, `{"oops":1,"status":422,"message":"x"}`, "json /status 422", "map 200 auto when json /status 422"},
		{jsonLabel, `{"oops":1,"retcode":-7,"msg":"x"}`, "json /retcode -7", "map 200 500 when json /retcode -7"},
		{jsonLabel, `{"oops":1,"errno":7,"msg":"x"}`, "json /errno 7", "map 200 500 when json /errno 7"},
		{jsonLabel, `{"oops":1,"meta":{"b":{"c":{"d":{"e":{}}}}},"error":"cut_off","x":`, "json /error cut_off", "map 200 500 when json /error cut_off"},
		{jsonLabel, `{"oops":1,"error":{"deep":{"x":"y"}},`, "json /error", "map 200 500 when json /error"},
		{jsonLabel, "\ufeff \n" + `{"oops":1,"error":"x_y"}`, "json /error x_y", "map 200 500 when json /error x_y"},
		{xmlLabel, `<r status="fail"/>`, "xml r/@status fail", "map 200 500 when xml r/@status fail"},
		{xmlLabel, `<r code="404" xmlns="u" xmlns:p="v"><a>x</a></r>`, "xml r/@code 404", "map 200 auto when xml r/@code 404"},
		{xmlLabel, `<r><ok>false</ok></r>`, "xml r/ok false", "map 200 500 when xml r/ok false"},
		{xmlLabel, `<r><myError><code>404</code></myError></r>`, "xml r/myError/code 404", "map 200 auto when xml r/myError/code 404"},
		{xmlLabel, `<r><success>false</success></r>`, "xml r/success false", "map 200 500 when xml r/success false"},
		{xmlLabel, `<r><errno>7</errno></r>`, "xml r/errno 7", "map 200 500 when xml r/errno 7"},
		{xmlLabel, `<r><myError><a><b/></a><code>NOT_FOUND_HERE</code></myError></r>`, "xml r/myError/code NOT_FOUND_HERE", "map 200 404 when xml r/myError/code NOT_FOUND_HERE"},
		{xmlLabel, `<r><myError><name>Anna</name></myError></r>`, "xml r/myError", "map 200 500 when xml r/myError"},
		{xmlLabel, `<r><myError>Anna</myError><z><z><z><z><z/></z></z></z></z></r></r>`, "xml r/myError", "map 200 500 when xml r/myError"},
		{xmlLabel, `<r><myFault>x</myFault><`, "xml r/myFault", "map 200 500 when xml r/myFault"},
		{htmlLabel, `<title>Hi</title><h1>410 x</h1>`, "page: 410", "map 200 404 when body_regexp `(?is)<h1[^>]*>[^<]*410`"},
		{htmlLabel, `<title>Error 404</title>`, "page: 404", "map 200 404 when body_regexp `(?is)<title[^>]*>[^<]*404`"},
		{htmlLabel, `<title>HTTP 504</title>`, "page: 504", "map 200 503 when body_regexp `(?is)<title[^>]*>[^<]*504`"},
		{htmlLabel, `<title>422 x</title>`, "page: 422", "map 200 400 when body_regexp `(?is)<title[^>]*>[^<]*422`"},
		{htmlLabel, `<title>508 x</title>`, "page: 508", "map 200 500 when body_regexp `(?is)<title[^>]*>[^<]*508`"},
		{htmlLabel, `<!-- x --><html><title>Our shop: Page not found.</title>`, "page: not found", "map 200 404 when body_regexp `(?is)<title[^>]*>[^<]*not found`"},
		{htmlLabel, `<title>Error!</title>`, "page: error", "map 200 500 when body_regexp `(?is)<title[^>]*>[^<]*error`"},
		{htmlLabel, `<p>Uncaught exception in x`, "trace: uncaught exception", ""},
		{textLabel, "x\nSegmentation fault\ny", "trace: segmentation fault", ""},
		{textLabel, "Forbidden", "text: forbidden", "map 200 403 when body_regexp `^\\s*Forbidden`"},
		{textLabel, "ERROR_x", "text: error", "map 200 500 when body_regexp `^\\s*ERROR`"},
		{jsonLabel, `{"ok":false,"error":"channel_not_found"}`, "json /ok false", "map 200 auto when error slack"},
	} {
		f, ok := suspects.Look(200, c.label, []byte(c.body), true)
		if !ok || f.Seen != c.seen || f.Rule != c.rule && c.rule != "" {
			t.Errorf("%s\n got %v %q, %q\nwant %q, %q", c.body, ok, f.Seen, f.Rule, c.seen, c.rule)
		}
	}
}

func TestWhatLooksLikeASuccess(t *testing.T) {
	for _, c := range []struct{ label, body string }{
		{jsonLabel, ``},
		{jsonLabel, `{}`},
		{jsonLabel, `[{"error":"x"}]`},
		{jsonLabel, `{"error":null,"errors":[],"fault":{},"err":"","errmsg":"ok","errcode":0,"id":1}`},
		{jsonLabel, `{"error":{"message":null},"url":"x"}`},
		{jsonLabel, `{"error":7}`},
		{jsonLabel, `{"errors":[{"code":"x"}],"data":{"a":1}}`},
		{jsonLabel, `{"errors":[{"code":"x"}],"orders":[1]}`},
		{jsonLabel, `{"status":"success","errors":["x"]}`},
		{jsonLabel, `{"id":7,"status":"failed","message":"x"}`},
		{jsonLabel, `{"status":"failed","details":"x"}`},
		{jsonLabel, `{"status":201,"message":"x"}`},
		{jsonLabel, `{"code":"x","message":"x","success":"maybe"}`},
		{jsonLabel, `{"success":false,"flags":1}`},
		{jsonLabel, `{"error":"e","a":1,"b":1,"c":1,"d":1,"e":1,"f":1,"g":1,"h":1,"i":1,"j":1}`},
		{xmlLabel, `<r><ok>true</ok><error>none</error><errors/></r>`},
		{xmlLabel, `<r><Ack>Warning</Ack><error>x</error></r>`},
		{xmlLabel, `<r><errorcount>0</errorcount><error>7</error></r>`},
		{xmlLabel, `<r>` + strings.Repeat("<a/>", 300) + `<error>x</error></r>`},
		{htmlLabel, `<title>How we handle the errors of ` + strings.Repeat("x", 100) + ` not found</title>`},
		{htmlLabel, `<title>404.50 Euro</title>`},
		{htmlLabel, `<html><textarea>Fatal error</textarea>`},
		{textLabel, "Errors are fine,error: none"},
		{textLabel, "error\n1\n2\n3\n4\n5"},
		{textLabel, "the end"},
		{"image/png", `{"error":"x"}`},
		{"text/event-stream", `{"error":"x"}`},
	} {
		if f, ok := suspects.Look(200, c.label, []byte(c.body), true); ok {
			t.Errorf("%s is taken: %+v", c.body, f)
		}
	}
	if f, ok := suspects.Look(200, textLabel, []byte("Forbidden"), false); ok {
		t.Errorf("the begin of a text is taken: %+v", f)
	}
}

// Pages and traces of the table are told by whose they are.
func TestShapesOfTheTable(t *testing.T) {
	for body, want := range map[string]suspects.Kind{
		"<html>\r\n<head><title>404 Not Found</title></head>\r\n<body>\r\n<center><h1>404 Not Found</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n": suspects.Page,
		"Traceback (most recent call last):\n  File \"a.py\", line 1, in <module>\nKeyError: 'a'\n":                                                                        suspects.Trace,
		`{"status":"fail","data":{"title":"A title is required"}}`:                                                                                                         suspects.Shape,
	} {
		f, ok := suspects.Look(203, htmlLabel, []byte(body), true)
		if !ok || f.Kind != want || !strings.HasPrefix(f.Rule, "map 203 auto when error ") {
			t.Errorf("%.40s: got %+v", body, f)
		}
	}
}

// What is kept is from closed lists, or a single word that is not about a person.
func TestNothingOfPeopleIsKept(t *testing.T) {
	for _, body := range []string{
		`{"x":1,"error":{"name":"anna","token":"anna","message":"anna smith"}}`,
		`{"x":1,"errors":{"anna@example.com":["anna"]}}`,
		`{"x":1,"error":"anna smith"}`,
		`{"x":1,"error":"` + strings.Repeat("anna", 11) + `"}`,
		`{"success":false,"message":"anna","reason":"anna"}`,
	} {
		if f, ok := suspects.Look(200, jsonLabel, []byte(body), true); !ok || strings.Contains(f.Seen+f.Rule, "anna") {
			t.Errorf("%s: got %v %+v", body, ok, f)
		}
	}
	if f, ok := suspects.Look(200, xmlLabel, []byte(`<r><error><name>anna</name></error></r>`), true); !ok || strings.Contains(f.Seen+f.Rule, "anna") {
		t.Errorf("XML: got %v %+v", ok, f)
	}
}

func TestTheStore(t *testing.T) {
	var s suspects.Store
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	f := suspects.Finding{Kind: suspects.XML, Seen: "xml r", Rule: "map 200 500 when xml r"}
	s.Add(f, "/a", "text/xml", 200, 1, now)
	s.Add(f, "/a", "text/xml", 200, 16, now.Add(time.Second))
	s.Add(f, "/b", "text/xml", 200, 2, now.Add(time.Minute))
	list := s.List()
	if len(list) != 2 || list[0].Count != 17 || !list[0].First.Equal(now) || !list[0].Last.Equal(now.Add(time.Second)) || list[1].Path != "/b" {
		t.Errorf("got %+v", list)
	}
	for n := range suspects.MaxKept {
		s.Add(f, fmt.Sprint("/", n), "text/xml", 200, 1, now.Add(time.Hour))
	}
	if list = s.List(); len(list) != suspects.MaxKept || list[0].Count != 1 {
		t.Errorf("%d are kept, the first is %+v", len(list), list[0])
	}
	if text, err := suspects.Page.MarshalText(); string(text) != "page" || err != nil {
		t.Errorf("got %s, %v", text, err)
	}
}

func TestTheSampler(t *testing.T) {
	var s suspects.Sampler
	a := suspects.Fingerprint("/orders/17", jsonLabel, []byte(`{"id":17,"x":`))
	for path, begin := range map[string]string{"/orders/18": `{"id":18,"x":`, "/orders/1b8": `{"id":1,"x":`} {
		if suspects.Fingerprint(path, jsonLabel, []byte(begin)) != a {
			t.Errorf("%s %s is another one", path, begin)
		}
	}
	if suspects.Fingerprint("/orders/17", jsonLabel, []byte(`{"error":`)) == a || suspects.Fingerprint("/items/17", jsonLabel, []byte(`{"id":17,"x":`)) == a {
		t.Error("bodies that differ have one fingerprint")
	}
	looked, stood := 0, int64(0)
	const bodies = 1 << 18
	for range bodies {
		weight := s.Wants(a)
		stood += weight
		if weight > 0 {
			looked++
		}
	}
	if looked > 500 || looked < 300 || stood < bodies*98/100 || stood > bodies*102/100 {
		t.Errorf("%d of %d were looked at, and stood for %d", looked, bodies, stood)
	}
	if allocs := testing.AllocsPerRun(100, func() { s.Wants(suspects.Fingerprint("/orders/17", jsonLabel, []byte(`{"id":17,"x":`))) }); allocs > 0 {
		t.Errorf("%v allocations", allocs)
	}
}

func FuzzLook(f *testing.F) {
	for _, body := range []string{`{"error":{"code":"X"}}`, `<r><error>x</error></r>`, `<title>404</title>`, `error`} {
		f.Add(jsonLabel, body, true)
	}
	f.Fuzz(func(t *testing.T, label, body string, whole bool) {
		finding, ok := suspects.Look(200, label, []byte(body), whole)
		if ok && (finding.Seen == "" || !strings.HasPrefix(finding.Rule, "map 200 ") || strings.Contains(finding.Rule, "\n")) {
			t.Errorf("got %+v", finding)
		}
	})
}
