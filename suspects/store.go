package suspects

import (
	"cmp"
	"slices"
	"sync"
	"time"
)

// MaxKept bounds what a [Store] keeps. What was not seen for longest makes room.
const MaxKept = 256

// Suspect is a success that looks like an error, as it was seen at one place.
type Suspect struct {
	Kind Kind `json:"kind"`
	// Path is the template of the path, or its shape.
	Path string `json:"path"`
	// Type is the media type that the body was labelled with.
	Type string `json:"type"`
	// Status is the one that it was sent with.
	Status int `json:"status"`
	// Seen says what looked like an error, and where.
	Seen string `json:"seen"`
	// Rule is the line of a configuration that would catch it.
	Rule string `json:"rule"`
	// Count is how often it came. Where only some bodies were looked at, it is
	// reckoned from these.
	Count int64 `json:"count"`
	// First and Last are when it was seen.
	First time.Time `json:"first"`
	Last  time.Time `json:"last"`
}

// Store keeps suspects. It is safe for concurrent use.
type Store struct {
	mu   sync.Mutex
	kept []Suspect
}

// Add takes note of a finding. Weight is how many bodies it stands for.
func (s *Store) Add(f Finding, path, contentType string, status int, weight int64, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.kept, func(k Suspect) bool {
		return k.Seen == f.Seen && k.Path == path && k.Type == contentType && k.Status == status && k.Kind == f.Kind
	})
	if i < 0 {
		if i = len(s.kept); i < MaxKept {
			s.kept = append(s.kept, Suspect{})
		} else {
			i = s.oldest()
		}
		s.kept[i] = Suspect{Kind: f.Kind, Path: path, Type: contentType, Status: status, Seen: f.Seen, Rule: f.Rule, First: now}
	}
	s.kept[i].Count += weight
	s.kept[i].Last = now
}

func (s *Store) oldest() int {
	oldest := 0
	for i := range s.kept {
		if s.kept[i].Last.Before(s.kept[oldest].Last) {
			oldest = i
		}
	}
	return oldest
}

// List gives what is kept, the most frequent first.
func (s *Store) List() []Suspect {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := slices.Clone(s.kept)
	slices.SortStableFunc(list, func(a, b Suspect) int { return cmp.Compare(b.Count, a.Count) })
	return list
}
