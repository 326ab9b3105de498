// Package transport is an [http.RoundTripper] for HTTP/1.1 that has no
// goroutine per connection: the caller's goroutine writes the request and reads
// the response. It serves any net/http program, over TCP, TLS over TCP and Unix
// sockets.
//
// Requests are written by [http.Request.Write] and responses are read by
// [http.ReadResponse], so it says and takes what net/http's own Transport does.
// It differs in what it lets a connection carry next.
//
// # When a connection is used again
//
// A connection takes another request only if it is certainly clean: the response
// was read to its end and kept its own rules, neither side announced a close, the
// answer did not come before the end of the request, all of which was sent, nothing
// more was received, not even in the TLS layer. It is looked at again in the step
// that sends the next request. Whatever has arrived by then was not asked for, and
// the connection is closed.
//
// # When a request is sent again
//
// Any request goes to another connection as long as nothing of it was sent. Once
// a byte was sent it is repeated, once, if the connection had served before, ended
// without a byte of an answer, and RFC 9110 §9.2.2 lets the method be repeated.
//
// # What it lacks
//
// HTTP/2, proxies, CONNECT, transparent compression and [http.Request.Cancel].
// Where sockets can't be looked at, which [Supported] tells, and on connections
// that are no sockets, every connection carries one request.
package transport
