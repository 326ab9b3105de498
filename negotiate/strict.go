package negotiate

// Option is something that a template says of itself, see Resources.Add.
type Option uint8

// EncodedSlashes lets the variables of a template take %2F where the matching is
// strict: a client that follows a description of the API writes a slash within a
// value so. What the slash cuts off must not be "." or "..".
const EncodedSlashes Option = 1 << iota

// strictly is what a template takes where the matching is strict.
type strictly struct {
	literal uint64 // bit i: the text of segment i stands in the template
	slashes bool
}

func strictlyFor(template []segment, options []Option) (s strictly) {
	for i := range template {
		if template[i].kind == spanSegment {
			break // what follows has no fixed place in a path
		}
		if template[i].kind == literalSegment {
			s.literal |= 1 << i // at most maxSegments
		}
	}
	for _, option := range options {
		s.slashes = s.slashes || option&EncodedSlashes != 0
	}
	return s
}

// take reports whether path, which the template matches and is suspect, has nothing in its
// variables that the gate and the backend may understand differently.
func (s strictly) take(path string) bool {
	var found suspects
	found.read(path)
	return !found.dots && found.others&^s.literal == 0 && (s.slashes || found.slashes&^s.literal == 0)
}

// isSuspect is quick, and may be wrong only about what is harmless.
func isSuspect(path string) bool {
	for i := 0; i < len(path); i++ {
		switch path[i] {
		case '%', '\\', ';':
			return true
		case '.':
			if path[i-1] == '/' { // a path begins with one
				return true
			}
		}
	}
	return false
}

// suspects says which segments of a path hold what a backend may resolve in a way
// of its own; bit i is segment i, and the last bit is all from there on.
type suspects struct {
	slashes uint64 // %2F
	others  uint64 // a backslash, or parameters behind ";" (RFC 3986 §3.3), encoded or not
	dots    bool   // "." or "..", on its own or cut off by an encoded slash or a backslash
}

// read goes through an escaped path that begins with "/" as segments.split does,
// but that it takes a dot segment as it stands.
func (s *suspects) read(path string) {
	n := 0
	for path != "" {
		path = path[1:]
		end := 0
		for end < len(path) && path[end] != '/' {
			end++
		}
		if end > 0 {
			s.readSegment(path[:end], min(n, maxSegments-1))
			n++
		}
		path = path[end:]
	}
}

func (s *suspects) readSegment(raw string, n int) {
	dots, length := 0, 0 // of the piece between two slashes of any kind
	for i := 0; i < len(raw); i++ {
		c := raw[i]
		if c == '%' && isEscape(raw[i:]) {
			c = unhex(raw[i+1])<<4 | unhex(raw[i+2])
			i += 2
		}
		length++
		switch c {
		case '.':
			dots++
		case '/', '\\':
			if c == '/' {
				s.slashes |= 1 << n
			} else {
				s.others |= 1 << n
			}
			s.dots = s.dots || isDots(dots, length-1)
			dots, length = 0, 0
		case ';':
			s.others |= 1 << n
		}
	}
	s.dots = s.dots || isDots(dots, length)
}

// isDots reports whether a piece is "." or "..".
func isDots(dots, length int) bool { return dots == length && (length == 1 || length == 2) }
