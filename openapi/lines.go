package openapi

import (
	"bytes"
	"sort"
)

// lines turns offsets in a text into lines and columns. It is made on the first
// use.
type lines struct {
	data   []byte
	starts []uint32 // offsets of the first byte of each line
}

func (l *lines) position(at int) (line, column int32) {
	if l.starts == nil {
		l.starts = make([]uint32, 1, 1+bytes.Count(l.data, []byte("\n")))
		for i := 0; ; {
			n := bytes.IndexByte(l.data[i:], '\n')
			if n < 0 {
				break
			}
			i += n + 1
			l.starts = append(l.starts, uint32(i)) //nolint:gosec // at most maxBytes
		}
	}
	i := sort.Search(len(l.starts), func(i int) bool { return int(l.starts[i]) > at }) - 1
	return int32(i + 1), int32(at-int(l.starts[i])) + 1 //nolint:gosec // at most maxBytes
}
