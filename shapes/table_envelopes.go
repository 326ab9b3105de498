package shapes

import (
	"slices"
	"strings"

	"github.com/statusgate/statusgate/inspect"
)

// envelopes are what nobody owns and many have: each is told by its members, all
// of them, and by what stands in them. They come behind those that are told by
// more.
var envelopes = []Row{
	{
		Name: "cloudflare", Tier: Common,
		Sender:  "Cloudflare API, and others with success, errors and result",
		Source:  "developers.cloudflare.com, API, make API calls, response; cloudflare/api-schemas",
		Example: `{"success":false,"errors":[{"code":9109,"message":"Invalid access token"}],"messages":[],"result":null}`, ContentType: "application/json",
		Status:  401,
		Alike:   `{"success":true,"errors":[],"messages":[{"code":10000,"message":"x"}],"result":{"id":"1"}}`,
		Differs: "success is true",
		Clients: sdkClients,
		Shape: inspect.Shape{Name: "cloudflare", JSON: []form{otherwise(object(
			must("success", isFalse), must("errors", list(open(may("code", tells(scalar, cloudflareCodes)), must("message", tells(text, sentences))))),
			may("messages", array), may("result", or(empty, inspect.KindNull)), may("result_info", anything),
		), 400)}},
	},
	{
		Name: "jsend", Tier: Common,
		Sender:  "servers of JSend",
		Source:  "omniti-labs/jsend, README",
		Example: `{"status":"fail","data":{"title":"A title is required"}}`, ContentType: "application/json",
		Status:  400,
		Alike:   `{"status":"fail","data":{"runs":[{"id":1}]}}`,
		Differs: "data has more than reasons in it: it is a state of something",
		Clients: "clients of JSend branch on status in the body, at any status of HTTP",
		Shape: inspect.Shape{Name: "jsend", JSON: []form{
			otherwise(object(must("status", one("fail")), must("data", form{Kinds: inspect.KindObject, Items: true, Members: []member{must("*", filled)}})), 400),
			otherwise(object(must("status", one("fail")), must("message", tells(filled, sentences)), may("data", or(empty, inspect.KindNull)), may("code", tells(scalar, byStatus))), 400),
			object(must("status", one("error")), must("message", tells(filled, sentences)), may("code", tells(scalar, byStatusWords)), may("data", anything)),
		}},
	},
	{
		Name: "success-false", Tier: Common,
		Sender:  "servers that say success: false, and why",
		Source:  "many services; the acceptance cases of Laravel and Express have it",
		Example: `{"success":false,"message":"Invalid credentials"}`, ContentType: "application/json",
		Status:  401,
		Alike:   `{"success":false,"score":0.1,"action":"login"}`,
		Differs: "it has a score: the answer of a check that was made",
		Clients: sdkClients,
		Shape: inspect.Shape{Name: "success-false", JSON: reasons(must("success", isFalse),
			may("code", tells(scalar, byStatusWords)), may("status", tells(scalar, byStatusWords)), may("statusCode", tells(scalar, byStatus)), may("data", or(empty, inspect.KindNull|inspect.KindArray)), may("result", or(empty, inspect.KindNull)),
			may("timestamp", scalar), may("path", scalar), may("requestId", scalar), may("request_id", scalar), may("traceId", scalar), may("details", anything), may("name", scalar), may("type", scalar),
			may("errorCode", tells(scalar, byStatusWords)), may("error_code", tells(scalar, byStatusWords)), may("stack", anything), may("meta", anything),
		)},
	},
	{
		Name: "status-error", Tier: Common,
		Sender:  "servers that say status: error, and why",
		Source:  "JSend's status with members of their own: Ghost, Discourse plugins, Piwik plugins",
		Example: `{"status":"error","msg":"Invalid token"}`, ContentType: "application/json",
		Status:  401,
		Alike:   `{"status":"error","error":"Internal error processing vulnerabilities"}`,
		Differs: "it has no message and no code: it is the state of a job, as GitHub has it",
		Clients: sdkClients,
		Shape: inspect.Shape{Name: "status-error", JSON: saysWhy(must("status", one("error", "ERROR", "Error")),
			may("code", tells(scalar, byStatusWords)), may("statusCode", tells(scalar, byStatus)), may("data", or(empty, inspect.KindNull|inspect.KindArray)), may("result", nothing), may("timestamp", scalar), may("path", scalar),
			may("requestId", scalar), may("request_id", scalar), may("errorCode", tells(scalar, byStatusWords)), may("error_code", tells(scalar, byStatusWords)), may("type", scalar), may("details", anything),
			may("correlationId", scalar), may("category", tells(scalar, common)), may("links", anything), may("context", anything), may("subCategory", scalar),
		)},
	},
	{
		Name: "status-message", Tier: Common,
		Sender:  "servers that have HTTP's status in a member, and why: Micronaut, Quarkus, Tyk, Grafana, IBM",
		Source:  "micronaut-core JsonError; cloud.ibm.com, API handbook, errors; tyk.io, error templates",
		Example: `{"code":404,"message":"Route not found"}`, ContentType: "application/json",
		Status:  404,
		Alike:   `{"code":200,"message":"ok"}`,
		Differs: "the status is none of an error",
		Clients: sdkClients,
		Shape:   inspect.Shape{Name: "status-message", JSON: withStatus()},
	},
	{
		Name: "error-text", Tier: Common,
		Sender:  "servers that say error, and nothing else: GitLab, Express services, Go services",
		Source:  "docs.gitlab.com, REST API, status codes; ran: InfluxDB 1.6.7",
		Example: `{"error":"database not found: nope"}`, ContentType: "application/json",
		Status:  404,
		Alike:   `{"error":null,"data":{"id":7}}`,
		Differs: "error is null",
		Clients: sdkClients,
		Shape: inspect.Shape{Name: "error-text", JSON: []form{
			object(must("error", tells(filled, textCodes)), may("message", tells(text, sentences)), may("details", anything), may("error_description", text), may("code", tells(scalar, byStatusWords)), may("status", tells(scalar, byStatus)), may("timestamp", scalar), may("path", scalar), may("request_id", scalar), may("requestId", scalar), may("reason", text), may("errorDescription", text), may("success", isFalse), may("data", nothing), may("errorCode", tells(scalar, byStatusWords)), may("error_code", tells(scalar, byStatusWords)), may("detail", text), may("traceId", scalar), may("stack", anything), may("type", scalar), may("hint", scalar)),
			object(must("Error", tells(filled, textCodes)), may("Message", text), may("Code", tells(scalar, byStatusWords)), may("ErrorCode", tells(scalar, byStatusWords))),
			object(must("error_message", tells(filled, textCodes)), may("error_code", tells(scalar, byStatusWords)), may("error", anything), may("code", tells(scalar, byStatusWords))),
			object(must("errorMessage", tells(filled, textCodes)), must("errorCode", tells(scalar, byStatusWords)), may("details", anything)),
			object(must("errorMessage", tells(filled, textCodes)), must("errorType", text), may("requestId", text), may("trace", array), may("stackTrace", array)),
			object(must("ErrorCode", tells(scalar, byStatusWords)), must("ErrorMessage", tells(filled, textCodes)), may("Success", isFalse), may("Data", nothing)),
			object(must("error", object(must("message", tells(filled, sentences)), may("code", tells(scalar, byStatusWords)), may("status", tells(scalar, byStatus)), may("name", scalar), may("details", anything), may("type", scalar), may("stack", anything), may("statusCode", tells(scalar, byStatus)), may("errors", anything), may("reason", scalar), may("field", scalar)))),
		}},
	},
	{
		Name: "error-list", Tier: Common,
		Sender:  "servers that list errors with codes: SendGrid, Xero, New Relic",
		Source:  "docs.sendgrid.com, API reference, errors; developer.xero.com, response codes",
		Example: `{"errors":[{"code":"unauthorized","message":"The provided authorization grant is invalid, expired, or revoked"}]}`, ContentType: "application/json",
		Status:  401,
		Alike:   `{"errors":[{"line":3,"column":1,"kind":"Invalid pattern","message":"Invalid pattern on line 3","path":".github/CODEOWNERS"}]}`,
		Differs: "the list is of findings in a file, with lines and columns",
		Clients: sdkClients,
		Shape: inspect.Shape{Name: "error-list", JSON: []form{
			otherwise(object(must("errors", list(listed(must("code", tells(scalar, byStatusWords)), must("message", tells(filled, sentences))))), may("success", isFalse), may("request_id", scalar), may("requestId", scalar), may("status", tells(scalar, byStatus)), may("message", text)), 400),
			otherwise(object(must("errors", list(listed(must("field", or(text, inspect.KindNull)), must("message", tells(filled, sentences))))), may("id", nothing), may("success", isFalse)), 400),
			otherwise(object(must("errors", form{Kinds: inspect.KindObject, Items: true, Members: []member{laravelField}}), may("title", text), may("status", status()), may("type", text), may("traceId", text)), 400),
			otherwise(object(must("errors", list(listed(must("errorCode", tells(scalar, byStatusWords)), must("message", tells(filled, sentences)))))), 400),
		}},
	},
	{
		Name: "coded-message", Tier: Common,
		Sender:  "servers with a code word of a closed list, and a message: Zoho, Square, Hetzner, DigitalOcean",
		Source:  "docs.hetzner.cloud, errors; zoho.com/crm/developer/docs/api, status codes",
		Example: `{"code":"INVALID_TOKEN","details":{},"message":"invalid oauth token","status":"error"}`, ContentType: "application/json",
		Status:  401,
		Alike:   `{"code":"DE","message":"Deutschland","status":"active"}`,
		Differs: "the code is no word for a fault",
		Clients: sdkClients,
		Shape: inspect.Shape{Name: "coded-message", JSON: []form{
			object(must("code", faultWord), must("message", text), may("details", anything), may("status", one("error", "ERROR", "Error")), may("requestId", scalar), may("request_id", scalar), may("errors", array), may("target", scalar), may("field", scalar), may("timestamp", scalar), may("description", scalar), may("traceId", scalar), may("type", scalar), may("path", scalar)),
			object(must("errorCode", faultWord), must("message", text), may("details", anything), may("errorId", scalar), may("errorType", scalar), may("timestamp", scalar), may("errorSummary", text), may("httpStatus", status())),
			object(must("errorCode", fitting("E000*")), must("errorSummary", tells(text, sentences)), may("errorLink", text), may("errorId", text), may("errorCauses", array)),
			object(must("error_code", faultWord), must("message", text), may("details", anything), may("request_id", scalar)),
			object(must("error", object(must("code", faultWord), may("details", anything)))),
			object(must("id", faultWord), must("message", filled), may("request_id", scalar)),
		}},
	},
	{
		Name: "error-xml", Tier: Common,
		Sender:  "servers that say error in XML: Rails, Spring, WCF, Nominatim",
		Source:  "rails ActiveModel::Errors#to_xml; Jackson XML of Spring's DefaultErrorAttributes; nominatim.org, API, errors",
		Example: `<?xml version="1.0" encoding="UTF-8"?><errors><error>Name can't be blank</error></errors>`, ContentType: "application/xml",
		Status:  400,
		Alike:   `<errors total="1"><entry><error>x</error></entry></errors>`,
		Differs: "the list is of entries",
		Clients: sdkClients,
		Shape: inspect.Shape{Name: "error-xml", XML: []form{
			otherwise(root("errors", element(many("error", tells(filled, sentences)))), 400),
			root("hash", element(must("status", status()), must("error", filled))),
			root("Map", element(may("timestamp", text), must("status", status()), must("error", filled), may("path", text), may("message", text), may("exception", text), may("trace", text))),
			root("error", element(must("code", tells(text, byStatusWords)), must("message", tells(text, sentences)), may("details", node), may("status", text), may("requestId", text))),
			root("Error", element(must("Message", tells(text, sentences)), may("MessageDetail", text), may("ExceptionMessage", text), may("ExceptionType", text), may("StackTrace", text), may("ModelState", node))),
			root("error", element(must("message", tells(filled, sentences)), may("details", node), may("status", tells(text, byStatus)))),
			root("response", element(must("status", one("error", "ERROR")), must("message", tells(filled, sentences)), may("code", tells(text, byStatusWords)))),
			root("response", element(must("error", element(must("code", tells(text, byStatusWords)), must("message", tells(text, sentences)))))),
		}},
	},
}

// byStatusWords goes by a number that is a status, or by a word that all share.
var byStatusWords = &codes{HTTP: true, Words: common.Words}

// textCodes goes by what stands in the place of a code: a word, or a sentence.
var textCodes = &codes{Words: slices.Concat(sentences.Words, faults)}

var cloudflareCodes = &codes{Numbers: append(append(numbers(401, 9103, 9106, 9109, 6003, 10001, 1001), numbers(403, 9110, 10000)...), append(numbers(404, 7003, 1049, 81044), numbers(503, 10100, 971)...)...)}

// faultWord is a word that says that something is wrong.
var faultWord = form{Kinds: inspect.KindText, Class: inspect.Word, Fits: patternsOf(telling), Tells: common}

func patternsOf(lists []wordCode) (patterns []string) {
	for _, l := range lists {
		patterns = append(patterns, l.Words...)
	}
	return append(patterns, "*invalid*", "*missing*", "*malformed*", "*bad_request*", "*BadRequest*", "*validation*", "*conflict*", "*error", "*_failed")
}

// reasons is an envelope that says that something failed: at least one of its
// members says why.
func reasons(failed member, others ...member) []form {
	why := []member{
		may("message", tells(said, sentences)), may("error", tells(said, textCodes)), may("msg", tells(said, sentences)), may("errors", tells(said, sentences)),
		may("error_message", tells(said, sentences)), may("errorMessage", tells(said, sentences)), may("reason", tells(said, sentences)), may("description", tells(said, sentences)),
	}
	f := object(slices.Concat([]member{failed}, why, others)...)
	for _, m := range why {
		f.OneOf = append(f.OneOf, m.Name)
	}
	return []form{f}
}

// saysWhy is the same, without those in which error alone says why.
func saysWhy(failed member, others ...member) []form {
	forms := reasons(failed, others...)
	coded := forms[0]
	coded.OneOf = []string{"code", "errorCode", "error_code"}
	forms[0].OneOf = []string{"message", "msg", "error_message", "errorMessage", "reason", "description"}
	return append(forms, coded)
}

// said is a reason, or null where another member has it.
var said = form{Kinds: inspect.KindText | inspect.KindNull | inspect.KindArray | inspect.KindObject, Class: inspect.Filled}

// withStatus are the forms that have a status of HTTP under one name or another,
// and a text that says why.
func withStatus() (forms []form) {
	why := strings.Fields("message error msg error_message errorMessage detail description reason Message errors")
	besides := strings.Fields("title type timestamp path requestId request_id traceId trace_id details name method instance developerMessage moreInfo more_info " +
		"userMessage help link code status errorCode error_code reasonCode exception correlationId _links _embedded logref debugInfo errorDescription ref " +
		"type_name trackingId")
	for name := range strings.FieldsSeq("status code statusCode status_code error errorCode http_status httpStatusCode Code StatusCode Status") {
		f := object(must(name, status()), may("data", or(empty, inspect.KindNull)), may("success", isFalse), may("ok", isFalse), may("result", nothing))
		for _, reason := range why {
			if reason != name {
				f.Members, f.OneOf = append(f.Members, may(reason, said)), append(f.OneOf, reason)
			}
		}
		for _, other := range besides {
			if other != name {
				f.Members = append(f.Members, may(other, anything))
			}
		}
		forms = append(forms, f)
	}
	return forms
}

// listed is an error in a list, with some members and those that it may have
// besides.
func listed(required ...member) form {
	members := slices.Clone(required)
	for _, name := range []string{"field", "code", "message", "detail", "details", "description", "title", "type", "help", "id", "parameter", "param", "value", "reason", "category", "context", "errorCode", "error_id", "location", "key", "severity", "target", "resource", "name"} {
		if !slices.ContainsFunc(required, func(m member) bool { return m.Name == name }) {
			members = append(members, may(name, or(scalar, inspect.KindObject|inspect.KindArray)))
		}
	}
	return object(members...)
}
