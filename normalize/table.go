package normalize

// Meaning is one use of a status code: who sends it and what it means there.
type Meaning struct {
	User  string // the specification, product or service that uses the code
	Means string // what the code says when that user sends it
	To    int    // the documented status that this meaning alone would get
}

// Entry is what the table knows of one status code.
type Entry struct {
	Code     int
	Name     string    // the phrase by which the code is known
	To       int       // the documented status that takes its place
	IANA     bool      // listed in the IANA registry, be it for good, temporarily, as obsolete or as unused
	Unused   bool      // listed by IANA as "(Unused)": reserved, without a meaning of its own
	Unknown  bool      // it leaves open whether the request was carried out: see UnknownOutcome
	Meanings []Meaning // the best known first
	Why      string    // why it goes to To
	Disputed string    // where the meanings lead to different statuses: how that was decided; else ""
}

// tables lists every entry, by subject. A code stands in one of them only.
//
// Where a code goes follows from what it means, in the order that the contract fixes: credential, permission, absence,
// method, representation, payload format, overload, fault of the request, fault behind. Where its meanings differ,
// three questions settle it: what does the contract fix, whose answers does a gateway meet in HTTP, which comes first
// in that order. 1xx and 3xx always go to 500 and 2xx to 200, as the profiles say.
func tables() [][]Entry {
	return [][]Entry{
		ianaSuccess, ianaClient, ianaServer,
		servers, frameworks, edges, platforms, services, storage,
		protocols, calls, streams,
	}
}
