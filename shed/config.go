package shed

import "time"

// Config is what an operator may say. The zero value is not usable; see
// [Defaults].
type Config struct {
	Fixed         int           // the places, 0 to learn them
	Max           int           // the ceiling of requests in flight, at least 1
	MaxStreams    int           // the ceiling of streams, at least 1
	Queue         int           // the places to wait, 0 for none
	Patience      time.Duration // how long a request may wait; five times as long while nothing shows that the backend is congested
	RetryAfterMax time.Duration // how late a rejected request may be told to come back
	Report        bool          // decide and count, but admit every request
	Record        int           // the last events of requests that are kept for a trace, of 40 bytes each; 0: none
}

// Defaults are the settings of an operator who has said nothing.
func Defaults() Config {
	return Config{
		Max:           10_000,
		MaxStreams:    10_000,
		Queue:         10_000,
		Patience:      500 * time.Millisecond,
		RetryAfterMax: 120 * time.Second,
	}
}
