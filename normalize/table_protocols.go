package normalize

// protocols holds FTP and SMTP replies that file and mail gateways, and libraries that speak both, pass on as statuses.
// Those that share a number with HTTP's own are told there.
var protocols = []Entry{
	{Code: 110, Name: "Restart Marker Reply", To: 500, Meanings: []Meaning{
		{"FTP (RFC 959)", "where a transfer could be resumed", 500},
	}, Why: "Interim, as any 1xx. As a final answer it is a fault behind."},
	{Code: 120, Name: "Service Ready Soon", To: 500, Meanings: []Meaning{
		{"FTP (RFC 959)", "the service will be ready in some minutes", 500},
	}, Why: "Interim, as any 1xx. As a final answer it is a fault behind."},
	{Code: 125, Name: "Transfer Starting", To: 500, Meanings: []Meaning{
		{"FTP (RFC 959)", "the data connection is open, the transfer starts", 500},
	}, Why: "Interim, as any 1xx. As a final answer it is a fault behind."},
	{Code: 150, Name: "File Status Okay", To: 500, Meanings: []Meaning{
		{"FTP (RFC 959)", "about to open the data connection", 500},
	}, Why: "Interim, as any 1xx. As a final answer it is a fault behind."},
	{Code: 211, Name: "System Status", To: 200, Meanings: []Meaning{
		{"FTP and SMTP (RFC 959, RFC 5321)", "the system's status", 200},
	}, Why: "2xx."},
	{Code: 212, Name: "Directory Status", To: 200, Meanings: []Meaning{
		{"FTP (RFC 959)", "a directory's status", 200},
	}, Why: "2xx."},
	{Code: 213, Name: "File Status", To: 200, Meanings: []Meaning{
		{"FTP (RFC 959)", "a file's status, size or time", 200},
	}, Why: "2xx."},
	{Code: 214, Name: "Help Message", To: 200, Meanings: []Meaning{
		{"FTP and SMTP (RFC 959, RFC 5321)", "help for a person", 200},
	}, Why: "2xx."},
	{Code: 215, Name: "System Type", To: 200, Meanings: []Meaning{
		{"FTP (RFC 959)", "the operating system's name", 200},
	}, Why: "2xx."},
	{Code: 220, Name: "Service Ready", To: 200, Meanings: []Meaning{
		{"FTP and SMTP (RFC 959, RFC 5321)", "the greeting", 200},
	}, Why: "2xx."},
	{Code: 221, Name: "Service Closing", To: 200, Meanings: []Meaning{
		{"FTP and SMTP (RFC 959, RFC 5321)", "the farewell", 200},
	}, Why: "2xx."},
	{Code: 225, Name: "Data Connection Open", To: 200, Meanings: []Meaning{
		{"FTP (RFC 959)", "the data connection is open, nothing is being sent", 200},
	}, Why: "2xx."},
	{Code: 227, Name: "Entering Passive Mode", To: 200, Meanings: []Meaning{
		{"FTP (RFC 959)", "the address for the data connection", 200},
	}, Why: "2xx."},
	{Code: 229, Name: "Entering Extended Passive Mode", To: 200, Meanings: []Meaning{
		{"FTP (RFC 2428)", "the port for the data connection", 200},
	}, Why: "2xx."},
	{Code: 230, Name: "User Logged In", To: 200, Meanings: []Meaning{
		{"FTP (RFC 959) and services that borrowed it", "signed in", 200},
	}, Why: "2xx."},
	{Code: 234, Name: "Security Data Exchange Complete", To: 200, Meanings: []Meaning{
		{"FTP over TLS (RFC 2228, RFC 4217)", "TLS may start", 200},
	}, Why: "2xx."},
	{Code: 235, Name: "Authentication Successful", To: 200, Meanings: []Meaning{
		{"SMTP (RFC 4954)", "signed in", 200},
	}, Why: "2xx."},
	{Code: 250, Name: "Action Completed", To: 200, Meanings: []Meaning{
		{"RTSP (RFC 2326)", "Low on Storage Space: done, but the room gets scarce", 200},
		{"FTP and SMTP (RFC 959, RFC 5321)", "the action is done", 200},
	}, Why: "2xx."},
	{Code: 251, Name: "User Not Local", To: 200, Meanings: []Meaning{
		{"SMTP (RFC 5321)", "the mail will be forwarded", 200},
	}, Why: "2xx."},
	{Code: 252, Name: "Cannot Verify User", To: 200, Meanings: []Meaning{
		{"SMTP (RFC 5321)", "the mail is accepted without a check of the user", 200},
	}, Why: "2xx."},
	{Code: 257, Name: "Path Created", To: 200, Meanings: []Meaning{
		{"FTP (RFC 959)", "the directory was made, or its name", 200},
	}, Why: "2xx; without a Location it is no 201."},
	{Code: 331, Name: "Need Password", To: 500, Meanings: []Meaning{
		{"FTP (RFC 959)", "the user name is fine, the password is to follow", 500},
	}, Why: "3xx: half of a dialogue that HTTP cannot go on with."},
	{Code: 332, Name: "Need Account", To: 500, Meanings: []Meaning{
		{"FTP (RFC 959)", "an account is to follow", 500},
	}, Why: "3xx: half of a dialogue that HTTP cannot go on with."},
	{Code: 334, Name: "Authentication Challenge", To: 500, Meanings: []Meaning{
		{"SMTP (RFC 4954), FTP (RFC 2228)", "the answer to the challenge is to follow", 500},
	}, Why: "3xx: half of a dialogue that HTTP cannot go on with."},
	{Code: 350, Name: "Pending Further Information", To: 500, Meanings: []Meaning{
		{"FTP (RFC 959)", "another command is to follow", 500},
	}, Why: "3xx: half of a dialogue that HTTP cannot go on with."},
	{Code: 354, Name: "Start Mail Input", To: 500, Meanings: []Meaning{
		{"SMTP (RFC 5321)", "the mail is to follow", 500},
	}, Why: "3xx: half of a dialogue that HTTP cannot go on with."},
	{Code: 434, Name: "Requested Host Unavailable", To: 503, Meanings: []Meaning{
		{"Some FTP servers", "the virtual host is not available", 503},
	}, Why: "The backend's backend is down."},
	{Code: 532, Name: "Need Account for Storing Files", To: 401, Meanings: []Meaning{
		{"FTP (RFC 959)", "an account is needed to store files", 401},
		{"Edgio (discontinued)", "the answer is larger than the platform allows", 500},
	}, Why: "A credential is missing.", Disputed: "Credentials come first, and Edgio is no more."},
	{Code: 533, Name: "Protection Level Denied", To: 403, Meanings: []Meaning{
		{"FTP (RFC 2228)", "the command is refused at this protection level by policy", 403},
		{"Edgio (discontinued)", "the TLS handshake with the server behind failed", 503},
	}, Why: "Known and forbidden.", Disputed: "Permission comes before outage, and Edgio is no more."},
	{Code: 534, Name: "Mechanism Too Weak", To: 401, Meanings: []Meaning{
		{"SMTP (RFC 4954)", "the way of signing in is too weak for this user", 401},
		{"FTP (RFC 2228)", "refused by policy", 403},
		{"Edgio (discontinued)", "the site's serverless code failed", 500},
	}, Why: "The credential will not do.", Disputed: "Credentials come first, and Edgio is no more."},
	{Code: 535, Name: "Authentication Failed", To: 401, Meanings: []Meaning{
		{"SMTP (RFC 4954)", "the credentials are invalid", 401},
		{"FTP (RFC 2228)", "the security check failed", 401},
		{"Edgio (discontinued)", "no site of that name", 404},
	}, Why: "The credential is wrong.", Disputed: "Credentials come first, and Edgio is no more."},
}
