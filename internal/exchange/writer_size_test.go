package exchange

import (
	"testing"
	"unsafe"
)

// The writer is the only thing of an exchange that is not used again.
func TestTheWriterIsSmall(t *testing.T) {
	if size := unsafe.Sizeof(writer{}); size > 32 {
		t.Errorf("a writer has %d bytes, want 32", size)
	}
}
