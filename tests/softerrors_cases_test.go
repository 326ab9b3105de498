package tests

import (
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"

	"github.com/statusgate/statusgate"
)

// softCase is a record of the conformance cases, which are not part of this
// repository.
type softCase struct {
	ID          string
	Name        string
	ContentType string `json:"content_type"`
	Body        string
	IsError     bool `json:"is_error"`
	Code        int  `json:"intended_code"`
	Ambiguous   bool
}

func softCases(t *testing.T, name string) []softCase {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "shared", "cases", name))
	if err != nil {
		t.Skip("no conformance cases beside the repository")
	}
	var all []softCase
	if err := json.Unmarshal(data, &all); err != nil || len(all) == 0 {
		t.Fatalf("%s: %d cases, error %v", name, len(all), err)
	}
	return all
}

// answer sends the case as a 200.
func (c *softCase) answer(w http.ResponseWriter, _ *http.Request) error {
	w.Header()["Content-Type"] = nil
	if c.ContentType != "" {
		w.Header().Set("Content-Type", c.ContentType)
	}
	w.WriteHeader(http.StatusOK)
	_, err := io.WriteString(w, c.Body)
	return err
}

var _ caddyhttp.HandlerFunc = (*softCase)(nil).answer

func TestThePresetTakesNoSuccessForAnError(t *testing.T) {
	h, reg := inProcess(t, "soft_errors")
	judged := 0
	for _, file := range []string{"success_lookalikes.json", "soft_errors.json"} {
		for _, c := range softCases(t, file) {
			if c.IsError {
				continue
			}
			judged++
			got := through(t, h, "*/*", c.answer)
			if got.Code != 200 || got.Body.String() != c.Body || len(got.Header()["Proxy-Status"]) > 0 {
				t.Errorf("%s %s: got %d and %q: %.200s", c.ID, c.Name, got.Code, got.Header()["Proxy-Status"], c.Body)
			}
		}
	}
	t.Logf("%d successes judged, undecided: %v", judged, counts(t, reg, "undecided_total"))
}

// families are what an operator writes who knows the backend. The names are
// those of the cases.
var families = []struct{ name, rules string }{
	{"slack", "map 200 403 when json /error paid_only missing_scope\nmap 200 401 when json /error not_authed invalid_auth\nmap 200 400 when json /ok false"},
	{"telegram", "map 200 auto {\n\tjson /error_code\n\tjson /ok false\n}"},
	{"facebook|baidu", "map 200 401 when json /error_code 102 110 111 190\nmap 200 400 when json /error_code"},
	{"wechat", "map 200 401 when json /errcode 40001 42001\nmap 200 400 when json /errcode"},
	{"last.fm", "map 200 404 when json /error 6\nmap 200 401 when json /error 4 9 10\nmap 200 400 when json /error"},
	{"google", "map 200 503 when json /status OVER_QUERY_LIMIT\nmap 200 403 when json /status REQUEST_DENIED\nmap 200 400 when json /status INVALID_REQUEST"},
	{"binance", "map 200 400 when json /code !0 !200"},
	{"yandex", "map 200 400 when json /result error"},
	{"prometheus", "map 200 503 when json /errorType internal timeout unavailable\nmap 200 400 when json /status error"},
	{"odata", "map 200 404 when json /odata.error/code ResourceNotFound\nmap 200 400 when json /odata.error\nmap 200 400 when json /error"},
	{"xml-rpc", "map 200 400 when xml methodResponse/fault/value/struct/member/value/int 4\nmap 200 500 when xml methodResponse/fault"},
	{"ebay", "map 200 401 {\n\txml */Ack Failure\n\txml */Errors/ErrorCode 931 932 16110\n}\nmap 200 400 when xml */Ack Failure"},
	{"usps", "map 200 401 when xml Error/Number 80040B1A\nmap 200 400 when xml Error"},
	{"paypal", "map 200 401 {\n\tbody_contains ACK=Failure\n\tbody_contains L_ERRORCODE0=10002\n}\nmap 200 400 when body_contains ACK=Failure"},
	{"grpc-gateway", "map 200 404 when json /code 5\nmap 200 401 when json /code 16\nmap 200 403 when json /code 7\nmap 200 400 when json /code 3"},
	{"success false", "map 200 401 when json /message \"Invalid credentials\"\nmap 200 400 when json /success false"},
	{"nginx", "map 200 503 {\n\thtml_page\n\tbody_regexp \"<title>50[234] \"\n}"},
	{"text|traceback|trace|panic", "map 200 500 when body_regexp `^(ORA-\\d+|Traceback|panic:|[a-z.]+\\.[A-Za-z]*(Exception|Error)\\b)`"},
	{"s3", "map 200 500 when xml Error/Code InternalError\nmap 200 400 when xml Error"},
	{".", ""}, // the preset alone
}

func TestSoftErrorsBecomeHonest(t *testing.T) {
	gates := make(map[string]*statusgate.Handler)
	all, right, near := 0, 0, 0
	for _, c := range softCases(t, "soft_errors.json") {
		if !c.IsError || c.Ambiguous {
			continue
		}
		all++
		for _, family := range families {
			if ok, err := regexp.MatchString(family.name, strings.ToLower(c.Name)); err != nil {
				t.Fatal(err)
			} else if !ok {
				continue
			}
			if gates[family.name] == nil {
				gates[family.name], _ = inProcess(t, family.rules+"\nsoft_errors safe jsonrpc graphql")
			}
			got := throughAs(t, gates[family.name], http.MethodPost, "application/json, text/xml;q=0.9, application/soap+xml;q=0.9, text/plain;q=0.5", c.answer)
			switch got.Code {
			case c.Code:
				right++
			case c.Code / 100 * 100: // 400 is the neighbour of 4xx, 500 that of 5xx
				near++
				t.Logf("%s %s: got %d, a neighbour of %d", c.ID, c.Name, got.Code, c.Code)
			default:
				t.Logf("%s %s, by %q: got %d, intended %d: %.200s", c.ID, c.Name, family.name, got.Code, c.Code, c.Body)
			}
			break
		}
	}
	t.Logf("of %d soft errors %d got the intended status, %d a neighbour", all, right, near)
	if (right+near)*100 < all*95 {
		t.Errorf("only %d of %d soft errors became honest", right+near, all)
	}
}

func TestThePresetWorksFromJSON(t *testing.T) {
	var h statusgate.Handler
	if err := json.Unmarshal([]byte(`{"soft_errors":true,"map":[{"from":[200],"to":"auto","when":[{"json":{"at":"/status","values":["!0"]}}]}]}`), &h); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := caddy.NewContext(caddy.Context{Context: t.Context()})
	defer cancel()
	if err := h.Provision(ctx); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		contentType, body string
		want              int
	}{
		{"text/xml", fault(soapFault11, "Client"), 500},
		{"text/xml", fault(soapFault12, "Sender"), 400},
		{"application/json", `{"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"no"}}`, 200},
		{"application/json", `{"errors":[{"message":"no","extensions":{"code":"FORBIDDEN"}}]}`, 200},
		{"application/graphql-response+json", `{"errors":[{"message":"no","extensions":{"code":"FORBIDDEN"}}]}`, 403},
		{"application/graphql-response+json; charset=utf-8", `{"errors":[{"message":"no"}],"data":null}`, 200},
		{"text/html", "<html>", 500},
		{"application/problem+json", `{"title":"no","status":403}`, 403},
		{"application/problem+json; charset=utf-8", `{"title":"no"}`, 500},
		{"application/problem+xml", `<problem xmlns="urn:ietf:rfc:7807"><status>404</status></problem>`, 404},
		{"application/json", `{"status":410}`, 404},
		{"application/json", `{"title":"yes"}`, 200},
	} {
		got := throughAs(t, &h, http.MethodPost, "application/json, text/xml, application/problem+xml", (&softCase{ContentType: c.contentType, Body: c.body}).answer)
		if got.Code != c.want {
			t.Errorf("%s %s: got %d, want %d", c.contentType, c.body, got.Code, c.want)
		}
	}
}
