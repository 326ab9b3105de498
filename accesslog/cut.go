package accesslog

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"sync/atomic"

	"github.com/klauspost/compress/zstd"
)

// blockSize is how much is read at once, and the longest line that is read.
const blockSize = 256 << 10

// block is a piece of a file that holds whole lines only.
type block struct {
	text   []byte
	file   int // the number of its file
	name   string
	line   int64 // the number of its first line, from 1
	layout *Layout
}

// cutter reads files one after the other and cuts them in blocks.
type cutter struct {
	ctx    context.Context
	in     *Input
	files  []file
	total  int64
	blocks chan block
	free   chan []byte // buffers of blockSize bytes that nobody uses
	read   atomic.Int64
	lines  int64 // cut so far
	keys   *jsonKey
	facts  []fileFact
}

// fileFact is what came of a file that was not read to its end, or not at all.
type fileFact struct {
	name string
	err  error
}

var (
	errUnknownFile = errors.New("no access log in a format that is known")
	errWindow      = errors.New("zstd: takes more than 16 MiB of memory to decompress")
)

// cut sends the blocks of all files and closes the channel.
func (c *cutter) cut() {
	defer close(c.blocks)
	for i := range c.files {
		if c.ctx.Err() != nil {
			return
		}
		if err := c.open(i); err != nil && c.ctx.Err() == nil {
			c.facts = append(c.facts, fileFact{name: c.files[i].name, err: err})
		}
	}
}

func (c *cutter) open(i int) error {
	from := c.in.Stdin
	if f := &c.files[i]; f.name != "-" {
		opened, err := os.Open(f.name)
		if err != nil {
			return err
		}
		defer func() { _ = opened.Close() }() // it was only read
		from = opened
	}
	r, done, err := decoder(&counter{ctx: c.ctx, from: from, n: &c.read})
	if err != nil {
		return err
	}
	defer done()
	err = c.lay(i, r)
	if errors.Is(err, zstd.ErrWindowSizeExceeded) || errors.Is(err, zstd.ErrDecoderSizeExceeded) {
		return errWindow
	}
	return err
}

// lay cuts one file. A line that no block has room for is left out up to its end
// and counts as one that can't be read: of it, the first bytes go on alone.
func (c *cutter) lay(i int, r io.Reader) error {
	f := &c.files[i]
	next := block{file: i, name: f.name, line: 1}
	buf, filled := c.buffer(), 0
	overlong := false // what comes belongs to a line that was given up
	for {
		n, err := fill(r, buf[filled:], f.stream)
		filled += n
		ended := err != nil
		end := bytes.LastIndexByte(buf[:filled], '\n') + 1
		if ended {
			end = filled
		}
		if overlong {
			if rest := bytes.IndexByte(buf[:filled], '\n'); rest < 0 {
				filled = 0
				end = 0
			} else {
				overlong = false
				filled = copy(buf, buf[rest+1:filled])
				end = max(end-rest-1, 0)
			}
		} else if end == 0 && filled == len(buf) {
			overlong = true
			end = filled
		}
		if end > 0 {
			rest := c.buffer()
			kept := copy(rest, buf[end:filled])
			if err := c.send(&next, buf[:end], f); err != nil {
				c.release(rest)
				return err
			}
			buf, filled = rest, kept
		}
		if ended {
			c.release(buf)
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
	}
}

// fill reads until b is full, or, from a stream, once.
func fill(r io.Reader, b []byte, stream bool) (n int, err error) {
	for n < len(b) && err == nil {
		var m int
		m, err = r.Read(b[n:])
		n += m
		if stream && m > 0 {
			break
		}
	}
	return n, err
}

// buffer takes a free one. There always is one soon: each worker has one at most,
// and the cutter two.
func (c *cutter) buffer() []byte {
	b := <-c.free
	return b[:cap(b)]
}

func (c *cutter) release(b []byte) { c.free <- b }

// send passes text on as a block, and makes next the one that follows it.
func (c *cutter) send(next *block, text []byte, f *file) error {
	sent := *next
	if next.layout == nil {
		layout, ok := detect(text, c.in.Format, c.keys)
		if !ok && !f.named {
			c.release(text)
			return errUnknownFile
		}
		sent.layout = &layout
		if ok {
			next.layout = &layout
		}
	}
	sent.text = text
	lines := int64(bytes.Count(text, []byte{'\n'}))
	if text[len(text)-1] != '\n' {
		lines++
	}
	after := c.following(next.layout, text)
	select {
	case c.blocks <- sent:
	case <-c.ctx.Done():
		return c.ctx.Err()
	}
	next.line += lines
	next.layout = after
	c.lines += lines
	if c.in.Progress != nil {
		c.in.Progress(Progress{Bytes: c.read.Load(), Total: c.total, Lines: c.lines})
	}
	return nil
}

// following is the layout of what comes after text: the W3C extended format may
// have got other fields.
func (c *cutter) following(layout *Layout, text []byte) *Layout {
	if layout == nil || layout.shape != shapeW3C {
		return layout
	}
	at := bytes.LastIndex(text, []byte("\n"+fieldsDirective)) + 1
	if at == 0 && !bytes.HasPrefix(text, []byte(fieldsDirective)) {
		return layout
	}
	line, _, _ := bytes.Cut(text[at:], []byte{'\n'})
	changed := *layout
	changed.fields = bytes.Clone(bytes.TrimSuffix(line, []byte{'\r'}))
	return &changed
}
