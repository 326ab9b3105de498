package overload_test

import (
	"bufio"
	"fmt"
	"net/http"
	"runtime"
	"strings"
	"testing"

	"github.com/statusgate/statusgate/internal/overload"
)

// What waits is bounded by what it really holds, however its head is made up.
func TestTheSizeOfARequest(t *testing.T) {
	const most = 512 << 10
	for name, field := range map[string]func(i int) string{
		"many empty fields":       func(i int) string { return fmt.Sprintf("%x:\r\n", i) },
		"one field, empty, often": func(int) string { return "a:\r\n" },
		"usual fields":            func(i int) string { return fmt.Sprintf("X-Field-%d: %s\r\n", i, strings.Repeat("x", 20)) },
		"long values":             func(i int) string { return fmt.Sprintf("X-Field-%d: %s\r\n", i, strings.Repeat("x", 4000)) },
	} {
		t.Run(name, func(t *testing.T) {
			var head strings.Builder
			head.WriteString("GET / HTTP/1.1\r\nHost: localhost\r\n")
			for i := 0; head.Len() < most; i++ {
				head.WriteString(field(i))
			}
			head.WriteString("\r\n")
			const n = 24
			var requests [n]*http.Request
			before := heap()
			for i := range requests {
				r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(head.String())))
				if err != nil {
					t.Fatal(err)
				}
				requests[i] = r
			}
			held := (heap() - before) / n
			size := overload.SizeOf(requests[0])
			runtime.KeepAlive(requests)
			if size < held/2 || size > 2*max(held, most) {
				t.Errorf("%d fields count for %d bytes, but hold %d", len(requests[0].Header), size, held)
			}
		})
	}
}

// heap is the number of bytes in use. What pools hold is gone after two cycles, what
// finalizers hold after three: other tests may have left both.
func heap() int {
	var stats runtime.MemStats
	for range 3 {
		runtime.GC()
	}
	runtime.ReadMemStats(&stats)
	return int(stats.HeapAlloc) //nolint:gosec // of a test
}
