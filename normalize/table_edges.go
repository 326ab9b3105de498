package normalize

// edges holds what CDNs, cloud load balancers and hosting platforms send.
var edges = []Entry{
	{Code: 247, Name: "Challenge", To: 200, Meanings: []Meaning{
		{"Reblaze", "a script that a browser has to run before it gets the page", 200},
	}, Why: "2xx. For an API's clients the page is no answer: map 247 to 403 there."},
	{Code: 460, Name: "Client Closed Connection", To: 400, Meanings: []Meaning{
		{"AWS Application Load Balancer", "the client left before the idle timeout was over; log only", 400},
		{"RTSP (RFC 7826)", "Only Aggregate Operation Allowed", 405},
	}, Why: "The client broke off.", Disputed: "AWS speaks HTTP; the RTSP code leaks from media servers only."},
	{Code: 463, Name: "Too Many Forwarded Addresses", To: 400, Meanings: []Meaning{
		{"AWS Application Load Balancer", "X-Forwarded-For holds more than 30 addresses", 400},
		{"RTSP (RFC 7826)", "Destination Prohibited", 403},
	}, Why: "A fault of the request.", Disputed: "AWS speaks HTTP; the RTSP code leaks from media servers only."},
	{Code: 464, Name: "Incompatible Protocol Version", To: 400, Meanings: []Meaning{
		{"AWS Application Load Balancer", "the request's protocol does not fit the target group's", 400},
		{"RTSP (RFC 7826)", "Data Transport Not Ready Yet", 503},
	}, Why: "A fault of the request.", Disputed: "AWS speaks HTTP; the RTSP code leaks from media servers only."},
	{Code: 520, Name: "Web Server Returned an Unknown Error", To: 503, Unknown: true, Meanings: []Meaning{
		{"Cloudflare", "the origin's answer is empty, invalid or was reset", 503},
		{"Tencent EdgeOne", "the origin reset the connection", 503},
		{"Zyte API", "the page could not be fetched for now", 503},
	}, Why: "The backend's backend is broken, as with 502."},
	{Code: 521, Name: "Web Server Is Down", To: 503, Meanings: []Meaning{
		{"Cloudflare, Tencent EdgeOne", "the origin refuses the connection", 503},
	}, Why: "The backend's backend is down."},
	{Code: 522, Name: "Connection Timed Out", To: 503, Meanings: []Meaning{
		{"Cloudflare, Tencent EdgeOne", "no connection to the origin in time", 503},
	}, Why: "The backend's backend cannot be reached."},
	{Code: 523, Name: "Origin Is Unreachable", To: 503, Meanings: []Meaning{
		{"Cloudflare, Tencent EdgeOne", "no route to the origin, or its name does not resolve", 503},
	}, Why: "The backend's backend cannot be reached."},
	{Code: 524, Name: "A Timeout Occurred", To: 503, Unknown: true, Meanings: []Meaning{
		{"Cloudflare, Tencent EdgeOne", "connected, but the origin did not answer in time", 503},
	}, Why: "A timeout behind, as 504."},
	{Code: 525, Name: "SSL Handshake Failed", To: 503, Meanings: []Meaning{
		{"Cloudflare, Tencent EdgeOne", "the TLS handshake with the origin failed", 503},
	}, Why: "The backend's backend cannot be reached."},
	{Code: 526, Name: "Invalid SSL Certificate", To: 503, Meanings: []Meaning{
		{"Cloudflare", "the origin's certificate does not verify", 503},
	}, Why: "The backend's backend cannot be reached safely."},
	{Code: 527, Name: "Railgun Error", To: 503, Meanings: []Meaning{
		{"Cloudflare (Railgun, discontinued)", "the connection to the origin's Railgun was interrupted", 503},
	}, Why: "The backend's backend cannot be reached."},
	{
		Code: 530, Name: "Origin Unavailable", To: 503, Meanings: []Meaning{
			{"Cloudflare", "the 1xxx error in the body tells, mostly that the origin's name does not resolve", 503},
			{"Shopify", "the origin's name does not resolve", 503},
			{"Pantheon", "the site is frozen for want of visits", 503},
			{"HashiCorp Vault, sys/health", "the node was removed from the cluster", 503},
			{"FTP and SMTP (RFC 959, RFC 4954)", "not signed in", 401},
		},
		Why:      "The backend's backend is down.",
		Disputed: "Whoever speaks HTTP means unavailable. In front of an FTP gateway map 530 to 401.",
	},
	{Code: 545, Name: "Edge Function Error", To: 500, Meanings: []Meaning{
		{"Tencent EdgeOne", "the edge function failed", 500},
		{"Edgio (discontinued)", "a part of the platform was not ready", 503},
	}, Why: "A fault of the code behind.", Disputed: "EdgeOne is still in use."},
	{Code: 546, Name: "Resource Limit", To: 503, Meanings: []Meaning{
		{"Supabase Edge Functions", "the function was stopped for using too much memory or time", 503},
		{"Edgio (discontinued)", "the TLS handshake with the platform's own upstream failed", 503},
	}, Why: "Overload behind."},
	{
		Code: 550, Name: "Origin Reset", To: 503, Meanings: []Meaning{
			{"Tencent EdgeOne", "the origin reset the connection, as 520", 503},
			{"FTP and SMTP (RFC 959, RFC 5321)", "the file or mailbox does not exist or is not accessible", 404},
		},
		Why:      "The backend's backend is broken.",
		Disputed: "EdgeOne speaks HTTP. In front of a file or mail gateway map 550 to 404.",
	},
	{Code: 552, Name: "Origin Connection Timed Out", To: 503, Meanings: []Meaning{
		{"Tencent EdgeOne", "no connection to the origin in time, as 522", 503},
		{"Akamai EAA", "the application cannot be reached", 503},
		{"FTP and SMTP (RFC 959, RFC 5321)", "the storage allotted is used up", 503},
	}, Why: "The backend's backend cannot be reached, or a shortage as 507."},
	{Code: 554, Name: "Origin Timed Out", To: 503, Meanings: []Meaning{
		{"Tencent EdgeOne", "the origin did not answer in time, as 524", 503},
		{"SMTP (RFC 5321)", "the transaction failed", 500},
	}, Why: "A timeout behind.", Disputed: "EdgeOne speaks HTTP. In front of a mail gateway map 554 to 500."},
	{Code: 561, Name: "Unauthorized", To: 401, Meanings: []Meaning{
		{"AWS Application Load Balancer", "the identity provider refused to authenticate the user", 401},
	}, Why: "The credential was not accepted."},
	{Code: 566, Name: "Blocked by Managed Rules", To: 403, Meanings: []Meaning{
		{"Tencent EdgeOne", "a managed rule of the firewall blocked the request", 403},
	}, Why: "Known and blocked."},
	{Code: 567, Name: "Blocked by Custom Rules", To: 403, Meanings: []Meaning{
		{"Tencent EdgeOne", "a rule of the site's own, a rate limit or bot management blocked the request", 403},
	}, Why: "Known and blocked; the code does not tell a rate limit apart."},
	{Code: 602, Name: "Redirect Signal", To: 500, Meanings: []Meaning{
		{"Fastly configurations", "error 602: meant to become a redirect in vcl_error; 600 to 699 are free for that", 500},
	}, Why: "An internal signal that leaked."},
	{Code: 618, Name: "Redirect Signal", To: 500, Meanings: []Meaning{
		{"Fastly configurations", "error 618: meant to become a redirect or an error page in vcl_error", 500},
	}, Why: "An internal signal that leaked."},
	{Code: 801, Name: "Force TLS", To: 500, Meanings: []Meaning{
		{"Fastly", "error 801: meant to become a redirect to HTTPS; 700 to 899 are Fastly's own", 500},
	}, Why: "An internal signal that leaked."},
	{Code: 802, Name: "Redirect Signal", To: 500, Meanings: []Meaning{
		{"Fastly configurations, GOV.UK's among them", "error 802: meant to become a redirect in vcl_error", 500},
	}, Why: "An internal signal that leaked."},
	{Code: 900, Name: "Synthetic Answer", To: 500, Meanings: []Meaning{
		{"Fastly", "error 900: meant to become a synthetic answer in vcl_error", 500},
	}, Why: "An internal signal that leaked."},
}
