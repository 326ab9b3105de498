package connect_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"
	"syscall"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig"
	_ "github.com/caddyserver/caddy/v2/modules/standard"
	"google.golang.org/protobuf/encoding/protowire"

	_ "github.com/statusgate/statusgate"
)

// The fields of the suite's ServerCompatRequest and ServerCompatResponse that count.
const (
	requestVersion = 2 // 1 for HTTP/1.1, 2 for HTTP/2
	responseHost   = 1
	responsePort   = 2
)

// serve is one server of the suite: the reference server, whose path is the program's
// argument, and a Caddy in front of it. It ends when it is told to.
func serve(gate string) error {
	request, err := readMessage(os.Stdin)
	if err != nil {
		return err
	}
	reference := exec.Command(os.Args[1])
	var in bytes.Buffer
	_ = writeMessage(&in, request)
	reference.Stdin, reference.Stderr = &in, os.Stderr
	out, err := reference.StdoutPipe()
	if err != nil {
		return err
	}
	if err := reference.Start(); err != nil {
		return err
	}
	defer func() {
		_ = reference.Process.Kill()
		_ = reference.Wait()
	}()
	response, err := readMessage(out)
	if err != nil {
		return fmt.Errorf("the reference server: %w", err)
	}
	transport := "1.1"
	if varint(request, requestVersion) == 2 {
		transport = "h2c"
	}
	port, err := startCaddy(gate, transport, strconv.FormatUint(varint(response, responsePort), 10))
	if err != nil {
		return err
	}
	answer := protowire.AppendTag(nil, responseHost, protowire.BytesType)
	answer = protowire.AppendString(answer, "127.0.0.1")
	answer = protowire.AppendTag(answer, responsePort, protowire.VarintType)
	answer = protowire.AppendVarint(answer, uint64(port)) //nolint:gosec // a port
	if err := writeMessage(os.Stdout, answer); err != nil {
		return err
	}
	end := make(chan os.Signal, 1)
	signal.Notify(end, syscall.SIGTERM, os.Interrupt)
	<-end
	return nil
}

// startCaddy starts the Caddy and gives its port.
func startCaddy(gate, transport, backend string) (port int, err error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	port = l.Addr().(*net.TCPAddr).Port
	_ = l.Close()
	if gate == "-" {
		gate = ""
	}
	caddyfile := fmt.Sprintf(`{
	admin off
	persist_config off
	auto_https off
	log {
		output discard
	}
	servers {
		protocols h1 h2c
	}
}
http://127.0.0.1:%d {
	%s
	reverse_proxy 127.0.0.1:%s {
		flush_interval -1
		transport http {
			versions %s
		}
	}
}
`, port, strings.ReplaceAll(gate, "\n", "\n\t"), backend, transport)
	config, _, err := caddyconfig.GetAdapter("caddyfile").Adapt([]byte(caddyfile), nil)
	if err != nil {
		return 0, err
	}
	return port, caddy.Load(config, true)
}

// readMessage reads a message with its length in front.
func readMessage(r io.Reader) ([]byte, error) {
	var size [4]byte
	if _, err := io.ReadFull(r, size[:]); err != nil {
		return nil, err
	}
	n := binary.BigEndian.Uint32(size[:])
	if n > 1<<20 {
		return nil, errors.New("a message of more than a megabyte")
	}
	message := make([]byte, n)
	_, err := io.ReadFull(r, message)
	return message, err
}

func writeMessage(w io.Writer, message []byte) error {
	_, err := w.Write(append(binary.BigEndian.AppendUint32(nil, uint32(len(message))), message...)) //nolint:gosec // short
	return err
}

// varint is a field of a message, 0 where it is not there.
func varint(message []byte, field protowire.Number) uint64 {
	for len(message) > 0 {
		number, kind, n := protowire.ConsumeTag(message)
		if n < 0 {
			return 0
		}
		message = message[n:]
		if number == field && kind == protowire.VarintType {
			value, _ := protowire.ConsumeVarint(message)
			return value
		}
		if n = protowire.ConsumeFieldValue(number, kind, message); n < 0 {
			return 0
		}
		message = message[n:]
	}
	return 0
}
