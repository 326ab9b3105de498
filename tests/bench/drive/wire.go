package drive

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"strconv"
	"strings"
	"sync"
	"time"
)

// exchangeTimeout bounds one exchange.
const exchangeTimeout = 5 * time.Second

// Request is one request, the same every time.
type Request struct {
	Method string // default: GET
	Path   string
	Fields []string // header fields, such as "Accept: text/html"
	Body   string
}

// bytes are the request as it is sent.
func (r Request) bytes() []byte {
	var b bytes.Buffer
	method := r.Method
	if method == "" {
		method = "GET"
	}
	fmt.Fprintf(&b, "%s %s HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: bench\r\n", method, r.Path)
	for _, field := range r.Fields {
		b.WriteString(field + "\r\n")
	}
	if r.Body != "" {
		fmt.Fprintf(&b, "Content-Length: %d\r\n", len(r.Body))
	}
	b.WriteString("\r\n" + r.Body)
	return b.Bytes()
}

// conn is a connection that is kept alive. It costs little, so that the core is
// the backend's.
type conn struct {
	address string
	net.Conn
	reader *bufio.Reader
}

func (c *conn) close() {
	if c.Conn != nil {
		_ = c.Conn.Close()
		c.Conn = nil
	}
}

// dial connects, if it is not connected.
func (c *conn) dial() error {
	if c.Conn != nil {
		return nil
	}
	connection, err := net.DialTimeout("tcp", c.address, exchangeTimeout)
	if err != nil {
		return err
	}
	c.Conn, c.reader = connection, bufio.NewReaderSize(connection, 4<<10) //nolint:mnd // more than a head
	return nil
}

// exchange sends the request and reads the answer.
func (c *conn) exchange(request []byte) (status int, err error) {
	if err := c.dial(); err != nil {
		return 0, err
	}
	keep := false
	defer func() {
		if !keep {
			c.close()
		}
	}()
	if err := c.SetDeadline(time.Now().Add(exchangeTimeout)); err != nil {
		return 0, err
	}
	if _, err := c.Write(request); err != nil {
		return 0, err
	}
	status, keep, err = c.answer()
	return status, err
}

// answer reads an answer of HTTP/1.1.
func (c *conn) answer() (status int, keep bool, err error) {
	line, err := c.reader.ReadSlice('\n')
	if err != nil {
		return 0, false, err
	}
	if len(line) < len("HTTP/1.1 200") || !bytes.HasPrefix(line, []byte("HTTP/1.")) {
		return 0, false, fmt.Errorf("%q is no answer", line)
	}
	if status, err = strconv.Atoi(string(line[9:12])); err != nil {
		return 0, false, err
	}
	length, chunked := int64(-1), false
	keep = true
	for {
		if line, err = c.reader.ReadSlice('\n'); err != nil {
			return 0, false, err
		}
		name, value, found := bytes.Cut(bytes.TrimSpace(line), []byte(":"))
		if !found {
			break
		}
		value = bytes.TrimSpace(value)
		switch {
		case bytes.EqualFold(name, []byte("Content-Length")):
			if length, err = strconv.ParseInt(string(value), 10, 64); err != nil {
				return 0, false, err
			}
		case bytes.EqualFold(name, []byte("Transfer-Encoding")):
			chunked = true
		case bytes.EqualFold(name, []byte("Connection")) && bytes.EqualFold(value, []byte("close")):
			keep = false
		}
	}
	if chunked {
		if _, err := io.Copy(io.Discard, httputil.NewChunkedReader(c.reader)); err != nil {
			return 0, false, err
		}
		_, err := c.reader.ReadSlice('\n') // the end of the trailers
		return status, keep, err
	}
	if length < 0 {
		return 0, false, errors.New("the answer has no length")
	}
	return status, keep, c.skip(length)
}

// accepted asks a backend how many connections it has accepted so far, over one
// connection that is kept.
func accepted(address string) (int64, error) {
	resp, err := http.Get("http://" + address + "/accepted") //nolint:gosec,noctx // the experiment's own; it ends with this process
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close() //nolint:errcheck // it was read
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return 0, err
	}
	return strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64)
}

// skip reads the body. What is not in the buffer yet is read past it.
func (c *conn) skip(length int64) error {
	n, err := c.reader.Discard(int(min(length, int64(c.reader.Buffered()))))
	length -= int64(n)
	if err != nil || length == 0 {
		return err
	}
	buffer := buffers.Get().(*[]byte) //nolint:forcetypeassert // nothing else is put there
	defer buffers.Put(buffer)
	for length > 0 {
		n, err := c.Read((*buffer)[:min(length, int64(len(*buffer)))])
		length -= int64(n)
		if err != nil && length > 0 {
			return err
		}
	}
	return nil
}

// buffers take what is read past the reader's own buffer.
var buffers = sync.Pool{New: func() any {
	buffer := make([]byte, 64<<10) //nolint:mnd // as much as a socket gives at a time
	return &buffer
}}
