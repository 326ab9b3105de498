package shed_test

import (
	"bytes"
	"encoding/json"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/statusgate/statusgate/shed"
)

// recorded is a configuration that keeps so many events.
func recorded(events, places int) shed.Config {
	cfg := fixed(places)
	cfg.Record = events
	return cfg
}

// traceOf is what a desk has recorded, after it was written and read.
func traceOf(t *testing.T, d *desk) *shed.Trace {
	t.Helper()
	var b bytes.Buffer
	if err := d.c.Trace(d.now, &b); err != nil {
		t.Fatal(err)
	}
	trace, err := shed.ReadTrace(&b)
	if err != nil {
		t.Fatal(err)
	}
	return trace
}

// A trace tells what became of each request, in order.
func TestTraceTellsWhatBecameOfEachRequest(t *testing.T) {
	d := newDesk(t, recorded(1000, 1))
	first := d.arrive(shed.Place{Class: shed.Critical, Client: 1<<40 + 11, Route: 5}, shed.Admitted)
	served := d.arrive(shed.Place{Class: shed.Normal, Client: 12, Route: 6}, shed.Waiting)
	left := d.arrive(shed.Place{Class: shed.Background, Client: 13, Route: 6}, shed.Waiting)
	d.pass(20 * ms)
	d.c.Leave(d.now, left)
	d.release(first, shed.Failed)
	d.pass(30 * ms)
	if !d.c.BecomeStream(d.now, served) {
		t.Fatal("no room for a stream")
	}
	d.c.Close(d.now)
	d.arrive(shed.Place{Class: shed.Normal, Stream: true}, shed.Rejected)
	d.pass(50 * ms)
	d.release(served, shed.Left)
	trace := traceOf(t, d)
	var got []string
	for i := range trace.Events {
		e := &trace.Events[i]
		if e.What == shed.EventFrame || e.What == shed.EventWindow {
			continue
		}
		got = append(got, strings.Join(strings.Fields(strings.Join([]string{
			time.Duration(e.At).String(), e.What.String(), string(rune('0' + e.Request)), e.Class, e.Outcome, e.Reason, e.Ending, time.Duration(e.Took).String(),
		}, " ")), " "))
	}
	want := []string{
		"0s arrive 1 critical admitted 0s", "0s arrive 2 normal 0s", "0s arrive 3 background 0s",
		"20ms leave 3 background 20ms", "20ms release 1 critical failed 20ms", "20ms decide 2 normal queued 20ms",
		"50ms stream 2 normal 30ms", "50ms arrive-stream 4 normal rejected capacity 0s", "100ms release 2 normal left 80ms",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if e := trace.Events[1]; e.Client != 11 || e.Slot != 5 {
		t.Errorf("the first is of client %d and slot %d, want 11 (of its low bits) and 5", e.Client, e.Slot)
	}
}

// What is kept is bounded, and who reads a trace is told what is missing.
func TestRecorderKeepsTheLastEvents(t *testing.T) {
	d := newDesk(t, recorded(10, 1))
	d.served(20, 5, time.Millisecond)
	trace := traceOf(t, d)
	calls, frames := 0, 0
	for i := range trace.Events {
		switch trace.Events[i].What { //nolint:exhaustive // no others count
		case shed.EventArrived, shed.EventReleased:
			calls++
		case shed.EventFrame:
			frames++
		}
	}
	if calls != 10 || trace.Lost != 30 || frames == 0 {
		t.Errorf("%d events of requests, %d frames, %d lost; want 10, some, 30", calls, frames, trace.Lost)
	}
}

func TestRecorderIsOffUntilItIsConfigured(t *testing.T) {
	d := newDesk(t, fixed(1))
	d.served(3, 5, time.Millisecond)
	if calls, steps := d.c.Recording(); calls != 0 || steps != 0 {
		t.Errorf("room for %d calls and %d steps, want none", calls, steps)
	}
	if trace := traceOf(t, d); len(trace.Events) != 0 {
		t.Errorf("%d events were kept", len(trace.Events))
	}
	d.c.Configure(d.now, recorded(100, 1))
	d.served(3, 5, time.Millisecond)
	if trace := traceOf(t, d); len(trace.Events) < 7 || trace.Config.Fixed != 1 {
		t.Errorf("%d events of a limit of %d", len(trace.Events), trace.Config.Fixed)
	}
	d.c.Configure(d.now, fixed(1))
	if calls, _ := d.c.Recording(); calls != 0 {
		t.Errorf("room for %d calls after it was switched off", calls)
	}
}

// A frame has what a limiter knew, so that another one can go on from there.
func TestFrameTellsWhatWasKnown(t *testing.T) {
	cfg := shed.Defaults()
	cfg.Record = 100
	d := newDesk(t, cfg)
	d.served(200, 5, 100*ms)
	trace := traceOf(t, d)
	var known *shed.Knowledge
	for i := range trace.Events {
		if trace.Events[i].Known != nil {
			known = trace.Events[i].Known
		}
	}
	if known == nil || len(known.Costs) != 1 || known.Idle.Work == 0 {
		t.Fatalf("the frame knows %+v", known)
	}
	other := newDesk(t, shed.Defaults())
	other.c.Recall(known)
	if got, want := other.c.Stats(0).Expected[5], d.c.Stats(d.now).Expected[5]; got < want*9/10 || got > want*11/10 {
		t.Errorf("another limiter expects a request to take %v, want %v", got, want)
	}
}

func TestReadTraceRefusesWhatIsNone(t *testing.T) {
	const head = `{"trace":"statusgate-limiter","version":1}` + "\n"
	for text, want := range map[string]string{
		"":                         "trace: line 1: it is empty",
		`{"trace":"x"}`:            "trace: line 1: it is \"x\" of version 0",
		head + `{"do":"dance"}`:    "trace: line 2: there is no event \"dance\"",
		head + `{"at":"soon"}`:     "trace: line 2:",
		head + `{"at":1e99}`:       "trace: line 2:",
		head + `{`:                 "trace: line 2:",
		strings.Repeat("x", 1<<21): "trace: line 1:",
	} {
		if _, err := shed.ReadTrace(strings.NewReader(text)); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%.40q: %v, want %s", text, err, want)
		}
	}
	var s shed.Seconds
	if err := json.Unmarshal([]byte("-1.5"), &s); err != nil || time.Duration(s) != -1500*time.Millisecond {
		t.Errorf("-1.5 seconds are %v: %v", time.Duration(s), err)
	}
}

// A limiter writes its trace while it serves.
func TestTraceOfALimiter(t *testing.T) {
	l, p := full(t, recorded(10, 1))
	l.Release(p, shed.Served)
	var b bytes.Buffer
	if err := l.Trace(&b); err != nil {
		t.Fatal(err)
	}
	trace, err := shed.ReadTrace(&b)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for i := range trace.Events {
		if what := trace.Events[i].What; what == shed.EventArrived || what == shed.EventReleased {
			got = append(got, what.String())
		}
	}
	if strings.Join(got, " ") != "arrive release" {
		t.Errorf("got %q", got)
	}
	l.Configure(fixed(1))
	b.Reset()
	if err := l.Trace(&b); err != nil || strings.Count(b.String(), "\n") != 1 {
		t.Errorf("without a recorder: got %v, %s", err, b.String())
	}
	l.Close()
}

// broken takes so many bytes.
type broken int

func (b *broken) Write(p []byte) (int, error) {
	if *b -= broken(len(p)); *b < 0 {
		return 0, io.ErrShortWrite
	}
	return len(p), nil
}

// Errors of the writer are those of the trace, wherever they come.
func TestTraceThatCannotBeWritten(t *testing.T) {
	d := newDesk(t, recorded(1000, 1))
	for range 200 {
		d.release(d.arrive(shed.Place{Class: shed.Normal}, shed.Admitted), shed.Served)
	}
	var b bytes.Buffer
	if err := d.c.Trace(d.now, &b); err != nil {
		t.Fatal(err)
	}
	for _, room := range []int{0, 5000, b.Len() - 1} {
		w := broken(room)
		if err := d.c.Trace(d.now, &w); err == nil {
			t.Errorf("no error after %d of %d bytes", room, b.Len())
		}
	}
}

func TestClassesHaveNames(t *testing.T) {
	for class := range shed.Class(shed.Classes) {
		if got, ok := shed.ClassOf(class.String()); !ok || got != class {
			t.Errorf("%s: got %v, %v", class, got, ok)
		}
	}
	if _, ok := shed.ClassOf("Critical"); ok {
		t.Error("there is no class Critical")
	}
}
