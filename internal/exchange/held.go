package exchange

import (
	"net/http"

	"github.com/statusgate/statusgate/inspect"
	"github.com/statusgate/statusgate/internal/telemetry"
)

// firstDecode is how much of a coded body is worth decoding, in bytes.
const firstDecode = 512

// held is a body that waits for a decision, and what an inspector was shown of
// it. What it holds is bounded for each response and for all of a gate.
type held struct {
	gate      *Gate
	inspector *inspect.Inspector // of no use once there is a decision
	buffer    []byte             // what is held back, as it came
	room      room
	seen      int    // bytes of the body
	coding    string // "" for identity
	decoded   []byte // of a coded body
	shown     int    // of decoded
	tried     int    // how much of buffer decoded is of
	next      int    // how much of it makes another decoding worthwhile
	whole     bool   // decoded is all that the body stands for
}

// stop is why no more of a body is looked at.
type stop struct {
	how   inspect.Ending
	cause telemetry.Cause
}

// begin begins with the head of a response, and gives the inspector that will
// be shown its body.
func (h *held) begin(g *Gate, fields http.Header, media inspect.Media) *inspect.Inspector {
	buffer, decoded := h.buffer[:0], h.decoded[:0]
	*h = held{gate: g, room: room{gate: g}, buffer: buffer, decoded: decoded, next: firstDecode}
	h.coding = inspect.Coding(fields["Content-Encoding"]...)
	look := &g.Inspection
	h.inspector = look.Plan.Get(media, inspect.CharsetOf(fields.Get("Content-Type")), nil, len(look.Captures) > 0)
	if g.Trace != nil {
		h.inspector.Watch()
	}
	return h.inspector
}

// known reports whether the body's coding can be decoded.
func (h *held) known() bool {
	if h.coding == "" {
		return true
	}
	_, _, ok := inspect.Decode(h.coding, nil, 0, nil)
	return ok
}

// look shows a part of the body to the inspector. It returns how much of the
// part is held already; a stop means that no more may be looked at.
func (h *held) look(p []byte) (kept int, stopped *stop) {
	part := p[:min(len(p), h.gate.Inspection.Limit-h.seen)]
	h.seen += len(part)
	long := len(part) < len(p)
	if h.coding == "" {
		h.inspector.Write(part)
	} else {
		if !h.room.take(len(part)) {
			return 0, &outOfMemory
		}
		h.buffer = append(h.buffer, part...)
		kept = len(part)
		if len(h.buffer) >= h.next || long {
			h.next = 2 * len(h.buffer)
			if stopped = h.decode(); stopped != nil {
				return kept, stopped
			}
		}
	}
	if long {
		return kept, &tooLarge
	}
	return kept, nil
}

// keep holds back a part of the body that was looked at.
func (h *held) keep(p []byte) *stop {
	if !h.room.take(len(p)) {
		return &outOfMemory
	}
	h.buffer = append(h.buffer, p...)
	return nil
}

// Why a look ends before the body does.
var (
	tooLarge    = stop{inspect.Bound, telemetry.TooLarge}
	outOfMemory = stop{inspect.Cut, telemetry.Memory}
	undecodable = stop{inspect.Cut, telemetry.Coding}
)

// stale reports whether more of a coded body is there than was decoded.
func (h *held) stale() bool { return h.coding != "" && len(h.buffer) > h.tried }

// decode shows the inspector what a coded body decodes to.
func (h *held) decode() *stop {
	limit, before := h.gate.Inspection.Limit, len(h.decoded)
	out, complete, ok := inspect.Decode(h.coding, h.buffer, limit, h.decoded)
	h.decoded, h.tried, h.whole = out, len(h.buffer), complete
	if len(out) > h.shown {
		h.inspector.Write(out[h.shown:])
		h.shown = len(out)
	}
	switch {
	case !ok:
		return &undecodable
	case !h.room.take(len(out) - before):
		return &outOfMemory
	case !complete && len(out) >= limit:
		return &tooLarge
	}
	return nil
}

// ending is how a body ended of which no more will come.
func (h *held) ending() inspect.Ending {
	if h.tried > 0 && !h.whole {
		return inspect.Cut // the coding says that there is more
	}
	return inspect.Whole
}

// room is what a response takes of the memory that all bodies of a gate may be
// held in.
type room struct {
	gate  *Gate
	taken int64 // bytes
}

// take takes bytes, if there is room for them. A negative number gives some back.
func (r *room) take(bytes int) bool {
	look := &r.gate.Inspection
	if now := look.held.Add(int64(bytes)); bytes > 0 && now > look.Total {
		look.held.Add(int64(-bytes))
		return false
	}
	r.taken += int64(bytes)
	r.gate.Telemetry.Held(int64(bytes))
	return true
}

// giveBack gives all back.
func (r *room) giveBack() {
	if r.taken > 0 {
		r.take(-int(r.taken))
	}
}
