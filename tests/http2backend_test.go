package tests

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"sync"
	"testing"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// h2Backend reads the requests of a connection, frame by frame, and does with each
// what a test says, once its content is whole. It gives the number of requests.
func h2Backend(t *testing.T, do func(f *http2.Framer, stream uint32)) (address string, requests func() int) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var serving sync.WaitGroup
	var mu sync.Mutex
	n := 0
	t.Cleanup(func() {
		l.Close()
		serving.Wait()
	})
	serve := func(conn net.Conn) {
		defer conn.Close()
		preface := make([]byte, len(http2.ClientPreface))
		if _, err := io.ReadFull(conn, preface); err != nil {
			return
		}
		f := http2.NewFramer(conn, conn)
		_ = f.WriteSettings()
		for {
			frame, err := f.ReadFrame()
			if err != nil {
				return
			}
			switch frame := frame.(type) {
			case *http2.SettingsFrame:
				if !frame.IsAck() {
					_ = f.WriteSettingsAck()
				}
			case *http2.HeadersFrame, *http2.DataFrame:
				if frame.Header().Flags.Has(http2.FlagDataEndStream) { // the same bit for both
					mu.Lock()
					n++
					mu.Unlock()
					do(f, frame.Header().StreamID)
				}
			}
		}
	}
	serving.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			serving.Go(func() { serve(conn) })
		}
	})
	return l.Addr().String(), func() int {
		mu.Lock()
		defer mu.Unlock()
		return n
	}
}

// h2Head writes the head of a response.
func h2Head(f *http2.Framer, stream uint32, status, contentType string) {
	var block bytes.Buffer
	e := hpack.NewEncoder(&block)
	_ = e.WriteField(hpack.HeaderField{Name: ":status", Value: status})
	_ = e.WriteField(hpack.HeaderField{Name: "content-type", Value: contentType})
	_ = f.WriteHeaders(http2.HeadersFrameParam{StreamID: stream, BlockFragment: block.Bytes(), EndHeaders: true})
}

// A backend that resets a stream was reached: nobody knows what it did. One that
// refuses the stream, or says that it will not come to it, did nothing.
func TestAnHTTP2BackendThatResetsAStream(t *testing.T) {
	const incomplete, refused = "statusgate; error=http_response_incomplete", "statusgate; error=destination_unavailable"
	resets := func(code http2.ErrCode) func(f *http2.Framer, stream uint32) {
		return func(f *http2.Framer, stream uint32) { _ = f.WriteRSTStream(stream, code) }
	}
	goesAway := func(last func(stream uint32) uint32, code http2.ErrCode) func(f *http2.Framer, stream uint32) {
		return func(f *http2.Framer, stream uint32) {
			_ = f.WriteGoAway(last(stream), code, []byte("bye"))
			if last(stream) >= stream {
				_ = f.WriteRSTStream(stream, http2.ErrCodeInternal)
			}
		}
	}
	before, up := func(stream uint32) uint32 { return stream - 1 }, func(stream uint32) uint32 { return stream }
	for _, c := range []struct {
		name        string
		do          func(f *http2.Framer, stream uint32)
		post, put   int
		proxyStatus string
	}{
		{"RST_STREAM, INTERNAL_ERROR", resets(http2.ErrCodeInternal), 500, 503, incomplete},
		{"RST_STREAM, CANCEL", resets(http2.ErrCodeCancel), 500, 503, incomplete},
		{"RST_STREAM, PROTOCOL_ERROR", resets(http2.ErrCodeProtocol), 500, 503, incomplete},
		{"RST_STREAM, REFUSED_STREAM", resets(http2.ErrCodeRefusedStream), 503, 503, refused},
		{"GOAWAY below the stream", goesAway(before, http2.ErrCodeNo), 503, 503, refused},
		{"GOAWAY below the stream, with an error", goesAway(before, http2.ErrCodeEnhanceYourCalm), 503, 503, refused},
		{"GOAWAY above the stream", goesAway(up, http2.ErrCodeNo), 500, 503, incomplete},
		{"the head, then RST_STREAM", func(f *http2.Framer, stream uint32) {
			h2Head(f, stream, "504", "text/plain")
			_ = f.WriteRSTStream(stream, http2.ErrCodeInternal)
		}, 500, 503, "statusgate; received-status=504"},
	} {
		t.Run(c.name, func(t *testing.T) {
			address, _ := h2Backend(t, c.do)
			url := gate(t, "", "reverse_proxy "+address+" {\n\ttransport http {\n\t\tversions h2c\n\t}\n}")
			for method, want := range map[string]int{"POST": c.post, "PUT": c.put} {
				a := fetch(t, method, url, "{}", "Content-Type", "application/json")
				if a.StatusCode != want || a.Header.Get("Proxy-Status") != c.proxyStatus || (want == 503) != (a.Header.Get("Retry-After") != "") {
					t.Errorf("%s: got %s, Proxy-Status %q, Retry-After %q, want %d, %q", method, a.Status, a.Header.Get("Proxy-Status"), a.Header.Get("Retry-After"), want, c.proxyStatus)
				}
				isProblem(t, a, want)
			}
		})
	}
	t.Run("the connection ends", func(t *testing.T) {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		go func() {
			for {
				conn, err := l.Accept()
				if err != nil {
					return
				}
				f := http2.NewFramer(conn, conn)
				_, _ = io.ReadFull(conn, make([]byte, len(http2.ClientPreface)))
				_ = f.WriteSettings()
				for {
					if frame, err := f.ReadFrame(); err != nil || frame.Header().Type == http2.FrameData {
						break
					}
				}
				conn.Close()
			}
		}()
		url := gate(t, "", fmt.Sprintf("reverse_proxy %s {\n\ttransport http {\n\t\tversions h2c\n\t}\n}", l.Addr()))
		for method, want := range map[string]int{"POST": 500, "PUT": 503} {
			if a := fetch(t, method, url, "{}"); a.StatusCode != want || a.Header.Get("Proxy-Status") != incomplete {
				t.Errorf("%s: got %s, Proxy-Status %q, want %d, %q", method, a.Status, a.Header.Get("Proxy-Status"), want, incomplete)
			}
		}
	})
}
