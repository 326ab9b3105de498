package normalize

// ianaSuccess holds the registered 1xx, 2xx and 3xx. Most of them pass unless the profile is strict; To is for when
// they do not.
var ianaSuccess = []Entry{
	{Code: 100, Name: "Continue", To: 500, IANA: true, Meanings: []Meaning{
		{"RFC 9110 §15.2.1", "the client may go on and send the content", 500},
	}, Why: "Interim: it passes. As a final answer it is a fault behind."},
	{Code: 101, Name: "Switching Protocols", To: 500, IANA: true, Meanings: []Meaning{
		{"RFC 9110 §15.2.2", "the connection changes to another protocol", 500},
	}, Why: "An upgrade passes. An answer with this status and no upgrade is a fault behind."},
	{Code: 102, Name: "Processing", To: 500, IANA: true, Meanings: []Meaning{
		{"RFC 2518 §10.1 (WebDAV)", "a long request is still being worked on", 500},
	}, Why: "Interim: it passes. As a final answer it is a fault behind."},
	{Code: 103, Name: "Early Hints", To: 500, IANA: true, Meanings: []Meaning{
		{"RFC 8297", "header fields that the final answer will probably have", 500},
		{"Google resumable uploads, proposal of 2010", "Checkpoint: an interrupted upload may go on", 500},
	}, Why: "Interim: it passes. As a final answer it is a fault behind."},
	{Code: 104, Name: "Upload Resumption Supported", To: 500, IANA: true, Meanings: []Meaning{
		{"IETF draft on resumable uploads (temporary registration)", "the upload could be resumed if it broke off", 500},
	}, Why: "Interim: it passes. As a final answer it is a fault behind."},

	{Code: 200, Name: "OK", To: 200, IANA: true, Meanings: []Meaning{
		{"RFC 9110 §15.3.1", "success", 200},
	}, Why: "Documented."},
	{Code: 201, Name: "Created", To: 201, IANA: true, Meanings: []Meaning{
		{"RFC 9110 §15.3.2", "a new resource exists", 201},
	}, Why: "Documented."},
	{Code: 202, Name: "Accepted", To: 202, IANA: true, Meanings: []Meaning{
		{"RFC 9110 §15.3.3", "taken on, not finished", 202},
	}, Why: "Documented."},
	{Code: 203, Name: "Non-Authoritative Information", To: 200, IANA: true, Meanings: []Meaning{
		{"RFC 9110 §15.3.4", "success, but a proxy has changed the content", 200},
		{"Alibaba Cloud OSS, Baidu Cloud BOS", "the object is stored, but the callback to the application failed", 200},
		{"Azure DevOps", "a sign-in page in place of the answer: the access token is missing or has expired", 401},
	}, Why: "A success.", Disputed: "2xx always means success here. In front of Azure DevOps map 203 to 401."},
	{Code: 204, Name: "No Content", To: 200, IANA: true, Meanings: []Meaning{
		{"RFC 9110 §15.3.5", "success, nothing to show", 200},
	}, Why: "A success. Passes unless the profile is strict."},
	{Code: 205, Name: "Reset Content", To: 200, IANA: true, Meanings: []Meaning{
		{"RFC 9110 §15.3.6", "success; the client should clear its form", 200},
	}, Why: "A success."},
	{Code: 206, Name: "Partial Content", To: 200, IANA: true, Meanings: []Meaning{
		{"RFC 9110 §15.3.7", "the ranges that the client asked for", 200},
	}, Why: "Passes where the client asked for a range. Where it did not, it is a success like any other."},
	{Code: 207, Name: "Multi-Status", To: 200, IANA: true, Meanings: []Meaning{
		{"RFC 4918 §11.1 (WebDAV)", "several operations, each with its status in the body", 200},
		{"HubSpot and other batch interfaces", "some parts of a batch may have failed", 200},
	}, Why: "A success as a whole; the body tells of the parts."},
	{Code: 208, Name: "Already Reported", To: 200, IANA: true, Meanings: []Meaning{
		{"RFC 5842 §7.1 (WebDAV)", "a member listed earlier in the same answer", 200},
	}, Why: "A success."},
	{Code: 226, Name: "IM Used", To: 200, IANA: true, Meanings: []Meaning{
		{"RFC 3229 §10.4.1", "the difference to what the client already has", 200},
		{"FTP (RFC 959)", "closing the data connection, transfer done", 200},
	}, Why: "A success."},

	{
		Code: 300, Name: "Multiple Choices", To: 500, IANA: true, Meanings: []Meaning{
			{"RFC 9110 §15.4.1", "several representations, the client may choose", 500},
			{"Zoom API", "a field of the request is missing or invalid", 400},
		},
		Why:      "Neither a success nor an error that the contract knows.",
		Disputed: "Any 3xx that does not pass is a fault behind. In front of Zoom map 300 to 400.",
	},
	{Code: 301, Name: "Moved Permanently", To: 500, IANA: true, Meanings: []Meaning{
		{"RFC 9110 §15.4.2", "the resource has a new URI for good", 500},
	}, Why: "A redirect passes. Under strict the backend should not have sent it."},
	{Code: 302, Name: "Found", To: 500, IANA: true, Meanings: []Meaning{
		{"RFC 9110 §15.4.3", "the resource is elsewhere for now", 500},
	}, Why: "A redirect passes. Under strict the backend should not have sent it."},
	{Code: 303, Name: "See Other", To: 500, IANA: true, Meanings: []Meaning{
		{"RFC 9110 §15.4.4", "the answer is to be had with GET elsewhere", 500},
	}, Why: "A redirect passes. Under strict the backend should not have sent it."},
	{Code: 304, Name: "Not Modified", To: 500, IANA: true, Meanings: []Meaning{
		{"RFC 9110 §15.4.5", "the client's cached copy is still good", 500},
	}, Why: "Passes. Where it may not, there is no content that could be sent in its place."},
	{Code: 305, Name: "Use Proxy", To: 500, IANA: true, Meanings: []Meaning{
		{"RFC 9110 §15.4.6 (deprecated)", "the client must go through a proxy", 500},
	}, Why: "Deprecated for its security; clients do not follow it."},
	{Code: 306, Name: "Switch Proxy", To: 500, IANA: true, Unused: true, Meanings: []Meaning{
		{"RFC 9110 §15.4.7 (unused)", "once meant for telling which proxy to use from now on", 500},
	}, Why: "No longer used, and clients do not follow it."},
	{Code: 307, Name: "Temporary Redirect", To: 500, IANA: true, Meanings: []Meaning{
		{"RFC 9110 §15.4.8", "the resource is elsewhere for now; keep the method", 500},
	}, Why: "A redirect passes. Under strict the backend should not have sent it."},
	{Code: 308, Name: "Permanent Redirect", To: 500, IANA: true, Meanings: []Meaning{
		{"RFC 9110 §15.4.9", "the resource has a new URI for good; keep the method", 500},
		{"Google Drive and Cloud Storage uploads", "Resume Incomplete: send the next part; Range, no Location", 500},
	}, Why: "A redirect passes, and so does Google's use. Under strict the backend should not have sent it."},
}

// ianaServer holds the registered 5xx.
var ianaServer = []Entry{
	{Code: 500, Name: "Internal Server Error", To: 500, IANA: true, Meanings: []Meaning{
		{"RFC 9110 §15.6.1", "an unexpected condition", 500},
	}, Why: "Documented."},
	{Code: 501, Name: "Not Implemented", To: 405, IANA: true, Meanings: []Meaning{
		{"RFC 9110 §15.6.2", "the server does not know the method, or supports it for no resource", 405},
		{"HashiCorp Vault, sys/health", "the node has not been initialized", 503},
	}, Why: "The method is not implemented.", Disputed: "The contract fixes 405, the registered meaning."},
	{Code: 502, Name: "Bad Gateway", To: 503, Unknown: true, IANA: true, Meanings: []Meaning{
		{"RFC 9110 §15.6.3", "the server behind sent an invalid answer or none", 503},
	}, Why: "The backend's backend is down or broken; a later try may succeed."},
	{Code: 503, Name: "Service Unavailable", To: 503, IANA: true, Meanings: []Meaning{
		{"RFC 9110 §15.6.4", "overloaded or under maintenance", 503},
	}, Why: "Documented."},
	{Code: 504, Name: "Gateway Timeout", To: 503, Unknown: true, IANA: true, Meanings: []Meaning{
		{"RFC 9110 §15.6.5", "the server behind did not answer in time", 503},
	}, Why: "A timeout behind; a later try may succeed."},
	{Code: 505, Name: "HTTP Version Not Supported", To: 500, IANA: true, Meanings: []Meaning{
		{"RFC 9110 §15.6.6", "the backend does not speak the HTTP version that the gateway used", 500},
	}, Why: "The gateway chose the version, not the client."},
	{Code: 506, Name: "Variant Also Negotiates", To: 500, IANA: true, Meanings: []Meaning{
		{"RFC 2295 §8.1", "content negotiation is configured in a circle", 500},
		{"WebDAV binding drafts", "Loop Detected, before it became 508", 500},
	}, Why: "The backend is configured wrongly."},
	{Code: 507, Name: "Insufficient Storage", To: 503, IANA: true, Meanings: []Meaning{
		{"RFC 4918 §11.5 (WebDAV)", "no room to store the result", 503},
		{"Dropbox API 1, Microsoft Graph", "the user's storage quota is used up", 403},
	}, Why: "A shortage that may pass.", Disputed: "The contract fixes 503, the registered meaning."},
	{
		Code: 508, Name: "Loop Detected", To: 500, IANA: true, Meanings: []Meaning{
			{"RFC 5842 §7.2 (WebDAV)", "the operation ran into an endless loop", 500},
			{"CloudLinux, cPanel", "Resource Limit Is Reached: the account has used up its processor, memory or processes", 503},
			{"Signal", "the server refuses the client", 403},
		},
		Why:      "The resources behind are tied in a loop.",
		Disputed: "The contract fixes 500, the registered meaning. In front of shared hosting map 508 to 503.",
	},
	{Code: 510, Name: "Not Extended", To: 500, IANA: true, Meanings: []Meaning{
		{"RFC 2774 §7 (obsoleted)", "the request lacks an extension that the server wants", 500},
		{"Apache Solr", "the cluster is in an invalid state, or the client's view of it is out of date", 500},
	}, Why: "The extension framework is historic; no client can do better."},
	{Code: 511, Name: "Network Authentication Required", To: 401, IANA: true, Meanings: []Meaning{
		{"RFC 6585 §6", "a captive portal wants the client to sign in to the network", 401},
	}, Why: "A credential is missing."},
}
