package transport_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/statusgate/statusgate/transport"
)

// numbered answers each request with the number of its connection, after the test
// has let it: a request for /held waits for a value.
func numbered(let <-chan struct{}) func(p *peer) {
	return func(p *peer) {
		for req := p.whole(); req != nil; req = p.whole() {
			if req.URL.Path == "/held" {
				select {
				case <-let:
				case <-p.gone:
				}
			}
			p.ok(fmt.Sprint(p.n))
		}
	}
}

// hold makes n requests that are answered when the test lets them. It returns when
// they have their connections.
func hold(t *testing.T, d *transport.Direct, url string, n int) *sync.WaitGroup {
	t.Helper()
	before := d.Stats()
	var held sync.WaitGroup
	for range n {
		held.Go(func() {
			if _, err := get(t, d, url+"/held"); err != nil {
				t.Error(err)
			}
		})
	}
	eventually(t, func() error {
		if now := d.Stats(); now.Open-now.Idle != before.Open-before.Idle+n {
			return fmt.Errorf("%+v", now)
		}
		return nil
	})
	return &held
}

func TestTheConnectionUsedLastIsUsedFirst(t *testing.T) {
	let := make(chan struct{})
	b := newBackend(t, numbered(let))
	d := newDirect(t, transport.Config{})
	held := hold(t, d, b.url(), 3)
	for range 3 {
		let <- struct{}{}
	}
	held.Wait()
	last, err := get(t, d, b.url())
	if err != nil {
		t.Fatal(err)
	}
	for range 5 {
		mustGet(t, d, b.url(), last)
	}
	wantStats(t, d, transport.Stats{Open: 3, Idle: 3, Dialled: 3, Reused: 6})
}

func TestIdleConnectionsAreBounded(t *testing.T) {
	let := make(chan struct{})
	one, other := newBackend(t, numbered(let)), newBackend(t, numbered(let))
	for _, tt := range []struct {
		name   string
		limits transport.Limits
		idle   int // after four requests at a time to each of two backends
	}{
		{"per address", transport.Limits{IdlePerHost: 3}, 6},
		{"over all", transport.Limits{Idle: 5}, 5},
		{"both", transport.Limits{IdlePerHost: 3, Idle: 4}, 4},
		{"by default", transport.Limits{}, 8},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := newDirect(t, transport.Config{Limits: tt.limits})
			for _, b := range []*backend{one, other} {
				held := hold(t, d, b.url(), 4)
				for range 4 {
					let <- struct{}{}
				}
				held.Wait()
			}
			wantStats(t, d, transport.Stats{Open: tt.idle, Idle: tt.idle, Dialled: 8})
			// Over all, those that were idle for longest had to go: of the first backend.
			for _, b := range []*backend{one, other} {
				if _, err := get(t, d, b.url()); err != nil {
					t.Error(err)
				}
			}
		})
	}
}

func TestIdleConnectionsAreClosedInTime(t *testing.T) {
	closed := make(chan struct{}, 10)
	b := newBackend(t, func(p *peer) {
		polite(p)
		closed <- struct{}{}
	})
	d := newDirect(t, transport.Config{Timeouts: transport.Timeouts{Idle: 50 * time.Millisecond}})
	for range 2 {
		begin := time.Now()
		mustGet(t, d, b.url()+"/x", "/x")
		within(t, "the end of the connection", closed)
		if took := time.Since(begin); took < 50*time.Millisecond {
			t.Errorf("closed after %v", took)
		}
	}
	wantStats(t, d, transport.Stats{Dialled: 2})
}

// TestWhatTheBackendHasClosedIsLetGo without a request that finds it.
func TestWhatTheBackendHasClosedIsLetGo(t *testing.T) {
	b := newBackend(t, func(p *peer) {
		p.whole()
		p.ok("")
	})
	d := newDirect(t, transport.Config{})
	let := make(chan struct{})
	other := newBackend(t, numbered(let))
	held := hold(t, d, other.url(), 2) // these stay
	let <- struct{}{}
	let <- struct{}{}
	held.Wait()
	for range 3 {
		if _, err := get(t, d, b.url()); err != nil {
			t.Fatal(err)
		}
	}
	eventually(t, func() error {
		if s := d.Stats(); s.Open != 2 || s.Idle != 2 {
			return fmt.Errorf("%+v", s)
		}
		return nil
	})
}

func TestClose(t *testing.T) {
	let := make(chan struct{})
	b := newBackend(t, numbered(let))
	d := transport.New(transport.Config{})
	mustGet(t, d, b.url(), "1")
	d.CloseIdleConnections()
	wantStats(t, d, transport.Stats{Dialled: 1})
	held := hold(t, d, b.url(), 2)
	d.CloseIdleConnections()
	let <- struct{}{}
	let <- struct{}{}
	held.Wait()
	wantStats(t, d, transport.Stats{Open: 2, Idle: 2, Dialled: 3}) // they were busy
	held = hold(t, d, b.url(), 1)
	d.Close()
	let <- struct{}{}
	held.Wait()
	wantStats(t, d, transport.Stats{Dialled: 3, Reused: 1})
	mustGet(t, d, b.url(), "4") // on a connection of its own
	wantStats(t, d, transport.Stats{Dialled: 4, Reused: 1})
}

func TestKeepAlivesCanBeTurnedOff(t *testing.T) {
	closes := make(chan bool, 2)
	b := newBackend(t, func(p *peer) {
		for req := p.whole(); req != nil; req = p.whole() {
			closes <- req.Close
			if req.Header.Get("Upgrade") != "" {
				p.say("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n")
				return
			}
			p.ok("")
		}
	})
	d := newDirect(t, transport.Config{DisableKeepAlives: true})
	for range 2 {
		req := request(t, "GET", b.url(), nil)
		if _, err := send(d, req); err != nil {
			t.Fatal(err)
		}
		if !<-closes {
			t.Error("the backend was not told")
		}
		if req.Close {
			t.Error("the caller's request was changed")
		}
	}
	req := request(t, "GET", b.url(), nil)
	req.Header = http.Header{"Connection": {"Upgrade"}, "Upgrade": {"x"}}
	if _, err := send(d, req); err != nil {
		t.Fatal(err)
	}
	if <-closes {
		t.Error("the upgrade was spoilt")
	}
	wantStats(t, d, transport.Stats{Dialled: 3})
}

// TestConnectionsThatCannotBeLookedAtServeOnce, TLS or not.
func TestConnectionsThatCannotBeLookedAtServeOnce(t *testing.T) {
	b := newBackend(t, polite)
	secure, config := newTLSBackend(t, polite)
	d := newDirect(t, transport.Config{TLS: config, Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := new(net.Dialer).DialContext(ctx, network, address)
		return struct{ net.Conn }{conn}, err
	}})
	for range 2 {
		mustGet(t, d, b.url()+"/x", "/x")
		mustGet(t, d, "https://"+secure.Addr().String()+"/x", "/x")
		if got, err := send(d, sized(t, "POST", b.url()+"/x", "body")); got != "/x" || err != nil {
			t.Errorf("got %q, %v", got, err)
		}
	}
	wantStats(t, d, transport.Stats{Dialled: 6})
}

func TestUnixSockets(t *testing.T) {
	path := t.TempDir() + "/s"
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Skip(err)
	}
	b := backendOn(t, l, polite)
	d := newDirect(t, transport.Config{Address: func(*http.Request) (string, string) { return "unix", b.Addr().String() }})
	for range 3 {
		mustGet(t, d, "http://example.com/x", "/x")
		if got, err := send(d, sized(t, "POST", "http://example.com/y", "body")); got != "/y" || err != nil {
			t.Errorf("got %q, %v", got, err)
		}
	}
	wantStats(t, d, transport.Stats{Open: 1, Idle: 1, Dialled: 1, Reused: 5})
}

func TestURLAddress(t *testing.T) {
	for url, want := range map[string]string{
		"http://example.com":       "example.com:80",
		"https://example.com/x":    "example.com:443",
		"http://example.com:8080":  "example.com:8080",
		"https://[2001:db8::1]":    "[2001:db8::1]:443",
		"http://[2001:db8::1]:81/": "[2001:db8::1]:81",
	} {
		if network, got := transport.URLAddress(request(t, "GET", url, nil)); network != "tcp" || got != want {
			t.Errorf("%s: %s %s", url, network, got)
		}
	}
}

// TestManyClients come and go: the figures add up in the end.
func TestManyClients(t *testing.T) {
	let := make(chan struct{})
	b := newBackend(t, numbered(let))
	d := newDirect(t, transport.Config{Limits: transport.Limits{ConnsPerHost: 10, IdlePerHost: 5}, Timeouts: transport.Timeouts{Idle: time.Millisecond}})
	var asking sync.WaitGroup
	var answered atomic.Int64
	for client := range 40 {
		asking.Go(func() {
			for i := range 50 {
				ctx, cancel := context.WithCancel(t.Context())
				if (client+i)%3 == 0 {
					go cancel()
				}
				res, err := d.RoundTrip(request(t, "GET", b.url(), nil).WithContext(ctx))
				if err == nil {
					if (client+i)%4 > 0 {
						_, _ = io.Copy(io.Discard, res.Body)
						answered.Add(1)
					}
					res.Body.Close()
				} else if !errors.Is(err, context.Canceled) {
					t.Error(err)
				}
				cancel()
			}
		})
	}
	asking.Wait()
	eventually(t, func() error {
		if s := d.Stats(); s.Open != 0 || s.Idle != 0 || s.Dialled+s.Reused < uint64(answered.Load()) {
			return fmt.Errorf("%+v", s)
		}
		return nil
	})
}
