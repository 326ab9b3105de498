package suspects

import (
	"slices"
	"strconv"
	"strings"

	"github.com/statusgate/statusgate/shapes"
)

// Names of members and elements, in lower case and without _ and -.
var (
	// flags say that all is well, or with false that it is not.
	flags = []string{"success", "ok", "succeeded", "issuccess", "issuccessful", "successful", "issuccessfull", "wassuccessful"}
	// alarms say with true that something went wrong.
	alarms = []string{"error", "haserror", "haserrors", "iserror", "iserrored", "failed", "fail", "erroroccurred", "iserroroccured"}
	// states are words for how it went.
	states = []string{"status", "stat", "state", "result", "ack", "outcome", "responsestatus", "resultstatus", "type", "statustext", "success"}
	// numbers are numbers for how it went, 0 or a status of success where all is well.
	numbers = []string{
		"status", "code", "statuscode", "httpstatus", "httpstatuscode", "httpcode", "responsecode", "returncode", "retcode", "ret", "resultcode", "rc",
		"rspcode", "bizcode", "rtncode", "result",
	}
	// errorNumbers are 0 where all is well.
	errorNumbers = []string{"errcode", "errorcode", "errno", "errornum", "errornumber", "errorid", "errid", "errorno", "erno"}
	// errors have what went wrong in them.
	errors = []string{
		"error", "errors", "err", "fault", "exception", "errormessage", "errormsg", "errmsg", "errordescription", "errordetail", "errordetails",
		"errortext", "errorinfo", "errorlist", "errormessages", "faultstring", "faultcode", "exceptionmessage", "exceptiontype", "errorresponse",
		"errorcode", "errcode", "validationerrors", "fielderrors", "serviceexception", "failure", "errorsummary", "errorstring",
	}
	// codes are what an error is called, within it.
	codes = []string{"code", "type", "status", "errorcode", "reason", "name", "id", "key", "error", "kind", "classname", "errortype"}
	// reasons say why, in words.
	reasons = []string{
		"message", "msg", "error", "errors", "errormessage", "errmsg", "errormsg", "detail", "details", "description", "reason", "info", "desc",
		"errordescription", "title", "statusmessage", "statustext", "resultmsg", "retmsg", "returnmessage", "text", "resultmessage", "submsg", "faultstring",
	}
	// contents are what a success brings.
	contents = []string{
		"data", "result", "results", "items", "records", "rows", "value", "values", "payload", "content", "list", "hits", "entries", "response", "body",
		"id", "feed", "query", "objects", "docs", "documents", "collection",
	}
	// wrappers may have all of this in them.
	wrappers = []string{"response", "meta", "header", "head", "result", "status", "d", "responseheader", "base", "baseresp", "responsestatus", "output"}
)

// besides are objects and lists that errors have, too.
var besides = []string{
	"request", "params", "parameters", "extensions", "links", "debug", "trace", "help", "context", "innererror", "messages", "warnings", "exception", "requestid", "stack",
	"stacktrace", "args", "arguments", "fields",
}

// well are words of states with which what looks like an error is none.
var well = []string{"ok", "success", "succeeded", "warning", "partialsuccess", "successwithwarning", "completed", "pass"}

// bad are words that say that it went wrong.
var bad = []string{
	"error", "errors", "fail", "failed", "failure", "fault", "ko", "nok", "notok", "exception", "denied", "invalid", "unauthorized", "forbidden",
	"notfound", "err", "unsuccessful", "failurewithwarning", "false", "badrequest", "aborted", "requestdenied", "invalidrequest", "overquerylimit", "unknownerror",
}

// ended are those of them that also say how something else went, such as a job, which
// then has its own details. With one of the members in says, they are about the answer.
var (
	ended = []string{"failed", "failure", "aborted", "invalid", "denied"}
	says  = []string{"message", "msg", "error", "errors", "errormessage", "errmsg", "errormsg", "errordescription", "reason", "code"}
)

// fine are words that say that all is well.
var fine = []string{"ok", "success", "successful", "succeeded", "none", "no", "noerror", "null", "na", "n/a", "false", "0", "00", "000", "0000", "", "good", "complete", "completed"}

// plain is a name as the lists have it.
func plain(name string) string {
	return strings.ToLower(strings.NewReplacer("_", "", "-", "", " ", "").Replace(name))
}

func isOne(list []string, name string) bool { return slices.Contains(list, plain(name)) }

// maxWord is the length in bytes of the longest word that is kept.
const maxWord = 40

// word gives a value that may be kept: a single word that tells nothing of people.
func word(value string) (string, bool) {
	if value == "" || len(value) > maxWord {
		return "", false
	}
	for _, c := range []byte(value) {
		if isLetter := c|0x20 >= 'a' && c|0x20 <= 'z'; !isLetter && strings.IndexByte("0123456789_.:/-", c) < 0 {
			return "", false
		}
	}
	return value, true
}

// personal reports whether a member may be about a person, so that its value is
// not kept.
func personal(name string) bool {
	name = plain(name)
	for _, part := range [...]string{"name", "mail", "token", "user", "phone", "address", "password", "secret", "session", "account", "key", "auth"} {
		if strings.Contains(name, part) && name != "classname" {
			return true
		}
	}
	return false
}

// statusOf is what a code tells: its own number where that is one, else what the
// words in it say, 500 where they say nothing.
func statusOf(code string) int {
	if n, err := strconv.Atoi(code); err == nil && n >= 400 && n <= 599 {
		return 0 // auto takes it
	}
	if status := shapes.StatusOfWord(code); status > 0 {
		return status
	}
	return 500
}
