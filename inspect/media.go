package inspect

import "strings"

// Media is what a body is labelled as, as far as tests care.
type Media uint8

// The kinds of media.
const (
	MediaOther      Media = iota // a label that says none of the below
	MediaUnlabelled              // no Content-Type
	MediaJSON                    // application/json, text/json, +json (RFC 6839 section 3.1) and kin
	MediaXML                     // application/xml, text/xml, +xml (RFC 7303 section 8)
	MediaHTML                    // text/html, application/xhtml+xml
	MediaText                    // text/plain
	MediaScript                  // text/javascript and kin: a script, or JSON from before it had a label
	MediaStream                  // endless or framed records, never inspected
)

// MediaOf reads the label of a body. Parameters don't matter, nor does case.
func MediaOf(contentType string) Media {
	essence, _, _ := strings.Cut(contentType, ";")
	essence = strings.ToLower(strings.Trim(essence, " \t"))
	if essence == "" {
		return MediaUnlabelled
	}
	if media, ok := labels[essence]; ok {
		return media
	}
	switch {
	case strings.HasPrefix(essence, "application/grpc"): // +proto, +json, -web, -web-text
		return MediaStream
	case strings.HasSuffix(essence, "+json-seq"): // RFC 8091
		return MediaStream
	case strings.HasSuffix(essence, "+json"):
		return MediaJSON
	case strings.HasSuffix(essence, "+xml"), strings.HasSuffix(essence, "_xml"): // application/vnd.ogc.se_xml and kin
		return MediaXML
	}
	return MediaOther
}

var labels = map[string]Media{
	"application/json":             MediaJSON,
	"application/json-rpc":         MediaJSON,
	"application/jsonrequest":      MediaJSON,
	"application/x-json":           MediaJSON,
	"application/graphql-response": MediaJSON,
	"application/x-amz-json-1.0":   MediaJSON,
	"application/x-amz-json-1.1":   MediaJSON,
	"text/json":                    MediaJSON,
	"text/x-json":                  MediaJSON,
	"application/xml":              MediaXML,
	"application/soap":             MediaXML,
	"application/x-xml":            MediaXML,
	"text/xml":                     MediaXML,
	"text/x-xml":                   MediaXML,
	"text/html":                    MediaHTML,
	"application/xhtml+xml":        MediaHTML,
	"text/plain":                   MediaText,
	"text/javascript":              MediaScript, // RFC 9239
	"text/x-javascript":            MediaScript,
	"text/ecmascript":              MediaScript,
	"application/javascript":       MediaScript,
	"application/x-javascript":     MediaScript,
	"application/ecmascript":       MediaScript,
	"text/event-stream":            MediaStream, // HTML Living Standard, server-sent events
	"application/x-ndjson":         MediaStream,
	"application/ndjson":           MediaStream,
	"application/json-seq":         MediaStream, // RFC 7464
	"application/geo+json-seq":     MediaStream, // RFC 8142
	"application/jsonl":            MediaStream,
	"application/x-jsonl":          MediaStream,
	"application/jsonlines":        MediaStream,
	"application/x-jsonlines":      MediaStream,
	"application/json-lines":       MediaStream,
	"text/jsonl":                   MediaStream,
	"application/stream+json":      MediaStream,
	"application/x-json-stream":    MediaStream,
	"multipart/x-mixed-replace":    MediaStream,
	"multipart/mixed":              MediaStream, // incremental GraphQL, batches: many bodies in one
}

// CharsetOf gives the charset parameter of a Content-Type, "" where it has none. It is found among parameters that are
// broken, too: servers send "; utf-8" and "charset=;".
func CharsetOf(contentType string) string {
	_, params, more := strings.Cut(contentType, ";")
	for more {
		var param string
		param, params, more = strings.Cut(params, ";")
		name, value, _ := strings.Cut(param, "=")
		if strings.EqualFold(strings.Trim(name, " \t"), "charset") {
			return strings.Trim(value, "\"' \t")
		}
	}
	return ""
}

// PageType gives the media type for which to ask the client's Accept whether it takes an HTML page that came under
// contentType: that type itself where it is one of HTML's, for XHTML may be taken where text/html is not; else
// text/html. It is "" where no Accept makes a page welcome: JSON was promised, and what begins like HTML is none.
func PageType(contentType string) string {
	switch MediaOf(contentType) {
	case MediaHTML:
		essence, _, _ := strings.Cut(contentType, ";")
		return strings.Trim(essence, " \t")
	case MediaJSON:
		return ""
	default:
		return "text/html"
	}
}
