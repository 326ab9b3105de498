package normalize

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A field that a status owes its client is missing where it is empty, and where
// it says nothing that a client can read.

// RetryAfter reads a Retry-After field in seconds (RFC 9110 §10.2.3). A date
// or anything else gives false.
func RetryAfter(h http.Header) (seconds int, ok bool) {
	values := h["Retry-After"]
	if len(values) == 0 {
		return 0, false
	}
	return parseSeconds(strings.TrimSpace(values[0]))
}

func parseSeconds(value string) (seconds int, ok bool) {
	n, err := strconv.ParseUint(value, 10, 31)
	return int(n), err == nil //nolint:gosec // 31 bits
}

// MendRetryAfter leaves one Retry-After that clients can read: a whole number of
// seconds below 2^31, or a date (RFC 9110 §10.2.3). Where there is none it removes
// the field and returns false: urllib3, for one, raises an error at a fraction or an
// ISO date instead of handing on the response.
func MendRetryAfter(h http.Header) bool {
	values := h["Retry-After"]
	i := slices.IndexFunc(values, isReadableDelay)
	switch {
	case i < 0:
		delete(h, "Retry-After")
		return false
	case len(values) > 1:
		h["Retry-After"] = values[i : i+1 : i+1]
	}
	return true
}

func isReadableDelay(value string) bool {
	value = strings.TrimSpace(value)
	if _, ok := parseSeconds(value); ok {
		return true
	}
	_, err := http.ParseTime(value)
	return err == nil
}

// Delay is the range of seconds from which a Retry-After is drawn, so that the
// clients that were refused together don't return together.
type Delay struct{ Low, High int }

// NewDelay gives the whole seconds from low, rounded up, to high. Where high is
// less than low it is twice low.
func NewDelay(low, high time.Duration) Delay {
	d := Delay{Low: wholeSeconds(low), High: wholeSeconds(high)}
	if d.High < d.Low {
		d.High = 2 * d.Low
	}
	return d
}

func wholeSeconds(d time.Duration) int {
	return int(max(0, (d+time.Second-1)/time.Second))
}

// Draw gives a number of seconds from Low to High, each as likely as the others.
// intN gives a random number from 0 to n-1, as [math/rand/v2.IntN] does.
func (d Delay) Draw(intN func(n int) int) int {
	return d.Low + intN(d.High-d.Low+1)
}

// HasMember reports whether a field that is a list, such as Allow or Accept, has a
// member (RFC 9110 §5.6.1).
func HasMember(values []string) bool {
	return slices.ContainsFunc(values, func(line string) bool { return strings.Trim(line, " \t,") != "" })
}

// HasChallenge reports whether WWW-Authenticate has a challenge, which begins
// with the name of a scheme (RFC 9110 §11.6.1).
func HasChallenge(values []string) bool {
	return slices.ContainsFunc(values, func(line string) bool {
		line = strings.TrimLeft(line, " \t,")
		if end := strings.IndexAny(line, " \t,"); end >= 0 {
			line = line[:end]
		}
		return isToken(line) && strings.IndexByte(line, ':') < 0 && strings.IndexByte(line, '/') < 0
	})
}
