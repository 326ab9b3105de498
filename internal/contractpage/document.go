// Package contractpage tells the clients of a gate what it promises: the statuses and
// what each owes, the problems, when to repeat, and the resources. All of it comes from
// the configuration that serves, so that it is never stale. It is HTML for people, and
// JSON and Markdown for programs.
package contractpage

// Document is the contract of a gate. Its JSON form is documented, and stays.
type Document struct {
	// Gate is the name of the gate.
	Gate string `json:"gate"`
	// Statuses are those that clients may get, in ascending order.
	Statuses []Status `json:"statuses"`
	// Problems say what errors look like, nil where the gate makes none.
	Problems *Problems `json:"problems"`
	// Retry says when to repeat.
	Retry Retry `json:"retry"`
	// UnknownResources says what becomes of paths that are not listed: pass or reject.
	UnknownResources string `json:"unknown_resources"`
	// Resources are those that are known, in the order of their paths.
	Resources []Resource `json:"resources"`
	// Jobs say how slow requests go on, nil where there are none.
	Jobs *Jobs `json:"jobs"`
}

// Status is one that clients may get.
type Status struct {
	Status int    `json:"status"`
	Title  string `json:"title"`
	// Section is the fragment of the page that tells of it.
	Section string `json:"section"`
	Meaning string `json:"meaning"`
	// Advice is what a client does about it.
	Advice string `json:"advice"`
	// Fields are the header fields that come with it.
	Fields []Named `json:"fields"`
}

// Named is something with a name and what it means.
type Named struct {
	Name    string `json:"name"`
	Meaning string `json:"meaning"`
}

// Problems say what errors look like (RFC 9457).
type Problems struct {
	// MediaTypes are those to choose from by Accept, the preferred one first.
	MediaTypes []string `json:"media_types"`
	Members    []Named  `json:"members"`
	// Kinds are those of the gate's own.
	Kinds []Kind `json:"kinds"`
	// Types says that the type member of each kind leads to its section.
	Types bool `json:"types"`
}

// Kind is a kind of problem that a gate makes itself.
type Kind struct {
	// Section is its name, and the fragment of the page that tells of it.
	Section string `json:"section"`
	// Statuses are those that it may come with.
	Statuses []int  `json:"statuses"`
	Meaning  string `json:"meaning"`
	// Done tells whether the request was carried out: no, perhaps or unknown.
	Done string `json:"done"`
}

// Retry says when to repeat.
type Retry struct {
	// Least and Most are the seconds that Retry-After says where nobody knows better.
	Least int `json:"least"`
	Most  int `json:"most"`
	// Methods are those that may be repeated (RFC 9110 §9.2.2).
	Methods []string `json:"methods"`
	Advice  []string `json:"advice"`
}

// Resource is a path template with its methods.
type Resource struct {
	Path    string   `json:"path"`
	Methods []Method `json:"methods"`
}

// Method is what a resource says of a method. A list that is empty says nothing.
type Method struct {
	// Method is "*" where the resource does not say which it has.
	Method   string   `json:"method"`
	Consumes []string `json:"consumes"`
	Produces []string `json:"produces"`
	Codings  []string `json:"codings"`
	// Statuses are those that it documents: a status, a class such as 4XX, or default.
	Statuses []string `json:"statuses"`
}

// Jobs say how slow requests go on.
type Jobs struct {
	// Path is where jobs are.
	Path string `json:"path"`
	// After is how many seconds a client waits before it gets its 202.
	After float64 `json:"after"`
	// Keep is how many seconds an outcome can be asked for.
	Keep float64 `json:"keep"`
	// Cancel says whether DELETE cancels.
	Cancel bool `json:"cancel"`
	// Asked says that a request becomes a job only where it asks for it, by
	// Prefer: respond-async (RFC 7240 §4.1).
	Asked bool `json:"asked"`
}
