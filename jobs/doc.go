// Package jobs keeps jobs: requests whose clients went away with the promise
// that they can ask for the outcome later.
//
// A [Keeper] keeps the jobs of one namespace on a [Storage] that may be slow,
// fail, and be shared with other processes. The interface of the storage has no
// compare-and-swap, so that these rules stand in for one:
//
//   - A job is written only by the process that runs it. It writes "job" when the
//     job is accepted and "end" when it is over, the content of the outcome before
//     that, in chunks.
//   - A process has a lease, which it renews. A job without an end whose process
//     has no lease any more is lost. Whoever finds it leaves a mark of his own.
//   - A process that could not renew its lease in time takes its own jobs for lost.
//     So no job comes back that anybody has been told is lost.
//   - Only a secret and the names of idempotency keys are written by more than one
//     process: under a lock of the storage.
//
// The package knows nothing of HTTP beyond a status and header fields, and nothing
// of any server.
package jobs
