package inspect_test

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"

	"github.com/statusgate/statusgate/inspect"
)

func encode(t testing.TB, coding string, body []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	var w io.WriteCloser
	switch coding {
	case "gzip", "X-GZIP":
		w = gzip.NewWriter(&b)
	case "deflate":
		w = zlib.NewWriter(&b)
	case "raw":
		w, _ = flate.NewWriter(&b, 6)
	case "zstd":
		w, _ = zstd.NewWriter(&b, zstd.WithEncoderConcurrency(1))
	default:
		return body
	}
	for part := range slices.Chunk(body, 30000) { // in blocks, so that a part of them decodes
		_, _ = w.Write(part)
		_ = w.(interface{ Flush() error }).Flush()
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// decodeAs names a coding as Decode wants it.
func decodeAs(coding string) string { return strings.Replace(coding, "raw", "deflate", 1) }

var allCodings = []string{"gzip", "X-GZIP", "deflate", "raw", "zstd", "identity", ""}

func TestDecode(t *testing.T) {
	body := make([]byte, 100<<10)
	for n, random := 0, rand.New(rand.NewPCG(1, 2)); n < len(body); n++ {
		body[n] = "0123456789abcdef"[random.IntN(16)]
	}
	for _, coding := range allCodings {
		t.Run("coding "+coding, func(t *testing.T) {
			coded := encode(t, coding, body)
			for _, limit := range []int{-1, 0, 1, 511, 512, 4096, len(body) - 1, len(body), len(body) + 1, 1 << 20} {
				out, complete, ok := inspect.Decode(decodeAs(coding), coded, limit, nil)
				want := body[:max(0, min(limit, len(body)))]
				if !ok || complete != (limit >= len(body)) || !bytes.Equal(out, want) {
					t.Errorf("limit %d: %d bytes, complete %v, ok %v", limit, len(out), complete, ok)
				}
			}
			for cut := 0; cut < len(coded); cut += 1 + min(cut, len(coded)-cut)/8 {
				out, complete, ok := inspect.Decode(decodeAs(coding), coded[:cut], 1<<20, make([]byte, 0, 10))
				if !ok || complete && len(out) != cut || !bytes.HasPrefix(body, out) {
					t.Errorf("cut at %d: %d bytes, complete %v, ok %v", cut, len(out), complete, ok)
				}
			}
			if half, _, _ := inspect.Decode(decodeAs(coding), coded[:len(coded)*3/4], 1<<20, nil); len(half) < len(body)/4 {
				t.Errorf("three quarters give only %d bytes", len(half))
			}
		})
	}
	if got := inspect.Codings(); len(got) != 4 {
		t.Errorf("codings %v", got)
	}
}

func TestDecodeOfCorruptData(t *testing.T) {
	body := list(10 << 10)
	for _, coding := range []string{"gzip", "deflate", "zstd"} {
		coded := encode(t, coding, body)
		for at := range coded {
			bad := bytes.Clone(coded)
			bad[at] ^= 0x55
			out, complete, ok := inspect.Decode(coding, bad, len(body), nil)
			if len(out) > len(body) {
				t.Fatalf("%s broken at %d: %d bytes, more than the limit", coding, at, len(out))
			}
			if complete && !ok {
				t.Errorf("%s broken at %d is complete though not ok", coding, at)
			}
			if ok && complete && !bytes.Equal(out, body) {
				t.Errorf("%s broken at %d is complete though it is not what it was", coding, at)
			}
		}
	}
	for _, test := range [][2]string{{"br", "x"}, {"gzip", "no gzip at all"}, {"zstd", "no zstd at all"}, {"deflate", "\xffno deflate"}} {
		if out, complete, ok := inspect.Decode(test[0], []byte(test[1]), 100, nil); ok || complete || len(out) > 0 {
			t.Errorf("%q as %s: %q, complete %v, ok %v", test[1], test[0], out, complete, ok)
		}
	}
}

func BenchmarkDecode(b *testing.B) {
	body := list(64 << 10)
	for _, coding := range []string{"gzip", "deflate", "zstd"} {
		b.Run(coding, func(b *testing.B) {
			coded := encode(b, coding, body)
			dst := make([]byte, 0, len(body)+1)
			b.ReportAllocs()
			b.SetBytes(int64(len(body)))
			for b.Loop() {
				if _, _, ok := inspect.Decode(coding, coded, len(body), dst); !ok {
					b.Fatal("does not decode")
				}
			}
		})
	}
}
