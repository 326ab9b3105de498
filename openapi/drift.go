package openapi

// Kind is a way in which what happens differs from what is documented.
type Kind uint8

// The kinds of drift, by their words in metrics.
const (
	// UndocumentedStatus is a response with a status that the operation does not
	// document: undocumented_status.
	UndocumentedStatus Kind = iota
	// UndocumentedType is a response whose media type is not documented for its
	// status: undocumented_type.
	UndocumentedType
	// MissingHeader is a response without a header field that is declared for its
	// status: missing_header.
	MissingHeader
	// UnknownPath is a request whose path no template matches: unknown_path.
	UnknownPath
	// UndocumentedMethod is a request with a method that no template of its path
	// has: undocumented_method.
	UndocumentedMethod
	// RequestType is a request whose media type the operation does not take:
	// request_type.
	RequestType
)

var kinds = [...]string{
	"undocumented_status", "undocumented_type", "missing_header", "unknown_path", "undocumented_method", "request_type",
}

// Kinds lists all kinds: a closed set of labels.
func Kinds() []Kind {
	list := make([]Kind, len(kinds))
	for i := range list {
		list[i] = Kind(i) //nolint:gosec // a few
	}
	return list
}

// String is the word of the kind, such as "undocumented_status".
func (k Kind) String() string {
	if int(k) >= len(kinds) {
		return "unknown"
	}
	return kinds[k]
}

// Drift is one difference that was seen.
type Drift struct {
	Kind Kind
	// Operation is the one that was asked for; nil for UnknownPath and
	// UndocumentedMethod.
	Operation *Operation
	// Path and Method are those of the request, where there is no operation. Path
	// is a template of the document for UndocumentedMethod.
	Path, Method string
	// Status is the received status, 0 where it is not known.
	Status int
	// Value is the media type or the name of the header field.
	Value string
}
