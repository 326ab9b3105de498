package accesslog_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/statusgate/statusgate/accesslog"
)

func TestAPipeIsReadAsItComes(t *testing.T) {
	r, w := io.Pipe()
	got := make(chan string)
	done := make(chan error)
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		_, err := accesslog.Read(ctx, &accesslog.Input{Stdin: r, Workers: 2}, func(int) func(*accesslog.Entry) {
			return func(e *accesslog.Entry) { got <- string(e.Target) }
		})
		done <- err
	}()
	for i := range 3 {
		fmt.Fprintf(w, "h - - [30/Sep/2021:08:00:55 +0000] \"GET /%d HTTP/1.1\" 200 5\nh - - [30/Sep", i)
		if target := <-got; target != fmt.Sprintf("/%d", i) {
			t.Errorf("got %s", target)
		}
		_, _ = io.WriteString(w, "/2021:08:00:55 +0000] \"GET /later HTTP/1.1\" 200 5\n")
		if target := <-got; target != "/later" {
			t.Errorf("got %s", target)
		}
	}
	// Nothing more comes, and the pipe stays open: the end of ctx is enough.
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	_ = w.Close()
}

func TestWhatWasReadBeforeTheEndOfTheContextIsTold(t *testing.T) {
	path := write(t, t.TempDir(), "log", []byte(plain(50_000)))
	ctx, cancel := context.WithCancelCause(context.Background())
	stopped := errors.New("stopped")
	sum, err := accesslog.Read(ctx, &accesslog.Input{Paths: []string{path, path}, Workers: 1}, func(int) func(*accesslog.Entry) {
		n := 0
		return func(*accesslog.Entry) {
			if n++; n == 3000 {
				cancel(stopped)
			}
		}
	})
	if !errors.Is(err, stopped) || sum.Lines < 3000 || sum.Lines >= 100_000 {
		t.Errorf("got %d lines, %v", sum.Lines, err)
	}
}

func TestTheEndOfTheContextFreesWhoeverWaits(t *testing.T) {
	path := write(t, t.TempDir(), "log", []byte(plain(50_000)))
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	inside, leave := make(chan struct{}), make(chan struct{})
	done := make(chan error, 1)
	go func() {
		first := true
		_, err := accesslog.Read(ctx, &accesslog.Input{Paths: []string{path}, Workers: 1}, func(int) func(*accesslog.Entry) {
			return func(*accesslog.Entry) {
				if first {
					first = false
					close(inside)
					<-leave
				}
			}
		})
		done <- err
	}()
	<-inside
	cancel() // the worker is in a block, and the next one waits for it
	close(leave)
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	// It ends while a file is read that has more, and others follow.
	ctx, cancel = context.WithCancel(context.Background())
	var lines atomic.Int64
	_, err := accesslog.Read(ctx, &accesslog.Input{Paths: []string{path, path}, Workers: 1, Progress: func(p accesslog.Progress) {
		cancel()
		lines.Store(p.Lines)
	}}, func(int) func(*accesslog.Entry) { return func(*accesslog.Entry) {} })
	if !errors.Is(err, context.Canceled) || lines.Load() >= 50_000 {
		t.Errorf("got %d lines, %v", lines.Load(), err)
	}
}

func TestAContextThatHasEndedReadsNothing(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for range 20 { // whoever notices first
		sum, err := accesslog.Read(ctx, &accesslog.Input{Stdin: strings.NewReader(plain(10)), Workers: 1}, func(int) func(*accesslog.Entry) {
			return func(*accesslog.Entry) {}
		})
		if !errors.Is(err, context.Canceled) || sum == nil {
			t.Errorf("got %v, %v", sum, err)
		}
	}
}
