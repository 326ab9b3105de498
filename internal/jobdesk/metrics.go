package jobdesk

import (
	"errors"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"

	"github.com/statusgate/statusgate/internal/registry"
	"github.com/statusgate/statusgate/jobs"
)

// outcome is what became of a request that might have become a job, or of a job.
type outcome uint8

const (
	finishedInTime outcome = iota
	accepted
	succeeded
	failed
	canceled
	lost
	expired
	outcomes
)

var outcomeWords = [outcomes]string{"finished_in_time", "accepted", "succeeded", "failed", "canceled", "lost", "expired"}

// obstacle is why a request that might have become a job did not.
type obstacle uint8

const (
	noPlace   obstacle = iota // as many jobs run, or are kept, as may
	noStorage                 // the storage failed
	tooLarge                  // the content of the request is
	tooSlow                   // the content of the request came
	obstacles
)

var obstacleWords = [obstacles]string{"running", "storage", "too_large", "too_slow"}

// metrics are the series of one gate. Gates of the same name share them.
type metrics struct {
	running   prometheus.Gauge
	outcomes  [outcomes]prometheus.Counter
	obstacles [obstacles]prometheus.Counter
	seconds   prometheus.Observer
}

// newMetrics registers the collectors with the registry of this configuration, or
// finds those that another gate has registered there.
func newMetrics(reg *prometheus.Registry, gate string) (*metrics, error) {
	const ns, sub = "caddy", "statusgate"
	running, err := registry.Register(reg, prometheus.NewGaugeVec(prometheus.GaugeOpts{
		Namespace: ns, Subsystem: sub, Name: "jobs_running", Help: "Jobs that this process runs.",
	}, []string{"gate"}))
	total, err2 := registry.Register(reg, prometheus.NewCounterVec(prometheus.CounterOpts{
		Namespace: ns, Subsystem: sub, Name: "jobs_total",
		Help: "Requests that might have become jobs and were answered in time, jobs that were accepted, and what became of them.",
	}, []string{"gate", "outcome"}))
	refused, err3 := registry.Register(reg, prometheus.NewCounterVec(prometheus.CounterOpts{
		Namespace: ns, Subsystem: sub, Name: "jobs_refused_total",
		Help: "Requests that might have become jobs and were answered as usual, by the reason.",
	}, []string{"gate", "reason"}))
	seconds, err4 := registry.Register(reg, prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Namespace: ns, Subsystem: sub, Name: "job_seconds", Help: "How long jobs took that have an outcome, from their request on.",
		Buckets: []float64{0.1, 0.5, 1, 5, 10, 30, 60, 300, 900, 1800, 3600},

		NativeHistogramBucketFactor: registry.NativeFactor, NativeHistogramMaxBucketNumber: registry.NativeBuckets,
		NativeHistogramMinResetDuration: registry.NativeReset,
	}, []string{"gate"}))
	if err := errors.Join(err, err2, err3, err4); err != nil {
		return nil, err
	}
	m := &metrics{running: running.WithLabelValues(gate), seconds: seconds.WithLabelValues(gate)}
	for o := range outcomes {
		m.outcomes[o] = total.WithLabelValues(gate, outcomeWords[o])
	}
	for o := range obstacles {
		m.obstacles[o] = refused.WithLabelValues(gate, obstacleWords[o])
	}
	return m, nil
}

// ended counts a job that has ended.
func (d *Desk) ended(job *jobs.Job) {
	switch job.State {
	case jobs.Succeeded:
		d.metrics.outcomes[succeeded].Inc()
	case jobs.Canceled:
		d.metrics.outcomes[canceled].Inc()
	case jobs.Lost:
		d.metrics.outcomes[lost].Inc()
		d.events.say(&d.events.lost, "a job is lost: nobody knows its outcome, the backend may have done it",
			zap.String("job", job.ID.Short()), zap.String("cause", string(job.Cause)))
	default:
		d.metrics.outcomes[failed].Inc()
	}
	if job.Outcome != nil {
		d.metrics.seconds.Observe(job.Since.Sub(job.Began).Seconds())
	}
}

// quiet is how long a kind of event stays unsaid after it was said.
const quiet = time.Minute

// events is a log that tells of each kind of event, not of each job. How often
// something happens is in the metrics.
type events struct {
	logger        *zap.Logger
	storage, lost said
}

// said is when a kind of event was said last, and how many were not since.
type said struct{ last, unsaid atomic.Int64 }

func (e *events) say(kind *said, message string, fields ...zap.Field) {
	now, last := time.Now().UnixNano(), kind.last.Load()
	if last != 0 && now-last < int64(quiet) || !kind.last.CompareAndSwap(last, now) {
		kind.unsaid.Add(1)
		return
	}
	if unsaid := kind.unsaid.Swap(0); unsaid > 0 {
		fields = append(fields, zap.Int64("unsaid", unsaid))
	}
	e.logger.Error(message, fields...)
}

// failed tells of a storage that fails.
func (e *events) failed(err error) { e.say(&e.storage, "the storage of jobs fails", zap.Error(err)) }
