package jobs_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/caddyserver/certmagic"
)

// sharedStore is where several Caddys keep their jobs.
type sharedStore interface {
	line() string               // how a Caddyfile names it
	storage() certmagic.Storage // a way to it for the test
	stop()                      // takes it away, with all that is in it
	start()                     // brings it back
	version() string
}

// files are a folder.
type files struct {
	t      *testing.T
	folder string
}

func startFiles(t *testing.T) sharedStore {
	t.Helper()
	f := &files{t, filepath.Join(t.TempDir(), "storage")}
	if err := os.Mkdir(f.folder, 0o700); err != nil {
		t.Fatal(err)
	}
	return f
}

func (f *files) line() string               { return "file_system " + f.folder }
func (f *files) storage() certmagic.Storage { return &certmagic.FileStorage{Path: f.folder} }
func (*files) version() string              { return "file_system" }

// stop puts a file where the folder was, so that nothing can be stored there.
func (f *files) stop() {
	if err := os.Rename(f.folder, f.folder+".away"); err != nil {
		f.t.Fatal(err)
	}
	if err := os.WriteFile(f.folder, nil, 0o600); err != nil {
		f.t.Fatal(err)
	}
}

func (f *files) start() {
	_ = os.Remove(f.folder)
	if err := os.Rename(f.folder+".away", f.folder); err != nil {
		f.t.Fatal(err)
	}
}

// pair are two Caddys on one storage, and the backend behind both.
type pair struct {
	store   sharedStore
	backend *legacy
	a, b    *process
}

const pairOptions = "match path /*\nafter 0s\nowner {http.request.header.X-User}"

// stores are the storages that jobs are tested on.
var stores = map[string]func(*testing.T) sharedStore{"files": startFiles, "redis": startRedis, "s3": startS3}

// Jobs are kept on storages of others as on files: any Caddy answers for any job, each
// job is its owner's, a key begins one job, and one that is killed leaves a record.
func TestStorages(t *testing.T) {
	for name, start := range stores {
		t.Run(name, func(t *testing.T) {
			t.Parallel() // what takes long is leases, which end by themselves
			p := &pair{store: start(t), backend: newLegacy(t)}
			t.Log(p.store.version())
			global := "storage " + p.store.line()
			p.a, p.b = startProcess(t, global, pairOptions, p.backend.URL), startProcess(t, global, pairOptions, p.backend.URL)
			p.completes(t)
			p.isItsOwners(t)
			p.isCanceled(t)
			p.hasOneJobForAKey(t)
			p.leavesNothing(t)
			p.goesOnWithoutItsStorage(t)
			p.isLostWithItsCaddy(t)
		})
	}
}

// accepted sends a request that becomes a job, and gives the job's path.
func (p *pair) accepted(t *testing.T, at *process, path string, fields ...string) string {
	t.Helper()
	a, text := ask(t, "POST", "http://"+at.address+path, "ann", fields...)
	if a.StatusCode != http.StatusAccepted {
		t.Fatalf("%s: got %d\n%s", path, a.StatusCode, text)
	}
	_, id, _ := strings.Cut(a.Header.Get("Location"), "/jobs/")
	return "/jobs/" + id
}

func (p *pair) completes(t *testing.T) {
	for path, want := range map[string]string{"/orders": `{"id":17}`, "/large": string(largeOutcome)} {
		job := p.accepted(t, p.a, path)
		<-p.backend.began
		for _, c := range []*process{p.a, p.b} {
			if status, text := get(t, "http://"+c.address+job, "ann"); status != http.StatusAccepted {
				t.Errorf("%s, while it runs: got %d\n%s", path, status, text)
			}
		}
		p.backend.free <- struct{}{}
		for _, c := range []*process{p.b, p.a, p.b} {
			if status, text := get(t, "http://"+c.address+job, "ann", "Prefer", "wait=30"); status != http.StatusOK || text != want {
				t.Errorf("%s: got %d with %d bytes", path, status, len(text))
			}
		}
		p.delete(t, p.b, job, http.StatusOK)
		for _, c := range []*process{p.a, p.b} {
			if status, _ := get(t, "http://"+c.address+job, "ann"); status != http.StatusNotFound {
				t.Errorf("%s, deleted: got %d", path, status)
			}
		}
	}
}

func (p *pair) delete(t *testing.T, at *process, job string, want int) {
	t.Helper()
	if a, text := ask(t, "DELETE", "http://"+at.address+job, "ann"); a.StatusCode != want {
		t.Errorf("DELETE: got %d, want %d\n%s", a.StatusCode, want, text)
	}
}

func (p *pair) isItsOwners(t *testing.T) {
	job := p.accepted(t, p.a, "/orders")
	<-p.backend.began
	for range 2 { // while it runs, and once it has ended
		for _, c := range []*process{p.a, p.b} {
			for _, method := range []string{"GET", "DELETE"} {
				if a, _ := ask(t, method, "http://"+c.address+job, "bob"); a.StatusCode != http.StatusNotFound {
					t.Errorf("%s by another: got %d", method, a.StatusCode)
				}
			}
		}
		select {
		case p.backend.free <- struct{}{}:
		default:
		}
		get(t, "http://"+p.a.address+job, "ann", "Prefer", "wait=30")
	}
	<-p.backend.free // the second was of no use
	p.delete(t, p.a, job, http.StatusOK)
}

func (p *pair) isCanceled(t *testing.T) {
	job := p.accepted(t, p.a, "/orders")
	<-p.backend.began
	p.delete(t, p.b, job, http.StatusAccepted) // which does not run it
	select {
	case <-p.backend.gone:
	case <-time.After(time.Minute):
		t.Fatal("the backend works on")
	}
	for _, c := range []*process{p.a, p.b} {
		get(t, "http://"+c.address+job, "ann", "Prefer", "wait=30")
		if state, _ := p.state(t, c, job); state != "canceled" {
			t.Errorf("got %s", state)
		}
	}
	p.delete(t, p.a, job, http.StatusOK)
}

// state is that of a job, and its cause.
func (p *pair) state(t *testing.T, at *process, job string) (state, cause string) {
	t.Helper()
	var doc struct{ State, Cause string }
	status, text := get(t, "http://"+at.address+job+"/state", "ann")
	if err := json.Unmarshal([]byte(text), &doc); err != nil || status != http.StatusOK {
		t.Errorf("state: got %d\n%s", status, text)
	}
	return doc.State, doc.Cause
}

func (p *pair) hasOneJobForAKey(t *testing.T) {
	const rounds = 8
	for round := range rounds {
		key := "key " + itoa(round)
		var (
			asking sync.WaitGroup
			mu     sync.Mutex
			seen   = make(map[string]bool)
		)
		for i := range 4 {
			asking.Go(func() {
				job := p.accepted(t, []*process{p.a, p.b}[i%2], "/orders", "Idempotency-Key", key)
				mu.Lock()
				defer mu.Unlock()
				seen[job] = true
			})
		}
		asking.Wait()
		<-p.backend.began
		if len(seen) != 1 || len(p.backend.began) > 0 {
			t.Fatalf("round %d: %d jobs, %d more at the backend", round, len(seen), len(p.backend.began))
		}
		if a, _ := ask(t, "POST", "http://"+p.b.address+"/others", "ann", "Idempotency-Key", key); a.StatusCode != http.StatusBadRequest {
			t.Errorf("another request with the key: got %d", a.StatusCode)
		}
		p.backend.free <- struct{}{}
		for job := range seen {
			get(t, "http://"+p.a.address+job, "ann", "Prefer", "wait=30")
			if a, text := ask(t, "POST", "http://"+p.b.address+"/orders", "ann", "Idempotency-Key", key); a.StatusCode != http.StatusOK || text != `{"id":17}` {
				t.Errorf("again: got %d\n%s", a.StatusCode, text)
			}
			p.delete(t, p.b, job, http.StatusOK)
		}
	}
}

// leavesNothing looks for keys of jobs that are gone.
func (p *pair) leavesNothing(t *testing.T) {
	storage := p.store.storage()
	keys, err := storage.List(t.Context(), "statusgate", true)
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range keys {
		_, rest, _ := strings.Cut(strings.TrimPrefix(key, "/"), "statusgate/jobs/")
		_, rest, _ = strings.Cut(rest, "/")
		part, name, _ := strings.Cut(rest, "/")
		if value, err := storage.Load(t.Context(), key); err == nil && part != "leases" && rest != "secret" {
			t.Errorf("%s %s is left, with %d bytes", part, name, len(value))
		}
	}
}

// goesOnWithoutItsStorage takes the storage away: there are no jobs then, and the
// backend is asked all the same. What was promised is told once the storage is back.
func (p *pair) goesOnWithoutItsStorage(t *testing.T) {
	job := p.accepted(t, p.a, "/orders")
	<-p.backend.began
	p.backend.free <- struct{}{}
	get(t, "http://"+p.a.address+job, "ann", "Prefer", "wait=30")
	p.store.stop()
	p.backend.free <- struct{}{}
	for _, c := range []*process{p.a, p.b} {
		if status, text := get(t, "http://"+c.address+job, "ann"); status != http.StatusServiceUnavailable {
			t.Errorf("a job without its storage: got %d\n%s", status, text)
		}
	}
	a, text := ask(t, "POST", "http://"+p.a.address+"/orders", "ann")
	<-p.backend.began
	if a.StatusCode != http.StatusCreated || text != `{"id":17}` {
		t.Errorf("as usual: got %d\n%s", a.StatusCode, text)
	}
	if a, _ := ask(t, "POST", "http://"+p.b.address+"/orders", "ann", "Idempotency-Key", "in vain"); a.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("with a key: got %d", a.StatusCode)
	}
	p.store.start()
	for _, c := range []*process{p.a, p.b} {
		if status, text := get(t, "http://"+c.address+job, "ann"); status != http.StatusOK || !bytes.Contains([]byte(text), []byte("17")) {
			t.Errorf("with its storage again: got %d\n%s", status, text)
		}
	}
	p.delete(t, p.a, job, http.StatusOK)
}

// isLostWithItsCaddy kills a Caddy that runs a job, and freezes another one. What was
// told to be lost stays lost when that one goes on, and its backend answers.
func (p *pair) isLostWithItsCaddy(t *testing.T) {
	frozen := startProcess(t, "storage "+p.store.line(), pairOptions, p.backend.URL)
	jobs := []string{p.accepted(t, p.a, "/orders", "Idempotency-Key", "killed"), p.accepted(t, frozen, "/orders", "Idempotency-Key", "frozen")}
	<-p.backend.began
	<-p.backend.began
	p.a.kill()
	frozen.signal(syscall.SIGSTOP)
	for _, job := range jobs {
		for until := time.Now().Add(90 * time.Second); time.Now().Before(until); {
			if status, _ := get(t, "http://"+p.b.address+job, "ann", "Prefer", "wait=30"); status != http.StatusAccepted {
				break
			}
		}
	}
	p.a.start()
	frozen.signal(syscall.SIGCONT)
	p.backend.free <- struct{}{}
	for _, c := range []*process{p.a, p.b, frozen} {
		for i, key := range []string{"killed", "frozen"} {
			if a, _ := ask(t, "POST", "http://"+c.address+"/orders", "ann", "Idempotency-Key", key); a.StatusCode != http.StatusInternalServerError {
				t.Errorf("%s, sent again: got %d", key, a.StatusCode)
			}
			if state, cause := p.state(t, c, jobs[i]); state != "lost" {
				t.Errorf("%s: got %s, %s", key, state, cause)
			}
		}
	}
	if len(p.backend.began) > 0 {
		t.Error("one was begun again")
	}
}
