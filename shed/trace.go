package shed

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"time"
)

// TraceVersion is the version of the format that [Limiter.Trace] writes. A reader of
// one version reads no other.
const TraceVersion = 1

// traceFormat is how a trace says what it is.
const traceFormat = "statusgate-limiter"

// maxTraceLine bounds a line of a trace that is read, in bytes.
const maxTraceLine = 1 << 20

// Seconds is a time that JSON has as a number of seconds, exact to a nanosecond.
type Seconds time.Duration

// MarshalJSON implements [json.Marshaler].
func (s Seconds) MarshalJSON() ([]byte, error) {
	return strconv.AppendFloat(nil, time.Duration(s).Seconds(), 'f', -1, 64), nil
}

// UnmarshalJSON implements [json.Unmarshaler].
func (s *Seconds) UnmarshalJSON(text []byte) error {
	seconds, err := strconv.ParseFloat(string(text), 64)
	if err != nil || !(seconds > -1e9 && seconds < 1e9) {
		return fmt.Errorf("%.40q is no number of seconds", text)
	}
	if *s = Seconds(seconds*1e9 + 0.5); seconds < 0 {
		*s = Seconds(seconds*1e9 - 0.5)
	}
	return nil
}

// Trace is what a limiter has recorded: the first line of its JSON lines, and the
// events that follow it, the oldest first. See [Limiter.Trace].
type Trace struct {
	Format  string  `json:"trace"`   // what it is
	Version int     `json:"version"` // see [TraceVersion]
	Now     Seconds `json:"now"`     // when it was written, since the limiter began
	Lost    uint64  `json:"lost"`    // events of requests that there is no room for any more
	Config  Config  `json:"config"`  // the settings by then, times in nanoseconds
	Events  []Event `json:"-"`
}

// Event is something that has happened. Which fields are in use depends on what it
// is; all others are zero.
type Event struct {
	At   Seconds   `json:"at"` // since the limiter began
	What EventKind `json:"do"`

	// Of requests. Those that were in flight or waited before the first event have no
	// arrival.
	Request uint32  `json:"request,omitempty"` // counted from 1, modulo 2^32
	Client  uint32  `json:"client,omitempty"`  // of its hash, 0: unknown
	Class   string  `json:"class,omitempty"`
	Slot    uint8   `json:"slot,omitempty"` // of its route
	Outcome string  `json:"outcome,omitempty"`
	Reason  string  `json:"reason,omitempty"`
	Ending  string  `json:"ending,omitempty"`
	After   int     `json:"retry_after,omitempty"` // seconds
	Took    Seconds `json:"took,omitempty"`        // in the queue, or in the backend

	// Of the law.
	Result   string  `json:"result,omitempty"`   // of a probe
	Limit    int     `json:"limit,omitempty"`    // of requests in flight, as it is now
	Inflight int     `json:"inflight,omitempty"` // of them, or at the end of the window
	Ghosts   int     `json:"ghosts,omitempty"`   // of them, those whose clients have left
	Parked   int     `json:"parked,omitempty"`   // of them, those that are taken for no work
	Queued   int     `json:"queued,omitempty"`
	Load     float32 `json:"load,omitempty"`    // mean of the requests in flight in the window
	Stay     float32 `json:"stay,omitempty"`    // of a unit of work in the backend, in seconds
	Rate     float32 `json:"rate,omitempty"`    // units of work in a second
	Samples  float32 `json:"samples,omitempty"` // effective ones of the window
	Scale    float32 `json:"scale,omitempty"`   // the stay in an idle backend, in seconds
	Odds     float32 `json:"odds,omitempty"`    // natural logarithm of those that the backend is slow, not congested
	Squeeze  float32 `json:"squeeze,omitempty"`

	Known *Knowledge `json:"known,omitempty"` // of a frame
}

// EventKind is what happened.
type EventKind uint8

// The kinds of events.
const (
	EventArrived       EventKind = iota // a request came, with its outcome if it did not have to wait
	EventStreamArrived                  // likewise one that asks for a stream
	EventDecided                        // a request that waited got its verdict
	EventLeft                           // a request that waited left, as its client
	EventStreamed                       // an admitted request went on as a stream
	EventReleased                       // an admitted request, or a stream, came to its end
	EventConfigured                     // the settings were changed
	EventFrame                          // what was known by then
	EventWindow                         // a window of the law was closed
	EventProbe                          // a probe began
	EventDoubt                          // a probe began that asks whether the backend is congested
	EventProbed                         // a probe or a doubt ended
	EventSearch                         // the search for the limit began anew, or goes on
	EventParked                         // requests were taken for no work

	eventKinds = 14
)

var eventNames = [eventKinds]string{
	"arrive", "arrive-stream", "decide", "leave", "stream", "release", "configure",
	"frame", "window", "probe", "doubt", "probed", "search", "park",
}

// String gives the kind as it stands in a trace.
func (k EventKind) String() string { return eventNames[k] }

// MarshalText implements [encoding.TextMarshaler].
func (k EventKind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// UnmarshalText implements [encoding.TextUnmarshaler].
func (k *EventKind) UnmarshalText(text []byte) error {
	for i, name := range eventNames {
		if name == string(text) {
			*k = EventKind(i) //nolint:gosec // of eventKinds
			return nil
		}
	}
	return fmt.Errorf("there is no event %.40q", text)
}

// write writes the trace as JSON lines.
func (t *Trace) write(w io.Writer) error {
	buffered := bufio.NewWriter(w)
	lines := json.NewEncoder(buffered)
	err := lines.Encode(t)
	for i := 0; err == nil && i < len(t.Events); i++ {
		err = lines.Encode(&t.Events[i])
	}
	if err == nil {
		err = buffered.Flush()
	}
	return err
}

// ReadTrace reads what [Limiter.Trace] wrote. Errors name the line.
func ReadTrace(r io.Reader) (*Trace, error) {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, maxTraceLine)
	t := new(Trace)
	n := 0
	for lines.Scan() {
		n++
		var err error
		switch {
		case n > 1:
			t.Events = append(t.Events, Event{})
			err = json.Unmarshal(lines.Bytes(), &t.Events[n-2])
		default:
			if err = json.Unmarshal(lines.Bytes(), t); err == nil && (t.Format != traceFormat || t.Version != TraceVersion) {
				err = fmt.Errorf("it is %.40q of version %d, not %q of version %d", t.Format, t.Version, traceFormat, TraceVersion)
			}
		}
		if err != nil {
			return nil, fmt.Errorf("trace: line %d: %w", n, err)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("trace: line %d: %w", n+1, err)
	}
	if n == 0 {
		return nil, fmt.Errorf("trace: line 1: it is empty")
	}
	return t, nil
}
