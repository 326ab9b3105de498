package normalize

import "net/http"

// asked is what a request asked for, as far as it decides which statuses can
// answer it: a set of bits.
type asked uint8

const (
	askedRange   asked = 1 << iota // a part of the representation (RFC 9110 §14.2)
	askedPart                      // to take a part (RFC 9110 §14.5)
	askedIf                        // only on a condition (RFC 9110 §13.1, RFC 4918 §10.4)
	askedExpect                    // something to be told first (RFC 9110 §10.1.1)
	askedEarly                     // before the handshake was over (RFC 8470 §5.1)
	askedUpgrade                   // another protocol (RFC 9110 §7.8, RFC 8441 §4)
	askedDAV                       // in words of WebDAV (RFC 4918 §9, §10)
)

// askingFields are the header fields by which a request asks. net/http keeps
// :protocol of RFC 8441 beside them.
var askingFields = []struct {
	field string
	asks  asked
}{
	{"Range", askedRange},
	{"Content-Range", askedPart},
	{"If-Match", askedIf},
	{"If-None-Match", askedIf},
	{"If-Modified-Since", askedIf},
	{"If-Unmodified-Since", askedIf},
	{"If", askedIf | askedDAV},
	{"Lock-Token", askedDAV},
	{"Depth", askedDAV},
	{"Expect", askedExpect},
	{"Early-Data", askedEarly},
	{"Upgrade", askedUpgrade},
	{":protocol", askedUpgrade},
}

// mechanics are the statuses of HTTP's own machinery. Each passes to a request
// that asked for it in one of these ways, because its client acts on just this one.
var mechanics = []struct {
	status int
	asked  asked
}{
	{http.StatusPartialContent, askedRange},                           // RFC 9110 §15.3.7
	{http.StatusRequestedRangeNotSatisfiable, askedRange | askedPart}, // RFC 9110 §15.5.17
	{http.StatusPreconditionFailed, askedIf},                          // RFC 9110 §15.5.13
	{http.StatusExpectationFailed, askedExpect},                       // RFC 9110 §15.5.18
	{http.StatusTooEarly, askedEarly},                                 // RFC 8470 §5.2
	{http.StatusUpgradeRequired, askedUpgrade},                        // RFC 9110 §15.5.22
	{http.StatusMultiStatus, askedDAV},                                // RFC 4918 §11.1
	{http.StatusAlreadyReported, askedDAV},                            // RFC 5842 §7.1
	{http.StatusUnprocessableEntity, askedDAV},                        // RFC 9110 §15.5.21
	{http.StatusLocked, askedDAV},                                     // RFC 4918 §11.3
	{http.StatusFailedDependency, askedDAV},                           // RFC 4918 §11.4
	{http.StatusInsufficientStorage, askedDAV},                        // RFC 4918 §11.5
}

// Asked reports whether the status is one of HTTP's own machinery, such as 206 or
// 412, and the request asked for it.
func (r *Response) Asked() bool {
	for i := range mechanics {
		if mechanics[i].status == r.Status {
			return r.asks(mechanics[i].asked)
		}
	}
	return false
}

// asks reports whether the request asked in one of the ways given.
func (r *Response) asks(ways asked) bool {
	if ways&askedDAV != 0 && isDAV(r.Method) {
		return true
	}
	for i := range askingFields {
		if f := &askingFields[i]; f.asks&ways != 0 && len(r.Request[f.field]) > 0 {
			return true
		}
	}
	return false
}
