package accesslog

import (
	"bytes"
	"compress/bzip2"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync/atomic"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// maxWindow bounds how far back a zstd stream may refer, and so its memory. The
// levels up to 19 need no more than 8 MiB; only --long and --ultra go beyond.
const maxWindow = 16 << 20

// file is one input.
type file struct {
	name   string
	named  bool // it was asked for by its name, and not found in a folder
	stream bool // what comes is to be read at once, it may be long until more does
}

// files lists what there is to read: paths as they are given, and what is in
// folders in the order of their names. Folders in folders are followed, symbolic
// links only to files. It tells the sum of the sizes, -1 where it cannot be known.
func files(paths []string) (list []file, total int64, err error) {
	var mistakes []error
	for _, path := range paths {
		if path == "-" {
			list = append(list, file{name: "-", named: true, stream: true})
			total = -1
			continue
		}
		info, err := os.Stat(path)
		if err != nil {
			mistakes = append(mistakes, err)
			continue
		}
		if info.IsDir() {
			found, size, err := folder(path)
			list = append(list, found...)
			total = addSize(total, size)
			mistakes = append(mistakes, err)
			continue
		}
		list = append(list, file{name: path, named: true, stream: !info.Mode().IsRegular()})
		if !info.Mode().IsRegular() {
			total = -1
		}
		total = addSize(total, info.Size())
	}
	return list, total, errors.Join(mistakes...)
}

func addSize(total, size int64) int64 {
	if total < 0 {
		return total
	}
	return total + size
}

// folder lists the files below a folder.
func folder(root string) (list []file, total int64, err error) {
	var mistakes []error
	_ = filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			mistakes = append(mistakes, err)
			return nil
		}
		info, err := os.Stat(path)
		if err != nil || !info.Mode().IsRegular() {
			return nil // a link to nowhere, a folder or a socket
		}
		list = append(list, file{name: path})
		total += info.Size()
		return nil
	})
	return list, total, errors.Join(mistakes...)
}

// counter counts the bytes that are read through it, and stops when ctx ends.
type counter struct {
	ctx  context.Context
	from io.Reader
	n    *atomic.Int64
}

func (c *counter) Read(b []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := c.from.Read(b)
	c.n.Add(int64(n))
	return n, err
}

var (
	gzipMagic  = []byte{0x1f, 0x8b}
	bzip2Magic = []byte("BZh")
	zstdMagic  = []byte{0x28, 0xb5, 0x2f, 0xfd}
	utf8Mark   = []byte("\ufeff")
)

// decoder reads what from holds, decompressed where its first bytes say that it is
// compressed. done gives back what that took.
func decoder(from io.Reader) (r io.Reader, done func(), err error) {
	var magic [4]byte
	n, err := io.ReadFull(from, magic[:])
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, nil, err
	}
	head := magic[:n]
	whole := io.MultiReader(bytes.NewReader(bytes.TrimPrefix(head, utf8Mark)), from)
	done = func() {}
	switch {
	case bytes.HasPrefix(head, gzipMagic):
		unzip, err := gzip.NewReader(whole)
		return unzip, done, err
	case bytes.HasPrefix(head, zstdMagic):
		unzip, err := zstd.NewReader(whole, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(maxWindow))
		return unzip, unzip.Close, err
	case bytes.HasPrefix(head, bzip2Magic):
		return bzip2.NewReader(whole), done, nil
	default:
		return whole, done, nil
	}
}
