package inspect

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/adler32"
	"io"
	"slices"
	"strings"
	"sync"

	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"github.com/statusgate/statusgate/internal/charset"
)

// Codings gives the content codings that [Decode] understands, the best
// first, as for an Accept-Encoding field.
func Codings() []string { return []string{"zstd", "gzip", "deflate", "identity"} }

// Coding gives the content coding that the lines of a Content-Encoding field
// name, in lower case: "" for none or identity alone, several with ", " between
// them. What is no coding counts for nothing: an empty list, none, and the
// names of character encodings and of MIME's transfer encodings that change
// nothing, all of which servers send. x-gzip is gzip (RFC 9110 section
// 8.4.1.3).
func Coding(lines ...string) string {
	var codings []string
	for _, line := range lines {
		for member := range strings.SplitSeq(line, ",") {
			coding := strings.ToLower(strings.Trim(member, " \t"))
			switch coding {
			case "", "identity", "none", "binary", "8bit", "7bit":
				continue
			case "x-gzip":
				coding = "gzip"
			}
			if charset.Named(coding) == charset.Unknown {
				codings = append(codings, coding)
			}
		}
	}
	return strings.Join(codings, ", ")
}

// Decode decodes what it can of a body that begins with src, but no more than
// limit bytes, into the space of dst. The content coding is gzip (RFC 9110
// section 8.4.1.3, x-gzip too), deflate (section 8.4.1.2: zlib, or the bare
// data that some send), zstd (RFC 8878, with windows up to the 8 MiB of RFC
// 9659), or identity or "" for none, as [Coding] gives it. Decode reports whether out is all that
// src stands for: false where src is cut or limit cut out. It is not ok for
// other codings and for corrupt data, of which out has what comes before.
//
// Each call begins anew. Calling it again whenever there are twice as many
// bytes takes no more than twice the work of the last call.
func Decode(coding string, src []byte, limit int, dst []byte) (out []byte, complete, ok bool) {
	out = dst[:0]
	pool := &flates
	var trailer func([]byte, *bytes.Reader) error
	switch coding {
	case "gzip", "deflate", "zstd":
	default:
		coding = Coding(coding)
	}
	switch coding {
	case "":
		n := max(0, min(len(src), limit))
		return append(out, src[:n]...), n == len(src), true
	case "gzip":
		pool = &gzips
	case "deflate":
		if isZlib(src) {
			src, trailer = src[2:], checkAdler
		}
	case "zstd":
		pool = &zstds
	default:
		return out, false, false
	}
	if len(src) == 0 {
		return out, false, true
	}
	d := pool.Get().(*decoder)
	d.src.Reset(src)
	out, err := d.decode(out, limit)
	if trailer != nil && err == io.EOF { //nolint:errorlint // as an io.Reader gives it
		err = trailer(out, &d.src)
	}
	d.src.Reset(nil)
	pool.Put(d)
	complete = errors.Is(err, io.EOF)
	return out, complete, complete || err == nil || errors.Is(err, io.ErrUnexpectedEOF)
}

// isZlib recognizes the header of RFC 1950 section 2.2, without a dictionary.
func isZlib(src []byte) bool {
	return len(src) >= 2 && src[0]&0x0f == 8 && src[1]&0x20 == 0 && binary.BigEndian.Uint16(src)%31 == 0
}

// checkAdler checks what follows the data in RFC 1950.
func checkAdler(out []byte, rest *bytes.Reader) error {
	var sum [4]byte
	if _, err := io.ReadFull(rest, sum[:]); err != nil {
		return io.ErrUnexpectedEOF
	}
	if binary.BigEndian.Uint32(sum[:]) != adler32.Checksum(out) {
		return errors.New("wrong checksum")
	}
	return io.EOF
}

// decoder is a decoder that waits for its next use. None has goroutines.
type decoder struct {
	src   bytes.Reader
	r     io.Reader
	reset func() error
	more  [1]byte
}

var (
	gzips = sync.Pool{New: func() any {
		r := new(gzip.Reader)
		d := &decoder{r: r}
		d.reset = func() error { return r.Reset(&d.src) }
		return d
	}}
	flates = sync.Pool{New: func() any {
		r := flate.NewReader(nil)
		d := &decoder{r: r}
		d.reset = func() error { return r.(flate.Resetter).Reset(&d.src, nil) }
		return d
	}}
	zstds = sync.Pool{New: func() any {
		// Only options can make it fail.
		r, _ := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true),
			zstd.WithDecoderMaxWindow(8<<20))
		d := &decoder{r: r}
		d.reset = func() error { return r.Reset(&d.src) }
		return d
	}}
)

// decode appends up to limit bytes. It gives io.EOF at the end of the data,
// nil at the limit.
func (d *decoder) decode(out []byte, limit int) ([]byte, error) {
	if err := d.reset(); err != nil {
		return out, err
	}
	for len(out) < limit {
		out = slices.Grow(out, min(limit-len(out), max(512, len(out))))
		n, err := d.r.Read(out[len(out):min(cap(out), limit)])
		out = out[:len(out)+n]
		if err != nil {
			return out, err
		}
	}
	for {
		n, err := d.r.Read(d.more[:])
		if n > 0 || err != nil {
			return out, noEOF(n, err)
		}
	}
}

// noEOF drops the error that came with a byte beyond the limit.
func noEOF(n int, err error) error {
	if n > 0 {
		return nil
	}
	return err
}
