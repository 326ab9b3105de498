package telemetry

import (
	"cmp"
	"slices"
	"sync"
	"time"
)

// keptUnknown bounds the statuses that nobody knows and that are kept, by status
// and path. The oldest makes room.
const keptUnknown = 64

// UnknownStatus is a status that nobody knows, as it was received.
type UnknownStatus struct {
	// Status is the number in the status line.
	Status int `json:"status"`
	// Path is the template of the path, or its shape.
	Path string `json:"path"`
	// Count is how often it came.
	Count int64 `json:"count"`
	// First and Last are when.
	First time.Time `json:"first"`
	Last  time.Time `json:"last"`
}

// unknowns keeps the statuses that nobody knows.
type unknowns struct {
	mu   sync.Mutex
	kept []UnknownStatus
	said map[int]told
}

// told is when a status was told of, and how often it has come since.
type told struct {
	at     time.Time
	unsaid int64
}

// add takes note of a status. It reports whether to tell of it, each status once in
// [Quiet], and how often it came untold since.
func (u *unknowns) add(status int, path string) (say bool, unsaid int64) {
	now := time.Now()
	u.mu.Lock()
	defer u.mu.Unlock()
	i := slices.IndexFunc(u.kept, func(k UnknownStatus) bool { return k.Status == status && k.Path == path })
	if i < 0 {
		if i = len(u.kept); i < keptUnknown {
			u.kept = append(u.kept, UnknownStatus{})
		} else {
			i = u.oldest()
		}
		u.kept[i] = UnknownStatus{Status: status, Path: path, First: now}
	}
	u.kept[i].Count++
	u.kept[i].Last = now
	before, ok := u.said[status]
	if ok && now.Sub(before.at) < Quiet {
		before.unsaid++
		u.said[status] = before
		return false, 0
	}
	if u.said == nil || !ok && len(u.said) >= keptUnknown {
		u.said = make(map[int]told) // a backend that makes up numbers is told of more often
	}
	u.said[status] = told{at: now}
	return true, before.unsaid
}

func (u *unknowns) oldest() int {
	oldest := 0
	for i := range u.kept {
		if u.kept[i].Last.Before(u.kept[oldest].Last) {
			oldest = i
		}
	}
	return oldest
}

// list gives what is kept, the latest first.
func (u *unknowns) list() []UnknownStatus {
	u.mu.Lock()
	defer u.mu.Unlock()
	list := slices.Clone(u.kept)
	slices.SortStableFunc(list, func(a, b UnknownStatus) int { return cmp.Compare(b.Last.UnixNano(), a.Last.UnixNano()) })
	return list
}
