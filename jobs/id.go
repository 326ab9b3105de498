package jobs

import (
	"crypto/rand"
	"encoding/hex"
)

// ID names a job: 128 random bits, so that nobody guesses one. It may be all that
// protects a job, so logs show only [ID.Short].
type ID [16]byte

// NewID makes an ID from the system's random numbers.
func NewID() (id ID) {
	_, _ = rand.Read(id[:]) // it never fails
	return id
}

// idLength is how long the text of an ID is.
const idLength = 2 * len(ID{})

// ParseID reads the text of an ID: 32 hexadecimal digits in lower case. Any other
// text is no ID.
func ParseID(text string) (id ID, ok bool) {
	if len(text) != idLength {
		return ID{}, false
	}
	for _, c := range []byte(text) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return ID{}, false
		}
	}
	_, _ = hex.Decode(id[:], []byte(text)) // of digits, as was seen
	return id, true
}

// String gives the text that ParseID reads.
func (id ID) String() string { return hex.EncodeToString(id[:]) }

// Short gives the first eight digits: enough to find a job in a log, too few to ask
// for it.
func (id ID) Short() string { return hex.EncodeToString(id[:4]) }

// newProcess names a process for as long as it holds a lease.
func newProcess() string {
	var name [8]byte
	_, _ = rand.Read(name[:])
	return hex.EncodeToString(name[:])
}
