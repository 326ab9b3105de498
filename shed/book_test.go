package shed_test

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/statusgate/statusgate/shed"
)

// appointments books n times for a class and counts the seconds that come out.
func appointments(b *shed.Book, n int, c shed.Class, now time.Duration, rate float64, limit int) map[int]int {
	got := map[int]int{}
	for range n {
		got[b.Appoint(c, now, 0, rate, limit)]++
	}
	return got
}

func TestAppointments(t *testing.T) {
	// 25 requests a second are delivered: 10 may come back in each second, 9 of
	// them whoever they are.
	const rate = 25
	tests := []struct {
		name  string
		class shed.Class
		n     int
		rate  float64
		limit int
		want  map[int]int
	}{
		{"the first one comes in a second", shed.Normal, 1, rate, 120, map[int]int{1: 1}},
		{"as many as there is time for", shed.Normal, 20, rate, 120, map[int]int{1: 9, 2: 9, 3: 2}},
		{"critical requests take the rest, too", shed.Critical, 20, rate, 120, map[int]int{1: 10, 2: 10}},
		{"background requests leave the next seconds to others", shed.Background, 20, rate, 120, map[int]int{10: 9, 11: 9, 12: 2}},
		{"exempt requests are like normal ones", shed.Exempt, 10, rate, 120, map[int]int{1: 9, 2: 1}},
		{"a backend that delivers next to nothing has time for one", shed.Normal, 3, .01, 120, map[int]int{1: 1, 2: 1, 3: 1}},
		{"nothing is left for critical requests alone where there is one", shed.Critical, 2, 0, 120, map[int]int{1: 1, 2: 1}},
		{"a negative rate is none", shed.Normal, 2, -5, 120, map[int]int{1: 1, 2: 1}},
		{"any rate is bounded", shed.Normal, 10, math.Inf(1), 120, map[int]int{1: 10}},
		{"background requests come in the last second where ten are too many", shed.Background, 2, rate, 5, map[int]int{5: 2}},
		{"no less than a second", shed.Normal, 30, rate, 0, map[int]int{1: 30}},
		{"a limit of one second leaves no choice", shed.Background, 30, rate, 1, map[int]int{1: 30}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var b shed.Book
			if got := appointments(&b, test.n, test.class, time.Hour, test.rate, test.limit); fmt.Sprint(got) != fmt.Sprint(test.want) {
				t.Errorf("%d of %v at a rate of %v within %d s: %v, want %v", test.n, test.class, test.rate, test.limit, got, test.want)
			}
		})
	}
}

func TestFullBookSpreadsOverTheLastHalf(t *testing.T) {
	for _, limit := range []int{20, 120, 3600} {
		var b shed.Book
		pages := min(limit, shed.BookPages-1)
		if got := appointments(&b, 9*pages, shed.Normal, 0, 25, limit); got[1] != 9 || got[pages] != 9 {
			t.Errorf("limit %d: %d in the first second, %d in the last; want 9 and 9", limit, got[1], got[pages])
		}
		const n = 100_000
		got := appointments(&b, n, shed.Normal, 0, 25, limit)
		half := limit - limit/2
		for second, count := range got {
			want := float64(n) / float64(limit/2+1)
			if second < half || second > limit || math.Abs(float64(count)-want) > 6*math.Sqrt(want) {
				t.Errorf("limit %d: %d are told to come in %d s, want %.0f from %d to %d", limit, count, second, want, half, limit)
			}
		}
		if got := b.Appoint(shed.Critical, 0, 0, 25, limit); got != 1 {
			t.Errorf("limit %d: a critical request is told to come in %d s, want 1: a part is kept for it", limit, got)
		}
	}
}

func TestSecondsThatPass(t *testing.T) {
	var b shed.Book
	appointments(&b, 20, shed.Normal, 10*time.Second, 25, 120) // 9, 9 and 2
	tests := []struct {
		name string
		now  time.Duration
		want int
	}{
		{"later in the same second", 10*time.Second + 999*time.Millisecond, 3},
		{"a second later", 11 * time.Second, 2},
		{"two seconds later", 12 * time.Second, 1},
		{"when all are over", 14 * time.Second, 1},
		{"a turn of the book later", 14*time.Second + shed.BookPages*time.Second, 1},
		{"days later", 100 * time.Hour, 1},
	}
	for _, test := range tests { // in order
		if got := b.Appoint(shed.Normal, test.now, 0, 25, 120); got != test.want {
			t.Errorf("%s: come back in %d s, want %d", test.name, got, test.want)
		}
	}
	// What was booked a turn ago does not count as booked now.
	for _, jump := range []int{shed.BookPages - 1, shed.BookPages, shed.BookPages + 1, 10 * shed.BookPages} {
		var b shed.Book
		appointments(&b, 9*(shed.BookPages-1), shed.Normal, 0, 25, 200)
		got := appointments(&b, 9*(shed.BookPages-1), shed.Normal, time.Duration(jump)*time.Second, 25, 200)
		if len(got) != shed.BookPages-1 || got[1] != 9 {
			t.Errorf("%d s later, those of %d seconds are free, %d in the first; want all", jump, len(got), got[1])
		}
	}
}

func TestNobodyComesBackIntoTheSameOverload(t *testing.T) {
	tests := []struct {
		lasted time.Duration
		limit  int
		want   int
	}{
		{0, 120, 1},
		{999 * time.Millisecond, 120, 1},
		{time.Second, 120, 2},
		{20 * time.Second, 120, 21},
		{time.Hour, 120, 33}, // but a quarter of the book is enough
	}
	for _, test := range tests {
		var b shed.Book
		if got := b.Appoint(shed.Normal, time.Minute, test.lasted, 25, test.limit); got != test.want {
			t.Errorf("after %v of overload: come back in %d s, want %d", test.lasted, got, test.want)
		}
	}
	var b shed.Book
	if got := b.Appoint(shed.Normal, time.Minute, time.Hour, 25, 10); got < 5 || got > 10 {
		t.Errorf("after an hour, at most 10 s: come back in %d s, want 5 to 10", got)
	}
}
