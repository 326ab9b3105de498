package suspects

import (
	"regexp"
	"strconv"
	"strings"
)

// isPage reports whether a text that begins with < is HTML.
func isPage(text string) bool {
	begin := strings.ToLower(text[:min(len(text), 512)])
	for _, tag := range [...]string{"<!doctype html", "<html", "<head", "<body", "<title", "<h1", "<h2", "<br", "<b>", "<p>", "<pre", "<div", "<center", "<font", "<table"} {
		if strings.HasPrefix(begin, tag) {
			return true
		}
	}
	return strings.HasPrefix(begin, "<!--") && strings.Contains(begin, "<html")
}

// phrase is what titles of error pages say, and the status that it means.
type phrase struct {
	words  string
	status int
}

var phrases = [...]phrase{
	{"not found", 404},
	{"page cannot be found", 404},
	{"forbidden", 403},
	{"access denied", 403},
	{"permission denied", 403},
	{"unauthorized", 401},
	{"authorization required", 401},
	{"bad request", 400},
	{"method not allowed", 405},
	{"internal server error", 500},
	{"server error", 500},
	{"application error", 500},
	{"runtime error", 500},
	{"fatal error", 500},
	{"error report", 500},
	{"error page", 500},
	{"exception", 500},
	{"bad gateway", 503},
	{"gateway timeout", 503},
	{"gateway time-out", 503},
	{"service unavailable", 503},
	{"temporarily unavailable", 503},
	{"too many requests", 503},
	{"under maintenance", 503},
	{"an error occurred", 500},
	{"an error has occurred", 500},
	{"error occurred", 500},
}

// title has what a page says first of itself.
var title = regexp.MustCompile(`(?is)<(title|h1|h2)[^>]*>\s*([^<]*)`)

// numbered begins with the status of an error.
var numbered = regexp.MustCompile(`^(?:(?i)(?:http |status |error )+)?([45][0-9][0-9])(?:[^0-9.,]|$)`)

// inPage looks at the titles of a page.
func inPage(status int, text string) (Finding, bool) {
	for _, part := range title.FindAllStringSubmatch(text, 3) {
		tag, says := strings.ToLower(part[1]), strings.TrimSpace(part[2])
		if len(says) > 80 {
			continue
		}
		if m := numbered.FindStringSubmatch(says); m != nil {
			to, _ := strconv.Atoi(m[1])
			return page(status, to, tag, m[1])
		}
		lower := strings.ToLower(says)
		for _, p := range phrases {
			if strings.HasPrefix(lower, p.words) || strings.HasSuffix(strings.TrimRight(lower, ".!"), p.words) {
				return page(status, p.status, tag, p.words)
			}
		}
		if lower == "error" || lower == "oops!" || lower == "error!" {
			return page(status, 500, tag, strings.TrimSuffix(lower, "!"))
		}
	}
	return crashed(status, text)
}

// crashed finds what programs say when they fail, near the begin of a text, but not
// where it is quoted.
func crashed(status int, text string) (Finding, bool) {
	at := crash.FindStringIndex(text[:min(len(text), 400)])
	if at == nil || quoted.MatchString(text[:at[0]]) {
		return Finding{}, false
	}
	return Finding{Trace, "trace: " + strings.ToLower(text[at[0]:at[1]]), rule(status, 500, "body_regexp `"+crash.String()+"`")}, true
}

// quoted are tags within which a page shows what others say.
var quoted = regexp.MustCompile(`(?i)<(textarea|code|script|input|a |li|h[1-6])`)

func page(status, to int, tag, words string) (Finding, bool) {
	condition := "body_regexp `(?is)<" + tag + "[^>]*>[^<]*" + words + "`"
	return Finding{Page, "page: " + words, rule(status, shown(to), condition)}, true
}

// shown is the documented neighbour of a status.
func shown(status int) int {
	switch {
	case status == 502, status == 503, status == 504, status == 429:
		return 503
	case status == 401, status == 403, status == 404, status == 405, status == 406, status == 415, status == 500:
		return status
	case status == 410:
		return 404
	case status < 500:
		return 400
	}
	return 500
}

// crash is what programs say when they fail.
var crash = regexp.MustCompile(`(?i)(fatal error|parse error|uncaught exception|uncaught error|unhandled exception|stack trace|traceback \(most recent call last\)|sqlstate\[|ora-[0-9]{5}|segmentation fault|syntax error, unexpected)`)

// failed is how plain texts begin that say that something went wrong.
var failed = regexp.MustCompile(`(?i)^(error|failure|failed|fault|exception|err|internal server error|not found|forbidden|unauthorized|access denied|bad request|service unavailable|permission denied)(\b|_)`)

// inText looks at the begin of a plain text.
func inText(status int, text string, whole bool) (Finding, bool) {
	if f, ok := crashed(status, text); ok {
		return f, true
	}
	m := failed.FindString(text)
	if m == "" || !whole || strings.Count(strings.TrimSpace(text), "\n") > 3 || strings.Contains(text, ",error") {
		return Finding{}, false
	}
	m = strings.TrimSuffix(m, "_")
	to := shownWord(strings.ToLower(m))
	return Finding{Trace, "text: " + strings.ToLower(m), rule(status, to, "body_regexp `^\\s*"+m+"`")}, true
}

// shownWord is the status of a phrase, 500 for one that tells none.
func shownWord(words string) int {
	for _, p := range phrases {
		if p.words == words {
			return p.status
		}
	}
	return 500
}
