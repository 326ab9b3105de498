package exchange

import (
	"strconv"

	"github.com/statusgate/statusgate/normalize"
)

// typePage is where the kinds of problems are documented where a gate has no page of
// its own.
const typePage = "https://github.com/statusgate/statusgate/blob/main/docs/errors.md#"

// KindOf is the word for the kind of a problem that a gate makes itself, "" for one of
// which its status says it all.
func KindOf(reason normalize.Reason) string {
	switch {
	case reason.Rejected(), reason == normalize.ReasonBackendUnreachable, reason == normalize.ReasonBackendTimeout,
		reason == normalize.ReasonBackendIncomplete, reason == normalize.ReasonJob:
		return reason.String()
	case reason == normalize.ReasonRepresentation:
		return normalize.ReasonAccept.String()
	}
	return ""
}

// typeOf is the type of a problem: where its kind is documented (RFC 9457 §3.1.1). It
// is on the page of the gate, where there is one, which tells of every status, too.
func typeOf(g *Gate, r *request, o *normalize.Outcome) string {
	kind := KindOf(o.Reason)
	if g.Page == nil {
		if kind == "" {
			return ""
		}
		return typePage + kind
	}
	if kind == "" {
		kind = "status-" + strconv.Itoa(o.Sent)
	}
	public, prefix := r.public(), g.Owed.Prefix
	if prefix == "" {
		prefix = strippedPrefix(r.Request)
	}
	return public.Scheme + "://" + public.Host + prefix + g.Page.path + "#" + kind
}
