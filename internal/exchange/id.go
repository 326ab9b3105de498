package exchange

import (
	"crypto/rand"
	"encoding/hex"
	"sync"
)

// urn stands before an ID.
const urn = "urn:uuid:"

// randomBytes are read for many IDs at a time: to ask the system for so few as
// one ID has costs more than all else about it.
type randomBytes struct {
	mu    sync.Mutex
	ahead [64 * idSize]byte
	left  int
}

// idSize is the size of a UUID in bytes.
const idSize = 16

var random randomBytes

func (r *randomBytes) next() (id [idSize]byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.left == 0 {
		_, _ = rand.Read(r.ahead[:]) // it never fails
		r.left = len(r.ahead)
	}
	part := r.ahead[len(r.ahead)-r.left:][:idSize]
	copy(id[:], part)
	clear(part) // nobody is to find it here
	r.left -= idSize
	return id
}

// newURN makes the URI of a random UUID (RFC 9562 §5.4), in one piece of memory
// with the ID itself.
func newURN() string {
	id := random.next()
	id[6], id[8] = id[6]&0x0f|0x40, id[8]&0x3f|0x80
	var text [len(urn) + 36]byte
	copy(text[:], urn)
	digits := text[len(urn):]
	// RFC 9562 §4: 8, 4, 4, 4 and 12 digits.
	hex.Encode(digits[:8], id[:4])
	hex.Encode(digits[9:13], id[4:6])
	hex.Encode(digits[14:18], id[6:8])
	hex.Encode(digits[19:23], id[8:10])
	hex.Encode(digits[24:], id[10:])
	digits[8], digits[13], digits[18], digits[23] = '-', '-', '-', '-'
	return string(text[:])
}
