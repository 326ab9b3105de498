package jobdesk

import (
	"bytes"
	"encoding/json"
	"html/template"
	"net/http"
	"strings"
	"time"

	"github.com/statusgate/statusgate/jobs"
)

// stateDocument is the state of a job for programs.
type stateDocument struct {
	ID       string     `json:"id"`
	State    jobs.State `json:"state"`
	Cause    jobs.Cause `json:"cause,omitempty"`
	Began    time.Time  `json:"began"`
	Since    time.Time  `json:"since"`
	Expected time.Time  `json:"expected,omitzero"`
	Expires  time.Time  `json:"expires,omitzero"`
	Status   int        `json:"status,omitempty"`
	Created  string     `json:"created,omitempty"`
	Outcome  string     `json:"outcome"`
}

// state is the state of a job as JSON.
func (d *Desk) state(job *jobs.Job, at Place) []byte {
	doc := stateDocument{
		ID: job.ID.String(), State: job.State, Cause: job.Cause, Began: job.Began, Since: job.Since, Expected: job.Expected,
		Expires: job.Expires, Outcome: d.URI(at, job.ID),
	}
	if o := job.Outcome; o != nil {
		doc.Status = o.Status
		if o.Status == http.StatusCreated || o.Status == http.StatusAccepted {
			doc.Created = http.Header(o.Header).Get("Location")
		}
	}
	text, _ := json.Marshal(&doc) // of plain values
	return append(text, '\n')
}

// pagePolicy keeps the page from loading anything.
const pagePolicy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'self'"

// cancelField is what the form of the page sends.
const cancelField = "cancel"

// isCancelForm tells the form of the page, for browsers send no DELETE. A page of
// another site can't send it: the browser would say so. Over HTTP without TLS it says
// only the origin.
func isCancelForm(r *http.Request, at Place) bool {
	contentType, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";")
	if contentType != "application/x-www-form-urlencoded" || r.ContentLength > 64 {
		return false
	}
	origin := r.Header.Get("Origin")
	switch r.Header.Get("Sec-Fetch-Site") {
	case "same-origin", "none":
	case "":
		if _, host, _ := strings.Cut(origin, "://"); origin != "" && !strings.EqualFold(host, at.Host) {
			return false
		}
	default:
		return false
	}
	return r.URL.RawQuery == cancelField
}

var pageTemplate = template.Must(template.New("job").Parse(`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<meta http-equiv="refresh" content="{{.Retry}};url={{.URI}}">
<link rel="icon" href="data:,">
<title>In progress</title>
<style>
:root{color-scheme:light dark;font:1rem/1.6 system-ui,sans-serif}
body{margin:0;display:grid;min-height:100vh;place-items:center}
main{max-width:34rem;padding:2rem}
h1{font-size:1.6rem;line-height:1.25;margin:0 0 1rem}
button{font:inherit;padding:.4rem 1rem}
code{font-size:.9em}
</style>
</head>
<body>
<main>
<h1>Your request is being worked on</h1>
<p>You can leave this page open: it shows the outcome as soon as it is there. You can also close it, and come back to this address later.</p>
<p>Begun at <time datetime="{{.Began}}">{{.BeganText}}</time>.{{if .ExpectedText}} Such requests usually end by <time datetime="{{.Expected}}">{{.ExpectedText}}</time>.{{end}}</p>
{{if .Cancel}}<form method="post" action="{{.URI}}?cancel"><button>Cancel</button></form>
{{end}}<p><small>Job <code>{{.Short}}</code>. This page is loaded again every {{.Retry}} seconds.</small></p>
</main>
</body>
</html>
`))

// page tells a person that a job runs. It needs no script.
func page(job *jobs.Job, uri string, retry int, cancel bool) []byte {
	const clock = "2006-01-02 15:04:05 UTC"
	values := map[string]any{
		"URI": uri, "Retry": retry, "Cancel": cancel, "Short": job.ID.Short(),
		"Began": job.Began.Format(time.RFC3339), "BeganText": job.Began.Format(clock), "Expected": job.Expected.Format(time.RFC3339),
	}
	if !job.Expected.IsZero() && job.Expected.After(time.Now()) {
		values["ExpectedText"] = job.Expected.Format(clock)
	}
	var text bytes.Buffer
	_ = pageTemplate.Execute(&text, values) // of plain values into memory
	return text.Bytes()
}
