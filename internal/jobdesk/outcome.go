package jobdesk

import (
	"bytes"
	"hash/maphash"
	"net/http"
	"strconv"
	"strings"

	"github.com/statusgate/statusgate/jobs"
	"github.com/statusgate/statusgate/problem"
)

// connectionFields are about a connection that is not that of who asks for the
// outcome (RFC 9110 §7.6.1), or about framing.
var connectionFields = [...]string{
	"Connection", "Keep-Alive", "Proxy-Connection", "Te", "Trailer", "Transfer-Encoding", "Upgrade", "Alt-Svc", "Date", "Server",
}

// outcome is the answer that has been kept, as the end of a job.
func (k *kept) outcome(run *jobs.Run) jobs.Job {
	if isStream(k.header) {
		return jobs.Job{State: jobs.Failed, Cause: jobs.Stream}
	}
	for _, name := range connectionFields {
		delete(k.header, name)
	}
	if length, err := strconv.ParseInt(k.header.Get("Content-Length"), 10, 64); err == nil && length != run.Spool().Length() {
		return jobs.Job{State: jobs.Failed, Cause: jobs.Incomplete}
	}
	state := jobs.Succeeded
	if k.status >= http.StatusBadRequest {
		state = jobs.Failed
	}
	if k.status >= http.StatusInternalServerError {
		k.tellFailed(run.Spool())
	}
	return jobs.Job{State: state, Outcome: &jobs.Outcome{Status: k.status, Header: k.header}}
}

// provisioning is what pollers of Azure's kind look for in a body (azcore, go-autorest,
// core-lro): without it they take a 5xx for one that goes away.
func provisioning(state string) string { return `"properties":{"provisioningState":"` + state + `"}` }

// tellFailed puts the state into a problem that tells of a failure.
func (k *kept) tellFailed(spool *jobs.Spool) {
	format, isProblem := problem.FormatOf(k.header.Get("Content-Type"))
	content, ok := spool.Content()
	if !isProblem || format != problem.JSON || !ok || len(k.header["Content-Encoding"]) > 0 {
		return
	}
	rest, ok := bytes.CutPrefix(bytes.TrimLeft(content, " \t\r\n"), []byte("{"))
	if !ok || bytes.Contains(content, []byte(`"properties"`)) {
		return
	}
	told := append([]byte("{"), provisioning("Failed")...)
	if !bytes.HasPrefix(bytes.TrimLeft(rest, " \t\r\n"), []byte("}")) {
		told = append(told, ',')
	}
	told = append(told, rest...)
	spool.Replace(told)
	k.header["Content-Length"] = []string{strconv.Itoa(len(told))}
}

// seed is of the hashes of kinds.
var seed = maphash.MakeSeed()

// kindOf tells of which kind a job is: its method, and what its path begins with.
func kindOf(r *http.Request) uint64 {
	var hash maphash.Hash
	hash.SetSeed(seed)
	_, _ = hash.WriteString(r.Method)
	path := r.URL.Path
	for range 2 {
		segment, rest, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
		_ = hash.WriteByte('/')
		_, _ = hash.WriteString(segment)
		path = rest
	}
	return hash.Sum64()
}
