package command_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

const api = `openapi: 3.0.3
info: {title: t, version: "1"}
servers: [{url: https://example.com/v1}]
paths:
  /orders/{id}:
    get:
      responses:
        "200": {description: "", content: {application/json: {}}}
        "404": {description: ""}
        JSON: {description: ""}
    put: {requestBody: {content: {text/csv: {}}}, responses: {default: {description: ""}}}
`

func TestOpenAPIListsOperations(t *testing.T) {
	file := write(t, "api.yaml", api)
	out, _ := runs(t, 0, "", "openapi", file)
	want := `METHOD  PATH             TAKES     GIVES             STATUSES
GET     /v1/orders/{id}  -         application/json  200 404
PUT     /v1/orders/{id}  text/csv  -                 default
`
	if out != want {
		t.Errorf("got\n%s\nwant\n%s", out, want)
	}
	out, _ = runs(t, 0, "", "openapi", "--json", "--base", "/", file)
	var got struct {
		Operations []struct {
			Method, At string
			Paths      []string
		}
	}
	if err := json.Unmarshal([]byte(out), &got); err != nil || fmt.Sprint(got.Operations) != "[{GET "+file+":6:5 [/orders/{id}]} {PUT "+file+":11:5 [/orders/{id}]}]" {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestOpenAPIListsWhatNothingIsMadeOf(t *testing.T) {
	file := write(t, "api.yaml", api)
	out, _ := runs(t, 1, "", "openapi", "--check", file)
	if want := file + ":10:9: the status"; !strings.Contains(out, "JSON") || !strings.HasPrefix(out, file+":10:9: ") {
		t.Errorf("got %s, want %s", out, want)
	}
	out, _ = runs(t, 1, "", "openapi", "--check", "--json", file)
	var got struct {
		Warnings []struct {
			File string
			Line int
		}
		More int
	}
	if err := json.Unmarshal([]byte(out), &got); err != nil || len(got.Warnings) != 1 || got.Warnings[0].Line != 10 {
		t.Errorf("got %s, %v", out, err)
	}
	runs(t, 0, "", "openapi", "--check", write(t, "good.yaml", strings.Replace(api, "        JSON: {description: \"\"}\n", "", 1)))
	broken := write(t, "broken.yaml", "openapi: 3.0.3\npaths: {\n")
	if out, _ := runs(t, 1, "", "openapi", "--check", broken); !strings.HasPrefix(out, broken+":") {
		t.Errorf("got %s", out)
	}
	if _, errs := runs(t, 2, "", "openapi", broken); !strings.Contains(errs, broken) {
		t.Errorf("got %s", errs)
	}
	runs(t, 1, "", "openapi", "--check", file+".none")
	runs(t, 2, "", "openapi")
}

func TestOpenAPIPrintsBlocksAndAnOverlay(t *testing.T) {
	file := write(t, "api.yaml", api)
	if out, _ := runs(t, 0, "", "openapi", "--caddyfile", file); !strings.HasPrefix(out, "resource /v1/orders/{id} {\n\tGET {\n") {
		t.Errorf("got\n%s", out)
	}
	if out, _ := runs(t, 0, "", "openapi", "--document", file); !strings.HasPrefix(out, "overlay: 1.0.0\n") || !strings.Contains(out, "StatusgateError503") {
		t.Errorf("got\n%s", out)
	}
	if out, _ := runs(t, 0, "", "openapi", "--document", "--json", file); !json.Valid([]byte(out)) {
		t.Errorf("got\n%s", out)
	}
	runs(t, 2, "", "openapi", "--document", file, file)
}

// admin is an admin endpoint that tells of drift, or fails.
func admin(t *testing.T, status int, answers map[string]string) (address string) {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = fmt.Fprint(w, answers[r.URL.RequestURI()])
	}))
	t.Cleanup(server.Close)
	return strings.TrimPrefix(server.URL, "http://")
}

func TestDrift(t *testing.T) {
	address := admin(t, 200, map[string]string{
		"/statusgate/gates": `{"gates":[{"gate":"a"},{"gate":"b"},{"gate":"c"}]}`,
		"/statusgate/drift": `{"drift":[
{"gate":"a","kind":"undocumented_status","operation":"GET /orders","received":409,"count":2,"first":"2026-01-01T00:00:00Z","last":"2026-01-01T00:00:00Z"},
{"gate":"b","kind":"missing_header","operation":"GET /orders/{id}","received":200,"value":"X-A","count":5,"first":"2026-01-01T00:00:00Z","last":"2026-01-01T00:00:00Z"}]}`,
		"/statusgate/drift/overlay?document=&gate=a": `{"overlay":"1.0.0","info":{"title":"t","version":"1"},"actions":[{"target":"$","update":{}}]}`,
	})
	out, _ := runs(t, 1, "", "drift", "--address", address)
	lines := strings.Split(out, "\n")
	if len(lines) != 4 || !strings.HasPrefix(lines[1], "5 ") || !strings.HasSuffix(lines[2], "a     undocumented_status  409       GET /orders       -") {
		t.Errorf("got\n%s", out)
	}
	if out, _ = runs(t, 1, "", "drift", "--address", address, "--gate", "a", "--json"); strings.Contains(out, "X-A") || !strings.Contains(out, `"received": 409`) {
		t.Errorf("got\n%s", out)
	}
	if out, _ = runs(t, 0, "", "drift", "--address", address, "--gate", "c"); out != "" {
		t.Errorf("got\n%s", out)
	}
	if out, _ = runs(t, 0, "", "drift", "--address", address, "--gate", "a", "--overlay"); !strings.HasPrefix(out, "overlay: 1.0.0\n") {
		t.Errorf("got\n%s", out)
	}
	if _, errs := runs(t, 2, "", "drift", "--address", address, "--gate", "d"); !strings.Contains(errs, `no gate has the name "d": there is a, b, c`) {
		t.Errorf("got %s", errs)
	}
	if _, errs := runs(t, 2, "", "drift", "--address", admin(t, 404, nil)); !strings.Contains(errs, "404") {
		t.Errorf("got %s", errs)
	}
	if _, errs := runs(t, 2, "", "drift", "--address", admin(t, 200, nil)); !strings.Contains(errs, "no JSON") {
		t.Errorf("got %s", errs)
	}
}
