package normalize

// calls holds SIP statuses that call servers and their web interfaces pass on. Those that share a number with a code
// better known in HTTP are told there.
var calls = []Entry{
	{Code: 180, Name: "Ringing", To: 500, Meanings: []Meaning{
		{"SIP (RFC 3261)", "the phone rings", 500},
	}, Why: "Interim, as any 1xx. As a final answer it is a fault behind."},
	{Code: 181, Name: "Call Is Being Forwarded", To: 500, Meanings: []Meaning{
		{"SIP (RFC 3261)", "the call goes elsewhere", 500},
	}, Why: "Interim, as any 1xx. As a final answer it is a fault behind."},
	{Code: 182, Name: "Queued", To: 500, Meanings: []Meaning{
		{"SIP (RFC 3261)", "the call waits its turn", 500},
	}, Why: "Interim, as any 1xx. As a final answer it is a fault behind."},
	{Code: 183, Name: "Session Progress", To: 500, Meanings: []Meaning{
		{"SIP (RFC 3261)", "how the call gets on", 500},
	}, Why: "Interim, as any 1xx. As a final answer it is a fault behind."},
	{Code: 199, Name: "Early Dialog Terminated", To: 500, Meanings: []Meaning{
		{"SIP (RFC 6228)", "one branch of the call has ended", 500},
	}, Why: "Interim, as any 1xx. As a final answer it is a fault behind."},
	{Code: 380, Name: "Alternative Service", To: 500, Meanings: []Meaning{
		{"SIP (RFC 3261)", "not this way; the body names others", 500},
	}, Why: "3xx that HTTP clients do not know."},
	{Code: 436, Name: "Bad Identity Info", To: 400, Meanings: []Meaning{
		{"SIP (RFC 8224)", "the certificate that the request points to cannot be had", 400},
	}, Why: "A fault of the request."},
	{Code: 437, Name: "Unsupported Credential", To: 401, Meanings: []Meaning{
		{"SIP (RFC 8224)", "the certificate is not one that can be verified", 401},
	}, Why: "The credential is wrong."},
	{Code: 438, Name: "Invalid Identity Header", To: 401, Meanings: []Meaning{
		{"SIP (RFC 8224)", "the caller's signature is invalid", 401},
	}, Why: "The credential is wrong."},
	{Code: 439, Name: "First Hop Lacks Outbound Support", To: 400, Meanings: []Meaning{
		{"SIP (RFC 5626)", "the proxy next to the caller cannot do what was asked", 400},
	}, Why: "A fault of the request: it asks for what its path cannot do."},
	{Code: 469, Name: "Bad Info Package", To: 400, Meanings: []Meaning{
		{"SIP (RFC 6086)", "the package is not one that the other side takes", 400},
	}, Why: "A fault of the request."},
	{Code: 480, Name: "Temporarily Unavailable", To: 503, Meanings: []Meaning{
		{"SIP (RFC 3261)", "no one there at the moment", 503},
	}, Why: "Try later."},
	{Code: 481, Name: "Call or Transaction Does Not Exist", To: 404, Meanings: []Meaning{
		{"SIP (RFC 3261)", "no such call", 404},
	}, Why: "Absent."},
	{Code: 482, Name: "Loop Detected", To: 500, Meanings: []Meaning{
		{"SIP (RFC 3261)", "the request came round again", 500},
	}, Why: "A fault behind, as 508."},
	{Code: 483, Name: "Too Many Hops", To: 500, Meanings: []Meaning{
		{"SIP (RFC 3261)", "the request passed too many proxies", 500},
	}, Why: "A fault behind, as 508."},
	{Code: 484, Name: "Address Incomplete", To: 400, Meanings: []Meaning{
		{"SIP (RFC 3261)", "digits are missing", 400},
	}, Why: "A fault of the request."},
	{Code: 485, Name: "Ambiguous", To: 400, Meanings: []Meaning{
		{"SIP (RFC 3261)", "the address fits several users", 400},
	}, Why: "A fault of the request."},
	{Code: 486, Name: "Busy Here", To: 503, Meanings: []Meaning{
		{"SIP (RFC 3261)", "the other side is busy", 503},
	}, Why: "Try later."},
	{Code: 487, Name: "Request Terminated", To: 400, Meanings: []Meaning{
		{"SIP (RFC 3261)", "the caller gave up", 400},
	}, Why: "The client broke off."},
	{Code: 488, Name: "Not Acceptable Here", To: 406, Meanings: []Meaning{
		{"SIP (RFC 3261)", "no common session description at this end", 406},
	}, Why: "No representation that suits both."},
	{Code: 489, Name: "Bad Event", To: 400, Meanings: []Meaning{
		{"SIP (RFC 6665)", "the event package is not known", 400},
	}, Why: "A fault of the request."},
	{Code: 491, Name: "Request Pending", To: 503, Meanings: []Meaning{
		{"SIP (RFC 3261)", "another request of this call is still open", 503},
	}, Why: "Try later."},
	{Code: 493, Name: "Undecipherable", To: 400, Meanings: []Meaning{
		{"SIP (RFC 3261)", "the body is encrypted with a key that is not at hand", 400},
	}, Why: "A fault of the request."},
	{Code: 513, Name: "Message Too Large", To: 400, Meanings: []Meaning{
		{"SIP (RFC 3261)", "the message is too large", 400},
	}, Why: "A fault of the request, as 413."},
	{Code: 580, Name: "Precondition Failure", To: 500, Meanings: []Meaning{
		{"SIP (RFC 3312)", "the server cannot meet what the call demands", 500},
	}, Why: "A fault behind."},
	{Code: 603, Name: "Decline", To: 403, Meanings: []Meaning{
		{"SIP (RFC 3261)", "the other side does not want to", 403},
	}, Why: "Known and refused."},
	{Code: 604, Name: "Does Not Exist Anywhere", To: 404, Meanings: []Meaning{
		{"SIP (RFC 3261)", "no such user anywhere", 404},
	}, Why: "Absent."},
	{Code: 606, Name: "Not Acceptable", To: 406, Meanings: []Meaning{
		{"SIP (RFC 3261)", "no common session description", 406},
	}, Why: "No representation that suits both."},
	{Code: 607, Name: "Unwanted", To: 403, Meanings: []Meaning{
		{"SIP (RFC 8197)", "the other side does not want this caller", 403},
	}, Why: "Known and blocked."},
}

// streams holds RTSP statuses that cameras and media servers pass on.
var streams = []Entry{
	{Code: 452, Name: "Conference Not Found", To: 404, Meanings: []Meaning{
		{"RTSP (RFC 2326)", "no such conference", 404},
		{"FTP and SMTP (RFC 959, RFC 5321)", "not enough storage", 503},
	}, Why: "Absent.", Disputed: "An absent resource comes before a shortage."},
	{Code: 453, Name: "Not Enough Bandwidth", To: 503, Meanings: []Meaning{
		{"RTSP (RFC 7826), AirPlay", "no bandwidth, or no channel, left", 503},
	}, Why: "Overload."},
	{Code: 454, Name: "Session Not Found", To: 404, Meanings: []Meaning{
		{"RTSP (RFC 7826)", "no such session", 404},
		{"SMTP (RFC 4954)", "authentication failed for the moment", 503},
	}, Why: "Absent.", Disputed: "An absent resource comes before \"try later\"."},
	{Code: 455, Name: "Method Not Valid in This State", To: 405, Meanings: []Meaning{
		{"RTSP (RFC 7826)", "not now: the header Allow lists what is", 405},
		{"SMTP (RFC 5321)", "the server cannot take the parameters", 400},
	}, Why: "The method is not supported here.", Disputed: "The method comes before other faults of the request."},
	{Code: 458, Name: "Parameter Is Read-Only", To: 403, Meanings: []Meaning{
		{"RTSP (RFC 7826)", "the parameter cannot be set", 403},
	}, Why: "Known and forbidden."},
	{Code: 459, Name: "Aggregate Operation Not Allowed", To: 405, Meanings: []Meaning{
		{"RTSP (RFC 7826)", "the method does not go with a whole presentation", 405},
	}, Why: "The method is not supported for this URI."},
	{Code: 461, Name: "Unsupported Transport", To: 406, Meanings: []Meaning{
		{"RTSP (RFC 7826)", "none of the transports that the client offers", 406},
	}, Why: "No form that the client accepts."},
	{Code: 462, Name: "Destination Unreachable", To: 503, Meanings: []Meaning{
		{"RTSP (RFC 7826)", "the client's address cannot be reached", 503},
	}, Why: "A connection that may come back."},
	{Code: 465, Name: "Notification Reason Unknown", To: 400, Meanings: []Meaning{
		{"RTSP (RFC 7826)", "a notification with a reason that is not known", 400},
	}, Why: "A fault of the request."},
	{Code: 466, Name: "Key Management Error", To: 400, Meanings: []Meaning{
		{"RTSP (RFC 7826)", "the keys for the media could not be agreed", 400},
	}, Why: "A fault of the request."},
	{Code: 470, Name: "Connection Authorization Required", To: 401, Meanings: []Meaning{
		{"RTSP (RFC 7826), AirPlay", "the connection has to be authorized first", 401},
		{"SIP (RFC 5360)", "Consent Needed", 403},
	}, Why: "A credential is missing.", Disputed: "Credentials come before permission."},
	{Code: 471, Name: "Connection Credentials Not Accepted", To: 401, Meanings: []Meaning{
		{"RTSP (RFC 7826)", "the credentials on the way were not accepted", 401},
	}, Why: "A credential is wrong."},
	{
		Code: 551, Name: "Option Not Supported", To: 500, Meanings: []Meaning{
			{"RTSP (RFC 7826)", "a feature that the request requires is missing", 500},
			{"Tencent EdgeOne", "the origin refuses the connection, as 521", 503},
			{"SMTP (RFC 5321)", "the user is not local", 404},
		},
		Why:      "The server lacks a feature.",
		Disputed: "A standard, and media servers stand behind gateways. In front of EdgeOne map 551 to 503.",
	},
	{Code: 553, Name: "Proxy Unavailable", To: 503, Meanings: []Meaning{
		{"RTSP (RFC 7826)", "the next proxy cannot be reached", 503},
		{"Tencent EdgeOne", "the origin's name does not resolve, as 523", 503},
		{"FTP and SMTP (RFC 959, RFC 5321)", "the name is not allowed", 400},
	}, Why: "The backend's backend is down.", Disputed: "Two of three mean unavailable, and overload comes first."},
}
