package jobs_test

import (
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"
)

// In an upgrade two processes listen at one address, and the old one is told to stop
// while it runs jobs. Those that end within its grace period have their outcomes. The
// others are lost, with a record. The new one answers for all of them.
func TestHandingOver(t *testing.T) {
	const count, ends = 100, 60
	backend := newLegacy(t)
	address := freeAddress(t)
	global := "grace_period 5s\nstorage file_system " + t.TempDir()
	old := startAt(t, address, global, pairOptions, backend.URL)
	fresh := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}} // either process answers
	p := &pair{backend: backend, a: old}
	var jobs []string
	for range count {
		jobs = append(jobs, p.accepted(t, old, "/orders"))
	}
	for range count {
		<-backend.began
	}
	http.DefaultClient.CloseIdleConnections()
	p.b = startAt(t, address, global, pairOptions, backend.URL)
	for _, job := range jobs {
		if status := p.status(t, fresh, job); status != http.StatusAccepted {
			t.Errorf("while both listen: got %d", status)
		}
	}
	old.signal(syscall.SIGTERM)
	for range ends {
		backend.free <- struct{}{}
	}
	if err := old.ended(); err != nil {
		t.Errorf("the old process: %v", err)
	}
	states := make(map[string]int)
	for _, job := range jobs {
		state, cause := p.state(t, p.b, job)
		states[strings.TrimSpace(state+" "+cause)]++
		if status := p.status(t, fresh, job); (state == "succeeded") != (status == http.StatusOK) || (state == "lost") != (status == http.StatusInternalServerError) {
			t.Errorf("%s: got %d", state, status)
		}
	}
	if states["succeeded"] != ends || states["lost stopped"] != count-ends {
		t.Errorf("got %v", states)
	}
	for range count - ends {
		<-backend.gone
	}
	job := p.accepted(t, p.b, "/orders")
	backend.free <- struct{}{}
	if status, text := get(t, "http://"+address+job, "ann", "Prefer", "wait=30"); status != http.StatusOK {
		t.Errorf("a job of the new process: got %d\n%s", status, text)
	}
}

// status asks for a job over a connection of its own.
func (p *pair) status(t *testing.T, client *http.Client, job string) int {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), "GET", "http://"+p.a.address+job, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("X-User", "ann")
	a, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	a.Body.Close()
	return a.StatusCode
}

// ended waits until the process has ended by itself.
func (p *process) ended() error {
	late := time.AfterFunc(time.Minute, p.kill)
	defer late.Stop()
	return p.command.Wait()
}
