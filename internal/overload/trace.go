package overload

import (
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/caddyserver/caddy/v2"
)

// TracePath is where the admin endpoint has the traces of limiters: TracePath, the name
// of one, and "/trace".
const TracePath = "/statusgate/limiters/"

// Trace writes what the limiter of a name has recorded, as [shed.Limiter.Trace] does. Found is
// false if there is none of that name. Errors are those of w.
func Trace(name string, w io.Writer) (found bool, err error) {
	var l *limiter
	limiters.Range(func(key, value any) bool {
		if key == name {
			l, found = value.(*limiter)
		}
		return !found
	})
	if !found {
		return false, nil
	}
	return true, l.Trace(w)
}

// ServeTrace answers GET and HEAD of a trace on the admin endpoint. It fails with a
// [caddy.APIError] for everything else, and for a limiter that is not there.
func ServeTrace(w http.ResponseWriter, r *http.Request) error {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		return caddy.APIError{HTTPStatus: http.StatusMethodNotAllowed, Err: fmt.Errorf("method %s is not allowed here", r.Method)}
	}
	rest, below := strings.CutPrefix(r.URL.Path, TracePath)
	name, trace := strings.CutSuffix(rest, "/trace")
	if !below || !trace || name == "" {
		return caddy.APIError{HTTPStatus: http.StatusNotFound, Err: fmt.Errorf("there is nothing at %q", r.URL.Path)}
	}
	w.Header().Set("Content-Type", "application/jsonl")
	switch found, err := Trace(name, w); {
	case err != nil:
		return err
	case !found:
		return caddy.APIError{HTTPStatus: http.StatusNotFound, Err: fmt.Errorf("there is no limiter %q", name)}
	}
	return nil
}
