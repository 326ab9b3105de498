package charset_test

import (
	"bytes"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/statusgate/statusgate/internal/charset"
)

func TestNamed(t *testing.T) {
	for name, want := range map[string]charset.Charset{
		"utf-8": charset.UTF8, "UTF8": charset.UTF8, "Latin1": charset.Latin1, "ISO-8859-1": charset.Latin1, "cp1252": charset.Windows1252,
		"US-ASCII": charset.ASCII, "UTF-16": charset.UTF16BE, "utf-16le": charset.UTF16LE, "": charset.Unknown, "utf-7": charset.Unknown,
	} {
		if got := charset.Named(name); got != want {
			t.Errorf("%q: %d, want %d", name, got, want)
		}
	}
}

func TestMark(t *testing.T) {
	for body, want := range map[string]struct {
		charset charset.Charset
		length  int
	}{
		"\xef\xbb\xbfa": {charset.UTF8, 3}, "\xfe\xff": {charset.UTF16BE, 2}, "\xff\xfea": {charset.UTF16LE, 2},
		"": {}, "\xef\xbb": {}, "\xfe": {}, "abc": {},
	} {
		if got, n := charset.Mark([]byte(body)); got != want.charset || n != want.length {
			t.Errorf("%q: %d and %d, want %v", body, got, n, want)
		}
	}
}

func TestAppend(t *testing.T) {
	for _, c := range []struct {
		name    string
		charset charset.Charset
		body    string
		want    string
		ok      bool
	}{
		{"UTF-8", charset.UTF8, "é", "é", true},
		{"no UTF-8", charset.UTF8, "\xe9", "\xe9", false},
		{"ASCII", charset.ASCII, "a\x7f", "a\x7f", true},
		{"no ASCII", charset.ASCII, "ab\x80c", "ab", false},
		{"ISO-8859-1", charset.Latin1, "\x80\xe9\xff", "\u0080éÿ", true},
		{"windows-1252", charset.Windows1252, "a\x80\x81\x9f\xa0\xe9", "a€\u0081Ÿ\u00a0é", true},
		{"UTF-16, big-endian", charset.UTF16BE, "\x00a\x00\xe9\xd8\x3d\xde\x00", "aé😀", true},
		{"UTF-16, little-endian", charset.UTF16LE, "a\x00\xe9\x00\x3d\xd8\x00\xde", "aé😀", true},
		{"half a unit", charset.UTF16BE, "\x00a\x00", "a", false},
		{"a high surrogate alone", charset.UTF16BE, "\xd8\x3d\x00a", "", false},
		{"a high surrogate at the end", charset.UTF16BE, "\x00a\xd8\x3d", "a", false},
		{"a low surrogate alone", charset.UTF16BE, "\x00a\xde\x00", "a", false},
		{"what nobody knows", charset.Unknown, "a", "", false},
		{"nothing", charset.Latin1, "", "", true},
	} {
		if got, ok := c.charset.Append([]byte("before"), []byte(c.body)); ok != c.ok || string(got) != "before"+c.want {
			t.Errorf("%s: %q %v, want %q %v", c.name, got, ok, c.want, c.ok)
		}
		if !c.ok {
			continue
		}
		if got, ok := c.charset.AppendEncoded([]byte("before"), []byte(c.want)); !ok || string(got) != "before"+c.body {
			t.Errorf("%s: back comes %q %v", c.name, got, ok)
		}
	}
}

func TestAppendEncodedSaysWhatItCannot(t *testing.T) {
	for c, text := range map[charset.Charset]string{
		charset.ASCII: "é", charset.Latin1: "€", charset.Windows1252: "\u0080", charset.Unknown: "a",
	} {
		if got, ok := c.AppendEncoded(nil, []byte(text)); ok {
			t.Errorf("%d: %q", c, got)
		}
	}
}

func TestMixed(t *testing.T) {
	for _, c := range []struct {
		name    string
		charset charset.Charset
		body    string
		want    string
	}{
		{"UTF-8 stays", charset.Latin1, "aé€😀", "aé€😀"},
		{"the rest is taken for what the label says", charset.Latin1, "\xe9a\xe9\xe9\xff\x80", "éaééÿ\u0080"},
		{"also at what begins like UTF-8", charset.Windows1252, "\xe2\x82a\xf0\x9f\x98b\xe9é\xc3\xc3\xa9", "â‚að\u0178˜béé\u00c3é"},
		{"and at what is none for its value", charset.Latin1, "\xed\xa0\x80\xe0\x80", "í\u00a0\u0080à\u0080"},
	} {
		for _, chunk := range []int{1, 2, 100} {
			d := charset.Decoder{Charset: c.charset, Mixed: true}
			var got []byte
			for body := []byte(c.body + "."); len(body) > 0; {
				n := min(chunk, len(body))
				out, rest, ok := d.Decode(make([]byte, 0, 64), body[:n])
				if !ok || len(rest) > 0 {
					t.Fatalf("%s: %q %v", c.name, rest, ok)
				}
				got, body = append(got, out...), body[n:]
			}
			if string(got) != c.want+"." {
				t.Errorf("%s in chunks of %d: %q, want %q", c.name, chunk, got, c.want)
			}
		}
	}
}

func TestDecodeStopsWhereThereIsNoRoom(t *testing.T) {
	d := charset.Decoder{Charset: charset.Windows1252}
	out, rest, ok := d.Decode(make([]byte, 0, 20), bytes.Repeat([]byte{0x80}, 100))
	if !ok || len(out) == 0 || len(out) > 20 || 3*(100-len(rest)) != len(out) {
		t.Errorf("%q, %d left, %v", out, len(rest), ok)
	}
}

func FuzzAppend(f *testing.F) {
	f.Add([]byte("a\x80\xe9"), uint8(charset.Latin1))
	f.Add([]byte("\x00a\xd8\x3d\xde\x00"), uint8(charset.UTF16BE))
	f.Fuzz(func(t *testing.T, body []byte, n uint8) {
		c := charset.Charset(n) % (charset.UTF16LE + 1)
		text, ok := c.Append(nil, body)
		if !ok {
			return
		}
		if !utf8.Valid(text) {
			t.Fatalf("%d: %q gives %q", c, body, text)
		}
		if c == charset.UTF16LE {
			var units []uint16
			for i := 0; i < len(body); i += 2 {
				units = append(units, uint16(body[i])|uint16(body[i+1])<<8)
			}
			if want := string(utf16.Decode(units)); string(text) != want {
				t.Fatalf("%q gives %q, want %q", body, text, want)
			}
		}
		if back, ok := c.AppendEncoded(nil, text); !ok || !bytes.Equal(back, body) {
			t.Fatalf("%d: %q gives %q, back %q %v", c, body, text, back, ok)
		}
	})
}
