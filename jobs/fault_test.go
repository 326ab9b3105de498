package jobs_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/statusgate/statusgate/jobs"
)

// mishap is what goes wrong with one operation of a storage.
type mishap string

const (
	refused mishap = "refused"                   // nothing is done
	unsure  mishap = "done, and told as refused" // as where a connection breaks
	late    mishap = "done after its time"
	torn    mishap = "stored in half"
	flipped mishap = "read with a wrong bit"
	gone    mishap = "refused, and all after it for 45 s" // longer than a lease lasts
)

// unlucky is a storage one operation of which goes wrong.
type unlucky struct {
	*memory
	mu    sync.Mutex
	left  int // operations until then
	what  mishap
	where string
	until time.Time // when it is over
}

// strikes tells whether this is the operation.
func (u *unlucky) strikes(operation string) mishap {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.left--
	switch {
	case u.left == 0:
		u.where, u.until = operation, time.Now().Add(45*time.Second)
		return u.what
	case u.left < 0 && u.what == gone && time.Now().Before(u.until):
		return gone
	}
	return ""
}

// suffer does an operation that may go wrong.
func (u *unlucky) suffer(operation string, do func(mishap) error) error {
	what := u.strikes(operation)
	switch what {
	case refused, gone:
		return errBroken
	case unsure, torn:
		return errors.Join(do(what), errBroken)
	case late:
		time.Sleep(20 * time.Second)
	case flipped: // as it is read
	}
	return do(what)
}

func (u *unlucky) Store(_ context.Context, key string, value []byte) error {
	value = bytes.Clone(value)
	return u.suffer("store "+key, func(what mishap) error {
		if what == torn {
			value = value[:len(value)/2]
		}
		return u.memory.Store(context.Background(), key, value)
	})
}

func (u *unlucky) Load(_ context.Context, key string) (value []byte, err error) {
	err = u.suffer("load "+key, func(what mishap) error {
		value, err = u.memory.Load(context.Background(), key)
		if what == flipped && err == nil {
			value[len(value)/2] ^= 4
		}
		return err
	})
	return value, err
}

func (u *unlucky) Delete(_ context.Context, key string) error {
	return u.suffer("delete "+key, func(mishap) error { return u.memory.Delete(context.Background(), key) })
}

func (u *unlucky) List(_ context.Context, prefix string, recursive bool) (keys []string, err error) {
	err = u.suffer("list "+prefix, func(mishap) error {
		keys, err = u.memory.List(context.Background(), prefix, recursive)
		return err
	})
	return keys, err
}

func (u *unlucky) Lock(ctx context.Context, name string) error {
	return u.suffer("lock "+name, func(what mishap) error {
		if what == unsure || what == torn {
			return nil // a lock that nobody gives back ends by itself
		}
		return u.memory.Lock(ctx, name)
	})
}

// struck tells where it went wrong, "" if it did not come to that.
func (u *unlucky) struck() string {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.where
}

// Whichever operation of the storage goes wrong, and however: a request is refused as a
// job, or the job ends as a success with its outcome, or as lost with a record. It is
// never both, its key begins no second one, and nothing is left of it in the end.
func TestWhicheverOperationGoesWrong(t *testing.T) {
	for _, what := range []mishap{refused, unsure, late, torn, flipped, gone} {
		t.Run(string(what), func(t *testing.T) {
			ends := make(map[string]int)
			for n := 1; ; n++ {
				end, where := "", ""
				synctest.Test(t, func(t *testing.T) { end, where = liveThrough(t, &unlucky{memory: newMemory(), left: n, what: what}) })
				if where == "" {
					t.Logf("%d operations: %v", n-1, ends)
					break
				}
				ends[end]++
			}
			if ends["succeeded"] == 0 || what == gone && (ends["refused"] == 0 || ends["lost"] == 0) {
				t.Errorf("got %v", ends)
			}
		})
	}
}

// liveThrough takes a job through its life on a storage, and tells how it ended and
// which operation went wrong.
func liveThrough(t *testing.T, u *unlucky) (end, where string) {
	k, _ := newKeeper(u)
	other, _ := newKeeper(u.memory)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	go k.Serve(ctx)
	life := &life{T: t, keeper: k, other: other, want: strings.Repeat("0123456789abcdef", 20_000)}
	end = life.live(u)
	stop()
	time.Sleep(72 * time.Hour)
	where = u.struck()
	last, _ := newKeeper(u.memory)
	var left []string
	for range 3 { // a lease that can't be read goes with the second
		last.Sweep(t.Context())
		left = slices.DeleteFunc(u.keys(), func(key string) bool { return strings.HasSuffix(key, "/secret") || strings.Contains(key, "/leases/") })
		if len(left) == 0 {
			break
		}
	}
	if len(left) > 0 {
		t.Errorf("%s %s: left %v", u.what, where, left)
	}
	if t.Failed() {
		t.Fatalf("%s: %s: %s", u.what, where, end)
	}
	return end, where
}

// life is a job, its keeper and another one.
type life struct {
	*testing.T
	keeper, other *jobs.Keeper
	want          string
}

func (l *life) live(u *unlucky) (end string) {
	t, ctx := l.T, l.Context()
	code, err := l.keeper.Code(ctx, "key", []byte("order"))
	if err != nil {
		return "refused"
	}
	p := plan()
	p.Key, p.Fingerprint = code, code
	run, there, err := l.keeper.Claim(ctx, p)
	if err != nil {
		time.Sleep(2 * time.Minute)
		again, there, err := l.other.Claim(ctx, p)
		if again == nil {
			t.Errorf("after one that was refused: got %v, %v", there, err)
		}
		if again != nil {
			again.Stop(ctx, jobs.Failed, jobs.Timeout)
			again.Release()
		}
		return "refused"
	}
	if run == nil {
		t.Fatalf("there is %v", there)
	}
	_, _ = fmt.Fprint(run.Spool(), l.want)
	told := run.End(ctx, outcome(200))
	run.Release()
	l.asked(told.State, run.ID(), p)
	return told.State.String()
}

// asked asks for a job that has ended, at both keepers, at once and later.
func (l *life) asked(told jobs.State, id jobs.ID, p *jobs.Plan) {
	if told != jobs.Succeeded && told != jobs.Lost {
		l.Errorf("ended as %v", told)
	}
	for _, k := range []*jobs.Keeper{l.keeper, l.other, l.keeper, l.other} {
		job, _, err := k.Look(l.Context(), id)
		if err == nil && told == jobs.Succeeded {
			var got strings.Builder
			err = k.Content(l.Context(), &job, func(part []byte) error {
				got.Write(part)
				return nil
			})
			if err == nil && got.String() != l.want {
				l.Errorf("got %d bytes of another outcome", got.Len())
			}
		}
		if err != nil && !errors.Is(err, jobs.ErrStorage) && (k == l.other || !errors.Is(err, jobs.ErrCorrupt)) {
			l.Errorf("asked for: %v", err) // for good, where another one would have had it
		}
		if err == nil && job.State != told && job.State != jobs.Running {
			l.Errorf("%v was told as %v", told, job.State)
		}
		time.Sleep(20 * time.Second)
	}
	job, _, err := l.other.Look(l.Context(), id)
	if errors.Is(err, jobs.ErrStorage) { // of the lease, which is written anew
		time.Sleep(20 * time.Second)
		job, _, err = l.other.Look(l.Context(), id)
	}
	if err != nil || job.State != told {
		l.Errorf("%v is told as %v, %v", told, job.State, err)
	}
	if again, there, err := l.other.Claim(l.Context(), p); err != nil || again != nil || there != id {
		l.Errorf("the same key again: %v, %v, %v", again, there, err)
	}
}
