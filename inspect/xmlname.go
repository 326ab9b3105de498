package inspect

import (
	"bytes"
	"encoding/binary"
)

// maxName is the length in bytes of the longest name that a path may have.
const maxName = 128

// xmlNameText is a name that is being read. Names are told apart by a hash, of
// their length and their first bytes, as many as fit. Whoever makes two names
// collide gets a document with a wrong end tag taken for well formed.
type xmlNameText struct {
	raw    [2 * maxName]byte
	n      int    // bytes of the name; more than fit in raw are only counted
	whole  uint64 // hash of all of it, once it is over
	prefix uint64 // hash of what is before the colon, 0 without one
	local  []byte // what is behind that, nil where it is longer than any that is looked for
}

func (n *xmlNameText) reset() { n.n = 0 }

func (n *xmlNameText) add(c byte) {
	if n.n < len(n.raw) {
		n.raw[n.n] = c
	}
	n.n++
}

// addRun adds the bytes of a name from p on and gives the index of the first
// that is none.
func (n *xmlNameText) addRun(b []byte, p int) int {
	end := p
	for end < len(b) && isNameChar(b[end]) {
		end++
	}
	if n.n < len(n.raw) {
		copy(n.raw[n.n:], b[p:end])
	}
	n.n += end - p
	return end
}

// over takes the end of the name.
func (n *xmlNameText) over() {
	raw := n.raw[:min(n.n, len(n.raw))]
	n.set(raw, bytes.IndexByte(raw, ':'))
	if more := n.n - len(raw); more > 0 {
		n.whole ^= uint64(more) * hashPrime //nolint:gosec // positive
		n.local = nil
	}
}

// set takes a whole name, which is there until the tag is over, and where its
// first colon is, -1 for none.
func (n *xmlNameText) set(name []byte, colon int) {
	n.whole, n.prefix, n.local = hashOf(name), 0, name[colon+1:]
	if colon >= 0 {
		n.prefix = hashOf(name[:colon])
	}
	if len(n.local) > maxName {
		n.local = nil
	}
}

const (
	hashStart = 14695981039346656037
	hashPrime = 0x9e3779b97f4a7c15
)

// hashOf hashes a name by eight bytes at a time. Names of at most eight bytes have
// hashes of their own.
func hashOf(b []byte) uint64 {
	h := uint64(hashStart) ^ uint64(len(b))
	for len(b) > 8 {
		h = (h ^ binary.LittleEndian.Uint64(b)) * hashPrime
		h ^= h >> 29
		b = b[8:]
	}
	var last uint64
	switch n := len(b); {
	case n == 8:
		last = binary.LittleEndian.Uint64(b)
	case n >= 4:
		last = uint64(binary.LittleEndian.Uint32(b)) | uint64(binary.LittleEndian.Uint32(b[n-4:]))<<32
	case n > 0:
		last = uint64(b[0]) | uint64(b[n/2])<<8 | uint64(b[n-1])<<16
	}
	h = (h ^ last) * hashPrime
	return h ^ h>>32 | 1 // 0 is none
}

var declares = hashOf([]byte("xmlns"))

// nameEnd gives the index of the first byte from p on that is not of a name, and
// of the first colon in it, counted from p, -1 for none.
func nameEnd(b []byte, p int) (end, colon int) {
	colon = -1
	for end = p; end < len(b) && isNameChar(b[end]); end++ {
		if b[end] == ':' && colon < 0 {
			colon = end - p
		}
	}
	return end, colon
}

func isNameStart(c byte) bool {
	return c|0x20 >= 'a' && c|0x20 <= 'z' || c == '_' || c == ':' || c >= 0x80
}

func isNameChar(c byte) bool { return nameChars[c] }

var nameChars = func() (set [256]bool) {
	for n := range set {
		c := byte(n)
		set[c] = isNameStart(c) || c >= '0' && c <= '9' || c == '-' || c == '.'
	}
	return set
}()

func isXMLSpace(c byte) bool { return c == ' ' || c == '\n' || c == '\r' || c == '\t' }
