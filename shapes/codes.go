package shapes

import "slices"

// Codes that many families share.

// byStatus goes by a number that is a status.
var byStatus = &codes{HTTP: true}

// common are words that say the same wherever they stand. Families with words of
// their own have these behind them.
var common = &codes{Words: append(telling,
	words(400, "*invalid* *missing* *malformed* *bad_* *BadRequest* bad-request *required* *unsupported* *unknown* *illegal* *exceed*"),
	words(400, "*already* *exist* *conflict* *duplicate* *mismatch* *not_in_* *cant_* *cannot_* *can_not* *too_* *toolong* *toolarge*"),
	words(400, "*validation* *argument* *parameter* *precondition* *out_of_range* *outofrange* *parse* *syntax* *no_*"),
)}

// telling are the words of [common] that tell more than that the request is at
// fault.
var telling = append(faults,
	words(404, "*not_found *not-found *notfound *NotFound* not_found* *no_such* *no-such* *NoSuch* *not_exist* *nonexist* *does_not_exist"),
	words(405, "*method_not_allowed* *MethodNotAllowed* *method_not_supported* *unknown_method* *not_implemented* *NotImplemented* unimplemented"),
	words(415, "*unsupported_media* *UnsupportedMediaType* unsupported_content_type"),
)

// faults are the words for faults that are not the request's content: busy,
// broken, no credential, no right.
var faults = append(slices.Clip(busy),
	words(401, "*unauthenticated* *not_authenticated* *NotAuthenticated* not_authed *invalid_auth* *auth_fail* *AuthFailure* *AuthenticationFail*"),
	words(401, "*authentication_required* *authentication_failed* *authentication_error *InvalidAuthentication* *credential* *login_required*"),
	words(401, "*invalid_token* *InvalidToken* *token_expired* *expired_token* *ExpiredToken* *token_revoked* *TokenExpired* *invalid_api_key*"),
	words(401, "*InvalidApiKey* *invalid_access_key* *InvalidAccessKey* *SignatureDoesNotMatch* *invalid_signature* *session_expired*"),
	words(401, "*INVALID_SESSION* *MissingAuthenticationToken* *UnrecognizedClient* invalid_client unauthorized *_unauthorized"),
	words(403, "*forbidden* *permission* *access_denied* *access-denied* *AccessDenied* *not_allowed* *NotAllowed* *not_authorized* *NotAuthorized*"),
	words(403, "*insufficient_scope* *missing_scope* *unauthorized_client* *account_disabled* *suspended* *paid_only* *billing* *restricted*"),
)

// busy are the words for what may go well later, and for what is broken behind.
var busy = []wordCode{
	words(503, "*rate_limit* *ratelimit* *rate-limit* *RateExceeded* *throttl* *too_many_requests* *TooManyRequests* *slow_down* *SlowDown*"),
	words(503, "*unavailable* *overload* *timeout* *timed_out* *DEADLINE_EXCEEDED* *RESOURCE_EXHAUSTED* *quota* *OVER_QUERY_LIMIT* *maintenance*"),
	words(503, "*try_again* *ServerBusy* *LimitExceeded *RequestLimitExceeded* *busy*"),
	words(500, "*internal* *fatal* *unexpected* *server_error* *ServerError* *ServiceError* *service_failure* *ServiceFailure* *db_error*"),
	words(500, "*database_error* *exception* unknown_error *UNKNOWN_ERROR* *backend*"),
}

// sentences are what messages say in a language that people share with servers.
// They count only where no code tells more.
var sentences = &codes{Words: []wordCode{
	phrases(503, "*rate limit*", "*too many requests*", "*temporarily unavailable*", "*service unavailable*", "*try again later*", "*timed out*",
		"*timeout*", "*overloaded*", "*maintenance*", "*limit exceeded*", "*quota*"),
	phrases(500, "*internal error*", "*internal server error*", "*unexpected error*", "*server error*", "*sqlstate*", "*exception*", "*stack trace*",
		"*database error*", "an error has occurred*", "something went wrong*"),
	phrases(401, "*invalid credential*", "*wrong credential*", "*bad credential*", "*not authenticated*", "*unauthenticated*", "*unauthorized*",
		"*unauthorised*", "*authentication*", "*invalid token*", "*token expired*", "*expired token*", "*token is invalid*", "*token has expired*", "*invalid api key*",
		"*api key is invalid*", "*invalid password*", "*wrong password*", "*incorrect password*", "*password is incorrect*", "*login required*", "*logged in*",
		"*log in*", "*sign in*", "*session expired*", "*session has expired*", "*invalid login*", "*access token*"),
	phrases(404, "*not found*", "*does not exist*", "*doesn't exist*", "*no such*", "*could not be found*", "*couldn't find*", "*unknown resource*"),
	phrases(403, "*forbidden*", "*permission*", "*access denied*", "*not allowed*", "*not authorized*", "*not authorised*", "*insufficient scope*"),
	phrases(405, "method not allowed*", "*method is not allowed*", "*method not supported*"),
	phrases(400, "*invalid*", "*missing*", "*required*", "*must be*", "*must not*", "*malformed*", "*bad request*", "*already exists*", "*already taken*",
		"*not valid*", "*unknown parameter*", "*unsupported*", "*validation*", "*cannot be*", "*can't be*", "*too long*", "*too short*", "*too large*", "*too many*",
		"*duplicate*", "*syntax error*", "*parse error*", "*illegal*", "*incorrect*", "*unrecognized*", "*expected*", "*failed to parse*"),
}}

// grpc are the codes of google.rpc.Code, as numbers and as names.
var grpc = &codes{
	Numbers: []numberCode{
		span(500, 1, 2), span(400, 3, 3), span(503, 4, 4), span(404, 5, 5), span(400, 6, 6), span(403, 7, 7), span(503, 8, 8), span(400, 9, 9),
		span(400, 10, 11), span(405, 12, 12), span(500, 13, 13), span(503, 14, 14), span(500, 15, 15), span(401, 16, 16),
	},
	Words: []wordCode{
		words(400, "invalid_argument already_exists failed_precondition aborted out_of_range"),
		words(401, "unauthenticated"), words(403, "permission_denied"), words(404, "not_found"), words(405, "unimplemented"),
		words(503, "deadline_exceeded resource_exhausted unavailable"), words(500, "canceled cancelled unknown internal data_loss"),
	},
}

// before puts a family's own codes in front of those that all share.
func before(shared *codes, own ...wordCode) *codes {
	return &codes{Words: append(own, shared.Words...), HTTP: shared.HTTP, Rest: shared.Rest}
}

// StatusOfWord gives the status that a code word tells which many families use alike,
// such as 404 for USER_NOT_FOUND, and 0 for any other.
func StatusOfWord(word string) int {
	for _, known := range common.Words {
		if status := known.StatusOf(word); status > 0 {
			return status
		}
	}
	return 0
}
