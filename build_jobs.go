package statusgate

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/dustin/go-humanize"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig"
	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"

	"github.com/statusgate/statusgate/internal/jobdesk"
)

func init() {
	caddy.RegisterModule(new(jobdesk.App))
}

// Jobs turn slow requests into jobs: the client gets a 202 that leads to a resource
// which tells the outcome once it is there. The outcome is the answer that the client
// would have had.
type Jobs struct {
	// The namespace in storage. Gates of one name answer for each other's jobs, also
	// in other Caddys on the same storage. Printable ASCII, at most 64 characters. No
	// placeholders. Default: the name of the gate.
	Name string `json:"name,omitempty"`

	// The requests that may become jobs. Default: those that prefer it, with
	// `Prefer: respond-async`.
	Match caddyhttp.RawMatcherSets `json:"match,omitempty" caddy:"namespace=http.matchers"`

	// How long a client waits before it gets its 202, at most 1h; 0: not at all.
	// `Prefer: wait` may shorten it, `Prefer: respond-async` alone stands for 0.
	// Default: 10s.
	After *caddy.Duration `json:"after,omitempty"`

	// Where jobs live: a path, below which each has its ID. No placeholders. Default:
	// `/jobs`.
	Path string `json:"path,omitempty"`

	// How long an outcome can be asked for, 1m to 365d. Default: 24h.
	Keep caddy.Duration `json:"keep,omitempty"`

	// How long the backend may take, 1s to 24h, and longer than `after`. Default: 1h.
	Timeout caddy.Duration `json:"timeout,omitempty"`

	// The jobs that run at a time, at most 1000000. More requests are answered as
	// without jobs. Default: 1000.
	Running int `json:"running,omitempty"`

	// The largest request content that is kept for a job, in bytes, at most 64 MiB. A
	// request with more is answered as without jobs. Default: 1048576.
	Request int64 `json:"request,omitempty"`

	// The largest content of an outcome that is kept, in bytes, at most 1 GiB. A job
	// with more fails. Default: 16777216.
	Result int64 `json:"result,omitempty"`

	// What all outcomes may take together that this Caddy has stored and that have not
	// expired, in bytes, at most 16 TiB. Beyond it, requests are answered as without
	// jobs. Default: 4294967296.
	Total int64 `json:"total,omitempty"`

	// Who may ask for a job. Request placeholders. Where it is empty, whoever knows
	// the ID may. Default: `{http.auth.user.id}`.
	Owner string `json:"owner,omitempty"`

	// Where jobs are kept. Default: the storage of the whole Caddy.
	Storage json.RawMessage `json:"storage,omitempty" caddy:"namespace=caddy.storage inline_key=module"`

	// Whether DELETE of a job cancels the backend's request: `on` or `off`. Default:
	// `on`.
	Cancel string `json:"cancel,omitempty"`
}

const (
	defaultJobsAfter   = 10 * time.Second
	defaultJobsPath    = "/jobs"
	defaultJobsKeep    = 24 * time.Hour
	defaultJobsTimeout = time.Hour
	defaultJobsRunning = 1000
	defaultJobsRequest = 1 << 20
	defaultJobsResult  = 16 << 20
	defaultJobsTotal   = 4 << 30
	maxJobsTotal       = 16 << 40
	maxJobsRequest     = 64 << 20
	maxJobsResult      = 1 << 30
)

// jobs reads the settings of jobs, nil if there are none. What a configuration
// shares with others comes when the gate is provisioned.
func (b *builder) jobs(in *Jobs, gate string) *jobdesk.Options {
	if in == nil {
		return nil
	}
	o := &jobdesk.Options{
		Name: gate, Gate: gate, Path: defaultJobsPath, After: defaultJobsAfter, Running: defaultJobsRunning, Owner: defaultClientKey,
		Cancel: b.oneOf("jobs.cancel", in.Cancel, "on", "off") == 0,
	}
	if in.Name != "" {
		o.Name = in.Name
		b.label("jobs", in.Name)
	}
	if in.Match != nil {
		b.jobsMatch(in.Match)
	}
	if in.Path != "" {
		o.Path = in.Path
		if !strings.HasPrefix(in.Path, "/") || in.Path == "/" || strings.HasSuffix(in.Path, "/") || strings.ContainsAny(in.Path, "{}?#% \\") {
			b.failf("jobs.path", "%q is not a path such as %s", in.Path, defaultJobsPath)
		}
	}
	o.Keep = b.between("jobs.keep", in.Keep, defaultJobsKeep, time.Minute, maxRetryAfter)
	o.Timeout = b.between("jobs.timeout", in.Timeout, defaultJobsTimeout, time.Second, 24*time.Hour)
	b.jobsAfter(in, o)
	b.places("jobs.running", in.Running, &o.Running)
	o.Request = b.size("jobs.request", in.Request, defaultJobsRequest, maxJobsRequest)
	o.Result = b.size("jobs.result", in.Result, defaultJobsResult, maxJobsResult)
	o.Total = b.size("jobs.total", in.Total, defaultJobsTotal, maxJobsTotal)
	if in.Owner != "" {
		o.Owner = in.Owner
		b.template("jobs.owner", in.Owner)
		if !strings.Contains(in.Owner, "{") {
			b.failf("jobs.owner", "%q has no placeholder: all clients would be one", in.Owner)
		}
	}
	return o
}

// jobsMatch checks the matchers: one that can never match is a mistake.
func (b *builder) jobsMatch(sets caddyhttp.RawMatcherSets) {
	if len(sets) == 0 {
		b.failf("jobs.match", "no matcher")
	}
	for i, set := range sets {
		option := numbered("jobs.match", i)
		if len(set) == 0 {
			b.failf(option, "no matcher: it would take every request")
		}
		if why := neverMatches(set); why != "" {
			b.failf(option, "can never match: %s", why)
		}
	}
}

func (b *builder) jobsAfter(in *Jobs, o *jobdesk.Options) {
	if in.After != nil {
		o.After = time.Duration(*in.After)
	}
	switch {
	case o.After < 0 || o.After > time.Hour:
		b.failf("jobs.after", "%v is not between 0s and 1h", o.After)
	case o.After >= o.Timeout:
		b.failf("jobs.timeout", "%v is not longer than after, which is %v%s", o.Timeout, o.After, b.written("jobs.after"))
	}
}

// between reads a duration of which 0 is the default.
func (b *builder) between(option string, in caddy.Duration, byDefault, least, most time.Duration) time.Duration {
	d := time.Duration(in)
	if d == 0 {
		return byDefault
	}
	if d < least || d > most {
		b.failf(option, "%v is not between %v and %v", d, least, most)
	}
	return d
}

// size reads a number of bytes of which 0 is the default.
func (b *builder) size(option string, in, byDefault, most int64) int64 {
	if in == 0 {
		return byDefault
	}
	if in < 0 || in > most {
		b.failf(option, "%d bytes: want 1 to %d (%d MiB)", in, most, most>>20)
	}
	return in
}

// provisionJobs gives the gate its jobs.
func (h *Handler) provisionJobs(ctx caddy.Context, built *built) error {
	o := built.jobs
	if o == nil {
		return nil
	}
	o.Logger = built.gate.Telemetry.Logger()
	if h.Jobs.Match != nil {
		loaded, err := ctx.LoadModule(h.Jobs, "Match")
		if err != nil {
			return fmt.Errorf("jobs.match: %w", err)
		}
		if err := o.Matchers.FromInterface(loaded); err != nil {
			return err
		}
	}
	o.Storage = ctx.Storage()
	if h.Jobs.Storage != nil {
		loaded, err := ctx.LoadModule(h.Jobs, "Storage")
		if err != nil {
			return fmt.Errorf("jobs.storage: %w", err)
		}
		if o.Storage, err = loaded.(caddy.StorageConverter).CertMagicStorage(); err != nil {
			return fmt.Errorf("jobs.storage: %w", err)
		}
	}
	app, err := ctx.App(jobdesk.AppID)
	if err != nil {
		return err
	}
	if h.desk, err = jobdesk.New(ctx.GetMetricsRegistry(), o); err != nil {
		return err
	}
	app.(*jobdesk.App).Add(h.desk)
	built.gate.Jobs = h.desk
	return nil
}

// jobs reads the option and its block.
func (p *parser) jobs() {
	j := new(Jobs)
	p.handler.Jobs = j
	switch args := p.RemainingArgs(); {
	case len(args) > 1:
		p.errf("jobs: unexpected %q behind the name", args[1])
	case len(args) == 1 && args[0] == "":
		p.errf("jobs: the name is empty")
	case len(args) == 1:
		j.Name = args[0]
	}
	p.block("jobs.", func(_, word string) {
		switch word {
		case "match":
			p.matchers("jobs.", word, &j.Match)
		case "after":
			j.After = new(caddy.Duration)
			p.duration(j.After, true)
		case "path":
			p.one(&j.Path)
		case "keep":
			p.duration(&j.Keep, false)
		case "timeout":
			p.duration(&j.Timeout, false)
		case "running":
			p.number(&j.Running, 1)
		case "request":
			p.bytes(&j.Request)
		case "result":
			p.bytes(&j.Result)
		case "total":
			p.bytes(&j.Total)
		case "owner":
			p.one(&j.Owner)
		case "storage":
			p.storage(&j.Storage)
		case "cancel":
			p.one(&j.Cancel)
		default:
			p.refuse("jobs: unknown option %q: want one of %s", word, jobsWords)
		}
	})
}

const jobsWords = "match, after, path, keep, timeout, running, request, result, total, owner, storage or cancel"

// bytes reads an option with one size.
func (p *parser) bytes(to *int64) {
	word := p.named(p.Val())
	var value string
	p.one(&value)
	if value == "" {
		return
	}
	size, err := humanize.ParseBytes(value)
	if err != nil || size == 0 || size > math.MaxInt64 {
		p.errf("%s: %q is not a size such as 64KiB", word, value)
		return
	}
	*to = int64(size) //nolint:gosec // was compared
}

// storage reads a storage module, on the line or with its block.
func (p *parser) storage(to *json.RawMessage) {
	at := p.where()
	segment := p.NewFromNextSegment()
	segment.Next() // storage
	if !segment.NextArg() {
		p.errf("jobs storage: want a storage module, such as file_system")
		return
	}
	name := segment.Val()
	unmarshaled, err := caddyfile.UnmarshalModule(segment, "caddy.storage."+name)
	if err != nil {
		err = fmt.Errorf("jobs storage: %w", err)
		if !strings.Contains(err.Error(), ", at ") { // not all of Caddy's have their line
			err = fmt.Errorf("%w, at %s", err, at)
		}
		p.mistakes = append(p.mistakes, mistake{line: at.line, err: err})
		return
	}
	if _, ok := unmarshaled.(caddy.StorageConverter); !ok {
		p.errf("jobs storage: %s is no storage module", name)
		return
	}
	*to = caddyconfig.JSONModuleObject(unmarshaled, "module", name, nil)
}
