package dryrun

import "bufio"

// Message is a request on the connection to a server at host.
func (req *Request) Message(host string) ([]byte, error) {
	return req.message(&target{server: new(server), host: host, uri: req.URL})
}

// ReadAnswer reads the final answer from a connection.
func ReadAnswer(from *bufio.Reader, method string) (*Answer, bool, error) {
	return readAnswer(from, method)
}

// Message is the answer on a connection.
func (s *Script) Message(method string) []byte { return s.message(method) }
