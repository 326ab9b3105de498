package normalize

// method is what the gate needs to know of one method.
type method struct {
	name string
	spec string // where it is defined
	// repeat says that to send the request twice intends the same as to send it
	// once (RFC 9110 §9.2.2), as the registry of methods has it (§16.1).
	repeat bool
	// dav says that it belongs to WebDAV or to what is built on it, so that its
	// client reads the statuses of WebDAV.
	dav bool
}

// methods lists the registered methods. Nobody knows of any other method what
// a second request would do.
var methods = []method{
	{name: "GET", spec: "RFC 9110 §9.3.1", repeat: true},
	{name: "HEAD", spec: "RFC 9110 §9.3.2", repeat: true},
	{name: "POST", spec: "RFC 9110 §9.3.3"},
	{name: "PUT", spec: "RFC 9110 §9.3.4", repeat: true},
	{name: "DELETE", spec: "RFC 9110 §9.3.5", repeat: true},
	{name: "CONNECT", spec: "RFC 9110 §9.3.6"},
	{name: "OPTIONS", spec: "RFC 9110 §9.3.7", repeat: true},
	{name: "TRACE", spec: "RFC 9110 §9.3.8", repeat: true},
	{name: "PATCH", spec: "RFC 5789 §2"},
	{name: "PRI", spec: "RFC 9113 §3.4", repeat: true},
	{name: "QUERY", spec: "HTTP QUERY method §2", repeat: true},
	{name: "LINK", spec: "RFC 2068 §19.6.1.2", repeat: true},
	{name: "UNLINK", spec: "RFC 2068 §19.6.1.3", repeat: true},

	{name: "PROPFIND", spec: "RFC 4918 §9.1", repeat: true, dav: true},
	{name: "PROPPATCH", spec: "RFC 4918 §9.2", repeat: true, dav: true},
	{name: "MKCOL", spec: "RFC 4918 §9.3, RFC 5689 §3", repeat: true, dav: true},
	{name: "COPY", spec: "RFC 4918 §9.8", repeat: true, dav: true},
	{name: "MOVE", spec: "RFC 4918 §9.9", repeat: true, dav: true},
	{name: "LOCK", spec: "RFC 4918 §9.10", dav: true},
	{name: "UNLOCK", spec: "RFC 4918 §9.11", repeat: true, dav: true},
	{name: "ACL", spec: "RFC 3744 §8.1", repeat: true, dav: true},
	{name: "SEARCH", spec: "RFC 5323 §2", repeat: true, dav: true},
	{name: "ORDERPATCH", spec: "RFC 3648 §7", repeat: true, dav: true},
	{name: "BIND", spec: "RFC 5842 §4", repeat: true, dav: true},
	{name: "UNBIND", spec: "RFC 5842 §5", repeat: true, dav: true},
	{name: "REBIND", spec: "RFC 5842 §6", repeat: true, dav: true},
	{name: "MKREDIRECTREF", spec: "RFC 4437 §6", repeat: true, dav: true},
	{name: "UPDATEREDIRECTREF", spec: "RFC 4437 §7", repeat: true, dav: true},

	{name: "MKCALENDAR", spec: "RFC 4791 §5.3.1 (CalDAV)", repeat: true, dav: true},

	{name: "VERSION-CONTROL", spec: "RFC 3253 §3.5 (DeltaV)", repeat: true, dav: true},
	{name: "REPORT", spec: "RFC 3253 §3.6 (DeltaV)", repeat: true, dav: true},
	{name: "CHECKOUT", spec: "RFC 3253 §4.3, §8.8 (DeltaV)", repeat: true, dav: true},
	{name: "CHECKIN", spec: "RFC 3253 §4.4, §9.4 (DeltaV)", repeat: true, dav: true},
	{name: "UNCHECKOUT", spec: "RFC 3253 §4.5 (DeltaV)", repeat: true, dav: true},
	{name: "MKWORKSPACE", spec: "RFC 3253 §6.3 (DeltaV)", repeat: true, dav: true},
	{name: "UPDATE", spec: "RFC 3253 §7.1 (DeltaV)", repeat: true, dav: true},
	{name: "LABEL", spec: "RFC 3253 §8.2 (DeltaV)", repeat: true, dav: true},
	{name: "MERGE", spec: "RFC 3253 §11.2 (DeltaV)", repeat: true, dav: true},
	{name: "BASELINE-CONTROL", spec: "RFC 3253 §12.6 (DeltaV)", repeat: true, dav: true},
	{name: "MKACTIVITY", spec: "RFC 3253 §13.5 (DeltaV)", repeat: true, dav: true},
}

// knownMethod is the method with a name, nil where nobody knows it.
func knownMethod(name string) *method {
	for i := range methods {
		if methods[i].name == name {
			return &methods[i]
		}
	}
	return nil
}

func isDAV(name string) bool {
	m := knownMethod(name)
	return m != nil && m.dav
}

// Idempotent reports whether a request with the method can be sent again
// without harm where nobody knows what became of it (RFC 9110 §9.2.2). It is so
// for the methods that IANA registers as idempotent, in their own case, and for
// no other: POST, PATCH, LOCK, CONNECT and methods that nobody knows are not. An
// Idempotency-Key does not make them so, since legacy backends ignore it. No
// method is GET, as in net/http.
func Idempotent(method string) bool {
	if method == "" || method == "GET" {
		return true // most requests
	}
	m := knownMethod(method)
	return m != nil && m.repeat
}
