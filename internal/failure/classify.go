// Package failure understands why a handler could not answer: what an error of
// Go's network stack says of the backend, in the words of RFC 9209.
package failure

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"

	"github.com/statusgate/statusgate/normalize"
)

// Denied is the error type of a request that was refused (RFC 9209 §2.3.9).
const Denied = "http_request_denied"

// ErrSwitched says that the backend switched to a protocol that nobody asked for.
var ErrSwitched = errors.New("the backend switched to a protocol that nobody asked for")

// Classify tells what went wrong from the error that a handler returned with a
// status: the reason, 0 where the status says enough, and the error type of
// RFC 9209 §2.3.
func Classify(err error, status int) (normalize.Reason, string) {
	if reason, proxyError, ok := classifyNet(err); ok {
		return reason, proxyError
	}
	switch {
	case errors.Is(err, ErrSwitched):
		return normalize.ReasonMalformed, "http_upgrade_failed"
	case isMalformed(err):
		return normalize.ReasonMalformed, "http_protocol_error"
	case isUnprocessed(err.Error()):
		return normalize.ReasonBackendUnreachable, "destination_unavailable"
	case strings.Contains(err.Error(), "stream error: "), strings.Contains(err.Error(), "http2: server sent GOAWAY"):
		// HTTP/2 of net/http has an error of its own, which says so in words.
		return normalize.ReasonBackendIncomplete, "http_response_incomplete"
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF), errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE),
		errors.Is(err, http.ErrAbortHandler):
		return normalize.ReasonBackendIncomplete, "http_response_incomplete"
	case strings.Contains(err.Error(), "transport connection broken"):
		// What else breaks a connection of net/http's: lengths and transfer
		// codings that make no sense.
		return normalize.ReasonMalformed, "http_protocol_error"
	}
	switch status {
	case http.StatusGatewayTimeout:
		return normalize.ReasonBackendTimeout, "http_response_timeout"
	case http.StatusBadGateway, http.StatusServiceUnavailable:
		return normalize.ReasonBackendUnreachable, "destination_unavailable"
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusTooManyRequests:
		return 0, Denied
	}
	if status < 500 {
		return 0, "http_request_error"
	}
	return 0, "proxy_internal_error"
}

// Reached reports whether a byte of the request may have reached the backend when
// its handler failed with an error and a status. Then nobody knows what the backend
// did with it. A 503 of Caddy's own says that no backend was there to be asked.
func Reached(err error, status int) bool {
	text := err.Error()
	switch {
	case errors.Is(err, http.ErrAbortHandler), errors.Is(err, ErrSwitched):
		return true
	case isUnprocessed(text):
		return false
	}
	reason, proxyError, ok := classifyNet(err)
	if !ok {
		return status != http.StatusServiceUnavailable
	}
	return reason == normalize.ReasonBackendTimeout && proxyError != "connection_timeout" || proxyError == "tls_alert_received"
}

// isUnprocessed tells whether a backend said over HTTP/2 that it did nothing with
// the request: it refused the stream, or went away before it came to it (RFC 9113
// §8.7). net/http says so in words.
func isUnprocessed(text string) bool {
	return strings.Contains(text, "REFUSED_STREAM") || strings.Contains(text, "graceful shutdown GOAWAY") ||
		strings.Contains(text, "received GOAWAY from server")
}

// classifyNet knows the errors of names, connections and TLS. reverse_proxy
// hides the cause of a dial error behind a type that does not unwrap, so what
// the error says has to do where it can't be asked.
func classifyNet(err error) (normalize.Reason, string, bool) {
	text := err.Error()
	op, isOp := errors.AsType[*net.OpError](err)
	dial := isOp && op.Op == "dial" || strings.Contains(text, "dial ")
	says := func(target error) bool {
		return errors.Is(err, target) || dial && strings.Contains(text, target.Error())
	}
	netErr, isNet := errors.AsType[net.Error](err)
	_, isDNS := errors.AsType[*net.DNSError](err)
	switch {
	case isDNS, dial && strings.Contains(text, "lookup "):
		return normalize.ReasonBackendUnreachable, "dns_error", true
	case isNet && netErr.Timeout(), says(context.DeadlineExceeded), says(os.ErrDeadlineExceeded):
		if dial {
			return normalize.ReasonBackendTimeout, "connection_timeout", true
		}
		return normalize.ReasonBackendTimeout, "http_response_timeout", true
	case dial && says(syscall.ECONNREFUSED):
		return normalize.ReasonBackendUnreachable, "connection_refused", true
	case dial && (says(syscall.EHOSTUNREACH) || says(syscall.ENETUNREACH)):
		return normalize.ReasonBackendUnreachable, "destination_ip_unroutable", true
	case dial:
		return normalize.ReasonBackendUnreachable, "destination_unavailable", true
	}
	return classifyTLS(err)
}

func classifyTLS(err error) (normalize.Reason, string, bool) {
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return normalize.ReasonBackendUnreachable, "tls_certificate_error", true
	}
	if _, ok := errors.AsType[tls.AlertError](err); ok {
		return normalize.ReasonBackendUnreachable, "tls_alert_received", true
	}
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		return normalize.ReasonBackendUnreachable, "tls_protocol_error", true
	}
	return 0, "", false
}

// isMalformed: net/http tells of an answer that is not HTTP only in words.
func isMalformed(err error) bool {
	text := err.Error()
	return strings.Contains(text, "malformed HTTP") || strings.Contains(text, "malformed MIME header") ||
		strings.Contains(text, "net/http: invalid") || strings.Contains(text, "server response headers exceeded")
}
