package exchange

import (
	"net/http"

	"github.com/statusgate/statusgate/internal/drift"
	"github.com/statusgate/statusgate/normalize"
	"github.com/statusgate/statusgate/openapi"
)

// describe lets the description have its say about an answer of the backend: a
// documented status passes. What is not documented is noted, once.
func (j *judgement) describe(v *normalize.Verdict) {
	r, o := &j.response, j.request.documented
	asked := o != nil && r.Asked()
	if !j.noted && j.gate.Resources.Description.Drift != nil {
		j.noted = true
		switch {
		case j.request.beside != nil:
			j.noteRequest()
		case o != nil && !asked:
			j.noteResponse(o)
		}
	}
	if o == nil || asked || v.Reason == normalize.ReasonRule || v.Reason == normalize.ReasonAllowed || v.Reason == normalize.ReasonMalformed {
		return
	}
	switch o.Covers(r.Status) {
	case openapi.ByStatus, openapi.ByClass, openapi.ByDefault:
		if r.Status >= 200 && r.Status <= 599 {
			v.Status, v.Reason, v.Unknown = r.Status, normalize.ReasonDocumented, false
		}
	case openapi.Undocumented:
		j.normalize(v, o)
	default: // it needs no description
	}
}

// normalize turns an error that is not documented into one that is. A 503 would say
// that nothing was done, which nobody knows where the outcome is unknown.
func (j *judgement) normalize(v *normalize.Verdict, o *openapi.Operation) {
	if j.gate.Resources.Description.Statuses != StatusesNormalize {
		return
	}
	to := o.Normalize(j.response.Status, v.Status)
	if to != v.Status && (!v.Unknown || to != http.StatusServiceUnavailable) {
		v.Status, v.Reason = to, normalize.ReasonUndocumented
	}
}

// noteRequest notes a request that the documents do not have, if the backend has
// served it. Where it was refused, the documents are right.
func (j *judgement) noteRequest() {
	s := j.request.beside
	if s.Received = j.response.Status; !refuses(s.Received, s.Kind) {
		j.note(s)
	}
}

// refuses reports whether a status refuses a request, so that the backend and the
// documents agree about it.
func refuses(status int, kind openapi.Kind) bool {
	switch status {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusGone,
		http.StatusUnsupportedMediaType, http.StatusMisdirectedRequest, http.StatusTooManyRequests, http.StatusNotImplemented,
		http.StatusServiceUnavailable:
		return true
	case http.StatusBadRequest, http.StatusUnprocessableEntity:
		return kind == openapi.RequestType
	}
	return false
}

// noteResponse notes what of an answer is not as its operation says.
func (j *judgement) noteResponse(o *openapi.Operation) {
	status := j.response.Status
	if j.request.method == http.MethodHead && o.Method == http.MethodGet && (status == http.StatusMethodNotAllowed || status == http.StatusNotImplemented) {
		return // the description does not say that there is HEAD
	}
	if o.Covers(status) == openapi.Undocumented {
		j.noteAbout(o, openapi.UndocumentedStatus, "")
		return
	}
	documented := o.Response(status)
	if documented == nil {
		return
	}
	if types := j.fields["Content-Type"]; mayHaveBody(status, j.fields) && !documented.Declares(types) {
		j.noteAbout(o, openapi.UndocumentedType, types[0])
	}
	if j.request.method == http.MethodHead {
		return // it may leave fields out (RFC 9110 §9.3.2)
	}
	for _, f := range documented.Missing(j.fields) {
		if !hopByHop(f.Name) {
			j.noteAbout(o, openapi.MissingHeader, f.Name)
		}
	}
}

// hopByHop reports whether a field is for one connection only, so that the gate
// does not see it (RFC 9110 §7.6.1).
func hopByHop(name string) bool {
	switch http.CanonicalHeaderKey(name) {
	case "Connection", "Keep-Alive", "Proxy-Authenticate", "Proxy-Connection", "Te", "Trailer", "Transfer-Encoding", "Upgrade":
		return true
	}
	return false
}

func (j *judgement) noteAbout(o *openapi.Operation, kind openapi.Kind, value string) {
	j.note(&drift.Sighting{Kind: kind, Method: o.Method, Path: o.Path, Received: j.response.Status, Value: value})
}

func (j *judgement) note(s *drift.Sighting) { j.gate.Resources.Description.Drift.Note(s) }
