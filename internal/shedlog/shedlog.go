// Package shedlog says what logs and metrics may tell of a request that a limiter
// was asked about: why it was shed, and who asked without saying who that is.
package shedlog

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"strings"

	"github.com/statusgate/statusgate/shed"
)

// HasReason reports whether requests of an outcome were shed, or would have been
// where the limiter only reports: whether their places have a reason.
func HasReason(o shed.Outcome) bool {
	return o == shed.OutcomeRejected || o == shed.OutcomeEvicted || o == shed.OutcomeTimeout
}

// Client stands for a client of a limiter, by its hash there: eight characters, the
// same as long as the process lives, "" for one that nobody knows. With the process
// goes the secret behind them, so that old logs identify nobody.
func Client(hash uint64) string {
	if hash == 0 {
		return ""
	}
	mac := hmac.New(sha256.New, secret[:])
	var text [8]byte
	binary.BigEndian.PutUint64(text[:], hash)
	_, _ = mac.Write(text[:])
	return strings.ToLower(base32.StdEncoding.EncodeToString(mac.Sum(nil)[:5]))
}

var secret = func() (key [sha256.Size]byte) {
	_, _ = rand.Read(key[:]) // it never fails
	return key
}()
