package tests

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha1" //nolint:gosec // RFC 6455 §4.2.2 has it
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"net/textproto"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
)

// sideBySide starts a Caddy with two sites before the same directives: one
// without a gate and one with it.
func sideBySide(t *testing.T, options, behind string) (plain, gated string) {
	t.Helper()
	ports := [2]int{freePort(t), freePort(t)}
	startCaddy(t, "\tservers {\n\t\tprotocols h1 h2 h2c\n\t}\n",
		fmt.Sprintf("http://127.0.0.1:%d {\n%s\n}\n", ports[0], behind)+gateSite(ports[1], options, behind))
	return fmt.Sprintf("http://127.0.0.1:%d", ports[0]), fmt.Sprintf("http://127.0.0.1:%d", ports[1])
}

// bothWays runs a test without the gate, to show that it tests what it says,
// and with it.
func bothWays(t *testing.T, options, behind string, run func(t *testing.T, url string)) {
	t.Helper()
	plain, gated := sideBySide(t, options, behind)
	t.Run("Caddy alone", func(t *testing.T) { run(t, plain) })
	t.Run("with the gate", func(t *testing.T) { run(t, gated) })
}

// transport speaks one version of HTTP, without TLS.
func transport(t *testing.T, version int) *http.Transport {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(version == 1)
	protocols.SetUnencryptedHTTP2(version == 2)
	tr := &http.Transport{Protocols: protocols}
	t.Cleanup(tr.CloseIdleConnections)
	return tr
}

// request is bounded in time, the reading of the response included.
func request(t *testing.T, method, url string) *http.Request {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	req, err := http.NewRequestWithContext(ctx, method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	return req
}

// frame is a WebSocket text frame of a client (RFC 6455 §5.2).
func frame(text string) []byte {
	mask := [4]byte{1, 2, 3, 4}
	b := append([]byte{0x81, 0x80 | byte(len(text))}, mask[:]...)
	for i := range len(text) {
		b = append(b, text[i]^mask[i%4])
	}
	return b
}

// webSocketEcho answers the handshake and sends every short frame back
// unmasked.
func webSocketEcho(conn *net.TCPConn, r *http.Request) {
	sum := sha1.Sum([]byte(r.Header.Get("Sec-WebSocket-Key") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")) //nolint:gosec // see above
	fmt.Fprintf(conn, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: %s\r\n\r\n",
		base64.StdEncoding.EncodeToString(sum[:]))
	var head [6]byte
	for {
		if _, err := io.ReadFull(conn, head[:]); err != nil {
			return
		}
		text := make([]byte, head[1]&0x7f)
		if _, err := io.ReadFull(conn, text); err != nil {
			return
		}
		for i := range text {
			text[i] ^= head[2+i%4]
		}
		conn.Write(append([]byte{head[0], byte(len(text))}, text...))
	}
}

func TestWebSocket(t *testing.T) {
	backend := newRawBackend(t, webSocketEcho)
	options := "methods GET\nconsumes application/json\nproduces application/json"
	bothWays(t, options, backend.proxy(), func(t *testing.T, url string) {
		c := dialGate(t, url)
		c.send("GET /chat HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
			"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
		resp, err := http.ReadResponse(c.in, nil)
		if err != nil {
			t.Fatal(err)
		}
		if resp.StatusCode != http.StatusSwitchingProtocols || resp.Header.Get("Sec-WebSocket-Accept") != "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" ||
			resp.Header.Get("Proxy-Status") != "" {
			t.Fatalf("handshake: %s %v", resp.Status, resp.Header)
		}
		for _, text := range []string{"Hello", "", "again"} {
			c.Write(frame(text))
			want := append([]byte{0x81, byte(len(text))}, text...)
			got := make([]byte, len(want))
			if _, err := io.ReadFull(c.in, got); err != nil || !bytes.Equal(got, want) {
				t.Fatalf("sent %q, got %q: %v", text, got, err)
			}
		}
		c.CloseWrite()
		if rest, err := io.ReadAll(c.in); err != nil || len(rest) > 0 {
			t.Errorf("after the end: %q, %v", rest, err)
		}
	})
}

// Parts of a stream reach the client as they are sent: the backend sends the
// next one only when the client has told that it has this one.
func TestStreamsFlow(t *testing.T) {
	tests := []struct{ name, contentType string }{
		{"server-sent events", "text/event-stream"},
		{"chunked JSON lines", "application/jsonl"},
		{"chunked plain text", "text/plain"},
	}
	const parts = 3
	seen := make(chan struct{})
	backend := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", r.URL.Query().Get("type"))
		for i := range parts {
			fmt.Fprintf(w, "data: %d\n", i)
			http.NewResponseController(w).Flush()
			select {
			case <-seen:
			case <-r.Context().Done():
				return
			}
		}
	}))
	t.Cleanup(backend.Close)
	bothWays(t, "", "reverse_proxy "+backend.Listener.Addr().String(), func(t *testing.T, url string) {
		for _, version := range []int{1, 2} {
			for _, tt := range tests {
				t.Run(fmt.Sprintf("%s over HTTP/%d", tt.name, version), func(t *testing.T) {
					resp, err := transport(t, version).RoundTrip(request(t, http.MethodGet, url+"/?type="+tt.contentType))
					if err != nil {
						t.Fatal(err)
					}
					defer resp.Body.Close()
					if resp.ProtoMajor != version {
						t.Errorf("protocol %s", resp.Proto)
					}
					lines := bufio.NewReader(resp.Body)
					for i := range parts {
						line, err := lines.ReadString('\n')
						if want := fmt.Sprintf("data: %d\n", i); line != want {
							t.Fatalf("part %d: %q, want %q: %v", i, line, want, err)
						}
						select {
						case seen <- struct{}{}:
						case <-time.After(patience):
							t.Fatal("the backend does not go on")
						}
					}
					if _, err := lines.ReadByte(); err != io.EOF {
						t.Errorf("at the end: %v", err)
					}
				})
			}
		}
	})
}

func TestTrailersReachTheClient(t *testing.T) {
	backend := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/plain")
		w.Header().Set("Trailer", "X-Announced")
		w.WriteHeader(map[string]int{"/ok": 200, "/created": 299, "/gone": 404}[r.URL.Path])
		io.WriteString(w, "body")
		w.Header().Set("X-Announced", "yes")
		w.Header().Set(http.TrailerPrefix+"X-Unannounced", "too")
	}))
	t.Cleanup(backend.Close)
	bothWays(t, "", "reverse_proxy "+backend.Listener.Addr().String(), func(t *testing.T, url string) {
		for _, version := range []int{1, 2} {
			for _, path := range []string{"/ok", "/created", "/gone"} {
				t.Run(fmt.Sprintf("%s over HTTP/%d", path, version), func(t *testing.T) {
					a := do(t, transport(t, version), request(t, http.MethodGet, url+path))
					if a.body != "body" || a.Trailer.Get("X-Announced") != "yes" || a.Trailer.Get("X-Unannounced") != "too" {
						t.Errorf("%s: body %q, trailers %v", a.Status, a.body, a.Trailer)
					}
				})
			}
		}
	})
}

func TestEarlyHintsBeforeWhatFollows(t *testing.T) {
	backend := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for _, hint := range []string{"</a.css>", "</b.css>"} {
			w.Header().Set("Link", hint)
			w.WriteHeader(http.StatusEarlyHints)
		}
		w.Header().Del("Link")
		if r.URL.Path == "/fails" {
			w.WriteHeader(http.StatusBadGateway)
		}
		io.WriteString(w, "body")
	}))
	t.Cleanup(backend.Close)
	_, url := sideBySide(t, "", "reverse_proxy "+backend.Listener.Addr().String())
	for _, version := range []int{1, 2} {
		for path, want := range map[string]int{"/works": 200, "/fails": 503} {
			t.Run(fmt.Sprintf("%s over HTTP/%d", path, version), func(t *testing.T) {
				var hints []string
				req := request(t, http.MethodGet, url+path)
				req = req.WithContext(httptrace.WithClientTrace(req.Context(), &httptrace.ClientTrace{
					Got1xxResponse: func(code int, header textproto.MIMEHeader) error {
						hints = append(hints, fmt.Sprint(code, header["Link"], header["Retry-After"]))
						return nil
					},
				}))
				a := do(t, transport(t, version), req)
				if got := strings.Join(hints, " "); got != "103 [</a.css>] [] 103 [</b.css>] []" {
					t.Errorf("early responses: %s", got)
				}
				if a.StatusCode != want || a.Header.Get("Link") != "" {
					t.Errorf("status %d, want %d; Link %q", a.StatusCode, want, a.Header.Get("Link"))
				}
				if retryAfter := a.Header.Get("Retry-After"); (want == 503) != (retryAfter == "5") {
					t.Errorf("Retry-After %q", retryAfter)
				}
			})
		}
	}
}

// plainCodec carries strings as they are, so that the test needs no schema.
type plainCodec struct{}

func (plainCodec) Name() string { return "plain" }

func (plainCodec) Marshal(v any) ([]byte, error) { return []byte(*v.(*string)), nil }

func (plainCodec) Unmarshal(b []byte, v any) error {
	*v.(*string) = string(b)
	return nil
}

// echoService has a unary method, which fails on "fail", and a bidirectional
// stream.
var echoService = grpc.ServiceDesc{
	ServiceName: "test.Echo",
	HandlerType: (*any)(nil),
	Methods: []grpc.MethodDesc{{
		MethodName: "Once",
		Handler: func(_ any, ctx context.Context, decode func(any) error, _ grpc.UnaryServerInterceptor) (any, error) {
			var in string
			if err := decode(&in); err != nil {
				return nil, err
			}
			grpc.SetTrailer(ctx, metadata.Pairs("x-trailer", "yes"))
			if in == "fail" {
				return nil, status.Error(codes.FailedPrecondition, "as you wish")
			}
			return &in, nil
		},
	}},
	Streams: []grpc.StreamDesc{{
		StreamName: "Stream", ServerStreams: true, ClientStreams: true,
		Handler: func(_ any, stream grpc.ServerStream) error {
			for {
				var in string
				if err := stream.RecvMsg(&in); errors.Is(err, io.EOF) {
					return nil
				} else if err != nil {
					return err
				}
				if err := stream.SendMsg(&in); err != nil {
					return err
				}
			}
		},
	}},
}

func TestGRPC(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := grpc.NewServer(grpc.ForceServerCodec(plainCodec{}))
	server.RegisterService(&echoService, nil)
	go server.Serve(l)
	t.Cleanup(server.Stop)
	options := "methods POST\nconsumes application/grpc application/grpc+plain\nproduces application/json"
	bothWays(t, options, "reverse_proxy h2c://"+l.Addr().String(), func(t *testing.T, url string) {
		conn, err := grpc.NewClient(strings.TrimPrefix(url, "http://"), grpc.WithTransportCredentials(insecure.NewCredentials()),
			grpc.WithDefaultCallOptions(grpc.ForceCodec(plainCodec{})))
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		defer cancel()
		t.Run("a unary call", func(t *testing.T) {
			in, out, trailer := "hello", "", metadata.MD{}
			if err := conn.Invoke(ctx, "/test.Echo/Once", &in, &out, grpc.Trailer(&trailer)); err != nil || out != in {
				t.Errorf("got %q: %v", out, err)
			}
			if len(trailer["x-trailer"]) == 0 {
				t.Errorf("trailers %v", trailer)
			}
		})
		t.Run("a unary call that fails", func(t *testing.T) {
			in, out := "fail", ""
			err := conn.Invoke(ctx, "/test.Echo/Once", &in, &out)
			if status.Code(err) != codes.FailedPrecondition || status.Convert(err).Message() != "as you wish" {
				t.Errorf("got %q: %v", out, err)
			}
		})
		t.Run("a stream in both directions", func(t *testing.T) {
			stream, err := conn.NewStream(ctx, &echoService.Streams[0], "/test.Echo/Stream")
			if err != nil {
				t.Fatal(err)
			}
			for _, in := range []string{"one", "two", "three"} { // each comes back before the next is sent
				var out string
				if err := stream.SendMsg(&in); err != nil {
					t.Fatal(err)
				}
				if err := stream.RecvMsg(&out); err != nil || out != in {
					t.Fatalf("sent %q, got %q: %v", in, out, err)
				}
			}
			stream.CloseSend()
			var out string
			if err := stream.RecvMsg(&out); !errors.Is(err, io.EOF) {
				t.Errorf("at the end: %v", err)
			}
		})
	})
}

func (readerFromSpy) CaddyModule() caddy.ModuleInfo {
	return caddy.ModuleInfo{ID: "http.handlers.test_read_from", New: func() caddy.Module { return new(readerFromSpy) }}
}

func (readerFromSpy) ServeHTTP(w http.ResponseWriter, r *http.Request, next caddyhttp.Handler) error {
	return next.ServeHTTP(&spyingWriter{&caddyhttp.ResponseWriterWrapper{ResponseWriter: w}}, r)
}
