package drive

import "time"

// Foreign is the share of a second that others have had, by the counters of the
// kernel: of the servers and their core, of the client and its core.
func Foreign(waited, stolen, client, clientCore time.Duration) float64 {
	before := disturbance{waited: time.Hour, stolen: time.Hour, client: time.Hour, clientCore: time.Hour}
	after := disturbance{before.waited + waited, before.stolen + stolen, before.client + client, before.clientCore + clientCore}
	return after.since(before, time.Second)
}
