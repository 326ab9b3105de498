package jobs

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
)

// ErrCorrupt says that a value in storage is not what was written there.
var ErrCorrupt = errors.New("corrupt value in storage")

// magic begins every value: a name and the version of the format.
const magic = "sgjob1"

// sealSize is how much longer a sealed value is than what is in it.
const sealSize = len(magic) + 4

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// seal makes the value for a key. Its checksum covers the key, so that a value
// under a wrong key is found out, too.
func seal(key string, parts ...[]byte) []byte {
	size := sealSize
	for _, part := range parts {
		size += len(part)
	}
	value := make([]byte, sealSize, size)
	copy(value, magic)
	for _, part := range parts {
		value = append(value, part...)
	}
	binary.BigEndian.PutUint32(value[len(magic):], checksum(key, value[sealSize:]))
	return value
}

// sealInPlace makes the value for a key of content that has room for the seal in
// front of it.
func sealInPlace(key string, value []byte) {
	copy(value, magic)
	binary.BigEndian.PutUint32(value[len(magic):], checksum(key, value[sealSize:]))
}

// unseal gives what is in a value, or [ErrCorrupt].
func unseal(key string, value []byte) ([]byte, error) {
	if len(value) < sealSize || string(value[:len(magic)]) != magic ||
		binary.BigEndian.Uint32(value[len(magic):]) != checksum(key, value[sealSize:]) {
		return nil, fmt.Errorf("%w: %s", ErrCorrupt, redact(key))
	}
	return value[sealSize:], nil
}

func checksum(key string, content []byte) uint32 {
	return crc32.Update(crc32.Checksum([]byte(key), castagnoli), castagnoli, content)
}

// sealRecord makes the value of a record and what follows it.
func sealRecord(key string, record any, content []byte) []byte {
	text, _ := json.Marshal(record) // of plain values: it can't fail
	var length [4]byte
	binary.BigEndian.PutUint32(length[:], uint32(len(text))) //nolint:gosec // records are bounded
	return seal(key, length[:], text, content)
}

// unsealRecord reads a record and gives what follows it.
func unsealRecord(key string, value []byte, record any) (content []byte, err error) {
	sealed, err := unseal(key, value)
	if err != nil {
		return nil, err
	}
	if len(sealed) < 4 || int64(binary.BigEndian.Uint32(sealed)) > int64(len(sealed)-4) {
		return nil, fmt.Errorf("%w: %s has no record", ErrCorrupt, redact(key))
	}
	end := 4 + int(binary.BigEndian.Uint32(sealed))
	if err := json.Unmarshal(sealed[4:end], record); err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrCorrupt, redact(key), err)
	}
	return sealed[end:], nil
}
