package faults_test

import (
	"net/http"
	"testing"

	"github.com/statusgate/statusgate/faults"
)

func TestIsConnectRequest(t *testing.T) {
	for _, c := range []struct {
		name   string
		fields []string
		query  string
		want   bool
	}{
		{"a unary call", []string{"Connect-Protocol-Version", "1", "Content-Type", "application/proto"}, "", true},
		{"a stream", []string{"Content-Type", "application/connect+json"}, "", true},
		{"a stream in capitals", []string{"Content-Type", "Application/Connect+Proto"}, "", true},
		{"a GET", nil, "connect=v1&encoding=json", true},
		{"a GET whose parameter comes later", nil, "encoding=json&message=%7B%7D&connect=v1", true},
		{"another version", []string{"Connect-Protocol-Version", "2"}, "connect=v2", false},
		{"no codec", []string{"Content-Type", "application/connect+"}, "", false},
		{"another parameter", nil, "reconnect=v1&connect=v10&x=connect=v1", false},
		{"gRPC", []string{"Content-Type", "application/grpc+proto"}, "", false},
		{"JSON", []string{"Content-Type", "application/json"}, "connect", false},
	} {
		h := http.Header{}
		for i := 0; i < len(c.fields); i += 2 {
			h.Set(c.fields[i], c.fields[i+1])
		}
		if got := faults.IsConnectRequest(h, c.query); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}

func TestIsConnectError(t *testing.T) {
	for _, c := range []struct {
		name, body string
		want       bool
	}{
		{"a code", `{"code":"not_found"}`, true},
		{"all of it", `{"code":"unavailable","message":"m","details":[{"type":"a.B","value":"aGk","debug":{}}]}`, true},
		{"more than all", `{"message":"m","code":"canceled","x":{"code":1}}`, true},
		{"a code that is none", `{"code":"NOT_FOUND"}`, false},
		{"a code that is a number", `{"code":5,"message":"Not Found"}`, false},
		{"two codes", `{"code":"aborted","code":"internal"}`, false},
		{"a message that is none", `{"code":"aborted","message":null}`, false},
		{"details that are none", `{"code":"aborted","details":{}}`, false},
		{"no code", `{"message":"m"}`, false},
		{"a list", `[{"code":"aborted"}]`, false},
		{"cut", `{"code":"aborted"`, false},
		{"more behind", `{"code":"aborted"}{}`, false},
		{"nothing", ``, false},
	} {
		if got := faults.IsConnectError([]byte(c.body), "application/json"); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
	for _, code := range []string{
		"canceled", "unknown", "invalid_argument", "deadline_exceeded", "not_found", "already_exists", "permission_denied", "resource_exhausted",
		"failed_precondition", "aborted", "out_of_range", "unimplemented", "internal", "unavailable", "data_loss", "unauthenticated",
	} {
		if !faults.IsConnectError([]byte(`{"code":"`+code+`"}`), "application/json; charset=utf-8") {
			t.Errorf("%s is no code", code)
		}
	}
	if faults.IsConnectError([]byte(`{"code":"aborted"}`), "text/plain") {
		t.Error("an error that is labelled as text")
	}
}
