package jobs

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// maxChunk is how large the value of a chunk is at most, in bytes, its seal
	// included.
	maxChunk = 128 << 10
	// minChunk is how much a spool may hold at least before it stores a chunk, in
	// bytes, however many there are.
	minChunk = 16 << 10
	// allBuffers is what all spools of a keeper may hold together, in bytes, as long
	// as the least of each leaves that to them.
	allBuffers = 8 << 20
	// maxInline is how long content may be to stand in the record of the end.
	maxInline = 32 << 10
	// firstBuffer is how much room a spool begins with, in bytes.
	firstBuffer = 4 << 10
)

// ErrTooLarge says that content is longer than what is kept of an outcome.
var ErrTooLarge = errors.New("the outcome is larger than what is kept of one")

// buffers shares memory among the spools that hold something.
type buffers struct{ spools atomic.Int64 }

// share is how large the buffer of one spool may be.
func (b *buffers) share() int {
	return int(min(max(allBuffers/max(b.spools.Load(), 1), minChunk), maxChunk))
}

// Spool takes the content of an outcome to storage, part by part, so that little
// of it is in memory. Its errors are final. One goroutine at a time may write.
type Spool struct {
	run    *Run
	mu     sync.Mutex
	buffer []byte // the content behind room for a seal; nil: there is none
	chunks int
	length int64
	err    error
	ended  bool
}

// Write takes a part of the content. It fails with [ErrTooLarge] where that
// becomes longer than what is kept, and with an error of the storage.
func (s *Spool) Write(p []byte) (n int, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.check(len(p))
	for n < len(p) && s.err == nil {
		room := s.room()
		part := p[n:min(len(p), n+room)]
		s.buffer = append(s.buffer, part...)
		s.length += int64(len(part))
		n += len(part)
		if len(part) == room {
			s.flush()
		}
	}
	return n, s.err
}

// check fails where content of some length can't be taken.
func (s *Spool) check(bytes int) {
	switch {
	case s.err != nil:
	case s.ended:
		s.err = ErrNone
	case s.length+int64(bytes) > s.run.plan.Limit:
		s.err = ErrTooLarge
	}
}

// room is how much more the buffer may take before it is stored. It grows in steps,
// so that a short outcome takes little memory.
func (s *Spool) room() int {
	if s.buffer == nil {
		s.run.keeper.buffers.spools.Add(1)
		s.buffer = make([]byte, sealSize, firstBuffer)
	}
	share := s.run.keeper.buffers.share()
	if len(s.buffer) == cap(s.buffer) && cap(s.buffer) < share {
		s.buffer = append(grown(cap(s.buffer), share), s.buffer...)
	}
	return max(min(cap(s.buffer), share)-len(s.buffer), 0)
}

// large are buffers for whole chunks.
var large = sync.Pool{New: func() any {
	buffer := make([]byte, 0, maxChunk)
	return &buffer
}}

// grown is an empty buffer that is larger than another. Beyond what may stand in a
// record, it is as large as a chunk where there is room for that.
func grown(size, share int) []byte {
	if share == maxChunk && size >= maxInline {
		return *large.Get().(*[]byte)
	}
	return make([]byte, 0, min(2*size, share))
}

// content is what the buffer has.
func (s *Spool) content() []byte {
	if s.buffer == nil {
		return nil
	}
	return s.buffer[sealSize:]
}

// flush stores what the buffer has if it has its share.
func (s *Spool) flush() {
	if len(s.buffer) >= s.run.keeper.buffers.share() {
		s.storeChunk(context.Background())
	}
}

// storeChunk stores a chunk. The work may wait for the storage so long: no more of
// its answer is taken meanwhile. A storage that failed may be at work on the buffer
// still, which is not used again then.
func (s *Spool) storeChunk(ctx context.Context) {
	r := s.run
	key := r.keeper.root.chunk(r.job.ID, s.chunks)
	sealInPlace(key, s.buffer)
	var err error
	for try := range saveTries {
		if try > 0 && !pause(ctx, time.Duration(try)*saveWait) {
			break
		}
		if err = r.keeper.vault.store(ctx, key, s.buffer); err == nil {
			s.chunks++
			if s.buffer = s.buffer[:sealSize]; try > 0 {
				s.buffer = make([]byte, sealSize, firstBuffer)
			}
			return
		}
	}
	r.keeper.failed(err)
	s.err = err
}

// finish says in an outcome where its content is. It is false where not all of it
// could be stored.
func (s *Spool) finish(ctx context.Context, o *Outcome) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err == nil && s.chunks == 0 && len(s.buffer) <= maxInline {
		o.Length, o.Chunks, o.inline = s.length, 0, s.content()
		return true
	}
	if s.err == nil && len(s.content()) > 0 {
		s.storeChunk(ctx)
	}
	o.Length, o.Chunks = s.length, s.chunks
	return s.err == nil
}

// Content gives what has been written, where all of it is in memory still.
func (s *Spool) Content() (content []byte, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.content(), s.chunks == 0 && s.err == nil
}

// Replace puts content in place of what has been written, where all of that is in
// memory still.
func (s *Spool) Replace(content []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.chunks == 0 && s.err == nil {
		if s.buffer == nil {
			s.run.keeper.buffers.spools.Add(1)
		}
		s.buffer = append(make([]byte, sealSize, sealSize+len(content)), content...)
		s.length = int64(len(content))
	}
}

// Length is how long the content is by now, in bytes.
func (s *Spool) Length() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.length
}

// Err is why content is not taken any more, nil while it is.
func (s *Spool) Err() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}

// drop gives the memory back. Nothing is taken any more.
func (s *Spool) drop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ended = true
	if s.buffer != nil {
		s.run.keeper.buffers.spools.Add(-1)
	}
	if s.err == nil && s.chunks > 0 && cap(s.buffer) == maxChunk {
		buffer := s.buffer[:0]
		large.Put(&buffer)
	}
	s.buffer = nil
}
