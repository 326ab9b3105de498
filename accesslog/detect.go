package accesslog

import (
	"bytes"
	"slices"
)

// detectLines is how many lines are looked at to find a format.
const detectLines = 64

// candidates are the layouts that Detect tries. Of those that read as many lines,
// the first is taken.
var candidates = []Layout{
	{format: Caddy, shape: shapeJSON, keys: caddyKeys},
	{format: Traefik, shape: shapeJSON, keys: traefikKeys},
	{format: Envoy, shape: shapeJSON, keys: envoyKeys},
	{format: NginxJSON, shape: shapeJSON, keys: nginxKeys},
	{format: ALB, shape: shapeALB},
	{format: HAProxy, shape: shapeHAProxy},
	{format: Envoy, shape: shapeEnvoy},
	{format: CloudFront, shape: shapeW3C},
	{format: Combined, shape: shapeCLF},
}

// Detect finds the layout of a log by its first lines, ends of lines included: the
// one that reads most of them. It is false where none reads any.
func Detect(head []byte) (Layout, bool) { return detect(head, Auto, nil) }

// NewLayout is the layout of a log whose format is known. Its first lines, ends of
// lines included, tell the rest: what is around the lines, text or JSON where a
// format has both. keys is for JSON only. Where no line can be read, ok is false,
// and the layout one that tells why.
func NewLayout(format Format, keys Keys, head []byte) (layout Layout, ok bool, err error) {
	var tree *jsonKey
	if format == JSON {
		if tree, err = keys.tree(); err != nil {
			return layout, false, err
		}
	}
	layout, ok = detect(head, format, tree)
	return layout, ok, nil
}

func detect(head []byte, want Format, tree *jsonKey) (best Layout, ok bool) {
	lines := headLines(head)
	most := 0
	// Who passed a line on shows for sure, so that comes first.
	for _, around := range []envelope{docker, cri, syslog, bare} {
		for _, candidate := range append(slices.Clip(candidates), Layout{format: JSON, shape: shapeJSON, keys: tree}) {
			if !wanted(candidate, want, tree) {
				continue
			}
			candidate.envelope = around
			n := countRead(candidate, lines)
			if n > most || most == 0 && want != Auto && best.shape == shapeNone && around == bare {
				best, most = candidate, n
			}
		}
	}
	switch {
	case want != Auto:
		best.format = want
	case most > 0:
		best.format = kind(best, lines)
	}
	return best, most > 0
}

// wanted reports whether a candidate reads the format that was asked for.
func wanted(candidate Layout, want Format, tree *jsonKey) bool {
	if candidate.format == JSON {
		return tree != nil
	}
	switch want {
	case Auto:
		return true
	case Common:
		return candidate.format == Combined
	case Traefik:
		return candidate.format == Traefik || candidate.format == Combined
	case IIS:
		return candidate.format == CloudFront
	default:
		return candidate.format == want
	}
}

// headLines cuts the first lines, without one that has no end unless it is alone.
func headLines(head []byte) [][]byte {
	var lines [][]byte
	for len(head) > 0 && len(lines) < detectLines {
		line, rest, ended := bytes.Cut(head, []byte{'\n'})
		if ended || len(lines) == 0 {
			lines = append(lines, line)
		}
		head = rest
	}
	return lines
}

// countRead counts the lines that a layout reads.
func countRead(layout Layout, lines [][]byte) (n int) {
	p := NewParser(layout)
	var e Entry
	for _, line := range lines {
		if p.Parse(line, &e) == nil {
			n++
		}
	}
	if n == 0 && layout.shape == shapeW3C && len(p.columns) > 0 {
		return 1 // a log that has its head, and no request yet
	}
	return n
}

// kind names the format of lines that a layout reads, where that is the layout of
// several.
func kind(layout Layout, lines [][]byte) Format {
	p := NewParser(layout)
	var e Entry
	for _, line := range lines {
		err := p.Parse(line, &e)
		switch {
		case layout.shape == shapeW3C:
			if p.edge || bytes.IndexByte(line, '\t') >= 0 {
				return CloudFront
			}
		case err != nil:
		case layout.shape == shapeCLF:
			inner, _ := p.unwrap(bytes.TrimSuffix(line, []byte{'\r'}))
			return clfKind(inner)
		}
	}
	if layout.shape == shapeW3C {
		return IIS
	}
	return layout.format
}
