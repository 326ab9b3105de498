package accesslog

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"sync"
	"time"
)

const (
	maxWorkers = 8
	maxUnread  = 10  // lines that can't be read and are kept
	maxText    = 200 // bytes of each
	maxFacts   = 10  // files with something to tell that are kept
)

// Input says what Read reads, and how.
type Input struct {
	// Paths are files, folders and "-", which is Stdin. They are read in their
	// order; a folder's files by name. No paths at all mean Stdin.
	Paths []string
	// Stdin is read for "-".
	Stdin io.Reader
	// Format is that of all files; Auto finds each one's.
	Format Format
	// Keys are those of JSON.
	Keys Keys
	// Workers is how many cores parse; 0 means all that Go uses, up to 8.
	Workers int
	// Since and Until leave out what was logged before the one, and at the other
	// or later; a line without a time, too. Zero times leave out nothing.
	Since, Until time.Time
	// Progress is called after each block from a goroutine of Read's; nil where
	// nobody wants to know.
	Progress func(Progress)
}

// Progress tells how far a Read has come.
type Progress struct {
	// Bytes have been read, as they are stored: compressed.
	Bytes int64
	// Total is the size of all files, -1 where it can't be known.
	Total int64
	// Lines have been met.
	Lines int64
}

// Summary is what Read has met.
type Summary struct {
	// Lines are those that tell of a request and those that can't be read; blank
	// lines and directives are none, nor is what Since and Until leave out.
	Lines int64
	// Unread are the lines that can't be read.
	Unread int64
	// Outside are those that Since and Until left out.
	Outside int64
	// First are the first ten lines that could not be read.
	First []Unread
	// Formats counts the lines of each layout that was read, by its name.
	Formats map[string]int64
	// Failed are the first ten files that were not read to their end: missing,
	// broken, or found in a folder and not known for an access log.
	Failed []error
	// Failures counts all of those.
	Failures int
}

// Unread is a line that could not be read.
type Unread struct {
	File string
	Line int64
	// Text is the beginning of the line, at most 200 bytes of it.
	Text string
	Why  error
}

// Read reads all of in. It calls worker for each of its workers, from one goroutine
// and before any line, and what that returns for each entry, from the worker's own
// goroutine; the entry is valid during the call. Where ctx ends, Read returns what
// it has, with the cause; a Read on Stdin that does not return is then left behind.
//
// Nothing in a file is an error: see Summary. Errors are those of in itself, and
// that not a single file could be read.
func Read(ctx context.Context, in *Input, worker func(i int) func(*Entry)) (*Summary, error) {
	paths := in.Paths
	if len(paths) == 0 {
		paths = []string{"-"}
	}
	var keys *jsonKey
	if in.Format == JSON {
		var err error
		if keys, err = in.Keys.tree(); err != nil {
			return nil, err
		}
	}
	list, total, missing := files(paths)
	if len(list) == 0 {
		if missing == nil {
			missing = errors.New("no files in the folder")
		}
		return nil, missing
	}
	if in.Stdin == nil && slices.ContainsFunc(list, func(f file) bool { return f.name == "-" }) {
		return nil, errors.New("no standard input to read")
	}
	workers := in.Workers
	if workers <= 0 {
		workers = min(runtime.GOMAXPROCS(0), maxWorkers)
	}
	inner, stop := context.WithCancel(ctx)
	defer stop()
	c := &cutter{
		ctx: inner, in: in, files: list, total: total, keys: keys,
		blocks: make(chan block), free: make(chan []byte, workers+2),
	}
	for range workers + 2 {
		c.free <- make([]byte, blockSize)
	}
	cut := make(chan struct{})
	go func() {
		c.cut()
		close(cut)
	}()
	summary := c.parse(workers, worker)
	if ctx.Err() != nil {
		return summary, context.Cause(ctx)
	}
	<-cut
	summary.addFacts(missing, c.facts)
	return summary, nil
}

// addFacts takes the files that were not read.
func (s *Summary) addFacts(missing error, facts []fileFact) {
	if missing != nil {
		s.Failed = append(s.Failed, missing)
		s.Failures++
	}
	for _, fact := range facts {
		s.Failures++
		if len(s.Failed) < maxFacts {
			s.Failed = append(s.Failed, fmt.Errorf("%s: %w", fact.name, fact.err))
		}
	}
}

// parse runs the workers until there are no more blocks.
func (c *cutter) parse(workers int, worker func(i int) func(*Entry)) *Summary {
	readers := make([]*reader, workers)
	var wait sync.WaitGroup
	for i := range readers {
		readers[i] = &reader{each: worker(i), since: c.in.Since, until: c.in.Until, sum: Summary{Formats: make(map[string]int64)}}
	}
	for _, r := range readers {
		wait.Go(func() { r.run(c) })
	}
	wait.Wait()
	sum := &Summary{Formats: make(map[string]int64)}
	var unread []unreadAt
	for _, r := range readers {
		sum.Lines += r.sum.Lines
		sum.Unread += r.sum.Unread
		sum.Outside += r.sum.Outside
		for name, n := range r.sum.Formats {
			sum.Formats[name] += n
		}
		unread = append(unread, r.unread...)
	}
	slices.SortFunc(unread, func(a, b unreadAt) int {
		if a.file != b.file {
			return a.file - b.file
		}
		return int(a.Line - b.Line)
	})
	for _, u := range unread[:min(len(unread), maxUnread)] {
		sum.First = append(sum.First, u.Unread)
	}
	return sum
}

// unreadAt is an unread line of the file with this number.
type unreadAt struct {
	Unread
	file int
}

// reader is one worker.
type reader struct {
	each         func(*Entry)
	since, until time.Time
	sum          Summary
	unread       []unreadAt // the first ten that this worker has met: it meets blocks in their order
	layout       *Layout
	parser       *Parser
}

func (r *reader) run(c *cutter) {
	for {
		select {
		case b, ok := <-c.blocks:
			if !ok {
				return
			}
			r.block(&b)
			c.release(b.text)
		case <-c.ctx.Done():
			return
		}
	}
}

func (r *reader) block(b *block) {
	if r.layout != b.layout {
		r.layout, r.parser = b.layout, NewParser(*b.layout)
	}
	since, until := bounds(r.since, r.until)
	var e Entry
	before := r.sum.Lines
	number := b.line
	for text := b.text; len(text) > 0; number++ {
		line := text
		if end := bytes.IndexByte(text, '\n'); end >= 0 {
			line, text = text[:end], text[end+1:]
		} else {
			text = nil
		}
		switch err := r.parser.Parse(line, &e); {
		case err == nil && (e.Time < since || e.Time >= until):
			r.sum.Outside++
		case err == nil:
			r.sum.Lines++
			r.each(&e)
		case !errors.Is(err, ErrNoEntry):
			r.fail(b, line, number, err)
		}
	}
	if n := r.sum.Lines - before; n > 0 {
		r.sum.Formats[r.layout.String()] += n
	}
}

// bounds are the times that an entry may have, in nanoseconds since 1970.
func bounds(since, until time.Time) (from, to int64) {
	from, to = -1<<63, 1<<63-1
	if !since.IsZero() {
		from = since.UnixNano()
	}
	if !until.IsZero() {
		to = until.UnixNano()
		from = max(from, 1) // a line without a time is at 0
	}
	return from, to
}

func (r *reader) fail(b *block, line []byte, number int64, err error) {
	r.sum.Lines++
	r.sum.Unread++
	if len(line) == blockSize {
		err = errTooLong
	}
	if len(r.unread) == maxUnread {
		return
	}
	r.unread = append(r.unread, unreadAt{file: b.file, Unread: Unread{
		File: b.name, Line: number, Text: string(line[:min(len(line), maxText)]), Why: err,
	}})
}
