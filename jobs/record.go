package jobs

import (
	"net/http"
	"time"
)

// Job is what is known of a job, all but the content of its outcome.
type Job struct {
	// ID names the job.
	ID ID `json:"-"`
	// Name is the text of the ID, which proves that a record is of this job.
	Name string `json:"id"`
	// Process is the one that runs the job, or ran it.
	Process string `json:"process"`
	// Owner is the code of who may ask, as [Keeper.Code] makes it; "": whoever knows
	// the ID.
	Owner string `json:"owner,omitempty"`
	// Key is the code of the idempotency key, "" for none.
	Key string `json:"key,omitempty"`
	// Began is when the request came.
	Began time.Time `json:"began"`
	// Expected is when such jobs usually end; zero: nobody knows.
	Expected time.Time `json:"expected,omitzero"`
	// State is where the job stands.
	State State `json:"state"`
	// Since is when it came to that state.
	Since time.Time `json:"since"`
	// Expires is when it can't be asked for any more; zero while it runs.
	Expires time.Time `json:"expires,omitzero"`
	// Cause is why there is no outcome from behind.
	Cause Cause `json:"cause,omitempty"`
	// Outcome is the answer, nil where there is none.
	Outcome *Outcome `json:"outcome,omitempty"`
}

// Outcome is an answer, all but its content.
type Outcome struct {
	// Status is the one that a client would have got.
	Status int `json:"status"`
	// Header has the fields that go with it.
	Header map[string][]string `json:"header,omitempty"`
	// Length is how long the content is, in bytes.
	Length int64 `json:"length"`
	// Chunks is in how many values it stands, 0 where it is in the record.
	Chunks int `json:"chunks,omitempty"`

	inline []byte // the content where Chunks is 0
}

// Parts is in how many parts the content can be read, at least 1.
func (o *Outcome) Parts() int { return max(o.Chunks, 1) }

// Over reports whether a job has come to its end.
func (j *Job) Over() bool { return j.State != Running }

// putOff reports whether the outcome says that nothing was done for now (RFC 9110
// §15.6.4).
func (j *Job) putOff() bool {
	return j.Outcome != nil && j.Outcome.Status == http.StatusServiceUnavailable
}

// expired reports whether a job can't be asked for any more.
func (j *Job) expired(now time.Time) bool { return !j.Expires.IsZero() && now.After(j.Expires) }

// keyRecord says which job an idempotency key is of.
type keyRecord struct {
	Job         string    `json:"job"`
	Fingerprint string    `json:"fingerprint"`
	Expires     time.Time `json:"expires"`
}

// leaseRecord says until when a process vouches for its jobs.
type leaseRecord struct {
	Expires time.Time `json:"expires"`
	Ended   bool      `json:"ended,omitempty"`
}

// markRecord is what a process leaves at a job that it found lost.
type markRecord struct {
	At      time.Time `json:"at"`
	Expires time.Time `json:"expires"`
}
