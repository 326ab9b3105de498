package normalize

// servers holds what web servers, caches and forward proxies send, or write to a log that something answers from.
var servers = []Entry{
	{Code: 0, Name: "No Status", To: 500, Meanings: []Meaning{
		{"AWS Application Load Balancer logs (000)", "the connection was closed before there was a status", 500},
		{"Akamai and CloudFront logs (000)", "the client left before the answer", 500},
		{"curl and scripts around it (000)", "no HTTP answer at all", 500},
	}, Why: "Not a status: the answer from behind is invalid."},
	{Code: 218, Name: "This Is Fine", To: 200, Meanings: []Meaning{
		{"Apache httpd behind ProxyErrorOverride", "lets a body through that a 4xx or 5xx would lose", 200},
	}, Why: "2xx. The body may be an error; a rule that reads it can tell."},
	{Code: 440, Name: "Login Time-out", To: 401, Meanings: []Meaning{
		{"Microsoft IIS, Exchange (Outlook on the web)", "the session has expired, sign in again", 401},
		{"SIP (RFC 5393)", "Max-Breadth Exceeded", 400},
	}, Why: "The credential is no longer valid.", Disputed: "The contract fixes 401, IIS's meaning."},
	{Code: 444, Name: "No Response", To: 400, Meanings: []Meaning{
		{"nginx", "closes the connection without an answer (return 444); seen in logs and through proxies", 400},
	}, Why: "The server held the request not worth an answer and did not say why."},
	{
		Code: 449, Name: "Retry With", To: 400, Meanings: []Meaning{
			{"Microsoft IIS", "information that the request needs is missing", 400},
			{"Exchange ActiveSync", "the device has to fetch its policy first (Provision)", 400},
			{"Azure Cosmos DB", "a concurrent write got in between; try again", 503},
		},
		Why:      "Missing information in the request.",
		Disputed: "IIS and Exchange are what stands behind gateways. In front of Cosmos DB map 449 to 503.",
	},
	{Code: 450, Name: "Blocked by Windows Parental Controls", To: 403, Meanings: []Meaning{
		{"Microsoft Windows", "parental controls block the page", 403},
		{"Apple iCloud (Find My)", "sign in again", 401},
		{"FTP and SMTP (RFC 959, RFC 5321)", "the file or mailbox is busy", 503},
	}, Why: "Known and blocked.", Disputed: "The block is the meaning that any server may send; iCloud's is its own."},
	{Code: 494, Name: "Request Header Too Large", To: 400, Meanings: []Meaning{
		{"nginx, Kong and others built on nginx", "a header line or all of them are too large", 400},
		{"SIP (RFC 3329)", "Security Agreement Required", 400},
	}, Why: "A fault of the request, as 431."},
	{Code: 495, Name: "SSL Certificate Error", To: 401, Meanings: []Meaning{
		{"nginx", "the client's certificate did not verify", 401},
	}, Why: "A credential is wrong."},
	{Code: 496, Name: "SSL Certificate Required", To: 401, Meanings: []Meaning{
		{"nginx", "the client sent no certificate", 401},
	}, Why: "A credential is missing."},
	{Code: 497, Name: "HTTP Request Sent to HTTPS Port", To: 400, Meanings: []Meaning{
		{"nginx", "plain HTTP came in on a TLS port", 400},
		{"OpenStack Swift", "Blacklisted: the account is barred", 403},
	}, Why: "A fault of the request.", Disputed: "nginx is by far the commoner. In front of Swift map 497 to 403."},
	{
		Code: 498, Name: "Invalid Token", To: 401, Meanings: []Meaning{
			{"Esri ArcGIS Server", "the token is invalid or has expired", 401},
			{"OpenStack Swift", "Rate Limited", 503},
		},
		Why:      "A credential is wrong.",
		Disputed: "The contract fixes 401, Esri's meaning. In front of Swift map 498 to 503.",
	},
	{
		Code: 499, Name: "Client Closed Request", To: 401, Meanings: []Meaning{
			{"nginx, Traefik, OpenStack Swift and most CDNs", "the client went away before the answer; log only", 400},
			{"Esri ArcGIS Server", "Token Required", 401},
			{"Google APIs, gRPC gateways", "the call was cancelled", 400},
			{"Signal", "the app is too old", 400},
		},
		Why:      "A credential is missing.",
		Disputed: "A client that has gone reads no answer, so the meaning counts that a client can still read: Esri's.",
	},
	{Code: 509, Name: "Bandwidth Limit Exceeded", To: 503, Meanings: []Meaning{
		{"Apache httpd with mod_bw, cPanel", "the site has used up its traffic", 503},
		{"Microsoft Graph, Microsoft 365", "throttled for the bandwidth used", 503},
	}, Why: "A limit that time lifts."},
	{Code: 598, Name: "Network Read Timeout Error", To: 503, Unknown: true, Meanings: []Meaning{
		{"Some HTTP proxies, Microsoft's among them", "the connection behind fell silent", 503},
		{"Alibaba Cloud EdgeRoutine", "the edge script failed", 500},
		{"Perl AnyEvent::HTTP", "the request was broken off by its own caller", 500},
	}, Why: "A timeout behind.", Disputed: "The contract fixes 503, the proxies' meaning."},
	{Code: 599, Name: "Network Connect Timeout Error", To: 503, Unknown: true, Meanings: []Meaning{
		{"Some HTTP proxies, Microsoft's among them", "no connection to the server behind in time", 503},
		{"Tornado, PycURL", "no answer: timeout or broken connection", 503},
		{"Perl HTTP::Tiny, AnyEvent::HTTP", "any failure without an answer", 503},
		{"Qiniu Kodo, Alibaba Cloud EdgeRoutine", "the server or its script failed", 500},
	}, Why: "The server behind cannot be reached.", Disputed: "The contract fixes 503, the proxies' meaning."},
	{Code: 600, Name: "Invalid Header", To: 503, Meanings: []Meaning{
		{"SIP (RFC 3261)", "Busy Everywhere", 503},
		{"Squid", "internal: the reply's header does not parse", 503},
	}, Why: "Busy, or the backend's backend is broken as with 502."},
	{Code: 601, Name: "Header Too Large", To: 500, Meanings: []Meaning{
		{"Squid", "internal: a header is too large to process", 500},
	}, Why: "An internal signal that leaked."},
	{Code: 720, Name: "Redirect Signal", To: 500, Meanings: []Meaning{
		{"Varnish configurations", "synth(720): meant to become a 301 in vcl_synth", 500},
	}, Why: "An internal signal that leaked."},
	{Code: 721, Name: "Redirect Signal", To: 500, Meanings: []Meaning{
		{"Varnish configurations", "synth(721): meant to become a 302 in vcl_synth", 500},
	}, Why: "An internal signal that leaked."},
	{Code: 750, Name: "Redirect Signal", To: 500, Meanings: []Meaning{
		{"Varnish configurations", "synth(750): meant to become a redirect to HTTPS in vcl_synth", 500},
	}, Why: "An internal signal that leaked."},
}

// frameworks holds what application frameworks, client libraries and database gateways send or make up.
var frameworks = []Entry{
	{Code: 209, Name: "Contents of Related", To: 200, Meanings: []Meaning{
		{"W3C Linked Data Platform draft", "the body is another resource, as after 303", 200},
	}, Why: "A success."},
	{Code: 419, Name: "Page Expired", To: 401, Meanings: []Meaning{
		{"Laravel", "the CSRF token is missing or has expired", 401},
		{"Qiniu Kodo", "the account is frozen", 403},
		{"Old WebDAV drafts, Spring, Apache HttpClient", "Insufficient Space on Resource", 503},
	}, Why: "A token is missing or no longer valid.", Disputed: "The contract fixes 401, Laravel's meaning."},
	{
		Code: 420, Name: "Enhance Your Calm", To: 503, Meanings: []Meaning{
			{"Twitter API 1", "rate limited", 503},
			{"Telegram API", "FLOOD_WAIT: wait the seconds that the error names", 503},
			{"Salesforce Edge", "no route for the host at the moment", 503},
			{"Old WebDAV drafts, Spring, Apache HttpClient", "Method Failure", 400},
			{"SIP (RFC 3261)", "Bad Extension", 400},
		},
		Why:      "Too much or not now: try later.",
		Disputed: "Overload comes before other faults of the request, and the draft never became a standard.",
	},
	{
		Code: 555, Name: "User Defined Resource Error", To: 500, Meanings: []Meaning{
			{"Oracle REST Data Services", "SQL or PL/SQL that the owner of the resource wrote has failed", 500},
			{"Tencent EdgeOne", "the TLS handshake with the origin failed", 503},
			{"SMTP (RFC 5321)", "parameters not known", 400},
		},
		Why:      "A fault of the code behind.",
		Disputed: "A database stands behind gateways, a CDN in front of them. In front of EdgeOne map 555 to 503.",
	},
	{Code: 594, Name: "Proxy Handshake Failed", To: 503, Meanings: []Meaning{
		{"Perl programs around AnyEvent::HTTP", "the handshake with the proxy failed", 503},
	}, Why: "The server behind cannot be reached."},
	{Code: 595, Name: "Connection Failed", To: 503, Meanings: []Meaning{
		{"Perl AnyEvent::HTTP, Proxmox VE", "no connection to the server behind", 503},
	}, Why: "The server behind cannot be reached."},
	{
		Code: 596, Name: "Service Not Found", To: 404, Meanings: []Meaning{
			{"Mashery (Boomi) API gateway", "no service at this path and method", 404},
			{"Perl AnyEvent::HTTP, Proxmox VE", "TLS, sending or the answer's header failed", 503},
		},
		Why:      "No such resource.",
		Disputed: "An absent resource comes before a broken connection. In front of Proxmox map 596 to 503.",
	},
	{Code: 597, Name: "Body Receiving Failed", To: 503, Meanings: []Meaning{
		{"Perl AnyEvent::HTTP, Proxmox VE", "the answer's body broke off", 503},
	}, Why: "The server behind broke off, as with 502."},
	{Code: 700, Name: "Developer Error", To: 500, Meanings: []Meaning{
		{"7XX-rfc, a joke that handlers copy", "the developers are to blame", 500},
	}, Why: "A fault behind."},
}
