package failure_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"syscall"
	"testing"

	"github.com/caddyserver/caddy/v2/modules/caddyhttp"

	"github.com/statusgate/statusgate/internal/failure"
	"github.com/statusgate/statusgate/normalize"
)

func dialError(err error) error { return &net.OpError{Op: "dial", Net: "tcp", Err: err} }

// hidden is an error as reverse_proxy hides it: it says what it wraps, but does
// not unwrap.
type hidden struct{ error }

func TestErrorsAreUnderstood(t *testing.T) {
	refusedSyscall := os.NewSyscallError("connect", syscall.ECONNREFUSED)
	for _, c := range []struct {
		name   string
		err    error
		status int
		reason normalize.Reason
		want   string
	}{
		{"a name that there is not", dialError(&net.DNSError{Err: "no such host", Name: "nowhere.example"}), 502, normalize.ReasonBackendUnreachable, "dns_error"},
		{"a hidden name that there is not", hidden{dialError(&net.DNSError{Err: "no such host", Name: "nowhere.example"})}, 502, normalize.ReasonBackendUnreachable, "dns_error"},
		{"a refused connection", dialError(refusedSyscall), 502, normalize.ReasonBackendUnreachable, "connection_refused"},
		{"a hidden refused connection", hidden{dialError(refusedSyscall)}, 502, normalize.ReasonBackendUnreachable, "connection_refused"},
		{"a connection that takes too long", dialError(context.DeadlineExceeded), 504, normalize.ReasonBackendTimeout, "connection_timeout"},
		{"a hidden connection that takes too long", hidden{dialError(os.ErrDeadlineExceeded)}, 502, normalize.ReasonBackendTimeout, "connection_timeout"},
		{"a host without a route", dialError(os.NewSyscallError("connect", syscall.EHOSTUNREACH)), 502, normalize.ReasonBackendUnreachable, "destination_ip_unroutable"},
		{"a network without a route", dialError(os.NewSyscallError("connect", syscall.ENETUNREACH)), 502, normalize.ReasonBackendUnreachable, "destination_ip_unroutable"},
		{"another failure to connect", dialError(errors.New("odd")), 502, normalize.ReasonBackendUnreachable, "destination_unavailable"},
		{"an answer that takes too long", context.DeadlineExceeded, 504, normalize.ReasonBackendTimeout, "http_response_timeout"},
		{"a read that takes too long", &net.OpError{Op: "read", Err: os.ErrDeadlineExceeded}, 502, normalize.ReasonBackendTimeout, "http_response_timeout"},
		{"a certificate", &tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}}, 502, normalize.ReasonBackendUnreachable, "tls_certificate_error"},
		{"a TLS alert", tls.AlertError(40), 502, normalize.ReasonBackendUnreachable, "tls_alert_received"},
		{"no TLS at all", tls.RecordHeaderError{Msg: "first record does not look like a TLS handshake"}, 502, normalize.ReasonBackendUnreachable, "tls_protocol_error"},
		{"a malformed status line", errors.New(`malformed HTTP response "hi"`), 502, normalize.ReasonMalformed, "http_protocol_error"},
		{"an answer that ends too early", io.ErrUnexpectedEOF, 502, normalize.ReasonBackendIncomplete, "http_response_incomplete"},
		{"no answer", io.EOF, 502, normalize.ReasonBackendIncomplete, "http_response_incomplete"},
		{"a reset connection", &net.OpError{Op: "read", Err: os.NewSyscallError("read", syscall.ECONNRESET)}, 502, normalize.ReasonBackendIncomplete, "http_response_incomplete"},
		{"a broken pipe", os.NewSyscallError("write", syscall.EPIPE), 502, normalize.ReasonBackendIncomplete, "http_response_incomplete"},
		{"an abort", http.ErrAbortHandler, 503, normalize.ReasonBackendIncomplete, "http_response_incomplete"},
		{"502 and no more", errors.New("x"), 502, normalize.ReasonBackendUnreachable, "destination_unavailable"},
		{"503 and no more", errors.New("x"), 503, normalize.ReasonBackendUnreachable, "destination_unavailable"},
		{"504 and no more", errors.New("x"), 504, normalize.ReasonBackendTimeout, "http_response_timeout"},
		{"401", errors.New("x"), 401, 0, "http_request_denied"},
		{"403", errors.New("x"), 403, 0, "http_request_denied"},
		{"429", errors.New("x"), 429, 0, "http_request_denied"},
		{"404", errors.New("x"), 404, 0, "http_request_error"},
		{"500", errors.New("x"), 500, 0, "proxy_internal_error"},
	} {
		for _, err := range []error{c.err, caddyhttp.Error(c.status, c.err), fmt.Errorf("outer: %w", c.err)} {
			reason, got := failure.Classify(err, c.status)
			if reason != c.reason || got != c.want {
				t.Errorf("%s: %T %v with status %d: got %v, %s, want %v, %s", c.name, err, err, c.status, reason, got, c.reason, c.want)
			}
		}
	}
}
