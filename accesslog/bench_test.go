package accesslog_test

import (
	"bytes"
	"context"
	"testing"

	"github.com/statusgate/statusgate/accesslog"
)

// BenchmarkParse reads one line of each layout.
func BenchmarkParse(b *testing.B) {
	seen := make(map[string]bool)
	for _, tt := range lines {
		if seen[tt.layout] {
			continue
		}
		seen[tt.layout] = true
		b.Run(tt.layout, func(b *testing.B) {
			layout, _ := accesslog.Detect([]byte(tt.line + "\n"))
			p := accesslog.NewParser(layout)
			line := []byte(tt.line)
			var e accesslog.Entry
			b.SetBytes(int64(len(line)) + 1)
			b.ReportAllocs()
			for b.Loop() {
				if err := p.Parse(line, &e); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkRead reads a log of 4 MiB in the combined format with one worker, as
// against looking for the ends of its lines.
func BenchmarkRead(b *testing.B) {
	text := bytes.Repeat([]byte(headOf("combined")+"\n"), 4<<20/len(headOf("combined")))
	path := write(b, b.TempDir(), "log", text)
	b.Run("lines", func(b *testing.B) {
		b.SetBytes(int64(len(text)))
		for b.Loop() {
			if bytes.Count(text, []byte{'\n'}) == 0 {
				b.Fatal("no lines")
			}
		}
	})
	b.Run("entries", func(b *testing.B) {
		b.SetBytes(int64(len(text)))
		b.ReportAllocs()
		for b.Loop() {
			if _, err := accesslog.Read(context.Background(), &accesslog.Input{Paths: []string{path}, Workers: 1}, func(int) func(*accesslog.Entry) {
				return func(*accesslog.Entry) {}
			}); err != nil {
				b.Fatal(err)
			}
		}
	})
}
