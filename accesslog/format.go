package accesslog

import (
	"fmt"
	"strings"
)

// Format is a way in which a server writes a request into one line.
type Format uint8

// The formats, by the names that ParseFormat takes.
const (
	// Auto finds the format of each file by its first lines.
	Auto Format = iota
	// Caddy is Caddy's JSON.
	Caddy
	// Combined is the combined log format of Apache and nginx, with or without a
	// virtual host in front and further fields at the end.
	Combined
	// Common is the Common Log Format, likewise.
	Common
	// NginxJSON is JSON with nginx's variables, or what people call them.
	NginxJSON
	// Traefik is Traefik's CLF or JSON.
	Traefik
	// HAProxy is the HTTP or HTTPS log of HAProxy.
	HAProxy
	// Envoy is Envoy's default text or JSON, and Istio's text.
	Envoy
	// IIS is the W3C extended format, by its #Fields.
	IIS
	// ALB is the log of AWS's application and classic load balancers.
	ALB
	// CloudFront is the standard log of Amazon CloudFront.
	CloudFront
	// JSON is JSON with keys of one's own, see [Keys].
	JSON

	formatCount
)

var formatNames = [formatCount]string{
	Auto: "auto", Caddy: "caddy", Combined: "combined", Common: "common", NginxJSON: "nginx_json", Traefik: "traefik",
	HAProxy: "haproxy", Envoy: "envoy", IIS: "iis", ALB: "alb", CloudFront: "cloudfront", JSON: "json",
}

// String is the format's name.
func (f Format) String() string {
	if f < formatCount {
		return formatNames[f]
	}
	return fmt.Sprintf("format(%d)", uint8(f))
}

// Formats lists the names that ParseFormat takes.
func Formats() []string {
	return append([]string(nil), formatNames[:]...)
}

// ParseFormat reads a format by its name; "" is Auto.
func ParseFormat(name string) (Format, error) {
	if name == "" {
		return Auto, nil
	}
	for f, known := range formatNames {
		if name == known {
			return Format(f), nil //nolint:gosec // an index of formatNames
		}
	}
	return Auto, fmt.Errorf("format %q: want one of %s", name, strings.Join(formatNames[:], ", "))
}

// shape is how the text of a line is taken apart.
type shape uint8

const (
	shapeNone shape = iota
	shapeCLF
	shapeJSON
	shapeHAProxy
	shapeEnvoy
	shapeW3C
	shapeALB
)

// envelope is what stands around a line: who passed it on, and when.
type envelope uint8

const (
	bare   envelope = iota
	syslog          // RFC 3164, RFC 5424, or rsyslog's ISO 8601
	cri             // Kubernetes: time, stream, F or P
	docker          // json-file: {"log":"…","stream":"stdout","time":"…"}
)

var envelopeNames = [...]string{bare: "", syslog: "syslog", cri: "a container's log (CRI)", docker: "a container's log (JSON)"}

// Layout is what there is to know about the lines of a file before they are read.
// Its zero value reads nothing. Get one from [Detect] or [NewLayout].
type Layout struct {
	format   Format
	shape    shape
	envelope envelope
	keys     *jsonKey // of shapeJSON
	fields   []byte   // of shapeW3C: the #Fields line in force
}

// Format is the layout's format.
func (l *Layout) Format() Format { return l.format }

// String names the format and what is around it: "haproxy in syslog".
func (l *Layout) String() string {
	if l.envelope == bare {
		return l.format.String()
	}
	return l.format.String() + " in " + envelopeNames[l.envelope]
}
