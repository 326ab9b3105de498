//go:build linux

package jobs_test

import (
	"bytes"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// smallDisk mounts a file system of some bytes, which only root may do.
func smallDisk(t *testing.T, size string) (folder string) {
	t.Helper()
	folder = t.TempDir()
	if err := syscall.Mount("statusgate", folder, "tmpfs", 0, "size="+size); err != nil {
		t.Skipf("a file system can't be mounted here: %v", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(folder, syscall.MNT_DETACH) })
	return folder
}

// onDisk starts a Caddy with jobs on a disk.
func onDisk(t *testing.T, folder string) *pair {
	t.Helper()
	p := &pair{store: &files{t, folder}, backend: newLegacy(t)}
	p.a = startProcess(t, "storage "+p.store.line(), pairOptions, p.backend.URL)
	return p
}

// finished makes a job that has its outcome.
func (p *pair) finished(t *testing.T, path string) (job string, status int) {
	t.Helper()
	job = p.accepted(t, p.a, path)
	<-p.backend.began
	p.backend.free <- struct{}{}
	status, _ = get(t, "http://"+p.a.address+job, "ann", "Prefer", "wait=30")
	return job, status
}

// usual asks for what would be a job, and gets the answer of the backend.
func (p *pair) usual(t *testing.T) {
	t.Helper()
	p.backend.free <- struct{}{}
	a, text := ask(t, "POST", "http://"+p.a.address+"/orders", "ann")
	<-p.backend.began
	if a.StatusCode != http.StatusCreated || text != `{"id":17}` {
		t.Errorf("as usual: got %d\n%s", a.StatusCode, text)
	}
}

// A disk that is full takes no jobs, and their requests are answered as usual. An
// outcome that has no room is lost, with a record. Once there is room, there are jobs.
func TestAFullDisk(t *testing.T) {
	folder := smallDisk(t, "900k")
	p := onDisk(t, folder)
	before, status := p.finished(t, "/orders")
	if status != http.StatusOK {
		t.Fatalf("got %d", status)
	}
	large, status := p.finished(t, "/large") // which is longer than the disk
	if status != http.StatusInternalServerError {
		t.Errorf("an outcome without room: got %d", status)
	}
	if state, cause := p.state(t, p.a, large); state != "lost" || cause != "storage" {
		t.Errorf("an outcome without room: %s, %s", state, cause)
	}
	filler := filepath.Join(folder, "filler")
	fill(t, filler)
	p.usual(t)
	if status, _ := get(t, "http://"+p.a.address+before, "ann"); status != http.StatusOK {
		t.Errorf("one that has ended: got %d", status)
	}
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	p.delete(t, p.a, large, http.StatusOK)
	if _, status := p.finished(t, "/orders"); status != http.StatusOK {
		t.Errorf("with room again: got %d", status)
	}
}

// fill writes a file until the disk is full.
func fill(t *testing.T, name string) {
	t.Helper()
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, size := range []int{4096, 1} {
		for err = nil; err == nil; {
			_, err = f.Write(bytes.Repeat([]byte("x"), size))
		}
		if pathErr, ok := err.(*os.PathError); !ok || pathErr.Err != syscall.ENOSPC {
			t.Fatal(err)
		}
	}
}

// A storage that can only be read tells outcomes, and takes no jobs.
func TestAStorageThatCanOnlyBeRead(t *testing.T) {
	folder := smallDisk(t, "8m")
	p := onDisk(t, folder)
	job, _ := p.finished(t, "/large")
	running := p.accepted(t, p.a, "/orders")
	<-p.backend.began
	remount := func(flags uintptr) {
		if err := syscall.Mount("statusgate", folder, "tmpfs", syscall.MS_REMOUNT|flags, "size=8m"); err != nil {
			t.Skipf("a file system can't be mounted anew here: %v", err)
		}
	}
	remount(syscall.MS_RDONLY)
	p.backend.free <- struct{}{}
	if status, _ := get(t, "http://"+p.a.address+running, "ann", "Prefer", "wait=30"); status != http.StatusInternalServerError {
		t.Errorf("one whose outcome can't be stored: got %d", status)
	}
	p.usual(t)
	if status, text := get(t, "http://"+p.a.address+job, "ann"); status != http.StatusOK || text != string(largeOutcome) {
		t.Errorf("one that has ended: got %d", status)
	}
	if a, _ := ask(t, "DELETE", "http://"+p.a.address+job, "ann"); a.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("DELETE: got %d", a.StatusCode)
	}
	remount(0)
	if state, cause := p.state(t, p.a, running); state != "lost" || cause != "storage" {
		t.Errorf("one whose outcome could not be stored: %s, %s", state, cause)
	}
	p.delete(t, p.a, job, http.StatusOK)
	if _, status := p.finished(t, "/orders"); status != http.StatusOK {
		t.Errorf("once it can be written: got %d", status)
	}
}

// What is corrupt in storage is told as that, and other jobs do not suffer.
func TestAStorageThatIsCorrupt(t *testing.T) {
	folder := t.TempDir()
	p := onDisk(t, folder)
	broken, _ := p.finished(t, "/large")
	whole, _ := p.finished(t, "/large")
	for _, name := range []string{"000000", "end"} {
		id := strings.TrimPrefix(broken, "/jobs/")
		found, err := filepath.Glob(filepath.Join(folder, "statusgate", "jobs", "*", "jobs", id[:2], id, name))
		if err != nil || len(found) != 1 {
			t.Fatalf("%s: found %v, %v", name, found, err)
		}
		value, err := os.ReadFile(found[0])
		if err != nil {
			t.Fatal(err)
		}
		value[len(value)/2] ^= 1
		if err := os.WriteFile(found[0], value, 0o600); err != nil {
			t.Fatal(err)
		}
		if status, text := get(t, "http://"+p.a.address+broken, "ann"); status != http.StatusInternalServerError || !strings.Contains(text, "can't be read") {
			t.Errorf("%s: got %d\n%.200s", name, status, text)
		}
	}
	if status, text := get(t, "http://"+p.a.address+whole, "ann"); status != http.StatusOK || text != string(largeOutcome) {
		t.Errorf("another one: got %d", status)
	}
}

// A storage that does not answer holds a request for some seconds, and no longer.
func TestAStorageThatHangs(t *testing.T) {
	store := startRedis(t)
	p := &pair{store: store, backend: newLegacy(t)}
	p.a = startProcess(t, "storage "+store.line(), pairOptions, p.backend.URL)
	job, _ := p.finished(t, "/orders")
	redis := store.(*redisServer).command.Process
	if err := redis.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	p.usual(t)
	if status, _ := get(t, "http://"+p.a.address+job, "ann"); status != http.StatusServiceUnavailable {
		t.Errorf("a job: got %d", status)
	}
	if err := redis.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	if status, _ := get(t, "http://"+p.a.address+job, "ann"); status != http.StatusOK {
		t.Errorf("a job, once it answers: got %d", status)
	}
	if _, status := p.finished(t, "/orders"); status != http.StatusOK {
		t.Errorf("a new job, once it answers: got %d", status)
	}
}
