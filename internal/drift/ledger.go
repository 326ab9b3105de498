// Package drift counts and keeps what happens behind a gate beside the description
// of its API. It keeps templates, statuses, media types and names of header fields:
// nothing of a person.
package drift

import (
	"cmp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/caddyserver/caddy/v2"

	"github.com/statusgate/statusgate/internal/registry"
	"github.com/statusgate/statusgate/internal/telemetry"
	"github.com/statusgate/statusgate/negotiate"
	"github.com/statusgate/statusgate/openapi"
)

const (
	// maxEntries bounds what is kept of a kind. What was not seen for the longest
	// time makes room.
	maxEntries = 500
	// maxSeries bounds the series of a gate that have an operation. The others are
	// counted as other.
	maxSeries = 2000
	// maxValue bounds the bytes of a media type.
	maxValue = 128
)

// Ledger has the drift of the gates that have a name and their documents in common.
// It is safe for concurrent use, also after Close: an exchange may outlive its
// configuration.
type Ledger struct {
	owner  owner
	opened int64 // the place in the order of ledgers
	total  *prometheus.CounterVec
	api    API

	mu      sync.Mutex
	entries map[key]*Entry
	kept    [openapi.RequestType + 1]int // entries of each kind
	series  map[labels]prometheus.Counter
}

// API is what is described.
type API struct {
	// Contract is what the documents say, nil where there are none.
	Contract *openapi.Contract
	// Files are the documents, by the names that they were loaded by.
	Files []string
	// Operations are those that the configuration describes.
	Operations []*openapi.Operation
}

// Entry is one difference that was seen.
type Entry struct {
	// Kind says what kind of difference it is.
	Kind openapi.Kind `json:"-"`
	// KindWord is the word of the kind.
	KindWord string `json:"kind"`
	// Operation is the method and the template of the path; the shape of the path,
	// where no template has it.
	Operation string `json:"operation"`
	// Received is the status that the backend answered.
	Received int `json:"received"`
	// Value is a media type or the name of a header field, "" for neither.
	Value string `json:"value,omitempty"`
	// Count is how often it was seen, First and Last are when.
	Count int64     `json:"count"`
	First time.Time `json:"first"`
	Last  time.Time `json:"last"`
}

// key tells entries apart.
type key struct {
	kind      openapi.Kind
	operation string
	received  int
	value     string
}

// labels tell series apart.
type labels struct {
	operation string
	kind      openapi.Kind
	received  string
}

// owner is who has a ledger: gates of one configuration, which its registry stands
// for, with one name and the same documents.
type owner struct {
	registry    *prometheus.Registry
	gate, files string
}

var (
	ledgers = caddy.NewUsagePool()
	order   atomic.Int64
)

// Open gives a gate its ledger. The registry is that of its configuration. What the
// ledger of another configuration has of the same gate and documents is taken over,
// as far as the documents do not have it now. Close gives the ledger back.
func Open(reg *prometheus.Registry, gate string, api API) (*Ledger, error) {
	total, err := registry.Register(reg, prometheus.NewCounterVec(prometheus.CounterOpts{
		Namespace: "caddy", Subsystem: "statusgate", Name: "drift_total",
		Help: "What happened behind the gate beside the description of its API.",
	}, []string{"gate", "operation", "kind", "received"}))
	if err != nil {
		return nil, err
	}
	owner := owner{registry: reg, gate: gate, files: strings.Join(api.Files, "\n")}
	value, loaded, err := ledgers.LoadOrNew(owner, func() (caddy.Destructor, error) {
		return &Ledger{
			owner: owner, opened: order.Add(1), total: total.MustCurryWith(prometheus.Labels{"gate": gate}), api: api,
			entries: make(map[key]*Entry), series: make(map[labels]prometheus.Counter),
		}, nil
	})
	if err != nil {
		return nil, err
	}
	l := value.(*Ledger)
	if !loaded {
		l.adopt()
	}
	return l, nil
}

// Close gives the ledger back. It is called once for each Open.
func (l *Ledger) Close() error {
	_, err := ledgers.Delete(l.owner)
	return err
}

// Destruct implements [caddy.Destructor].
func (l *Ledger) Destruct() error { return nil }

// Sighting is one difference as an exchange has it.
type Sighting struct {
	// Kind says what kind of difference it is.
	Kind openapi.Kind
	// Method and Path are the method, and the template or the shape of the path.
	Method, Path string
	// Received is the status that the backend answered.
	Received int
	// Value is the name of a header field, or a Content-Type as it was sent.
	Value string
}

// otherMethod stands for methods that nobody has registered: a label is no word of
// a client's.
const otherMethod = "OTHER"

// Note counts a difference and keeps it.
func (l *Ledger) Note(s *Sighting) {
	now := time.Now()
	k := key{kind: s.Kind, received: s.Received, value: s.Value}
	switch s.Kind {
	case openapi.UndocumentedType, openapi.RequestType:
		k.value = mediaType(s.Value)
	default:
	}
	method := s.Method
	switch s.Kind {
	case openapi.UnknownPath, openapi.UndocumentedMethod:
		if !negotiate.RegisteredMethod(method) {
			method = otherMethod
		}
	default: // it is the document's
	}
	k.operation = method + " " + s.Path
	l.mu.Lock()
	defer l.mu.Unlock()
	l.count(&k)
	e := l.entries[k]
	if e == nil {
		e = &Entry{Kind: k.kind, KindWord: k.kind.String(), Operation: k.operation, Received: k.received, Value: k.value, First: now}
		l.put(k, e)
	}
	e.Count++
	e.Last = now
}

// put adds an entry, in place of another one where there are enough of its kind.
func (l *Ledger) put(k key, e *Entry) {
	if l.kept[k.kind] == maxEntries {
		oldest := k
		for other, old := range l.entries {
			if other.kind == k.kind && (oldest == k || old.Last.Before(l.entries[oldest].Last)) {
				oldest = other
			}
		}
		delete(l.entries, oldest)
		l.kept[k.kind]--
	}
	l.kept[k.kind]++
	l.entries[k] = e
}

// count adds to the metric. Where no template has the path, there is no operation.
func (l *Ledger) count(k *key) {
	of := labels{operation: k.operation, kind: k.kind, received: telemetry.StatusLabel(k.received)}
	if k.kind == openapi.UnknownPath {
		of.operation = "none"
	}
	counter := l.series[of]
	if counter == nil {
		if len(l.series) >= maxSeries {
			of.operation = "other"
		}
		counter = l.total.WithLabelValues(of.operation, of.kind.String(), of.received)
		if len(l.series) < maxSeries {
			l.series[of] = counter
		}
	}
	counter.Inc()
}

// mediaType is a Content-Type without its parameters, "" where it has none or is
// malformed.
func mediaType(contentType string) string {
	m, err := negotiate.ParseMediaType(contentType)
	if err != nil {
		return ""
	}
	m.Params = nil
	text := m.String()
	if len(text) > maxValue {
		return ""
	}
	return text
}

// Entries lists what is kept, the first seen first.
func (l *Ledger) Entries() []Entry {
	l.mu.Lock()
	list := make([]Entry, 0, len(l.entries))
	for _, e := range l.entries {
		list = append(list, *e)
	}
	l.mu.Unlock()
	slices.SortFunc(list, func(a, b Entry) int {
		return cmp.Or(a.First.Compare(b.First), cmp.Compare(a.Operation, b.Operation), cmp.Compare(a.Kind, b.Kind),
			cmp.Compare(a.Received, b.Received), cmp.Compare(a.Value, b.Value))
	})
	return list
}

// API is what the ledger's gates have described.
func (l *Ledger) API() API { return l.api }
