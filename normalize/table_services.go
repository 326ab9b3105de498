package normalize

// services holds what public APIs and web services send under codes of their own.
var services = []Entry{
	{
		Code: 430, Name: "Security Rejection", To: 403, Meanings: []Meaning{
			{"Shopify", "the request is held to be malicious", 403},
			{"Shopify, formerly", "too many requests at once", 503},
			{"Some FTP servers", "invalid user name or password", 401},
			{"SIP (RFC 5626)", "Flow Failed", 503},
		},
		Why:      "Known and blocked.",
		Disputed: "Shopify speaks HTTP and documents the rejection; that comes before its older throttling.",
	},
	{Code: 432, Name: "Plan Limit Exceeded", To: 403, Meanings: []Meaning{
		{"Tavily API", "the plan's credits are used up", 403},
	}, Why: "Not allowed until the plan is renewed or extended."},
	{Code: 433, Name: "Pay-as-you-go Limit Exceeded", To: 403, Meanings: []Meaning{
		{"Tavily API", "the spending limit is reached", 403},
		{"SIP (RFC 5079)", "Anonymity Disallowed", 403},
	}, Why: "Not allowed until someone raises the limit."},
	{Code: 456, Name: "Quota Exceeded", To: 403, Meanings: []Meaning{
		{"DeepL API", "the plan's characters are used up", 403},
		{"Exchange ActiveSync", "Blocked: the user's account is blocked", 403},
		{"RTSP (RFC 7826)", "Header Field Not Valid for Resource", 400},
	}, Why: "Known and not allowed.", Disputed: "DeepL and Exchange speak HTTP and agree."},
	{Code: 457, Name: "Expired Password", To: 401, Meanings: []Meaning{
		{"Exchange ActiveSync", "the user's password has expired", 401},
		{"RTSP (RFC 7826)", "Invalid Range", 400},
	}, Why: "The credential is no longer valid.", Disputed: "Exchange speaks HTTP, and credentials come first."},
	{Code: 472, Name: "Disaster Recovery Secondary", To: 503, Meanings: []Meaning{
		{"HashiCorp Vault, sys/health", "the node is a secondary for disaster recovery", 503},
		{"RTSP (RFC 7826)", "Failure to Establish Secure Connection", 503},
	}, Why: "This node cannot serve now."},
	{Code: 473, Name: "Performance Standby", To: 503, Meanings: []Meaning{
		{"HashiCorp Vault, sys/health", "the node is a performance standby", 503},
	}, Why: "This node cannot serve now."},
	{Code: 474, Name: "Standby Without Active Node", To: 503, Meanings: []Meaning{
		{"HashiCorp Vault, sys/health", "the node is a standby and cannot reach the active one", 503},
	}, Why: "This node cannot serve now."},
	{Code: 477, Name: "Migration in Progress", To: 503, Meanings: []Meaning{
		{"HubSpot API", "the account is being moved; try again later", 503},
	}, Why: "Try later."},
	{Code: 529, Name: "Site Is Overloaded", To: 503, Meanings: []Meaning{
		{"Qualys SSL Labs, Anthropic API, DeepL API", "overloaded", 503},
	}, Why: "Overload."},
	{Code: 540, Name: "Temporarily Disabled", To: 503, Meanings: []Meaning{
		{"Shopify", "the endpoint is switched off for now", 503},
		{"Edgio (discontinued)", "the site's code ran out of memory", 503},
	}, Why: "Try later."},
	{
		Code: 612, Name: "No Such Entry", To: 404, Meanings: []Meaning{
			{"Qiniu Kodo", "the object does not exist or was deleted", 404},
			{"Oxylabs scraper API", "an undefined internal error", 500},
		},
		Why:      "No such resource.",
		Disputed: "An absent resource comes before a fault behind. In front of Oxylabs map 612 to 500.",
	},
	{Code: 613, Name: "Faulted After Too Many Retries", To: 503, Meanings: []Meaning{
		{"Oxylabs scraper API", "the target did not answer however often it was tried", 503},
	}, Why: "The backend's backend is down."},
	{Code: 783, Name: "Unexpected Token", To: 400, Meanings: []Meaning{
		{"Shopify", "the request's JSON does not parse", 400},
	}, Why: "A fault of the request."},
	{Code: 999, Name: "Request Denied", To: 403, Meanings: []Meaning{
		{"LinkedIn", "the client looks like a bot", 403},
		{"Yahoo", "unable to process the request: too many of them", 503},
	}, Why: "Known and blocked.", Disputed: "A block comes before a rate limit."},
}

// storage holds Qiniu Kodo's codes for stored objects.
var storage = []Entry{
	{Code: 298, Name: "Partially Done", To: 200, Meanings: []Meaning{
		{"Qiniu Kodo", "some operations of a batch failed; the body tells which", 200},
	}, Why: "2xx, as 207."},
	{Code: 478, Name: "Mirror Source Failed", To: 503, Meanings: []Meaning{
		{"Qiniu Kodo", "the source from which the object should be fetched failed", 503},
	}, Why: "The backend's backend is down."},
	{Code: 573, Name: "Too Frequent", To: 503, Meanings: []Meaning{
		{"Qiniu Kodo", "a single object is asked for too often", 503},
	}, Why: "A rate limit."},
	{Code: 579, Name: "Callback Failed", To: 500, Meanings: []Meaning{
		{"Qiniu Kodo", "the object is stored, but the callback to the application failed", 500},
	}, Why: "The operation as a whole failed behind."},
	{
		Code: 608, Name: "Content Modified", To: 400, Meanings: []Meaning{
			{"Qiniu Kodo", "the object has been changed in between", 400},
			{"SIP (RFC 8688)", "Rejected: an intermediary blocked the call", 403},
		},
		Why:      "A fault of the request, as 409 and 412.",
		Disputed: "Kodo speaks HTTP; the SIP code leaks from call servers only.",
	},
	{Code: 614, Name: "Entry Exists", To: 400, Meanings: []Meaning{
		{"Qiniu Kodo", "there is an object of that name already", 400},
	}, Why: "A fault of the request, as 409."},
	{Code: 630, Name: "Too Many Buckets", To: 403, Meanings: []Meaning{
		{"Qiniu Kodo", "the account may not have more buckets", 403},
	}, Why: "Known and not allowed: a quota."},
	{Code: 631, Name: "No Such Bucket", To: 404, Meanings: []Meaning{
		{"Qiniu Kodo", "the bucket does not exist", 404},
		{"FTP (RFC 2228)", "an integrity protected reply", 500},
	}, Why: "No such resource.", Disputed: "Kodo speaks HTTP; the FTP reply wraps another."},
	{Code: 640, Name: "Invalid Marker", To: 400, Meanings: []Meaning{
		{"Qiniu Kodo", "the marker for listing objects is invalid", 400},
	}, Why: "A fault of the request."},
	{Code: 701, Name: "Invalid Upload Context", To: 400, Meanings: []Meaning{
		{"Qiniu Kodo", "the next part of an upload went to the wrong place, or its context has expired", 400},
		{"7XX-rfc, a joke that handlers copy", "Meh", 500},
	}, Why: "A fault of the request: the upload has to start anew.", Disputed: "Kodo means it."},
}
