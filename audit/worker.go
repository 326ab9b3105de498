package audit

import (
	"bytes"
	"encoding/binary"
	"hash/maphash"

	"github.com/statusgate/statusgate/accesslog"
)

const (
	cacheSlots = 4096 // kinds of requests that a worker remembers
	maxKey     = 512  // bytes of the longest that it does
)

// worker counts what one core has parsed. Requests that look the same are counted
// where they were met first; only new ones go to the tally, which all workers share.
type worker struct {
	tally  *tally
	decide Decide
	host   string
	cache  []slot
	seed   maphash.Seed
	key    []byte
	loose  slot // for what is too long to be remembered
	times  series
	// elsewhere counts requests to another host, told those whose line tells the
	// status of the server behind apart from the one sent.
	elsewhere, told, accepts int64
}

// slot counts requests that look the same.
type slot struct {
	key      []byte
	count    int64
	row      *row
	response *int64
	change   change
}

// change is what a gate would make of a response.
type change uint8

const (
	changeNone change = iota
	changeStatus
	changeRefused
	changes
)

func newWorker(t *tally, decide Decide, host string) *worker {
	return &worker{tally: t, decide: decide, host: host, cache: make([]slot, cacheSlots), seed: maphash.MakeSeed()}
}

// entry counts a request.
func (w *worker) entry(e *accesslog.Entry) {
	if w.host != "" && len(e.Host) > 0 && !sameHost(string(e.Host), w.host) {
		w.elsewhere++
		return
	}
	if e.Backend != 0 && e.Backend != e.Status {
		w.told++
	}
	if e.Accept != nil {
		w.accepts++
	}
	received, path := e.Received(), e.Path()
	key := append(w.key[:0], e.Method...)
	key = append(append(key, 0), path...)
	key = append(append(key, 0), e.Accept...)
	key = binary.LittleEndian.AppendUint32(key, uint32(received)) //nolint:gosec // only told apart
	w.key = key
	s := &w.cache[maphash.Bytes(w.seed, key)%cacheSlots]
	if len(key) > maxKey {
		s = &w.loose
	}
	if s.count == 0 || !bytes.Equal(s.key, key) {
		w.replace(s, Request{Method: string(e.Method), Path: string(path), Accept: string(e.Accept), Received: received})
	}
	s.count++
	w.times.add(e.Time, s.change)
}

// replace makes s count other requests than it has counted before.
func (w *worker) replace(s *slot, r Request) {
	d := w.decide(r)
	t := w.tally
	t.mu.Lock()
	defer t.mu.Unlock()
	s.flush()
	reason := t.word(d.Reason)
	s.response = t.response(response{received: r.Received, sent: d.Sent, reason: reason})
	s.row = t.row(&r, &d, row{
		method: t.word(r.Method), reason: reason, refused: d.Refused,
		received: int32(r.Received), sent: int32(d.Sent), //nolint:gosec // statuses of at most nine digits
	})
	s.key = append(s.key[:0], w.key...)
	switch {
	case d.Refused:
		s.change = changeRefused
	case d.Sent != r.Received:
		s.change = changeStatus
	default:
		s.change = changeNone
	}
}

// flush counts what was met since the last time. The tally is locked.
func (s *slot) flush() {
	if s.count == 0 {
		return
	}
	s.row = s.row.final()
	s.row.count += s.count
	*s.response += s.count
	s.count = 0
}

// flush counts all that the worker still holds.
func (w *worker) flush() {
	for i := range w.cache {
		w.cache[i].flush()
	}
	w.loose.flush()
}
