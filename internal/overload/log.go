package overload

import (
	"sync/atomic"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/caddyserver/caddy/v2/modules/caddyhttp"

	"github.com/statusgate/statusgate/internal/shedlog"
)

// summaryEvery is how often a limiter speaks while it sheds.
const summaryEvery = time.Second

// summary counts what goes unsaid: an overload must not become one of the logs.
type summary struct {
	last   atomic.Int64 // Unix nanoseconds
	unsaid atomic.Int64
}

// due counts a request, and says for one in a second how many there were since
// the last one.
func (s *summary) due() (requests int64, ok bool) {
	requests = s.unsaid.Add(1)
	now, last := time.Now().UnixNano(), s.last.Load()
	if now-last < int64(summaryEvery) || !s.last.CompareAndSwap(last, now) {
		return 0, false
	}
	s.unsaid.Add(-requests)
	return requests, true
}

// summarize logs that requests are shed, once in a second. A request for which
// nothing is logged has no line in the access log either; logged says whether
// it would have one.
func (v *Visit) summarize(logged bool) {
	s := v.shedder
	requests, ok := s.limiter.summed.due()
	if !ok {
		// A request that is served keeps its line. Where nobody would see it, no
		// variable of the request is set: a connection attempt of reverse_proxy
		// that lost its race may still be reading them.
		if v.mode == enforce && logged {
			caddyhttp.SetVar(v.client, caddyhttp.LogSkipVar, true)
		}
		return
	}
	message := "shedding requests that the backend can't carry"
	if v.mode == report {
		message = "the backend can't carry all requests; some would be shed"
	}
	c := s.logger.Check(zapcore.WarnLevel, message)
	if c == nil {
		return
	}
	stats := s.limiter.Stats()
	queued := 0
	for _, n := range stats.Queued {
		queued += n
	}
	client := zap.Skip()
	if name := shedlog.Client(v.place.Client); name != "" {
		client = zap.String("client", name)
	}
	c.Write(zap.String("limiter", s.limiter.name), zap.Int64("requests", requests), zap.Stringer("class", v.place.Class),
		zap.Stringer("reason", v.place.Reason), client, zap.Int("limit", stats.Limit), zap.Int("in_flight", stats.Inflight),
		zap.Int("queued", queued))
}
