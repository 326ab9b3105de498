package jobs

import "fmt"

// State is where a job stands.
type State uint8

// The states. All but Running are final.
const (
	// Running says that the backend has the request.
	Running State = iota
	// Succeeded says that the outcome has a status below 400.
	Succeeded
	// Failed says that the outcome has a status of 400 or more, or that there is
	// none for a reason that is known.
	Failed
	// Canceled says that the client wanted no outcome any more.
	Canceled
	// Lost says that nobody knows the outcome: the backend may have done it.
	Lost
	states
)

var stateWords = [states]string{"running", "succeeded", "failed", "canceled", "lost"}

// String is the word for clients, metrics and storage.
func (s State) String() string {
	if s >= states {
		return fmt.Sprintf("State(%d)", uint8(s))
	}
	return stateWords[s]
}

// MarshalText gives the word.
func (s State) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads a word.
func (s *State) UnmarshalText(text []byte) error {
	for state, word := range stateWords {
		if word == string(text) {
			*s = State(state) //nolint:gosec // below states
			return nil
		}
	}
	return fmt.Errorf("%q is no state of a job", text)
}

// Cause is why a job has no outcome from behind, in a word for clients and storage.
type Cause string

// The causes. Those of lost jobs say what is not known, the others what happened.
const (
	// NoCause: the outcome is the backend's.
	NoCause Cause = ""
	// Timeout: the backend took longer than a job may.
	Timeout Cause = "timeout"
	// TooLarge: the outcome is larger than what is kept.
	TooLarge Cause = "too_large"
	// Incomplete: the backend broke its answer off.
	Incomplete Cause = "incomplete"
	// Stream: the outcome has no end.
	Stream Cause = "stream"
	// Panicked: a handler panicked.
	Panicked Cause = "panic"
	// ByClient: the client canceled the job.
	ByClient Cause = "client"
	// Stopped: the server stopped, or took a handler out of use, while the job ran.
	Stopped Cause = "stopped"
	// Killed: the process that ran the job is gone without a word.
	Killed Cause = "killed"
	// Unstored: the outcome came and could not be stored.
	Unstored Cause = "storage"
)
