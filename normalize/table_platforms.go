package normalize

// platforms holds the codes of platforms that number their own failures: Akamai's EAA (Enterprise Application Access),
// and Edgio, once Layer0, which was switched off in 2025 and lives on where its codes were copied.
var platforms = []Entry{
	{Code: 531, Name: "Upstream Connection Error", To: 503, Meanings: []Meaning{
		{"Edgio (discontinued)", "no connection to the server behind", 503},
	}, Why: "The backend's backend is down."},
	{Code: 536, Name: "HTTP Response Timeout", To: 503, Meanings: []Meaning{
		{"Edgio (discontinued)", "the server behind did not answer", 503},
	}, Why: "A timeout behind."},
	{Code: 537, Name: "DNS Resolution Error", To: 503, Meanings: []Meaning{
		{"Edgio (discontinued)", "the name of the server behind does not resolve", 503},
	}, Why: "The backend's backend cannot be reached."},
	{Code: 538, Name: "Project Request Loop", To: 500, Meanings: []Meaning{
		{"Edgio (discontinued)", "the site is its own upstream, several times over", 500},
	}, Why: "A fault behind, as 508."},
	{Code: 539, Name: "Project Timeout", To: 503, Meanings: []Meaning{
		{"Edgio (discontinued)", "the site's serverless code did not answer in time", 503},
	}, Why: "A timeout behind."},
	{Code: 541, Name: "Out of Workers", To: 503, Meanings: []Meaning{
		{"Edgio (discontinued)", "no worker free to run the site's code", 503},
	}, Why: "Overload."},
	{Code: 542, Name: "Project Header Overflow", To: 500, Meanings: []Meaning{
		{"Edgio (discontinued)", "the site's code answered with too many or too long header fields", 500},
	}, Why: "A fault of the code behind."},
	{Code: 543, Name: "Communication Error", To: 503, Meanings: []Meaning{
		{"Akamai EAA", "the identity provider or directory cannot be reached", 503},
		{"Edgio (discontinued)", "the platform's own upstream did not answer in time", 503},
	}, Why: "The backend's backend is down."},
	{Code: 544, Name: "Management Communication Error", To: 503, Meanings: []Meaning{
		{"Akamai EAA", "the login manager cannot be reached", 503},
		{"Edgio (discontinued)", "Invalid Host Header", 400},
	}, Why: "The backend's backend is down.", Disputed: "EAA is still in use."},
	{Code: 547, Name: "No HTTP Response", To: 503, Meanings: []Meaning{
		{"Edgio (discontinued)", "the platform's own upstream did not answer", 503},
	}, Why: "The backend's backend is down."},
	{Code: 548, Name: "Upstream DNS Resolution Error", To: 503, Meanings: []Meaning{
		{"Edgio (discontinued)", "the name of the platform's own upstream does not resolve", 503},
	}, Why: "The backend's backend cannot be reached."},
	{Code: 549, Name: "Authentication Gateway Error", To: 503, Meanings: []Meaning{
		{"Akamai EAA", "the directory behind the login cannot be reached", 503},
		{"Edgio (discontinued)", "the site's serverless code crashed", 500},
	}, Why: "The backend's backend is down.", Disputed: "EAA is still in use."},
	{Code: 556, Name: "Unexpected Authentication Challenge", To: 401, Meanings: []Meaning{
		{"Akamai EAA", "the application asks for credentials where it should not", 401},
		{"SMTP (RFC 7504)", "the domain takes no mail", 404},
	}, Why: "A credential is missing.", Disputed: "Credentials come before absence."},
	{Code: 558, Name: "Connection Limit", To: 503, Meanings: []Meaning{
		{"Akamai EAA", "the user has too many connections open", 503},
	}, Why: "A limit that time lifts."},
	{
		Code: 562, Name: "JWKS Request Failed", To: 503, Meanings: []Meaning{
			{"AWS Application Load Balancer", "the keys to check tokens with cannot be fetched", 503},
			{"Akamai EAA", "the stored credential cannot be read; sign in again", 401},
		},
		Why:      "The backend's backend is down; the token may well be valid.",
		Disputed: "The load balancer is by far the commoner. In front of EAA map 562 to 401.",
	},
}
