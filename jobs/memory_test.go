package jobs_test

import (
	"context"
	"errors"
	"io/fs"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/statusgate/statusgate/jobs"
)

var errBroken = errors.New("broken")

// memory is a storage whose operations can be made to fail or to hang.
type memory struct {
	mu     sync.Mutex
	values map[string][]byte
	locks  map[string]chan struct{}
	// fault is asked before each operation: "store jobs/…".
	fault func(ctx context.Context, operation string) error
}

func newMemory() *memory {
	return &memory{values: make(map[string][]byte), locks: make(map[string]chan struct{})}
}

func (m *memory) fail(fault func(ctx context.Context, operation string) error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.fault = fault
}

// failing makes operations fail that contain a text.
func (m *memory) failing(part string) {
	m.fail(func(_ context.Context, operation string) error {
		if strings.Contains(operation, part) {
			return errBroken
		}
		return nil
	})
}

func (m *memory) ask(ctx context.Context, operation, key string) error {
	m.mu.Lock()
	fault := m.fault
	m.mu.Unlock()
	if fault == nil {
		return ctx.Err()
	}
	return fault(ctx, operation+" "+key+"$")
}

func (m *memory) Store(ctx context.Context, key string, value []byte) error {
	if err := m.ask(ctx, "store", key); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.values[key] = slices.Clone(value)
	return nil
}

func (m *memory) Load(ctx context.Context, key string) ([]byte, error) {
	if err := m.ask(ctx, "load", key); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	value, ok := m.values[key]
	if !ok {
		return nil, fs.ErrNotExist
	}
	return slices.Clone(value), nil
}

func (m *memory) Delete(ctx context.Context, key string) error {
	if err := m.ask(ctx, "delete", key); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, ok := m.values[key]; !ok {
		return fs.ErrNotExist // as some storages have it
	}
	delete(m.values, key)
	return nil
}

func (m *memory) List(ctx context.Context, prefix string, _ bool) ([]string, error) {
	if err := m.ask(ctx, "list", prefix); err != nil {
		return nil, err
	}
	var keys []string
	for _, key := range m.keys() {
		if strings.HasPrefix(key, prefix+"/") {
			keys = append(keys, key)
		}
	}
	if len(keys) == 0 {
		return nil, fs.ErrNotExist
	}
	return keys, nil
}

func (m *memory) Lock(ctx context.Context, name string) error {
	if err := m.ask(ctx, "lock", name); err != nil {
		return err
	}
	for {
		m.mu.Lock()
		held, ok := m.locks[name]
		if !ok {
			m.locks[name] = make(chan struct{})
			m.mu.Unlock()
			return nil
		}
		m.mu.Unlock()
		select {
		case <-held:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (m *memory) Unlock(_ context.Context, name string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	close(m.locks[name])
	delete(m.locks, name)
	return nil
}

// keys are all keys that there are.
func (m *memory) keys() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	keys := make([]string, 0, len(m.values))
	for key := range m.values {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

// with gives the keys that contain a text.
func (m *memory) with(part string) (keys []string) {
	for _, key := range m.keys() {
		if strings.Contains(key+"$", part) {
			keys = append(keys, key)
		}
	}
	return keys
}

// put puts a value where a keeper may be at work.
func (m *memory) put(key string, value []byte) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.values[key] = value
}

// change changes the values whose keys contain a text, and fails if there are none.
func (m *memory) change(t *testing.T, part string, change func([]byte) []byte) {
	t.Helper()
	keys := m.with(part)
	if len(keys) == 0 {
		t.Fatalf("no key has %q", part)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, key := range keys {
		m.values[key] = change(m.values[key])
	}
}

// events are what a keeper has told.
type events struct {
	mu sync.Mutex
	told
}

type told struct {
	ended   []jobs.Job
	labels  []string
	expired int
	errs    []error
	running int
}

func (e *events) watch() jobs.Watch {
	locked := func(f func()) {
		e.mu.Lock()
		defer e.mu.Unlock()
		f()
	}
	return jobs.Watch{
		Running: func(n int) { locked(func() { e.running = n }) },
		Ended: func(j jobs.Job, label string) {
			locked(func() { e.ended, e.labels = append(e.ended, j), append(e.labels, label) })
		},
		Expired: func(n int) { locked(func() { e.expired += n }) },
		Failed:  func(err error) { locked(func() { e.errs = append(e.errs, err) }) },
	}
}

// told gives what was told until now.
func (e *events) get() told {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.told
}

// newKeeper makes a keeper on a storage.
func newKeeper(m jobs.Storage) (*jobs.Keeper, *events) {
	e := new(events)
	return jobs.NewKeeper("orders", func() jobs.Storage { return m }, e.watch()), e
}
