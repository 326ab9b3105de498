package transport_test

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/statusgate/statusgate/transport"
)

// poison is what a backend sends that nobody asked for. In an answer it is taken
// for one to another request.
const poison = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison"

// lawless breaks one rule after the other. Each answer that it gives to a request
// has the request's own name in it. What it sends beside comes before the client
// can know that the answer is complete: with a later byte, no one could tell it
// from the next answer.
func lawless(seed uint64) func(p *peer) {
	return func(p *peer) {
		r := rand.New(rand.NewPCG(seed, uint64(p.n)))
		for {
			req := p.request()
			if req == nil {
				return
			}
			if r.IntN(8) > 0 { // else: answered before the body is read
				if _, err := io.Copy(io.Discard, req.Body); err != nil {
					return
				}
			}
			if !misbehave(p, r, req) {
				return
			}
		}
	}
}

// misbehave answers one request. False: the connection ends.
func misbehave(p *peer, r *rand.Rand, req *http.Request) bool {
	name := req.Header.Get("Name")
	body := fmt.Sprintf("Name: %s\r\nContent-Length: %d\r\n\r\n%s", name, len(name), name)
	if req.Method == http.MethodHead {
		body = "Name: " + name + "\r\nContent-Length: 6\r\n\r\n"
	}
	chunked := fmt.Sprintf("Name: %s\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\nX: 1\r\n\r\n", name, len(name), name)
	switch r.IntN(18) {
	case 0:
		p.say("HTTP/1.1 200 OK\r\n" + body + poison)
	case 1:
		p.say("HTTP/1.1 200 OK\r\n" + body + "p")
	case 2:
		p.say("HTTP/1.1 200 OK\r\n" + body + poison)
		return false
	case 3:
		p.say("HTTP/1.1 200 OK\r\nConnection: close\r\n" + body + poison)
		_ = p.whole() // it goes on all the same
		p.say(poison)
	case 4:
		p.say("HTTP/1.1 204 No Content\r\nName: " + name + "\r\nContent-Length: 6\r\n\r\npoison")
	case 5:
		p.say("HTTP/1.1 204 No Content\r\nName: " + name + "\r\nTransfer-Encoding: chunked\r\n\r\n6\r\npoison\r\n0\r\n\r\n")
	case 6:
		p.say("HTTP/1.1 304 Not Modified\r\nName: " + name + "\r\nContent-Length: 6\r\n\r\npoison")
	case 7:
		p.say("HTTP/1.1 200 OK\r\n" + body) // without a word, the end
		return false
	case 8:
		if tcp, ok := p.Conn.(*net.TCPConn); ok {
			_ = tcp.SetLinger(0)
		}
		p.say("HTTP/1.1 200 OK\r\n" + body)
		return false
	case 9:
		p.say("HTTP/1.1 103 Early Hints\r\nContent-Length: 6\r\n\r\n" + "HTTP/1.1 200 OK\r\n" + body)
	case 10:
		p.say(strings.Repeat("HTTP/1.1 102 Processing\r\n\r\n", 3) + "HTTP/1.1 200 OK\r\n" + body)
	case 11:
		p.say("HTTP/1.0 200 OK\r\n" + body + poison)
	case 12:
		p.say("HTTP/1.1 200 OK\r\nName: " + name + "\r\nContent-Length: 999\r\n\r\n" + name)
		return false
	case 13:
		p.say("HTTP/1.1 200 OK\r\nContent-Length: 6\r\nContent-Length: 7\r\n\r\npoison")
	case 14:
		p.say("HTTP/1.1 101 Switching Protocols\r\n\r\n" + poison)
	case 15:
		if req.Method != http.MethodHead {
			p.say("HTTP/1.1 200 OK\r\n" + chunked + "\r\n" + poison)
			break
		}
		fallthrough
	default:
		p.say("HTTP/1.1 200 OK\r\n" + body)
	}
	return true
}

// ask makes requests of all kinds and counts the wrong answers.
func ask(t *testing.T, rt http.RoundTripper, url string, client, n int) (answered, wrong int) {
	r := rand.New(rand.NewPCG(7, uint64(client)))
	for i := range n {
		method := []string{"GET", "GET", "HEAD", "POST", "PUT", "DELETE"}[r.IntN(6)]
		name := strconv.Itoa(client) + "-" + strconv.Itoa(i)
		var body io.Reader
		size := []int{0, 10, 1000, 40_000}[r.IntN(4)]
		if method == "POST" || method == "PUT" {
			body = hidden{strings.NewReader(strings.Repeat("b", size))}
		}
		req := request(t, method, url+"/"+name, body)
		req.Header.Set("Name", name)
		if body != nil && r.IntN(2) == 0 && size > 0 {
			req.ContentLength = int64(size)
		}
		res, err := rt.RoundTrip(req)
		if err != nil {
			continue
		}
		got, err := io.ReadAll(io.LimitReader(res.Body, 1000))
		res.Body.Close()
		if err != nil {
			continue
		}
		answered++
		own := res.Header.Get("Name") == name && (string(got) == name || len(got) == 0)
		if !own && res.StatusCode != http.StatusSwitchingProtocols {
			t.Errorf("%s %s: got %d %q", method, name, res.StatusCode, got)
			wrong++
		}
	}
	return answered, wrong
}

func TestNoAnswerGoesToAnotherRequest(t *testing.T) {
	clients, n := 8, 300
	if *long {
		clients, n = 32, 20_000
	}
	url := newBackend(t, lawless(1)).url()
	d := newDirect(t, transport.Config{Limits: transport.Limits{Interim: 10}})
	askAll(t, d, url, clients, n)
}

func TestNoAnswerGoesToAnotherRequestBehindTLS(t *testing.T) {
	clients, n := 4, 80
	if *long {
		clients, n = 16, 5_000
	}
	b, config := newTLSBackend(t, lawless(2))
	d := newDirect(t, transport.Config{TLS: config})
	askAll(t, d, "https://"+b.Addr().String(), clients, n)
}

func askAll(t *testing.T, d *transport.Direct, url string, clients, n int) {
	t.Helper()
	var answered, wrong atomic.Int64
	var asking sync.WaitGroup
	for client := range clients {
		asking.Go(func() {
			a, w := ask(t, d, url, client, n)
			answered.Add(int64(a))
			wrong.Add(int64(w))
		})
	}
	asking.Wait()
	stats := d.Stats()
	t.Logf("%d of %d answered, %d wrong, %+v", answered.Load(), clients*n, wrong.Load(), stats)
	if answered.Load() < int64(clients*n/2) || stats.Reused == 0 {
		t.Error("too little happened")
	}
}

// unclean are answers after which a connection serves no other request, though
// nothing of a second answer need be there.
var unclean = map[string]string{
	"a body that is too long":         "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok!",
	"a second answer":                 "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok" + poison,
	"more after the last chunk":       "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n!",
	"a close":                         "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok",
	"HTTP/1.0":                        "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
	"a 204 with a length":             "HTTP/1.1 204 No Content\r\nContent-Length: 2\r\n\r\n",
	"a 204 in chunks":                 "HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n",
	"a 304 with a body":               "HTTP/1.1 304 Not Modified\r\nContent-Length: 2\r\n\r\nok",
	"a 103 with a length":             "HTTP/1.1 103 Early Hints\r\nContent-Length: 2\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
	"a 103 in chunks":                 "HTTP/1.1 103 Early Hints\r\nTransfer-Encoding: chunked\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
	"a 103 with a close":              "HTTP/1.1 103 Early Hints\r\nConnection: close\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
	"a 101 that is none":              "HTTP/1.1 101 Switching Protocols\r\n\r\n",
	"a status below 100":              "HTTP/1.1 099 OK\r\nContent-Length: 2\r\n\r\nok",
	"a body that the end has to tell": "HTTP/1.1 200 OK\r\n\r\nok",
}

func TestAConnectionThatIsNotCleanIsNotUsedAgain(t *testing.T) {
	for name, answer := range unclean {
		t.Run(name, func(t *testing.T) {
			b := newBackend(t, func(p *peer) {
				if p.whole() == nil {
					return
				}
				p.say(answer)
				if strings.HasSuffix(answer, "OK\r\n\r\nok") {
					return
				}
				p.ended()
			})
			d := newDirect(t, transport.Config{})
			for range 2 {
				if _, err := get(t, d, b.url()); err != nil {
					t.Error(err)
				}
			}
			if n := b.accepted.Load(); n != 2 {
				t.Errorf("%d connections for 2 requests", n)
			}
			wantStats(t, d, transport.Stats{Dialled: 2})
		})
	}
}

// TestWhatCameMeanwhileIsNoAnswer: bytes arrive while a connection is idle. Nobody
// knows for whom they are.
func TestWhatCameMeanwhileIsNoAnswer(t *testing.T) {
	for name, meanwhile := range map[string]func(p *peer){
		"an answer": func(p *peer) { p.say(poison) },
		"a byte":    func(p *peer) { p.say("H") },
		"the end":   func(p *peer) { p.Close() },
		"a reset": func(p *peer) {
			_ = p.Conn.(*net.TCPConn).SetLinger(0)
			p.Close()
		},
	} {
		for _, method := range []string{"GET", "POST"} {
			for _, body := range []string{"", "small", strings.Repeat("large", 10_000)} {
				t.Run(fmt.Sprintf("%s before %s with %d bytes", name, method, len(body)), func(t *testing.T) {
					next := make(chan struct{})
					b := newBackend(t, func(p *peer) {
						if p.n > 1 {
							polite(p)
							return
						}
						p.whole()
						p.ok("/")
						<-next
						meanwhile(p)
						if p.request() != nil {
							t.Error("the connection was used")
						}
					})
					d := newDirect(t, transport.Config{})
					mustGet(t, d, b.url()+"/", "/")
					close(next)
					awaitStale(t, d)
					req := request(t, method, b.url()+"/second", nil)
					if body != "" {
						req = sized(t, method, b.url()+"/second", body)
					}
					req.GetBody = nil
					if got, err := send(d, req); err != nil || got != "/second" {
						t.Errorf("got %q, %v", got, err)
					}
					wantStats(t, d, transport.Stats{Open: 1, Idle: 1, Dialled: 2, Stale: 1})
				})
			}
		}
	}
}

// TestTheTLSLayerIsLookedAt: what was not asked for is in the same record as the
// answer, in a record of its own that comes with it, or has come in part.
func TestTheTLSLayerIsLookedAt(t *testing.T) {
	const answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
	for name, say := range map[string]func(p *peer, raw net.Conn){
		"in the same record": func(p *peer, _ net.Conn) { p.say(answer + poison) },
		"in the next record": func(p *peer, raw net.Conn) {
			c := raw.(*corked)
			c.cork()
			p.say(answer)
			p.say(poison)
			c.flush(0)
		},
		"a record in part": func(p *peer, raw net.Conn) {
			c := raw.(*corked)
			c.cork()
			p.say(answer)
			p.say(poison)
			c.flush(7)
		},
		"a record's head in part": func(p *peer, raw net.Conn) {
			c := raw.(*corked)
			c.cork()
			p.say(answer)
			p.say(strings.Repeat("x", 30))
			c.flush(49)
		},
	} {
		t.Run(name, func(t *testing.T) {
			b, config := newCorkedBackend(t, func(p *peer, raw net.Conn) {
				p.whole()
				say(p, raw)
				p.ended()
			})
			d := newDirect(t, transport.Config{TLS: config})
			for range 2 {
				mustGet(t, d, "https://"+b.Addr().String(), "ok")
			}
			wantStats(t, d, transport.Stats{Dialled: 2})
		})
	}
}

// TestTLSConnectionsAreUsedAgain: also where the server sends tickets.
func TestTLSConnectionsAreUsedAgain(t *testing.T) {
	b, config := newTLSBackend(t, polite)
	d := newDirect(t, transport.Config{TLS: config})
	for range 5 {
		mustGet(t, d, "https://"+b.Addr().String()+"/x", "/x")
	}
	wantStats(t, d, transport.Stats{Open: 1, Idle: 1, Dialled: 1, Reused: 4})
}

// TestACancelledRequestPoisonsNothing: it ends at about the time of its answer.
func TestACancelledRequestPoisonsNothing(t *testing.T) {
	clients, n := 8, 400
	if *long {
		clients, n = 16, 20_000
	}
	b := newBackend(t, func(p *peer) {
		for {
			req := p.whole()
			if req == nil {
				return
			}
			p.ok(req.Header.Get("Name"))
		}
	})
	d := newDirect(t, transport.Config{})
	var fine, ended atomic.Int64
	var asking sync.WaitGroup
	for client := range clients {
		asking.Go(func() {
			r := rand.New(rand.NewPCG(3, uint64(client)))
			for i := range n {
				ctx, cancel := context.WithCancelCause(t.Context())
				name := fmt.Sprint(client, "-", i)
				method, body := "GET", ""
				if r.IntN(3) == 0 {
					method, body = "POST", strings.Repeat("b", []int{10, 40_000}[r.IntN(2)])
				}
				req := sized(t, method, b.url(), body)
				req.Header.Set("Name", name)
				if r.IntN(2) == 0 {
					time.AfterFunc(time.Duration(r.IntN(600))*time.Microsecond, func() { cancel(errTest) })
				}
				got, err := send(d, req.WithContext(ctx))
				switch {
				case err == nil && got == name:
					fine.Add(1)
				case err == errTest: //nolint:errorlint // the very cause
					ended.Add(1)
				default:
					t.Errorf("%s: got %q, %v", name, got, err)
				}
				cancel(nil)
			}
		})
	}
	asking.Wait()
	t.Logf("%d fine, %d cancelled, %+v", fine.Load(), ended.Load(), d.Stats())
	if fine.Load() == 0 || ended.Load() == 0 {
		t.Error("too little happened")
	}
}
