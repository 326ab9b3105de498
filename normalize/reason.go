package normalize

import "fmt"

// Reason says in one word why a response left as it did. The set is closed,
// so that a reason can be the label of a metric.
type Reason uint8

// The first group passes a response, the second rewrites one, the third
// rejects a request before the backend is asked, the fourth names failures
// of the exchange with the backend or the client. The last is for jobs.
const (
	// ReasonDocumented: the status is one that the contract knows.
	ReasonDocumented Reason = iota
	// ReasonAllowed: the operator lets the status through.
	ReasonAllowed
	// ReasonProtocol: HTTP itself needs the status (101, 206, 304, a redirect…).
	ReasonProtocol

	// ReasonRule: a rule of the operator decided.
	ReasonRule
	// ReasonTable: the table knows the status.
	ReasonTable
	// ReasonClass: nobody knows the status, its class decided (RFC 9110 §15).
	ReasonClass
	// ReasonMalformed: the backend's status line was not HTTP.
	ReasonMalformed
	// ReasonLocation: a 201 that names no resource went out as 200.
	ReasonLocation
	// ReasonRepresentation: the client does not accept the media type of the answer.
	ReasonRepresentation
	// ReasonUndocumented: the operation does not document what the table says.
	ReasonUndocumented

	// ReasonUnknownResource: no declared resource has the path.
	ReasonUnknownResource
	// ReasonMethod: the resource does not have the method.
	ReasonMethod
	// ReasonContentType: the resource does not consume the media type.
	ReasonContentType
	// ReasonContentCoding: the resource does not decode the content coding.
	ReasonContentCoding
	// ReasonAccept: the resource produces nothing that the client accepts.
	ReasonAccept
	// ReasonOverload: the backend has no room for the request.
	ReasonOverload

	// ReasonBackendUnreachable: no backend could be asked.
	ReasonBackendUnreachable
	// ReasonBackendTimeout: the backend did not answer in time.
	ReasonBackendTimeout
	// ReasonBackendIncomplete: the backend broke off before the answer was whole.
	ReasonBackendIncomplete
	// ReasonClientGone: the client left before it could be answered.
	ReasonClientGone

	// ReasonJob: the answer tells of a job.
	ReasonJob

	reasonCount
)

// Reasons is how many reasons there are: they are 0 to Reasons-1.
const Reasons = int(reasonCount)

var reasonWords = [reasonCount]string{
	ReasonDocumented: "documented", ReasonAllowed: "allowed", ReasonProtocol: "protocol",
	ReasonRule: "rule", ReasonTable: "table", ReasonClass: "class", ReasonMalformed: "malformed",
	ReasonLocation: "location", ReasonRepresentation: "representation", ReasonUndocumented: "undocumented",
	ReasonUnknownResource: "unknown_resource", ReasonMethod: "method", ReasonContentType: "content_type",
	ReasonContentCoding: "content_coding", ReasonAccept: "accept", ReasonOverload: "overload",
	ReasonBackendUnreachable: "backend_unreachable", ReasonBackendTimeout: "backend_timeout",
	ReasonBackendIncomplete: "backend_incomplete", ReasonClientGone: "client_gone",
	ReasonJob: "job",
}

// String returns the word used in metrics, logs and placeholders.
func (r Reason) String() string {
	if r < reasonCount {
		return reasonWords[r]
	}
	return fmt.Sprintf("reason(%d)", uint8(r))
}

// Rejected reports whether the reason refuses a request before the backend is
// asked.
func (r Reason) Rejected() bool { return r >= ReasonUnknownResource && r <= ReasonOverload }

// Passed reports whether the reason leaves the received status as it was
// because the contract has nothing against it.
func (r Reason) Passed() bool { return r <= ReasonProtocol }
