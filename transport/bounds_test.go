package transport_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/statusgate/statusgate/transport"
)

func TestConnectionsOfAnAddressAreBounded(t *testing.T) {
	let := make(chan struct{})
	b := newBackend(t, numbered(let))
	d := newDirect(t, transport.Config{Limits: transport.Limits{ConnsPerHost: 2}})
	held := hold(t, d, b.url(), 2)

	waiting := make(chan string, 5)
	for range cap(waiting) {
		go func() {
			got, err := get(t, d, b.url())
			waiting <- got + fmt.Sprint(err)
		}()
	}
	// One of them gives up.
	ctx, cancel := context.WithCancelCause(t.Context())
	gaveUp := make(chan error)
	go func() {
		_, err := send(d, request(t, "GET", b.url(), nil).WithContext(ctx))
		gaveUp <- err
	}()
	cancel(errTest)
	if err := within(t, "that", gaveUp); err != errTest { //nolint:errorlint // the very cause
		t.Errorf("got %v", err)
	}
	if len(waiting) > 0 {
		t.Error("a request found a third connection")
	}
	let <- struct{}{}
	for range cap(waiting) {
		if got := within(t, "an answer", waiting); got != "1<nil>" && got != "2<nil>" {
			t.Errorf("got %s", got)
		}
	}
	let <- struct{}{}
	held.Wait()
	wantStats(t, d, transport.Stats{Open: 2, Idle: 2, Dialled: 2, Reused: 5})
}

// TestAConnectionThatCloses makes place for another, as does a dial that fails.
func TestAConnectionThatClosesMakesPlace(t *testing.T) {
	b := newBackend(t, func(p *peer) {
		if p.whole() != nil {
			p.say("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
		}
	})
	var dials atomic.Int32
	d := newDirect(t, transport.Config{
		Limits: transport.Limits{ConnsPerHost: 1},
		Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
			if dials.Add(1)%3 == 0 {
				return nil, errTest
			}
			return new(net.Dialer).DialContext(ctx, network, address)
		},
	})
	var asking sync.WaitGroup
	var failed atomic.Int32
	for range 30 {
		asking.Go(func() {
			if _, err := get(t, d, b.url()); errors.Is(err, errTest) {
				failed.Add(1)
			} else if err != nil {
				t.Error(err)
			}
		})
	}
	asking.Wait()
	if failed.Load() != 10 {
		t.Errorf("%d requests failed", failed.Load())
	}
	wantStats(t, d, transport.Stats{Dialled: 20})
}

// TestARepeatedRequestFindsAConnectionAtTheBound: a new one would be better, but
// there may be none.
func TestARepeatedRequestFindsAConnectionAtTheBound(t *testing.T) {
	let := make(chan struct{})
	b := newBackend(t, func(p *peer) {
		for req := p.whole(); req != nil; req = p.whole() {
			switch {
			case req.URL.Path == "/held":
				<-let
			case p.n == 2 && req.URL.Path == "/lost":
				return
			}
			p.ok(fmt.Sprint(p.n))
		}
	})
	d := newDirect(t, transport.Config{Limits: transport.Limits{ConnsPerHost: 2}})
	held := hold(t, d, b.url(), 2)
	let <- struct{}{}
	let <- struct{}{}
	held.Wait()
	for range 2 { // the first may go to either of them
		if _, err := get(t, d, b.url()+"/lost"); err != nil {
			t.Fatal(err)
		}
	}
	if s := d.Stats(); s.Open != 2 || s.Idle != 2 {
		t.Errorf("%+v", s)
	}
}

// TestLateBinding: a request that waits for its own connection takes one that
// becomes idle first.
func TestLateBinding(t *testing.T) {
	let, dial := make(chan struct{}), make(chan struct{})
	b := newBackend(t, numbered(let))
	var dials atomic.Int32
	d := newDirect(t, transport.Config{Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
		if dials.Add(1) > 1 {
			select {
			case <-dial:
			case <-ctx.Done():
				return nil, ctx.Err()
			}
		}
		return new(net.Dialer).DialContext(ctx, network, address)
	}})
	held := hold(t, d, b.url(), 1)
	second := make(chan string)
	go func() {
		got, err := get(t, d, b.url())
		second <- got + fmt.Sprint(err)
	}()
	eventually(t, func() error {
		if dials.Load() != 2 {
			return errors.New("no second dial")
		}
		return nil
	})
	let <- struct{}{}
	if got := within(t, "the second answer", second); got != "1<nil>" {
		t.Errorf("got %s", got)
	}
	held.Wait()
	close(dial) // what was dialled serves the next
	wantStats(t, d, transport.Stats{Open: 2, Idle: 2, Dialled: 2, Reused: 1})
	if got, err := get(t, d, b.url()); err != nil || got != "2" {
		t.Errorf("got %q, %v", got, err)
	}
}

// TestADialThatNobodyWaitsForEndsWithItsRequest.
func TestADialThatNobodyWaitsForEndsWithItsRequest(t *testing.T) {
	let, ended := make(chan struct{}), make(chan struct{})
	b := newBackend(t, numbered(let))
	var dials atomic.Int32
	d := newDirect(t, transport.Config{Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
		if dials.Add(1) > 1 {
			<-ctx.Done()
			close(ended)
			return nil, ctx.Err()
		}
		return new(net.Dialer).DialContext(ctx, network, address)
	}})
	held := hold(t, d, b.url(), 1)
	ctx, cancel := context.WithCancel(t.Context())
	second := make(chan error)
	go func() {
		_, err := send(d, request(t, "GET", b.url(), nil).WithContext(ctx))
		second <- err
	}()
	eventually(t, func() error {
		if dials.Load() != 2 {
			return errors.New("no second dial")
		}
		return nil
	})
	let <- struct{}{}
	if err := within(t, "the second answer", second); err != nil {
		t.Error(err)
	}
	held.Wait()
	cancel()
	within(t, "the end of the dial", ended)
	wantStats(t, d, transport.Stats{Open: 1, Idle: 1, Dialled: 1, Reused: 1})
}
