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

// What has no byte is no content, and the backend reads what it would have read.
func TestABodyThatTurnsOutEmpty(t *testing.T) {
	const text, none, broken = "hello", "", "broken"
	for _, c := range []struct {
		name     string
		major    int
		length   int64
		body     string
		expect   bool
		want     bool
		received string
	}{
		{"no content", 1, 0, none, false, true, ""},
		{"a length", 1, 5, text, false, false, text},
		{"HTTP/1.1, chunked", 1, -1, text, false, false, text},
		{"HTTP/1.1, chunked and empty", 1, -1, none, false, true, ""},
		{"HTTP/1.1, chunked and not asked for yet", 1, -1, none, true, false, ""},
		{"HTTP/2, of unknown length", 2, -1, none, false, true, ""},
		{"HTTP/2 with one byte", 2, -1, "h", false, false, "h"},
		{"HTTP/3 with content", 3, -1, text, false, false, text},
		{"HTTP/3 with one byte", 3, -1, "h", false, false, "h"},
		{"HTTP/3 without content", 3, -1, none, false, true, ""},
		{"HTTP/3 with a length", 3, 5, text, false, false, text},
		{"a body that fails", 3, -1, broken, false, true, ""},
	} {
		for _, passive := range []bool{false, true} {
			r := httptest.NewRequest(http.MethodPost, "/", nil)
			r.ProtoMajor, r.ContentLength, r.Body = c.major, c.length, io.NopCloser(strings.NewReader(c.body))
			if c.body == broken {
				r.Body = io.NopCloser(failing{})
			}
			if c.expect {
				r.Header.Set("Expect", "100-continue")
			}
			if got := requestbody.Watch(httptest.NewRecorder(), r, passive).Empty(); got != c.want {
				t.Errorf("%s: got %v, want %v", c.name, got, c.want)
			}
			if got, _ := io.ReadAll(r.Body); string(got) != c.received {
				t.Errorf("%s: the backend reads %q, want %q", c.name, got, c.received)
			}
		}
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errors.New("reset") }

// late is a time-out of a connection.
type late struct{ error }

func (late) Timeout() bool   { return true }
func (late) Temporary() bool { return true }

// A body that can't be read is the client's fault, if it is not the connection's.
func TestHowABodyFails(t *testing.T) {
	for _, c := range []struct {
		name   string
		major  int
		length int64
		err    error
		want   requestbody.Fault
	}{
		{"its end", 1, -1, io.EOF, requestbody.None},
		{"a malformed chunk", 1, -1, errors.New("invalid byte in chunk length"), requestbody.Malformed},
		{"an end before the end", 1, 30, io.ErrUnexpectedEOF, requestbody.BrokenOff},
		{"an end within a chunk", 1, -1, io.ErrUnexpectedEOF, requestbody.BrokenOff},
		{"too late", 1, 30, late{errors.New("i/o timeout")}, requestbody.Late},
		{"too late over HTTP/2", 2, 30, late{errors.New("i/o timeout")}, requestbody.Late},
		{"too much", 1, -1, &http.MaxBytesError{Limit: 1}, requestbody.None},
		{"after it was closed", 1, -1, http.ErrBodyReadAfterClose, requestbody.None},
		{"a reset stream", 2, -1, errors.New("client disconnected"), requestbody.None},
	} {
		r := httptest.NewRequest(http.MethodPost, "/", nil)
		r.ProtoMajor, r.ContentLength, r.Body = c.major, c.length, io.NopCloser(fails{c.err})
		body := requestbody.Watch(httptest.NewRecorder(), r, false)
		_, _ = io.ReadAll(r.Body)
		if got := body.Fault(); got != c.want {
			t.Errorf("%s: got fault %d, want %d", c.name, got, c.want)
		}
	}
}

type fails struct{ err error }

func (f fails) Read([]byte) (int, error) { return 0, f.err }
