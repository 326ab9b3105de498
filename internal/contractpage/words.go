package contractpage

import (
	"net/http"
	"strconv"

	"github.com/statusgate/statusgate/normalize"
)

// word is what is said of a status.
type word struct {
	meaning, advice string
	fields          []Named
}

var words = map[int]word{
	200: {"The request has succeeded.", "Use the body.", nil},
	201: {"Something was created.", "Find it at Location.", []Named{{"Location", "The URI of the new resource."}}},
	202: {"The request is accepted and not finished. It may still be refused.", "Ask Location, where there is one, how far it is.", []Named{{"Location", "Where to ask, if there is such a place."}}},
	204: {"The request has succeeded. There is nothing to send.", "Go on without a body.", nil},
	206: {"A part of the resource, as Range asked for.", "Put the parts together by Content-Range.", []Named{{"Content-Range", "Which part it is."}}},
	301: {"The resource has moved for good.", "Follow Location, and use it from now on.", []Named{{"Location", "Where it is now."}}},
	302: {"The resource is elsewhere for now.", "Follow Location.", []Named{{"Location", "Where it is for now."}}},
	303: {"The answer is elsewhere.", "Get Location.", []Named{{"Location", "Where the answer is."}}},
	304: {"Nothing has changed since the version that you have.", "Use what you have.", nil},
	307: {"The resource is elsewhere for now.", "Send the same request to Location.", []Named{{"Location", "Where it is for now."}}},
	308: {"The resource has moved for good.", "Send the same request to Location, now and from now on.", []Named{{"Location", "Where it is now."}}},
	400: {"The request has missing or invalid information.", "Mend it before you send it again.", nil},
	401: {"The credentials are missing or not valid.", "Get new ones, by the scheme that WWW-Authenticate names.", []Named{{"WWW-Authenticate", "The schemes by which to authenticate."}}},
	403: {"The credentials do not allow this.", "Do not repeat it with these credentials.", nil},
	404: {"There is no such resource.", "Check the address.", nil},
	405: {"The resource does not have this method.", "Use a method that Allow lists.", []Named{{"Allow", "The methods of the resource."}}},
	406: {"There is no representation that the request accepts.", "Accept one that the problem lists as available.", nil},
	409: {"The request conflicts with the state of the resource.", "Read the resource, then decide.", nil},
	412: {"The resource is not as the request requires.", "Read the resource again, then decide.", nil},
	415: {"The format of the content is not supported.", "Send a type that Accept lists, or a coding that Accept-Encoding lists.", []Named{{"Accept", "The media types that are taken."}, {"Accept-Encoding", "The content codings that are taken."}}},
	416: {"The part that Range asks for is not there.", "Ask for a part within the length that Content-Range tells.", []Named{{"Content-Range", "How long the resource is."}}},
	417: {"What Expect asks for cannot be met.", "Send the request without Expect.", nil},
	426: {"The request needs another protocol.", "Use the protocol that Upgrade names.", []Named{{"Upgrade", "The protocols that would do."}}},
	500: {"The server met an unexpected condition.", "Report it with the instance of the problem. Repeat only what is safe to repeat.", nil},
	503: {"The server is overloaded, or cannot answer for now.", "Wait as long as Retry-After says, then repeat what is safe to repeat.", []Named{{"Retry-After", "The seconds to wait."}}},
}

// classes are what is said of other statuses (RFC 9110 §15).
var classes = map[int]word{
	1: {"The request goes on.", "Wait for the final answer.", nil},
	2: {"The request has succeeded.", "Use the body.", nil},
	3: {"The answer is elsewhere.", "Follow Location, where there is one.", nil},
	4: {"The request cannot be served as it is.", "Mend it before you send it again.", nil},
	5: {"The server could not do what it should.", "Repeat only what is safe to repeat.", nil},
}

// statusOf tells of a status.
func statusOf(status int) Status {
	w, ok := words[status]
	if !ok {
		w = classes[status/100]
	}
	title := http.StatusText(status)
	if title == "" {
		title = normalize.Name(status)
	}
	return Status{Status: status, Title: title, Section: "status-" + strconv.Itoa(status), Meaning: w.meaning, Advice: w.advice, Fields: append([]Named{}, w.fields...)}
}

// kinds are all kinds of problems that a gate makes itself.
var kinds = []Kind{
	{"unknown_resource", []int{404}, "No resource has the path.", "no"},
	{"method", []int{405}, "The resource does not have the method.", "no"},
	{"content_type", []int{415}, "The resource does not take the media type of the content, or the content has none.", "no"},
	{"content_coding", []int{415}, "The resource does not decode the content coding of the content.", "no"},
	{"accept", []int{406}, "The resource has no representation that the request accepts.", "unknown"},
	{"overload", []int{503}, "More is asked than the server can do. There is room again when Retry-After says, and not before.", "no"},
	{"backend_unreachable", []int{503}, "The server behind the gateway cannot be reached.", "no"},
	{"backend_timeout", []int{500, 503}, "The server behind the gateway did not answer in time.", "perhaps"},
	{"backend_incomplete", []int{500, 503}, "The server behind the gateway broke off its answer.", "perhaps"},
	{"job", []int{400, 404, 500}, "It is about a job: its key, its address or its outcome.", "unknown"},
}

var members = []Named{
	{"type", "A URI for the kind of problem; about:blank where the status says it all."},
	{"title", "The name of the status, for people."},
	{"status", "The status of the answer."},
	{"detail", "What went wrong, for people."},
	{"instance", "A URI for this very problem. Name it when you report it."},
	{"allowed", "With 405: the methods of the resource."},
	{"available", "With 406: the media types that there are."},
	{"accepted", "With 415: the media types or codings that are taken."},
	{"retry_after", "With 503: the seconds to wait."},
}

var advice = []string{
	"Wait as long as Retry-After says. Under overload it is an appointment: who comes earlier is likely to be turned away again.",
	"Repeat by yourself only what may be repeated. Anything else may have been carried out although you got an error.",
	"Add some random time to your own pauses, and give up after a few tries.",
}
