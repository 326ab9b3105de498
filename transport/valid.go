package transport

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// check refuses a request that can't be sent as it is, in the words of net/http.
func check(req *http.Request) error {
	switch {
	case req.URL == nil:
		return errors.New("http: nil Request.URL")
	case req.Header == nil:
		return errors.New("http: nil Request.Header")
	case req.URL.Scheme != "http" && req.URL.Scheme != "https":
		return fmt.Errorf("unsupported protocol scheme %q", req.URL.Scheme)
	case req.URL.Host == "":
		return errors.New("http: no Host in request URL")
	case req.Method != "" && !isToken(req.Method):
		return fmt.Errorf("net/http: invalid method %q", req.Method)
	}
	if err := checkFields(req.Header); err != nil {
		return fmt.Errorf("net/http: invalid header %w", err)
	}
	if err := checkFields(req.Trailer); err != nil {
		return fmt.Errorf("net/http: invalid trailer %w", err)
	}
	return nil
}

// checkFields refuses what would break the lines of a header section. The error
// holds no value: it may be a secret.
func checkFields(h http.Header) error {
	for name, values := range h {
		if !isToken(name) {
			return fmt.Errorf("field name %q", name)
		}
		for _, value := range values {
			if !isFieldValue(value) {
				return fmt.Errorf("field value for %q", name)
			}
		}
	}
	return nil
}

// isToken: RFC 9110 §5.6.2.
func isToken(s string) bool {
	for i := range len(s) {
		if !tokenBytes[s[i]] {
			return false
		}
	}
	return s != ""
}

var tokenBytes = func() (table [256]bool) {
	for b := range table {
		c := byte(b)
		table[b] = '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' ||
			c != 0 && strings.IndexByte("!#$%&'*+-.^_`|~", c) >= 0
	}
	return table
}()

// isFieldValue: RFC 9110 §5.5, obs-text included.
func isFieldValue(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' && c != '\t' || c == 0x7f {
			return false
		}
	}
	return true
}
