package tests

import (
	"errors"
	"net/http"
	"testing"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
)

func TestPlaceholdersAreKnownOutsideTheGate(t *testing.T) {
	const site = "header >X-Seen `{http.statusgate.received_status}|{http.statusgate.sent_status}|{http.statusgate.reason}|{http.statusgate.rule}|{http.statusgate.negotiated_type}`"
	const options = "map 410 403\nresource /orders {\n\tmethods GET POST\n\tproduces application/json text/csv\n}"
	runScenarios(t, []scenario{
		{
			name: "a status that passes", options: options, site: site,
			behind: answers(200, "ok", asText), want: gets(200, "ok", asText, "X-Seen: 200|200|documented||"),
		},
		{
			name: "a rule", options: options, site: site,
			behind: answers(410, "", asText), want: explains(403, "", after(410), "X-Seen: 410|403|rule|map 410 403|"),
		},
		{
			name: "the table", options: options, site: site,
			behind: answers(520, "", asText), want: explains(503, `,"retry_after":5`, after(520), "Retry-After: 5", "X-Seen: 520|503|table||"),
		},
		{
			name: "the media type that was chosen", options: options, site: site, path: "/orders", request: []string{"Accept", "text/*, application/json;q=0.5"},
			behind: answers(200, "a,b", "Content-Type: text/csv"), want: gets(200, "a,b", "Content-Type: text/csv", "X-Seen: 200|200|documented||text/csv", "Vary: Accept"),
		},
		{
			name: "a request that is rejected", options: options, site: site, path: "/orders", method: "DELETE", only: "direct",
			behind: answers(200, "", asText),
			want: explains(405, `,"allowed":["GET","HEAD","POST","OPTIONS"]`, "Allow: GET, HEAD, POST, OPTIONS", refused,
				"X-Seen: none|405|method||"),
		},
		{
			name: "an error", options: options, site: site, only: "direct",
			behind: fails(caddyhttp.Error(413, errors.New("oh"))),
			want:   explains(400, "", "Proxy-Status: statusgate; error=http_request_error", "X-Seen: 413|400|table||", notStored),
		},
		{
			name: "the chosen media type is known to the backend", options: options, site: site, path: "/orders", only: "direct get",
			behind: answersWithPlaceholder("http.statusgate.negotiated_type"),
			want:   gets(200, "application/json", asText, "X-Seen: 200|200|documented||application/json", "Vary: Accept"),
		},
	})
}

func answersWithPlaceholder(name string) backend {
	return func(w http.ResponseWriter, r *http.Request) error {
		value, _ := r.Context().Value(caddy.ReplacerCtxKey).(*caddy.Replacer).GetString(name)
		return answers(200, value, asText)(w, r)
	}
}
