package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/statusgate/statusgate/jobs"
)

func keyed(t *testing.T, k *jobs.Keeper, key, request string) *jobs.Plan {
	t.Helper()
	p := plan()
	var err, err2 error
	p.Key, err = k.Code(t.Context(), "key", []byte(key))
	p.Fingerprint, err2 = k.Code(t.Context(), "request", []byte(request))
	if err = errors.Join(err, err2); err != nil {
		t.Fatal(err)
	}
	return p
}

// Of requests with one key at once, at any keeper, one begins.
func TestOneOfManyBegins(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		var keepers []*jobs.Keeper
		for range 3 {
			k, _ := newKeeper(m)
			keepers = append(keepers, k)
		}
		var (
			mu   sync.Mutex
			runs []*jobs.Run
			ids  = make(map[jobs.ID]bool)
			wait sync.WaitGroup
		)
		for i := range 12 {
			wait.Go(func() {
				k := keepers[i%3]
				run, there, err := k.Claim(t.Context(), keyed(t, k, "a", "order"))
				mu.Lock()
				defer mu.Unlock()
				switch {
				case err != nil:
					t.Error(err)
				case run != nil:
					runs = append(runs, run)
				default:
					ids[there] = true
				}
			})
		}
		wait.Wait()
		if len(runs) != 1 || len(ids) != 1 || !ids[runs[0].ID()] {
			t.Fatalf("%d began, the others got %v", len(runs), ids)
		}
		p := keyed(t, keepers[0], "a", "another order")
		if _, _, err := keepers[0].Claim(t.Context(), p); !errors.Is(err, jobs.ErrOtherRequest) {
			t.Errorf("another request: got %v", err)
		}
		if _, err := keepers[1].Find(t.Context(), p.Key, p.Fingerprint); !errors.Is(err, jobs.ErrOtherRequest) {
			t.Errorf("another request: got %v", err)
		}
		// A job that can't be asked for any more has no key.
		job := runs[0].End(t.Context(), outcome(200))
		time.Sleep(2 * time.Hour)
		p = keyed(t, keepers[0], "a", "order")
		run, _, err := keepers[0].Claim(t.Context(), p)
		if err != nil || run == nil {
			t.Fatalf("after its time: %v", err)
		}
		if err := keepers[1].Remove(t.Context(), &job); err != nil {
			t.Error(err)
		}
		if id, err := keepers[1].Find(t.Context(), p.Key, p.Fingerprint); err != nil || id != run.ID() {
			t.Errorf("the key of the new job went with the old one: %v", err)
		}
		time.Sleep(48 * time.Hour)
		if _, err := keepers[1].Find(t.Context(), p.Key, p.Fingerprint); !errors.Is(err, jobs.ErrNone) {
			t.Errorf("got %v", err)
		}
	})
}

// A claim that fails leaves neither a job nor a key.
func TestClaimsThatFail(t *testing.T) {
	m := newMemory()
	k, _ := newKeeper(m)
	p := keyed(t, k, "a", "order")
	for _, fault := range []string{"lock", "/job$", "store statusgate/jobs/orders/keys", "load statusgate/jobs/orders/keys"} {
		m.failing(fault)
		if run, _, err := k.Claim(t.Context(), p); !errors.Is(err, jobs.ErrStorage) || run != nil {
			t.Errorf("%s: got %v", fault, err)
		}
		m.fail(nil)
		if left := append(m.with("/job$"), m.with("/keys/")...); len(left) > 0 {
			t.Errorf("%s: left %v", fault, left)
		}
	}
	if _, err := k.Find(t.Context(), p.Key, p.Fingerprint); !errors.Is(err, jobs.ErrNone) {
		t.Errorf("got %v", err)
	}
	run, _, err := k.Claim(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	m.failing("/keys/")
	job := run.End(t.Context(), outcome(200))
	if err := k.Remove(t.Context(), &job); !errors.Is(err, jobs.ErrStorage) {
		t.Errorf("got %v", err)
	}
	m.failing("delete statusgate/jobs/orders/keys")
	if err := k.Remove(t.Context(), &job); !errors.Is(err, jobs.ErrStorage) {
		t.Errorf("got %v", err)
	}
	m.fail(nil)
	for _, broken := range []string{`{"job":"none"}`, "no JSON"} {
		m.change(t, "/keys/", func([]byte) []byte { return jobs.SealText(m2key(m), broken) })
		if _, err := k.Find(t.Context(), p.Key, p.Fingerprint); !errors.Is(err, jobs.ErrStorage) || errors.Is(err, jobs.ErrCorrupt) {
			t.Errorf("%s: got %v", broken, err)
		}
	}
	if err := k.Remove(t.Context(), &job); err != nil {
		t.Error(err)
	}
}

// m2key is the first key of an idempotency key; the caller has the lock.
func m2key(m *memory) string {
	for key := range m.values {
		if strings.Contains(key, "/keys/") {
			return key
		}
	}
	return ""
}

// One who waits for another's claim gives up with his context.
func TestClaimsWaitForEachOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		k, _ := newKeeper(m)
		p := keyed(t, k, "a", "order")
		m.fail(func(ctx context.Context, operation string) error {
			if strings.Contains(operation, "lock") {
				time.Sleep(time.Second)
			}
			return nil
		})
		go func() { _, _, _ = k.Claim(context.Background(), p) }()
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		if _, _, err := k.Claim(ctx, p); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		if run, there, err := k.Claim(t.Context(), p); err != nil || run != nil || there == (jobs.ID{}) {
			t.Errorf("got %v, %v, %v", run, there, err)
		}
	})
}

// A lock that comes when nobody waits for it any more is given back.
func TestALockThatComesTooLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		k, _ := newKeeper(m)
		p := keyed(t, k, "a", "order")
		m.fail(func(_ context.Context, operation string) error {
			if strings.Contains(operation, "lock") {
				time.Sleep(16 * time.Second)
			}
			return nil
		})
		if _, _, err := k.Claim(t.Context(), p); !errors.Is(err, jobs.ErrStorage) {
			t.Errorf("got %v", err)
		}
		m.fail(nil)
		time.Sleep(time.Minute)
		if _, _, err := k.Claim(t.Context(), p); err != nil {
			t.Error(err)
		}
	})
}

// Keepers of one storage make the same codes; nobody else does.
func TestCodes(t *testing.T) {
	m := newMemory()
	k, _ := newKeeper(m)
	other, _ := newKeeper(m)
	stranger, _ := newKeeper(newMemory())
	code := func(k *jobs.Keeper, texts ...string) string {
		parts := make([][]byte, len(texts))
		for i, text := range texts {
			parts[i] = []byte(text)
		}
		code, err := k.Code(t.Context(), "owner", parts...)
		if err != nil {
			t.Fatal(err)
		}
		return code
	}
	if code(k, "ann") != code(other, "ann") || code(k, "ann") == code(stranger, "ann") || code(k, "a", "nn") == code(k, "an", "n") {
		t.Error("codes are not what they are to be")
	}
	for _, key := range m.keys() {
		if strings.Contains(string(m.values[key]), "ann") || strings.Contains(key, "ann") {
			t.Errorf("%s has the owner", key)
		}
	}
	m.change(t, "/secret", func(v []byte) []byte { return v[1:] })
	late, _ := newKeeper(m)
	if _, err := late.Code(t.Context(), "owner"); !errors.Is(err, jobs.ErrStorage) || errors.Is(err, jobs.ErrCorrupt) {
		t.Errorf("a secret that is corrupt: got %v", err)
	}
	empty := newMemory()
	refused, _ := newKeeper(empty)
	empty.failing("lock")
	if _, err := refused.Code(t.Context(), "owner"); !errors.Is(err, jobs.ErrStorage) {
		t.Errorf("a storage that fails: got %v", err)
	}
}

// The processes that are remembered are bounded.
func TestManyProcesses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		var ids []jobs.ID
		for range jobs.MaxFates + 2 {
			k, _ := newKeeper(m)
			run := begin(t, k)
			run.Stop(t.Context(), jobs.Canceled, jobs.ByClient)
			ids = append(ids, run.ID())
			k.Close(t.Context())
		}
		k, _ := newKeeper(m)
		for _, id := range ids {
			if job := look(t, k, id); job.State != jobs.Canceled {
				t.Fatal(job.State)
			}
		}
	})
}

func TestIDs(t *testing.T) {
	id := jobs.NewID()
	if again, ok := jobs.ParseID(id.String()); !ok || again != id || id == jobs.NewID() || !strings.HasPrefix(id.String(), id.Short()) || len(id.Short()) != 8 {
		t.Errorf("%v is read as %v", id, again)
	}
	text := id.String()
	for _, bad := range []string{"", text[1:], text + "0", strings.ToUpper("abcdef" + text[6:]), text[:31] + "g", text[:31] + "/", strings.Repeat("é", 16)} {
		if _, ok := jobs.ParseID(bad); ok {
			t.Errorf("%q is read as an ID", bad)
		}
	}
}

func TestStates(t *testing.T) {
	for state := range jobs.Lost + 1 {
		text, _ := state.MarshalText()
		var again jobs.State
		if err := again.UnmarshalText(text); err != nil || again != state {
			t.Errorf("%v is read as %v: %v", state, again, err)
		}
	}
	if got := fmt.Sprint(jobs.Lost + 1); got != "State(5)" {
		t.Errorf("got %s", got)
	}
	if err := new(jobs.State).UnmarshalText([]byte("unheard")); err == nil {
		t.Error("an unheard state is read")
	}
}

func TestPrefer(t *testing.T) {
	for text, want := range map[string]jobs.Preferences{
		"":                              {},
		"respond-async":                 {Async: true},
		"Respond-Async, wait=10":        {Async: true, Waits: true, Wait: 10 * time.Second},
		`wait="10"; x=y`:                {Waits: true, Wait: 10 * time.Second},
		"wait=1, wait=2":                {Waits: true, Wait: time.Second},
		"wait=-1, wait=x, wait":         {},
		`return="a\",wait=5,b", wait=3`: {Waits: true, Wait: 3 * time.Second},
		"wait=99999999999999":           {},
		strings.Repeat("a,", 40) + "respond-async": {},
	} {
		if got := jobs.ParsePrefer([]string{text}); got != want {
			t.Errorf("%q: got %+v, want %+v", text, got, want)
		}
	}
}

func FuzzPrefer(f *testing.F) {
	f.Add(`respond-async, wait=10, x="a\",b"`)
	f.Fuzz(func(t *testing.T, text string) {
		p := jobs.ParsePrefer([]string{text})
		if p.Wait < 0 || !p.Waits && p.Wait != 0 {
			t.Errorf("%q: got %+v", text, p)
		}
	})
}

// A client that was told to come back gets another answer when it does, and the old
// job does not take the key along.
func TestTheKeyOfWhatWasPutOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k, _ := newKeeper(newMemory())
		first, _, err := k.Claim(t.Context(), keyed(t, k, "a", "order"))
		if err != nil {
			t.Fatal(err)
		}
		putOff := first.End(t.Context(), outcome(503))
		p := keyed(t, k, "a", "order")
		if _, err := k.Find(t.Context(), p.Key, p.Fingerprint); !errors.Is(err, jobs.ErrNone) {
			t.Errorf("got %v", err)
		}
		second, _, err := k.Claim(t.Context(), p)
		if err != nil || second == nil {
			t.Fatalf("the second does not begin: %v", err)
		}
		if err := k.Remove(t.Context(), &putOff); err != nil {
			t.Error(err)
		}
		second.End(t.Context(), outcome(500))
		if id, err := k.Find(t.Context(), p.Key, p.Fingerprint); err != nil || id != second.ID() {
			t.Errorf("got %v, %v", id, err)
		}
	})
}
