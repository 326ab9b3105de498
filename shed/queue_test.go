package shed_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/statusgate/statusgate/shed"
)

func TestQueueServesTheMoreImportantFirst(t *testing.T) {
	bucket := shed.BucketOf
	tests := []struct {
		name    string
		buckets []int // of those that come, one after the other
		want    []int // in which order they are served
	}{
		{"nobody", nil, nil},
		{"one", []int{bucket(shed.Normal, 0, 5)}, []int{0}},
		{"the better class before the first come", []int{bucket(shed.Background, 0, 0), bucket(shed.Normal, 0, 0), bucket(shed.Critical, 0, 0)}, []int{2, 1, 0}},
		{"the class before the usage", []int{bucket(shed.Normal, 0, 0), bucket(shed.Critical, shed.Bands-1, shed.Cohorts-1)}, []int{1, 0}},
		{"who has had less before who has had more", []int{bucket(shed.Normal, 7, 0), bucket(shed.Normal, 1, 0), bucket(shed.Normal, 0, 0)}, []int{2, 1, 0}},
		{"the usage before the cohort", []int{bucket(shed.Normal, 1, 0), bucket(shed.Normal, 0, shed.Cohorts-1)}, []int{1, 0}},
		{"the lower cohort first", []int{bucket(shed.Normal, 0, 64), bucket(shed.Normal, 0, 63), bucket(shed.Normal, 0, 127)}, []int{1, 0, 2}},
		{"the first come where nothing tells them apart", []int{9, 9, 9}, []int{0, 1, 2}},
		{"the first and the last bucket", []int{shed.Buckets - 1, 0}, []int{1, 0}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			for _, end := range []string{"best", "worst"} {
				var q shed.Queue
				places := make([]*shed.Place, len(test.buckets))
				for i, b := range test.buckets {
					places[i] = &shed.Place{}
					q.Push(places[i], b)
				}
				var got []int
				take := q.Best
				if end == "worst" {
					take = q.Worst
				}
				for p := take(); p != nil; p = take() {
					got = append(got, slices.Index(places, p))
					q.Remove(p)
				}
				want := slices.Clone(test.want)
				if end == "worst" {
					slices.Reverse(want)
				}
				if !slices.Equal(got, want) {
					t.Errorf("the %s of %v: %v, want %v", end, test.buckets, got, want)
				}
			}
		})
	}
}

// naive is a queue as one would write it: a list in order of arrival.
type naive []*shed.Place

// best is the first of the lowest bucket.
func (n naive) best() *shed.Place {
	if len(n) == 0 {
		return nil
	}
	return slices.MinFunc(n, func(a, b *shed.Place) int { return cmp.Compare(a.Bucket(), b.Bucket()) })
}

// worst is the last of the highest bucket.
func (n naive) worst() *shed.Place {
	var worst *shed.Place
	for _, p := range n {
		if worst == nil || p.Bucket() >= worst.Bucket() {
			worst = p
		}
	}
	return worst
}

func (n naive) upTo(bucket int) int {
	count := 0
	for _, p := range n {
		if p.Bucket() <= bucket {
			count++
		}
	}
	return count
}

func (n naive) size() int {
	size := 0
	for _, p := range n {
		size += p.Size
	}
	return size
}

func (n naive) oldest() *shed.Place {
	if len(n) == 0 {
		return nil
	}
	return n[0]
}

func TestQueueIsWhatAListWouldBe(t *testing.T) {
	for seed := range uint64(4) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			rng := rand.New(rand.NewPCG(seed, 3))
			spread := []int{3, 64, 200, shed.Buckets}[seed] // few buckets, a word of them, several, all
			offset := rng.IntN(shed.Buckets - spread + 1)
			var q shed.Queue
			var list naive
			for step := range 20_000 {
				// It fills up and empties in turns.
				if grow := step/500%2 == 0; len(list) == 0 || rng.IntN(3) > 0 == grow {
					p := &shed.Place{Size: rng.IntN(1000)}
					q.Push(p, offset+rng.IntN(spread))
					list = append(list, p)
				} else {
					i := []int{0, len(list) - 1, rng.IntN(len(list))}[rng.IntN(3)]
					p := list[i]
					q.Remove(p)
					list = slices.Delete(list, i, i+1)
					if p.Linked() {
						t.Fatalf("step %d: one that was taken out still points to others", step)
					}
				}
				compare(t, step, &q, list, rng.IntN(shed.Buckets))
			}
		})
	}
}

// compare fails unless a queue is what the list is.
func compare(t *testing.T, step int, q *shed.Queue, list naive, bucket int) {
	t.Helper()
	if q.Best() != list.best() || q.Worst() != list.worst() || q.Oldest() != list.oldest() {
		t.Fatalf("step %d: best %p, worst %p, oldest %p; want %p, %p, %p", step,
			q.Best(), q.Worst(), q.Oldest(), list.best(), list.worst(), list.oldest())
	}
	if q.Len() != len(list) || q.Size() != list.size() {
		t.Fatalf("step %d: %d wait with %d bytes, want %d with %d", step, q.Len(), q.Size(), len(list), list.size())
	}
	if got, want := q.UpTo(bucket), list.upTo(bucket); got != want {
		t.Fatalf("step %d: %d wait up to bucket %d, want %d", step, got, bucket, want)
	}
	for c := range shed.Exempt {
		if got, want := q.UpToClass(c), list.upTo((int(c)+1)*shed.ClassBuckets-1); got != want {
			t.Fatalf("step %d: %d wait up to %v, want %d", step, got, c, want)
		}
	}
}

func TestGhostsGoInOrder(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 4))
	var g shed.Ghosts
	var list []time.Duration
	for step := range 20_000 {
		if grow := step/2500%2 == 0; len(list) == 0 || rng.IntN(3) > 0 == grow {
			until := time.Duration(rng.IntN(500))
			g.Push(until)
			at, _ := slices.BinarySearch(list, until)
			list = slices.Insert(list, at, until)
			continue
		}
		if got := g.Pop(); got != list[0] {
			t.Fatalf("step %d: %v went, want %v", step, got, list[0])
		}
		list = list[1:]
		if g.Len() != len(list) {
			t.Fatalf("step %d: %d are left, want %d", step, g.Len(), len(list))
		}
	}
}

func TestGhostsGiveBackWhatAnIncidentTook(t *testing.T) {
	var g shed.Ghosts
	for i := range 5000 {
		g.Push(time.Duration(i))
	}
	for range 5000 {
		g.Pop()
	}
	if g.Cap() != 0 {
		t.Errorf("room for %d ghosts is kept", g.Cap())
	}
	g.Push(1)
	g.Pop()
	if g.Cap() == 0 {
		t.Error("room for a single one is given back each time")
	}
}
