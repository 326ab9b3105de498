package normalize_test

import (
	"math"
	"testing"

	"github.com/statusgate/statusgate/normalize"
)

func BenchmarkTarget(b *testing.B) {
	codes := []int{200, 204, 404, 499, 520, 777, 999, 1015, -1, math.MaxInt, 502, 419, 0, 418, 301, 429}
	b.ReportAllocs()
	sum, i := 0, 0
	for b.Loop() {
		to, known := normalize.Target(codes[i&15])
		if known {
			sum += to
		}
		i++
	}
	if sum == 0 {
		b.Fatal("Target knew none of the codes")
	}
}

func BenchmarkKnown(b *testing.B) {
	b.ReportAllocs()
	known, code := 0, 0
	for b.Loop() {
		if normalize.Known(code & 1023) {
			known++
		}
		code++
	}
	if b.N > 1000 && known == 0 {
		b.Fatal("Known knew none of the codes")
	}
}
