package transport_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
)

// benchBackend answers /n with n bytes until its standard input ends.
func benchBackend() {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	fmt.Println(l.Addr())
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go benchAnswers(conn)
		}
	}()
	_, _ = io.Copy(io.Discard, os.Stdin)
}

func benchAnswers(conn net.Conn) {
	defer conn.Close()
	in := bufio.NewReader(conn)
	var answer []byte
	for {
		length, path := 0, ""
		for line := 0; ; line++ {
			b, err := in.ReadSlice('\n')
			if err != nil {
				return
			}
			if line == 0 {
				path = string(bytes.Fields(b)[1])
			}
			if value, ok := bytes.CutPrefix(b, []byte("Content-Length: ")); ok {
				length, _ = strconv.Atoi(string(bytes.TrimSpace(value)))
			}
			if len(b) == 2 {
				break
			}
		}
		if _, err := in.Discard(length); err != nil {
			return
		}
		n, _ := strconv.Atoi(path[1:])
		if len(answer) < n {
			answer = fmt.Appendf(nil, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nServer: bench\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Length: %d\r\n\r\n%s", n, strings.Repeat("x", n))
		}
		if _, err := conn.Write(answer); err != nil {
			return
		}
	}
}
