package normalize

// ianaClient holds the registered 4xx.
var ianaClient = []Entry{
	{Code: 400, Name: "Bad Request", To: 400, IANA: true, Meanings: []Meaning{
		{"RFC 9110 §15.5.1", "the request is wrong", 400},
	}, Why: "Documented."},
	{Code: 401, Name: "Unauthorized", To: 401, IANA: true, Meanings: []Meaning{
		{"RFC 9110 §15.5.2", "credentials are missing or invalid", 401},
	}, Why: "Documented."},
	{Code: 402, Name: "Payment Required", To: 403, IANA: true, Meanings: []Meaning{
		{"RFC 9110 §15.5.3 (reserved)", "the caller has to pay first", 403},
		{"Shopify, Stripe, DeepSeek and other paid services", "a bill is open, a payment failed, the credit is used up", 403},
	}, Why: "The caller is known and not allowed until the bill is paid."},
	{Code: 403, Name: "Forbidden", To: 403, IANA: true, Meanings: []Meaning{
		{"RFC 9110 §15.5.4", "understood and refused", 403},
	}, Why: "Documented."},
	{Code: 404, Name: "Not Found", To: 404, IANA: true, Meanings: []Meaning{
		{"RFC 9110 §15.5.5", "no such resource", 404},
	}, Why: "Documented."},
	{
		Code: 405, Name: "Method Not Allowed", To: 405, IANA: true, Meanings: []Meaning{
			{"RFC 9110 §15.5.6", "the resource does not take the method", 405},
			{"Alibaba Cloud WAF", "the firewall blocked the request", 403},
		},
		Why:      "Documented.",
		Disputed: "A documented status passes as it is. Behind that firewall a rule can map its 405 to 403.",
	},
	{
		Code: 406, Name: "Not Acceptable", To: 406, IANA: true, Meanings: []Meaning{
			{"RFC 9110 §15.5.7", "no representation that the client accepts", 406},
			{"ModSecurity rule sets, Fastly Next-Gen WAF", "the firewall blocked the request", 403},
			{"Qiniu Kodo", "the CRC-32 of the uploaded data is wrong", 400},
		},
		Why:      "Documented.",
		Disputed: "A documented status passes as it is. Behind such a firewall a rule can map its 406 to 403.",
	},
	{Code: 407, Name: "Proxy Authentication Required", To: 401, IANA: true, Meanings: []Meaning{
		{"RFC 9110 §15.5.8", "the proxy wants credentials", 401},
	}, Why: "A credential is missing; for the client the gateway is the server."},
	{Code: 408, Name: "Request Timeout", To: 503, IANA: true, Meanings: []Meaning{
		{"RFC 9110 §15.5.9", "the request did not arrive in time", 503},
	}, Why: "A timeout; the client may try again."},
	{Code: 409, Name: "Conflict", To: 400, IANA: true, Meanings: []Meaning{
		{"RFC 9110 §15.5.10", "the request does not fit the state of the resource", 400},
	}, Why: "The client has to change the request."},
	{Code: 410, Name: "Gone", To: 404, IANA: true, Meanings: []Meaning{
		{"RFC 9110 §15.5.11", "the resource existed and was taken away", 404},
	}, Why: "The resource is absent."},
	{Code: 411, Name: "Length Required", To: 400, IANA: true, Meanings: []Meaning{
		{"RFC 9110 §15.5.12", "Content-Length is missing", 400},
	}, Why: "The client has to change the request."},
	{Code: 412, Name: "Precondition Failed", To: 400, IANA: true, Meanings: []Meaning{
		{"RFC 9110 §15.5.13", "a condition in the request's header does not hold", 400},
	}, Why: "The client has to change the request."},
	{Code: 413, Name: "Content Too Large", To: 400, IANA: true, Meanings: []Meaning{
		{"RFC 9110 §15.5.14", "the request's content is too large", 400},
	}, Why: "The client has to change the request; its format is not at fault."},
	{Code: 414, Name: "URI Too Long", To: 400, IANA: true, Meanings: []Meaning{
		{"RFC 9110 §15.5.15", "the URI is too long", 400},
	}, Why: "The client has to change the request."},
	{Code: 415, Name: "Unsupported Media Type", To: 415, IANA: true, Meanings: []Meaning{
		{"RFC 9110 §15.5.16", "the format or coding of the content is not supported", 415},
	}, Why: "Documented."},
	{Code: 416, Name: "Range Not Satisfiable", To: 400, IANA: true, Meanings: []Meaning{
		{"RFC 9110 §15.5.17", "the range lies outside the representation", 400},
	}, Why: "The client has to change the request."},
	{Code: 417, Name: "Expectation Failed", To: 400, IANA: true, Meanings: []Meaning{
		{"RFC 9110 §15.5.18", "the request's Expect cannot be met", 400},
	}, Why: "The client has to change the request."},
	{
		Code: 418, Name: "I'm a Teapot", To: 400, IANA: true, Unused: true, Meanings: []Meaning{
			{"HTCPCP (RFC 2324, RFC 7168)", "an April joke: the teapot is asked for coffee", 400},
			{"Web frameworks and site owners", "a request that the server does not want to handle, often from a bot", 403},
			{"Binance API", "the address is banned for going on after 429", 403},
			{"Tencent EdgeOne", "the node has no configuration for the domain", 404},
			{"ICAP (RFC 3507)", "the server did not understand the composition of services", 400},
		},
		Why:      "The joke blames the request.",
		Disputed: "The contract fixes 400. In front of Binance map 418 to 403.",
	},
	{
		Code: 421, Name: "Misdirected Request", To: 500, IANA: true, Meanings: []Meaning{
			{"RFC 9110 §15.5.20", "the server does not answer for this authority", 500},
			{"Alibaba Cloud IoT", "too many connections from this address", 503},
			{"FTP and SMTP (RFC 959, RFC 5321)", "service not available, closing the connection", 503},
			{"Apple iCloud", "sign in again", 401},
			{"Old WebDAV drafts, Spring", "Destination Locked", 400},
		},
		Why:      "The gateway sent the request to the wrong server; the client cannot mend that.",
		Disputed: "The contract fixes 500, the registered meaning.",
	},
	{Code: 422, Name: "Unprocessable Content", To: 400, IANA: true, Meanings: []Meaning{
		{"RFC 9110 §15.5.21", "well formed, but the instructions make no sense", 400},
		{"Rails, Laravel, FastAPI and many others", "validation failed", 400},
	}, Why: "Invalid information in the request."},
	{
		Code: 423, Name: "Locked", To: 400, IANA: true, Meanings: []Meaning{
			{"RFC 4918 §11.3 (WebDAV)", "the resource is locked", 400},
			{"Signal", "the registration is locked with a PIN", 401},
			{"Tencent EdgeOne", "the request went round in a loop", 500},
		},
		Why:      "The client has to bring the lock's token or wait for its owner.",
		Disputed: "The contract fixes 400, the registered meaning.",
	},
	{Code: 424, Name: "Failed Dependency", To: 400, IANA: true, Meanings: []Meaning{
		{"RFC 4918 §11.4 (WebDAV)", "an action on which this one depends failed", 400},
		{"Azure Machine Learning, Amazon Bedrock", "the model behind the endpoint failed", 500},
	}, Why: "The request cannot be carried out as it is.", Disputed: "The contract fixes 400, the registered meaning."},
	{Code: 425, Name: "Too Early", To: 503, IANA: true, Meanings: []Meaning{
		{"RFC 8470 §5.2", "not to be served from TLS early data; try again", 503},
		{"Old WebDAV draft", "Unordered Collection", 400},
		{"FTP (RFC 959)", "cannot open the data connection", 503},
	}, Why: "The same request will do, a moment later.", Disputed: "The contract fixes 503, the registered meaning."},
	{Code: 426, Name: "Upgrade Required", To: 400, IANA: true, Meanings: []Meaning{
		{"RFC 9110 §15.5.22", "the client has to use another protocol", 400},
		{"Mobile and desktop services", "the app is too old", 400},
		{"FTP (RFC 959)", "the connection was closed, the transfer broken off", 503},
	}, Why: "The client has to change the request.", Disputed: "The contract fixes 400, the registered meaning."},
	{Code: 428, Name: "Precondition Required", To: 400, IANA: true, Meanings: []Meaning{
		{"RFC 6585 §3", "the request has to be conditional", 400},
		{"Signal", "a challenge has to be solved first", 403},
	}, Why: "The client has to change the request.", Disputed: "The contract fixes 400, the registered meaning."},
	{Code: 429, Name: "Too Many Requests", To: 503, IANA: true, Meanings: []Meaning{
		{"RFC 6585 §4", "the client sends too much in too short a time", 503},
		{"HashiCorp Vault, sys/health", "the node is a standby", 503},
	}, Why: "A rate limit; Retry-After tells when to come back."},
	{Code: 431, Name: "Request Header Fields Too Large", To: 400, IANA: true, Meanings: []Meaning{
		{"RFC 6585 §5", "one field or all of them are too large", 400},
	}, Why: "The client has to change the request."},
	{
		Code: 451, Name: "Unavailable For Legal Reasons", To: 403, IANA: true, Meanings: []Meaning{
			{"RFC 7725 §3", "refused because the law demands it", 403},
			{"Exchange ActiveSync", "Redirect: the mailbox is on the server that X-MS-Location names", 500},
			{"RTSP (RFC 7826)", "Parameter Not Understood", 400},
			{"FTP and SMTP (RFC 959, RFC 5321)", "an error while processing, nothing done", 500},
		},
		Why:      "Known and blocked.",
		Disputed: "The contract fixes 403, the registered meaning. In front of Exchange allow 451.",
	},
}
