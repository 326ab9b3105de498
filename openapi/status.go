package openapi

import "net/http"

// Coverage says in which way an operation documents a status, if it does.
type Coverage uint8

const (
	// Undocumented statuses are drift.
	Undocumented Coverage = iota
	// ByStatus says that there is a response for exactly this status.
	ByStatus
	// ByClass says that there is one for its class, such as 4XX.
	ByClass
	// ByDefault says that the default response covers it, as it does for errors.
	ByDefault
	// ByProtocol is for what needs no description: 1xx and 304.
	ByProtocol
	// BySilence is for errors of an operation that documents none at all: it says
	// nothing about them.
	BySilence
)

// Response is the documented response for a received status: the one with exactly
// this status, else the one of its class, else, for an error, the default. It is
// nil where there is none.
func (o *Operation) Response(status int) *Response {
	_, response := o.cover(status)
	return response
}

// Covers tells how the operation documents a received status. It is the one place
// that decides about undocumented statuses.
func (o *Operation) Covers(status int) Coverage {
	coverage, response := o.cover(status)
	switch {
	case response != nil:
		return coverage
	case status >= 100 && status <= 199 || status == http.StatusNotModified:
		return ByProtocol
	case o.Exempt || isError(status) && !o.documentsErrors():
		return BySilence
	default:
		return Undocumented
	}
}

func (o *Operation) cover(status int) (coverage Coverage, found *Response) {
	for i := range o.Responses {
		response := &o.Responses[i]
		switch code := int(response.Code); {
		case code == status && status >= 100:
			return ByStatus, response
		case code > 0 && code == status/100:
			coverage, found = ByClass, response
		case response.Code == Default && found == nil && isError(status):
			coverage, found = ByDefault, response
		}
	}
	return coverage, found
}

// isError reports whether a received status is one of an error. Whatever is no
// status at all is one, too.
func isError(status int) bool { return status < 100 || status >= 400 }

func (o *Operation) documentsErrors() bool {
	for i := range o.Responses {
		switch code := o.Responses[i].Code; {
		case code == Default, code == 4, code == 5, code >= 400:
			return true
		}
	}
	return false
}

// Normalize decides which status takes the place of a received one. table is what
// rules and the table make of it, one of the twelve of the contract. A status that
// the operation covers stays as it is. Of the others, errors become what table says
// if the operation covers that, else the documented error of that class which is
// nearest, else what table says. Where it says nothing about errors, and for
// successes, table decides alone.
//
// Nearest is the least difference of the numbers, of two the lower one. Statuses
// that tell clients to do what would not help (401, 405, 407, 416, 426: RFC 9110
// requires fields with them that nobody has) are never the nearest.
func (o *Operation) Normalize(received, table int) int {
	switch o.Covers(received) {
	case ByStatus, ByClass, ByDefault, ByProtocol:
		return received
	case BySilence:
		return table
	default:
	}
	if !isError(received) || !isError(table) || o.Covers(table) != Undocumented {
		return table
	}
	best, distance := table, 100
	for i := range o.Responses {
		code := int(o.Responses[i].Code)
		if code/100 != table/100 || promises(code) {
			continue
		}
		if d := max(code-table, table-code); d < distance || d == distance && code < best {
			best, distance = code, d
		}
	}
	return best
}

// promises reports whether a status is about something that a client has to be
// told in a header field.
func promises(status int) bool {
	switch status {
	case http.StatusUnauthorized, http.StatusMethodNotAllowed, http.StatusProxyAuthRequired,
		http.StatusRequestedRangeNotSatisfiable, http.StatusUpgradeRequired:
		return true
	}
	return false
}
