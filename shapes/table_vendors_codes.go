package shapes

import "github.com/statusgate/statusgate/inspect"

// The codes of vendors, by their own tables.

// slackCodes are those of slack_web_openapi_v2.json, by what they say. Any other
// word of Slack's names a fault of the request.
var slackCodes = before(common,
	words(401, "not_authed invalid_auth account_inactive token_revoked token_expired no_auth invalid_refresh_token two_factor_setup_required"),
	words(403, "missing_scope not_allowed_token_type paid_only no_permission org_login_required ekm_access_denied team_access_not_granted enterprise_is_restricted access_denied"),
	words(404, "*_not_found no_such_subteam bot_not_found"),
	words(400, "users_not_found invalid_* missing_* not_in_channel"),
	words(503, "ratelimited rate_limited message_limit_exceeded service_unavailable request_timeout team_added_to_org fatal_timeout"),
	words(500, "fatal_error internal_error"),
	words(400, "method_not_supported_for_channel_type"),
	words(405, "unknown_method method_deprecated deprecated_endpoint"),
)

// facebookCodes are those of "Handle errors" in the documentation of the Graph
// API.
var facebookCodes = &codes{Numbers: append(append(append(append(
	numbers(500, 1, 2), numbers(401, 102, 190, 450, 452, 453, 458, 459, 460, 463, 464, 467, 492)...), numbers(503, 4, 17, 32, 341, 368, 613, 80001, 80004)...),
	numbers(403, 3, 10)...), span(403, 200, 299), span(400, 100, 100), span(404, 803, 803)), Rest: 400}

// baiduCodes are those of Baidu's OAuth and AI platforms.
var baiduCodes = &codes{Numbers: append(append(append(
	numbers(401, 14, 100, 102, 104, 110, 111, 112, 190), numbers(503, 2, 4, 17, 18, 19, 216603)...), numbers(403, 6, 15, 200, 210)...),
	numbers(500, 1, 282000, 216500)...), Words: nil}

// wechatCodes are those of the page on global return codes.
var wechatCodes = &codes{Numbers: append(append(append(
	numbers(401, 40001, 40014, 40125, 40164, 41001, 41004, 42001, 42007, 40082), numbers(503, -1, 45009, 45011, 45047, 45033)...),
	numbers(403, 48001, 48002, 48004, 48006, 50001, 50002, 61007, 43004, 43019, 60011)...), numbers(404, 46001, 46002, 46003, 46004, 60111, 46000)...)}

var alipayError = form{Kinds: inspect.KindObject, Members: []member{
	must("code", tells(form{Kinds: inspect.KindNumber | inspect.KindText, Class: inspect.Integer, Values: []string{"!10000", "!10003"}}, alipayCodes)), must("msg", text),
	may("sub_code", tells(text, common)), may("sub_msg", text), may("request_id", text), may("trace_id", text),
}}

// alipayMethodError is what the response of a method has where it failed: the
// fields of a result may be there, and are empty.
var alipayMethodError = form{Kinds: inspect.KindObject, Others: inspect.KindText, Members: []member{
	must("code", tells(fitting("2000*", "4000*"), alipayCodes)), must("msg", text), may("sub_code", tells(text, common)), may("sub_msg", text),
}}

// alipayCodes are the gateway's return codes.
var alipayCodes = &codes{Numbers: append(append(append(
	numbers(503, 20000), numbers(401, 20001)...), numbers(400, 40001, 40002)...), numbers(403, 40006)...)}

// flickrCodes are those that mean the same in each method; those below 95 are a
// method's own.
var flickrCodes = &codes{Numbers: append(append(append(numbers(401, 95, 96, 97, 98, 100, 108), numbers(403, 99)...), numbers(503, 105, 106)...), numbers(405, 111, 112, 114)...)}

// lastfmCodes are those of last.fm/api/errorcodes.
var lastfmCodes = &codes{Numbers: append(append(append(append(append(
	numbers(405, 3), numbers(401, 4, 9, 10, 13, 14)...), numbers(404, 6, 7)...), numbers(500, 8)...), numbers(503, 11, 16, 29)...), numbers(403, 12, 17, 18, 22, 23, 26)...), Rest: 400}

// krakenCodes are those of "API Errors".
var krakenCodes = &codes{Words: []wordCode{
	phrases(401, "EAPI:Invalid key", "EAPI:Invalid signature", "EAPI:Invalid nonce", "ESession:*", "EAuth:*", "EAPI:Bad request"),
	phrases(403, "EGeneral:Permission denied", "EAPI:Feature disabled", "EAccount:Invalid permissions*", "EGeneral:Temporary lockout"),
	phrases(404, "EQuery:Unknown*", "EGeneral:Unknown method", "EOrder:Unknown order", "EOrder:Unknown position"),
	phrases(503, "EAPI:Rate limit exceeded", "EOrder:Rate limit exceeded", "EService:*", "ETrade:Locked", "EGeneral:Too many requests", "EDatabase:*", "EFunding:Max fee exceeded"),
	phrases(500, "EGeneral:Internal error*"),
	phrases(400, "EGeneral:*", "EOrder:*", "ETrade:*", "EFunding:*", "EQuery:*", "EAccount:*", "EAPI:*"),
}}

// binanceCodes are those of errors.md.
var binanceCodes = &codes{Numbers: append(append(append(append(
	numbers(500, -1000, -1006, -1010), numbers(503, -1001, -1003, -1004, -1007, -1008, -1015, -1016, -1034)...), numbers(401, -1002, -1022, -2014, -2015, -2017)...),
	numbers(404, -2013, -2026)...), span(400, -1199, -1011), span(400, -2099, -2010), span(400, -9999, -3000))}

// discordCodes are those of "JSON Error Codes".
var discordCodes = &codes{Numbers: append(append(append(
	numbers(401, 40001, 50014, 50025), numbers(403, 50001, 50013, 20001, 40002, 20009, 50020)...), span(404, 10001, 10100)), span(503, 20016, 20029), span(403, 50002, 50009), span(400, 30001, 50600))}

var discordMessages = &codes{Words: []wordCode{
	phrases(404, "404: Not Found"), phrases(401, "401: Unauthorized"), phrases(405, "405: Method Not Allowed"), phrases(503, "You are being rate limited.", "429*"), phrases(500, "500: Internal Server Error"),
}}

// typedCodes are the types and codes of Anthropic, OpenAI and Stripe.
var typedCodes = before(common,
	words(401, "authentication_error invalid_api_key"), words(403, "permission_error billing_error insufficient_quota"), words(404, "not_found_error model_not_found resource_missing"),
	words(503, "rate_limit_error rate_limit_exceeded overloaded_error api_connection_error timeout_error lock_timeout"), words(500, "api_error server_error"),
	words(400, "request_too_large idempotency_error card_error invalid_request_error"),
)

// twitterCodes are those of "Error codes".
var twitterCodes = &codes{Numbers: append(append(append(append(
	numbers(401, 32, 89, 99, 135, 215, 231), numbers(404, 17, 34, 50, 109, 144, 421, 422)...), numbers(503, 88, 130, 185)...), numbers(500, 131)...),
	numbers(403, 63, 64, 87, 93, 161, 179, 220, 226, 261, 326, 453)...)}

// dropboxCodes are the tags in an error_summary.
var dropboxCodes = &codes{Words: []wordCode{
	words(401, "invalid_access_token* expired_access_token* missing_scope* user_suspended*"), words(403, "*no_permission* *access_denied* *no_write_permission*"),
	words(404, "*not_found*"), words(503, "too_many_requests* too_many_write_operations* internal_error*"),
}}
