package requestbody_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/statusgate/statusgate/internal/requestbody"
)

func TestOnlyWhatHasContentNeedsAType(t *testing.T) {
	request := func(major int, length int64, body io.ReadCloser) *http.Request {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Method, r.ProtoMajor, r.ContentLength, r.Body = http.MethodPost, major, length, body
		return r
	}
	text := func(s string) io.ReadCloser { return io.NopCloser(strings.NewReader(s)) }
	for _, c := range []struct {
		name    string
		request *http.Request
		want    bool
		body    string
	}{
		{"no content", request(1, 0, http.NoBody), false, ""},
		{"a length", request(1, 5, text("hello")), true, "hello"},
		{"HTTP/1.1, chunked", request(1, -1, text("hello")), true, "hello"},
		{"HTTP/2, of unknown length", request(2, -1, text("")), true, ""},
		{"HTTP/3 with content", request(3, -1, text("hello")), true, "hello"},
		{"HTTP/3 with one byte", request(3, -1, text("h")), true, "h"},
		{"HTTP/3 without content", request(3, -1, text("")), false, ""},
		{"HTTP/3 with a length", request(3, 5, text("hello")), true, "hello"},
		{"HTTP/3 whose body fails", request(3, -1, io.NopCloser(failing{})), false, ""},
	} {
		if got := requestbody.HasContent(c.request); got != c.want {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
		if body, _ := io.ReadAll(c.request.Body); string(body) != c.body {
			t.Errorf("%s: the backend reads %q, want %q", c.name, body, c.body)
		}
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errors.New("reset") }
