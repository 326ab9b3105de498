package tests

import (
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
)

// What HTTP's own machinery needs passes to a request that asked for it, and under
// strict to none.
func TestMechanicsPassToWhoAskedForThem(t *testing.T) {
	const part = "Content-Range: bytes */10"
	titled := func(status int, title string, fields ...string) want {
		return gets(status, `{"type":"about:blank","title":"`+title+`","status":`+strconv.Itoa(status)+`,"instance":"`+scenarioUUID+`"}`+"\n",
			append([]string{asProblem, "Vary: Accept"}, fields...)...)
	}
	table := []scenario{
		{
			name: "416 to Range: its page is replaced, its length of the whole stays", request: []string{"Range", "bytes=10-"},
			behind: answers(416, "<h1>too far</h1>", asHTML, part, "Last-Modified: Fri, 31 Dec 1999 23:59:59 GMT"),
			want:   titled(416, "Requested Range Not Satisfiable", part),
		},
		{
			name: "416 to Range: without a body", request: []string{"Range", "bytes=10-"},
			behind: answers(416, "", part),
			want:   titled(416, "Requested Range Not Satisfiable", part),
		},
		{
			name: "416 to Range keeps a body that is of use", request: []string{"Range", "bytes=10-"},
			behind: answers(416, "too far", asText, part),
			want:   gets(416, "too far", asText, part),
		},
		{
			name: "416 that nobody asked for becomes 400, without what is only true of a 416", options: "",
			behind: answers(416, "too far", asText, part),
			want:   gets(400, "too far", asText, after(416)),
		},
		{
			name: "416 with a page that nobody asked for", behind: answers(416, "<h1>too far</h1>", asHTML, part),
			want: explains(400, "", after(416)),
		},
		{
			name: "416 under strict", options: "contract strict", request: []string{"Range", "bytes=10-"},
			behind: answers(416, "too far", asText, part),
			want:   gets(400, "too far", asText, after(416)),
		},
		{
			name: "417 to Expect", request: []string{"Expect", "a-feast"}, only: "direct h2",
			behind: answers(417, "no", asText), want: gets(417, "no", asText),
		},
		{name: "421 to any", behind: answers(421, "no", asText), want: gets(421, "no", asText)},
		{name: "421 under strict", options: "contract strict", behind: answers(421, "no", asText), want: explains(500, "", after(421))},
		{
			name: "425 to Early-Data", request: []string{"Early-Data", "1"},
			behind: answers(425, "no", asText), want: gets(425, "no", asText),
		},
		{
			name: "425 that nobody asked for", behind: answers(425, "no", asText),
			want: explains(503, `,"retry_after":5`, after(425), "Retry-After: 5"),
		},
		{
			name: "422 to Lock-Token", method: "PUT", request: []string{"Lock-Token", "<x>"},
			behind: answers(422, "no", asText), want: gets(422, "no", asText),
		},
		{
			name: "207 to Depth", request: []string{"Depth", "1"},
			behind: answers(207, "<m/>", "Content-Type: application/xml"), want: gets(207, "<m/>", "Content-Type: application/xml"),
		},
		{
			name: "507 to COPY", method: "COPY", behind: answers(507, "no", asText), want: titled(507, "Insufficient Storage"),
		},
		{
			name: "207 to Depth under strict", options: "contract strict", request: []string{"Depth", "1"},
			behind: answers(207, "<m/>", "Content-Type: application/xml"), want: gets(200, "<m/>", "Content-Type: application/xml", after(207)),
		},
	}
	for _, field := range []string{"If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since", "If"} {
		table = append(table, scenario{
			name: "412 to " + field, request: []string{field, `"1"`},
			behind: answers(412, "no", asText), want: gets(412, "no", asText),
		})
	}
	for _, method := range []string{"PROPFIND", "PROPPATCH", "MKCOL", "REPORT", "MKCALENDAR", "CHECKOUT", "MERGE", "SEARCH"} {
		table = append(table, scenario{
			name: "207 to " + method, method: method,
			behind: answers(207, "<m/>", "Content-Type: application/xml"), want: gets(207, "<m/>", "Content-Type: application/xml"),
		})
	}
	runScenarios(t, table)
}

// reverse_proxy takes the field from a 426 that tells what to upgrade to
// (RFC 9110 §15.5.22). Later versions of HTTP have none.
func TestAnUpgradeThatIsRequiredNamesItsProtocol(t *testing.T) {
	wants := func(w http.ResponseWriter, r *http.Request) error {
		w.Header().Set("Connection", "Upgrade")
		w.Header().Set("Upgrade", "websocket, example/2")
		return answers(426, "upgrade", asText)(w, r)
	}
	c := scenario{behind: wants, request: []string{"Connection", "Upgrade", "Upgrade", "example/1"}}
	stage := stageFor(t, &c)
	for _, way := range []string{"direct", "proxy"} {
		a := stage.play(t, &c, "h1", way, http.MethodGet)
		if a.StatusCode != 426 || a.Header.Get("Upgrade") != "websocket, example/2" || !strings.Contains(strings.ToLower(a.Header.Get("Connection")), "upgrade") {
			t.Errorf("%s: got %d, Upgrade %q, Connection %q, want 426 and the backend's Upgrade", way, a.StatusCode, a.Header.Get("Upgrade"), a.Header.Get("Connection"))
		}
	}
}

// The words of protocols pass their statuses in any profile.
func TestProtocolsAreAllowedByName(t *testing.T) {
	runScenarios(t, []scenario{
		{name: "409 for transmission", options: "allow transmission", behind: answers(409, "<h1>id</h1>", asHTML), want: gets(409, "<h1>id</h1>", asHTML)},
		{name: "409 for tus, beside a status, under strict", options: "contract strict\nallow tus 410", behind: answers(423, "", asText), want: gets(423, "", asText)},
		{name: "the status beside it", options: "contract strict\nallow tus 410", behind: answers(410, "", asText), want: gets(410, "", asText)},
		{name: "another one", options: "contract strict\nallow tus 410", behind: answers(429, "x", asText), want: explains(503, `,"retry_after":5`, after(429), "Retry-After: 5")},
		{name: "429 for http", options: "allow http", behind: answers(429, "x", asText, "Retry-After: 3"), want: gets(429, "x", asText, "Retry-After: 3")},
	})
}

// A 104 tells where an upload goes on: as public as the Location of a 201.
func TestTheLocationOf104IsMoved(t *testing.T) {
	c := scenario{behind: func(w http.ResponseWriter, r *http.Request) error {
		w.Header().Set("Location", "http://"+r.Context().Value(http.LocalAddrContextKey).(interface{ String() string }).String()+"/up/1")
		w.WriteHeader(104)
		w.Header().Del("Location")
		w.WriteHeader(200)
		_, err := io.WriteString(w, "{}")
		return err
	}}
	stage := stageFor(t, &c)
	for _, protocol := range []string{"h1", "h2"} {
		if a := stage.play(t, &c, protocol, "proxy", http.MethodGet); len(a.informational) != 1 || a.informational[0] != 104 || a.locations[0] != "http://"+a.host+"/up/1" {
			t.Errorf("%s: got %d with Location %q, want 104 with the gateway's host", protocol, a.informational, a.locations)
		}
	}
}
