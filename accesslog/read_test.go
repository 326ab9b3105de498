package accesslog_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"github.com/statusgate/statusgate/accesslog"
)

// plain is a log of many blocks; each line has its number in its path.
func plain(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "h - - [30/Sep/2021:%02d:%02d:%02d +0000] \"GET /%d HTTP/1.1\" %d 5 \"-\" \"%s\"\n", i/3600%24, i/60%60, i%60, i, 200+i%7, strings.Repeat("a", i%90))
	}
	return b.String()
}

func gzipped(t testing.TB, text string) []byte {
	t.Helper()
	var b bytes.Buffer
	// Two members, as when logs are put one behind the other.
	for _, part := range []string{text[:len(text)/3], text[len(text)/3:]} {
		w := gzip.NewWriter(&b)
		_, _ = io.WriteString(w, part)
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return b.Bytes()
}

func zstandard(t testing.TB, text string, options ...zstd.EOption) []byte {
	t.Helper()
	w, err := zstd.NewWriter(nil, options...)
	if err != nil {
		t.Fatal(err)
	}
	return w.EncodeAll([]byte(text), nil)
}

func TestFilesAreReadWholeWhateverTheirCompressionAndTheNumberOfWorkers(t *testing.T) {
	text := plain(20_000)
	want, _ := readText(t, text)
	if len(want) != 20_000 {
		t.Fatalf("%d entries", len(want))
	}
	slices.Sort(want)
	dir := t.TempDir()
	files := []string{
		write(t, dir, "plain.log", []byte(text)), write(t, dir, "no-end.log", []byte(strings.TrimSuffix(text, "\n"))),
		write(t, dir, "mark.log", []byte("\ufeff"+text)), write(t, dir, "crlf.log", []byte(strings.ReplaceAll(text, "\n", "\r\n"))),
		write(t, dir, "a.gz", gzipped(t, text)), write(t, dir, "named-wrong", zstandard(t, text)),
	}
	for _, file := range files {
		for workers := 1; workers <= 3; workers++ {
			got, sum := readAll(t, &accesslog.Input{Paths: []string{file}, Workers: workers})
			slices.Sort(got)
			if !slices.Equal(got, want) || sum.Failures != 0 || sum.Unread != 0 {
				t.Errorf("%s, %d workers: %d entries, %+v", filepath.Base(file), workers, len(got), sum)
			}
		}
	}
}

func TestBzip2IsRead(t *testing.T) {
	// As bzip2 1.0.8 writes it.
	packed, err := hex.DecodeString("425a68393141592653590b2f5e3900001d5f804010500bfa5002c04c0a124040102000545000000d3408a7ea6536a69a686d43d269a69b38bc9e51c26f3220f88a0260c39ecc1b748b04b9d553ca42d556d40fc482847def8bb9229c28480597af1c80")
	if err != nil {
		t.Fatal(err)
	}
	got, _ := readText(t, string(packed)+string(packed))
	const want = "2021-09-30T08:00:55Z GET /bz HTTP/1.1 200 bytes=5"
	if !slices.Equal(got, []string{want, want}) {
		t.Errorf("got %q", got)
	}
}

func TestAFolderIsReadByNameAndWhatIsNoAccessLogIsNamed(t *testing.T) {
	dir := t.TempDir()
	line := func(n int) []byte {
		return fmt.Appendf(nil, "h - - [30/Sep/2021:08:00:55 +0000] \"GET /%d HTTP/1.1\" 200 5\n", n)
	}
	write(t, dir, "b.log", line(2))
	write(t, dir, "a.log", line(1))
	write(t, dir, "deep/c.log", line(3))
	write(t, dir, "error.log", []byte("2021/09/30 08:00:55 [error] 1#1: *1 open() failed\n"))
	write(t, dir, "zero.log", nil)
	_ = os.Symlink("a.log", filepath.Join(dir, "z.log"))
	_ = os.Symlink("nowhere", filepath.Join(dir, "y.log"))
	got, sum := readAll(t, &accesslog.Input{Paths: []string{dir}})
	var targets []string
	for _, e := range got {
		targets = append(targets, strings.Fields(e)[2])
	}
	if want := []string{"/1", "/2", "/3", "/1"}; !slices.Equal(targets, want) {
		t.Errorf("got %v, want %v", targets, want)
	}
	if sum.Unread != 0 || sum.Failures != 1 || !strings.HasSuffix(sum.Failed[0].Error(), "error.log: no access log in a format that is known") {
		t.Errorf("got %+v", sum)
	}
	if want := map[string]int64{"common": 4}; !maps.Equal(sum.Formats, want) {
		t.Errorf("got %v, want %v", sum.Formats, want)
	}
}

func TestFilesThatCannotBeReadDoNotStopTheOthers(t *testing.T) {
	dir := t.TempDir()
	text := plain(2000)
	whole := gzipped(t, text)
	paths := []string{
		filepath.Join(dir, "missing"), write(t, dir, "cut.gz", whole[:len(whole)-9]), write(t, dir, "bad.gz", []byte("\x1f\x8bnothing like it")),
		write(t, dir, "bad.zst", []byte("\x28\xb5\x2f\xfd\xff\xff\xff")), write(t, dir, "bad.bz2", []byte("BZh9nothing")), write(t, dir, "good.log", []byte(text)),
	}
	got, sum := readAll(t, &accesslog.Input{Paths: paths})
	if len(got) < 2000 || sum.Failures != 5 || len(sum.Failed) != 5 {
		t.Errorf("%d entries, %d failures: %v", len(got), sum.Failures, sum.Failed)
	}
	for i, part := range []string{"missing: ", "cut.gz: unexpected EOF", "bad.gz: gzip: invalid header", "bad.zst: ", "bad.bz2: bzip2 "} {
		if !strings.Contains(sum.Failed[i].Error(), part) {
			t.Errorf("got %v, want %s", sum.Failed[i], part)
		}
	}
}

// failing reads a little, and then fails.
type failing struct{ text io.Reader }

var errRead = errors.New("read failed")

func (f failing) Read(b []byte) (int, error) {
	n, err := f.text.Read(b)
	if err != nil {
		return n, errRead
	}
	return n, nil
}

func TestAnErrorOfReadingIsTold(t *testing.T) {
	for _, text := range []string{"", "h - - [30/Sep/2021:08:00:55 +0000] \"GET / HTTP/1.1\" 200 5\n"} {
		lines := 0
		sum, err := accesslog.Read(context.Background(), &accesslog.Input{Stdin: failing{strings.NewReader(text)}}, func(int) func(*accesslog.Entry) {
			return func(*accesslog.Entry) { lines++ }
		})
		if err != nil || sum.Failures != 1 || !errors.Is(sum.Failed[0], errRead) || lines != strings.Count(text, "\n") {
			t.Errorf("%q: %d lines, %+v, %v", text, lines, sum, err)
		}
	}
}

func TestUnreadLinesAreInTheOrderOfTheFiles(t *testing.T) {
	dir := t.TempDir()
	good := "h - - [30/Sep/2021:08:00:55 +0000] \"GET / HTTP/1.1\" 200 5\n"
	paths := []string{write(t, dir, "b", []byte(good+"b\n")), write(t, dir, "a", []byte(good+"a1\na2\n"))}
	_, sum := readAll(t, &accesslog.Input{Paths: paths, Workers: 2})
	var got []string
	for _, u := range sum.First {
		got = append(got, u.Text)
	}
	if want := []string{"b", "a1", "a2"}; !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

func TestAFileThatGoesAwayMeanwhileIsNamed(t *testing.T) {
	dir := t.TempDir()
	first, second := write(t, dir, "a", []byte(plain(10))), write(t, dir, "b", []byte(plain(10)))
	got, sum := readAll(t, &accesslog.Input{Paths: []string{first, second}, Progress: func(accesslog.Progress) { _ = os.Remove(second) }})
	if len(got) != 10 || sum.Failures != 1 || !errors.Is(sum.Failed[0], os.ErrNotExist) {
		t.Errorf("%d entries, %+v", len(got), sum)
	}
}

func TestOnlyTenFailuresAreKept(t *testing.T) {
	dir := t.TempDir()
	for i := range 12 {
		write(t, dir, fmt.Sprintf("%d.txt", i), []byte("no log\n"))
	}
	_, sum := readAll(t, &accesslog.Input{Paths: []string{dir}})
	if sum.Failures != 12 || len(sum.Failed) != 10 {
		t.Errorf("%d failures, %d kept", sum.Failures, len(sum.Failed))
	}
}

func TestAZstdStreamThatNeedsMuchMemoryIsRefused(t *testing.T) {
	text := plain(200_000)
	for window, want := range map[int]string{8 << 20: "", 64 << 20: "zstd: takes more than 16 MiB of memory to decompress"} {
		var b bytes.Buffer
		w, err := zstd.NewWriter(&b, zstd.WithWindowSize(window), zstd.WithEncoderLevel(zstd.SpeedFastest))
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.WriteString(w, text)
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		got, sum := readAll(t, &accesslog.Input{Stdin: &b})
		switch {
		case want == "" && (len(got) != 200_000 || sum.Failures != 0):
			t.Errorf("a window of %d: %d entries, %v", window, len(got), sum.Failed)
		case want != "" && (sum.Failures != 1 || sum.Failed[0].Error() != "-: "+want):
			t.Errorf("a window of %d: %d entries, %v", window, len(got), sum.Failed)
		}
	}
}

func TestNothingToReadIsAnError(t *testing.T) {
	dir := t.TempDir()
	for name, in := range map[string]*accesslog.Input{
		"no files in the folder": {Paths: []string{dir}},
		"no such file":           {Paths: []string{filepath.Join(dir, "missing")}},
		"no key for the status":  {Format: accesslog.JSON},
		"no standard input":      {},
	} {
		_, err := accesslog.Read(context.Background(), in, nil)
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("got %v, want %s", err, name)
		}
	}
}

func TestALineThatIsTooLongIsOneThatCannotBeRead(t *testing.T) {
	const good = "h - - [30/Sep/2021:08:00:55 +0000] \"GET / HTTP/1.1\" 200 5\n"
	for _, size := range []int{256<<10 - 1, 256 << 10, 256<<10 + 1, 512 << 10, 900 << 10} {
		text := good + strings.Repeat("x", size) + "\n" + good + good
		for _, stream := range []bool{false, true} {
			in := &accesslog.Input{Stdin: strings.NewReader(text)}
			if !stream {
				in = &accesslog.Input{Paths: []string{write(t, t.TempDir(), "log", []byte(text))}}
			}
			got, sum := readAll(t, in)
			if len(got) != 3 || sum.Unread != 1 || sum.First[0].Line != 2 {
				t.Errorf("%d bytes, stream %v: %d entries, %d unread, %+v", size, stream, len(got), sum.Unread, sum.First)
				continue
			}
			if long := sum.First[0].Why.Error() == "longer than 256 KiB"; long != (size >= 256<<10) {
				t.Errorf("%d bytes, stream %v: %v", size, stream, sum.First[0].Why)
			}
		}
	}
	_, sum := readText(t, good+strings.Repeat("x", 600<<10))
	if sum.Lines != 2 || sum.Unread != 1 {
		t.Errorf("without an end: %+v", sum)
	}
}

func TestSinceAndUntilLeaveLinesOut(t *testing.T) {
	text := plain(100) + "h - - [soon] \"GET /x HTTP/1.1\" 200 5\n"
	at := func(second int) time.Time { return time.Date(2021, 9, 30, 0, 0, second, 0, time.UTC) }
	for _, tt := range []struct {
		since, until time.Time
		lines, out   int64
	}{{lines: 101}, {since: at(90), lines: 10, out: 91}, {until: at(30), lines: 30, out: 71}, {since: at(10), until: at(20), lines: 10, out: 91}} {
		_, sum := readAll(t, &accesslog.Input{Stdin: strings.NewReader(text), Since: tt.since, Until: tt.until})
		if sum.Lines != tt.lines || sum.Outside != tt.out {
			t.Errorf("%v to %v: %d lines, %d outside", tt.since, tt.until, sum.Lines, sum.Outside)
		}
	}
}

func TestProgressTellsBytesAsTheyAreStoredAndEndsAtAll(t *testing.T) {
	packed := gzipped(t, plain(20_000))
	path := write(t, t.TempDir(), "log.gz", packed)
	var last accesslog.Progress
	var calls atomic.Int32
	_, _ = readAll(t, &accesslog.Input{Paths: []string{path, path}, Progress: func(p accesslog.Progress) {
		if p.Bytes < last.Bytes || p.Lines <= last.Lines {
			t.Errorf("%+v after %+v", p, last)
		}
		last = p
		calls.Add(1)
	}})
	if want := (accesslog.Progress{Bytes: int64(2 * len(packed)), Total: int64(2 * len(packed)), Lines: 40_000}); last != want || calls.Load() < 4 {
		t.Errorf("got %+v after %d calls, want %+v", last, calls.Load(), want)
	}
	_, _ = readAll(t, &accesslog.Input{Paths: []string{os.DevNull, "-", path, t.TempDir()}, Stdin: strings.NewReader(plain(1)), Progress: func(p accesslog.Progress) { last = p }})
	if last.Total != -1 {
		t.Errorf("with stdin: total %d", last.Total)
	}
}
