// Command target is the backend of the benchmarks: fast, so that the gateway in
// front of it is what is measured. It listens on a loopback address and runs
// until it is killed.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/valyala/fasthttp"
)

// Sizes of bodies.
const (
	size    = 1 << 10
	maxSize = 16 << 20
)

// slowness is how long /slow takes.
const slowness = 200 * time.Millisecond

func main() {
	listen := flag.String("listen", "127.0.0.1:0", "address to listen on")
	socket := flag.String("socket", "", "a Unix socket, a `file`, to listen on, too")
	flag.Parse()
	fmt.Fprintln(os.Stderr, "target:", serve(*listen, *socket))
	os.Exit(1)
}

// serve serves until something fails.
func serve(listen, socket string) error {
	l, err := net.Listen("tcp", listen)
	if err != nil {
		return err
	}
	counted := &listener{Listener: l}
	server := fasthttp.Server{Handler: newTarget(counted).serve, NoDefaultServerHeader: true}
	failed := make(chan error, 2) //nolint:mnd // one for each listener
	if socket != "" {
		local, err := net.Listen("unix", socket)
		if err != nil {
			return err
		}
		go func() { failed <- server.Serve(local) }()
	}
	go func() { failed <- server.Serve(counted) }()
	return <-failed
}

// listener counts the connections that it accepts.
type listener struct {
	net.Listener
	accepted atomic.Int64
}

// Accept waits for the next connection.
func (l *listener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err == nil {
		l.accepted.Add(1)
	}
	return c, err
}

type target struct {
	listener   *listener
	json, html []byte
	text       []byte
}

func newTarget(l *listener) *target {
	return &target{
		listener: l,
		json:     order(size),
		html:     padded("<!DOCTYPE html><html><body><h1>520</h1><p>", "at com.example.shop.Basket.total<br>", "</body></html>", size),
		text:     bytes.Repeat([]byte("Lorem ipsum dolor sit amet. "), maxSize/28+1),
	}
}

// order is a list of orders of so many bytes, as JSON.
func order(n int) []byte {
	return padded(`{"customer":4711,"orders":[`, `{"id":17,"item":"lamp","price":49.90},`, `{"id":18,"item":"chair"}]}`, n)
}

// padded repeats the middle for as long as all fits into n bytes; spaces before the end do
// the rest.
func padded(begin, middle, end string, n int) []byte {
	count := (n - len(begin) - len(end)) / len(middle)
	rest := n - len(begin) - len(end) - count*len(middle)
	return []byte(begin + strings.Repeat(middle, count) + strings.Repeat(" ", rest) + end)
}

func (t *target) serve(ctx *fasthttp.RequestCtx) {
	path := string(ctx.Path())
	name, argument, _ := strings.Cut(path[1:], "/")
	ctx.SetContentType("application/json")
	switch name {
	case "404":
		ctx.SetStatusCode(fasthttp.StatusNotFound)
		ctx.SetBody(t.json)
	case "520":
		ctx.SetStatusCode(520) //nolint:mnd // as some gateways say it
		ctx.SetContentType("text/html; charset=utf-8")
		ctx.SetBody(t.html)
	case "slow":
		time.Sleep(slowness)
		ctx.SetBody(t.json)
	case "text":
		n, err := strconv.Atoi(argument)
		if err != nil || n < 0 || n > maxSize {
			ctx.SetStatusCode(fasthttp.StatusBadRequest)
			return
		}
		ctx.SetContentType("text/plain; charset=utf-8")
		ctx.Response.SetBodyRaw(t.text[:n])
	case "accepted":
		ctx.SetBodyString(strconv.FormatInt(t.listener.accepted.Load(), 10))
	default:
		ctx.SetBody(t.json)
	}
}
