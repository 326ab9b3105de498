package accesslog

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// field is a member of Entry that a key of a JSON object can hold.
type field uint8

const (
	fieldNone field = iota
	fieldTime
	fieldRequest // "GET / HTTP/1.1"
	fieldMethod
	fieldTarget
	fieldQuery
	fieldProtocol
	fieldStatus
	fieldBackend
	fieldBytes
	fieldHost
	fieldAccept
	fieldCount
)

var fieldNames = [fieldCount]string{
	fieldTime: "time", fieldRequest: "request", fieldMethod: "method", fieldTarget: "path", fieldQuery: "query",
	fieldProtocol: "protocol", fieldStatus: "status", fieldBackend: "backend", fieldBytes: "bytes", fieldHost: "host",
	fieldAccept: "accept",
}

// jsonKey is a key of an object that is wanted, or leads to one.
type jsonKey struct {
	name     string
	field    field
	rank     uint8  // from 1: of keys for one field, the lowest counts
	mark     uint32 // is set in Parser.found when the key holds an object
	must     uint32 // of the root: Parser.found must have one of these, 0 for none
	children []*jsonKey
}

// child is the key called name, nil where it is not wanted.
func (k *jsonKey) child(name []byte) *jsonKey {
	for _, c := range k.children {
		if len(c.name) == len(name) && c.name == string(name) {
			return c
		}
	}
	return nil
}

// add puts a key at a path of names, which is made where it is missing.
func (k *jsonKey) add(field field, rank uint8, path ...string) *jsonKey {
	for _, name := range path {
		next := k.child([]byte(name))
		if next == nil {
			next = &jsonKey{name: name}
			k.children = append(k.children, next)
		}
		k = next
	}
	if k.field == fieldNone {
		k.field, k.rank = field, rank
	}
	return k
}

// addAll puts the names of each field at the top, those that come first count more.
func (k *jsonKey) addAll(names map[field][]string) *jsonKey {
	for field, list := range names {
		for i, name := range list {
			k.add(field, uint8(i+1), name) //nolint:gosec // the lists are short
		}
	}
	return k
}

// markRequest is in Parser.found where Caddy's member "request" is an object.
const markRequest = 1 << 31

// caddyKeys are those of Caddy's JSON encoder, and what Statusgate adds.
var caddyKeys = func() *jsonKey {
	k := new(jsonKey)
	k.add(fieldTime, 1, "ts")
	k.add(fieldTime, 2, "time")
	k.add(fieldTime, 3, "timestamp")
	k.add(fieldStatus, 1, "status")
	k.add(fieldBytes, 1, "size")
	k.add(fieldBackend, 1, "statusgate", "received_status")
	k.add(fieldMethod, 1, "request", "method")
	k.add(fieldTarget, 1, "request", "uri")
	k.add(fieldProtocol, 1, "request", "proto")
	k.add(fieldHost, 1, "request", "host")
	k.add(fieldAccept, 1, "request", "headers", "Accept")
	k.child([]byte("request")).mark = markRequest
	k.must = markRequest
	return k
}()

// traefikKeys are those of Traefik's JSON.
var traefikKeys = func() *jsonKey {
	k := new(jsonKey).addAll(map[field][]string{
		fieldTime:     {"StartUTC", "time", "StartLocal"},
		fieldMethod:   {"RequestMethod"},
		fieldTarget:   {"RequestPath"},
		fieldProtocol: {"RequestProtocol"},
		fieldStatus:   {"DownstreamStatus"},
		fieldBackend:  {"OriginStatus"},
		fieldBytes:    {"DownstreamContentSize"},
		fieldHost:     {"RequestHost", "RequestAddr"},
		fieldAccept:   {"request_Accept"},
	})
	return k
}()

// envoyKeys are those of Envoy's and Istio's JSON.
var envoyKeys = func() *jsonKey {
	return new(jsonKey).addAll(map[field][]string{
		fieldTime:     {"start_time", "time"},
		fieldMethod:   {"method", ":method", "x-envoy-original-method"},
		fieldTarget:   {"x-envoy-original-path", "x-envoy-origin-path", "path", ":path"},
		fieldProtocol: {"protocol"},
		fieldStatus:   {"response_code"},
		fieldBytes:    {"bytes_sent"},
		fieldHost:     {"authority", ":authority"},
		fieldAccept:   {"accept"},
	})
}()

// nginxKeys are nginx's variables, and what those call them who write a log_format.
var nginxKeys = func() *jsonKey {
	k := new(jsonKey).addAll(map[field][]string{
		fieldTime: {
			"time_iso8601", "msec", "time_msec", "time_local", "@timestamp", "timestamp", "time", "ts", "date", "datetime", "start_time",
		},
		fieldRequest:  {"request", "request_line"},
		fieldMethod:   {"request_method", "method", "http_method", "verb", "requestMethod"},
		fieldTarget:   {"request_uri", "requestUri", "uri", "url", "path", "request_path", "target", "request_url"},
		fieldQuery:    {"args", "query", "query_string"},
		fieldProtocol: {"server_protocol", "protocol", "http_version", "proto"},
		fieldStatus:   {"status", "status_code", "response_status", "http_status", "response_code", "code", "statusCode"},
		fieldBackend:  {"upstream_status"},
		fieldBytes:    {"body_bytes_sent", "bytes_sent", "bytes", "size", "response_size"},
		fieldHost:     {"http_host", "host", "server_name", "vhost", "domain"},
		fieldAccept:   {"http_accept", "accept"},
	})
	// Many a line of JSON has a status; only a request has one of these.
	k.must = 1<<fieldRequest | 1<<fieldMethod | 1<<fieldTarget
	return k
}()

// Keys says which keys of a JSON log hold what: its keys are time, request (a whole
// request line), method, path, query, protocol, status, backend (the status from
// behind), bytes, host and accept; its values name a key of the log, or a path of
// keys with dots: {"status": "response.code"}.
type Keys map[string]string

// tree makes the keys that a Parser follows. All mistakes come in one error.
func (k Keys) tree() (*jsonKey, error) {
	root := new(jsonKey)
	var mistakes []error
	for name, path := range k {
		i := slices.Index(fieldNames[:], name)
		switch {
		case i <= 0:
			mistakes = append(mistakes, fmt.Errorf("key %q: want one of %s", name, strings.Join(fieldNames[1:], ", ")))
			continue
		case path == "":
			mistakes = append(mistakes, fmt.Errorf("key %q: no key of the log", name))
			continue
		}
		field := field(i) //nolint:gosec // an index of fieldNames
		root.add(field, 1, path)
		if parts := strings.Split(path, "."); len(parts) > 1 {
			root.add(field, 1, parts...)
		}
	}
	if k["status"] == "" && k["backend"] == "" {
		mistakes = append(mistakes, errors.New("no key for the status"))
	}
	slices.SortFunc(mistakes, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	return root, errors.Join(mistakes...)
}
