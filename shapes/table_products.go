package shapes

import "github.com/statusgate/statusgate/inspect"

// products are the errors of servers that one installs.
var products = []Row{
	{
		Name: "prometheus", Tier: Common,
		Sender:  "Prometheus, Thanos, Mimir, VictoriaMetrics",
		Source:  "ran: Prometheus 2.42.0; prometheus.io, HTTP API, format overview",
		Example: `{"status":"error","errorType":"bad_data","error":"invalid parameter \"query\": 1:4: parse error: unexpected end of input inside braces"}`, ContentType: "application/json",
		Status:  400,
		Alike:   `{"status":"success","data":{"resultType":"vector","result":[]},"warnings":["error"]}`,
		Differs: "the status is success",
		Clients: "client_golang and Grafana read the body at 400, 422 and 503 as at 200",
		Shape: inspect.Shape{Name: "prometheus", JSON: []form{object(
			must("status", one("error")), must("errorType", tells(word, prometheusCodes)), must("error", text), may("data", nothing), may("warnings", array), may("infos", array), may("isPartial", boolean), may("trace", anything),
		)}},
	},
	{
		Name: "influxdb1", Family: "influxdb", Tier: Common,
		Sender:  "InfluxDB 1",
		Source:  "ran: InfluxDB 1.6.7, which sends the errors of statements with 200",
		Example: `{"results":[{"statement_id":0,"error":"database not found: nope"}]}`, ContentType: "application/json",
		Status:  404,
		Alike:   `{"results":[{"statement_id":0,"series":[{"name":"x"}]},{"statement_id":1,"error":"not executed"}]}`,
		Differs: "one of the statements was executed",
		Clients: "influxdb-python reads the error from the body at 4xx",
		Shape: inspect.Shape{Name: "influxdb1", JSON: []form{otherwise(object(must("results", list(object(
			may("statement_id", integer), must("error", tells(filled, &codes{Words: append([]wordCode{phrases(404, "database not found*", "retention policy not found*", "measurement not found*", "user not found*"), phrases(400, "*not executed*")}, sentences.Words...)})),
		)))), 400)}},
	},
	{
		Name: "influxdb2", Family: "influxdb", Tier: Common,
		Sender:  "InfluxDB 2 and 3 Cloud",
		Source:  "docs.influxdata.com, InfluxDB OSS 2.7 API, Error schema",
		Example: `{"code":"not found","message":"bucket \"nope\" not found"}`, ContentType: "application/json",
		Status:  404,
		Alike:   `{"code":"unlimited","message":"plan"}`,
		Differs: "the code is none of the ten",
		Clients: sdkClients,
		Shape: inspect.Shape{Name: "influxdb2", JSON: []form{object(
			must("code", tells(one("internal error", "not implemented", "not found", "conflict", "invalid", "unprocessable entity", "empty value", "unavailable", "forbidden", "too many requests", "unauthorized", "method not allowed", "request too large", "unsupported media type"), &codes{Words: []wordCode{
				phrases(500, "internal error"), phrases(405, "not implemented", "method not allowed"), phrases(404, "not found"), phrases(503, "unavailable", "too many requests"), phrases(403, "forbidden"),
				phrases(401, "unauthorized"), phrases(415, "unsupported media type"), phrases(400, "*"),
			}})),
			must("message", text), may("op", text), may("err", text), may("line", integer), may("maxLength", integer), may("error", text),
		)}},
	},
	{
		Name: "elasticsearch", Tier: Common,
		Sender:  "Elasticsearch, OpenSearch",
		Source:  "elastic/elasticsearch-specification, ErrorResponseBase; elastic.co, REST APIs, error handling",
		Example: `{"error":{"root_cause":[{"type":"index_not_found_exception","reason":"no such index [nope]"}],"type":"index_not_found_exception","reason":"no such index [nope]"},"status":404}`, ContentType: "application/json",
		Status:  404,
		Alike:   `{"took":486,"errors":true,"items":[{"update":{"_index":"i","status":404,"error":{"type":"document_missing_exception","reason":"x"}}}]}`,
		Differs: "of a bulk, one item failed",
		Clients: "the clients of both read the body at 4xx and 5xx",
		Shape: inspect.Shape{Name: "elasticsearch", JSON: []form{
			object(must("error", open(may("root_cause", array), must("type", word), must("reason", or(text, inspect.KindNull)))), must("status", status())),
			object(must("error", filled), must("status", status())),
		}},
	},
	{
		Name: "solr", Tier: Common,
		Sender:  "Apache Solr",
		Source:  "solr.apache.org, reference guide 9, response writers; solr/core ResponseUtils.java",
		Example: `{"responseHeader":{"status":400,"QTime":1,"params":{"q":"nope:1"}},"error":{"metadata":["error-class","org.apache.solr.common.SolrException"],"msg":"undefined field nope","code":400}}`, ContentType: "application/json",
		Status:  400,
		Alike:   `{"responseHeader":{"status":0,"QTime":1},"response":{"numFound":0,"start":0,"docs":[]}}`,
		Differs: "the status is 0, and there is a response",
		Clients: "SolrJ and pysolr read msg from the body at 4xx and 5xx",
		Shape: inspect.Shape{Name: "solr", JSON: []form{object(
			may("responseHeader", open(may("status", not(number, "0")))),
			must("error", object(must("code", tells(integer, byStatus)), may("msg", text), may("metadata", anything), may("trace", text), may("details", anything), may("errorClass", text))),
		)}},
	},
	{
		Name: "couchdb", Tier: Common,
		Sender:  "Apache CouchDB, PouchDB Server, Cloudant",
		Source:  "docs.couchdb.org, HTTP status codes; couchdb src/chttpd/src/chttpd.erl, error_info",
		Example: `{"error":"not_found","reason":"missing"}`, ContentType: "application/json",
		Status:  404,
		Alike:   `[{"id":"a","error":"conflict","reason":"Document update conflict."},{"ok":true,"id":"b","rev":"1-x"}]`,
		Differs: "it is the outcome for each document of many",
		Clients: sdkClients,
		Shape: inspect.Shape{Name: "couchdb", JSON: []form{object(
			must("error", tells(word, before(common, words(400, "conflict file_exists illegal_docid query_parse_error bad_content_type compilation_error doc_validation"), words(404, "no_db_file"), words(500, "case_clause badmatch function_clause timeout nodedown")))),
			must("reason", or(text, inspect.KindNull)), may("ref", scalar),
		)}},
	},
	{
		Name: "mediawiki", Tier: Common,
		Sender:  "MediaWiki action API, Wikipedia",
		Source:  "mediawiki.org, API:Errors and warnings; mediawiki 1.39 includes/api/ApiErrorFormatter.php; it sends errors with 200 and MediaWiki-API-Error",
		Example: `{"error":{"code":"badtoken","info":"Invalid CSRF token.","*":"See https://en.wikipedia.org/w/api.php for API usage."},"servedby":"mw1"}`, ContentType: "application/json",
		Status:  400,
		Alike:   `{"warnings":{"main":{"*":"Unrecognized parameter: foo."}},"batchcomplete":"","query":{"pages":{}}}`,
		Differs: "it has warnings and no error",
		Clients: "pywikibot and mwclient branch on error in the body, and repeat at 5xx",
		Shape: inspect.Shape{
			Name: "mediawiki",
			JSON: []form{
				otherwise(object(must("error", open(must("code", tells(text, mediawikiCodes)), must("info", text))), may("servedby", text), may("warnings", some), may("requestid", scalar), may("curtimestamp", text), may("uselang", text), may("errorlang", text)), 400),
				otherwise(object(must("errors", list(open(must("code", tells(text, mediawikiCodes)), must("module", text)))), may("docref", text), may("servedby", text), may("warnings", anything), may("curtimestamp", text), may("*", text), may("requestid", scalar)), 400),
			},
			XML: []form{otherwise(root("api", element(must("error", form{Kinds: inspect.KindObject | inspect.KindText, Members: []member{must("@code", tells(text, mediawikiCodes)), must("@info", text), may("docref", node)}}), may("warnings", node))), 400)},
		},
	},
	{
		Name: "transmission", Tier: Named,
		Sender:  "Transmission RPC",
		Source:  "ran: transmission-daemon 3.00, which sends errors with 200; transmission docs/rpc-spec.md §2.2",
		Example: `{"arguments":{},"result":"method name not recognized"}`, ContentType: "application/json; charset=UTF-8",
		Status:  404,
		Alike:   `{"arguments":{"torrents":[]},"result":"success"}`,
		Differs: "the result is success",
		Clients: "transmission-remote 3.00 takes any status but 200 for a failed connection",
		Shape: inspect.Shape{Name: "transmission", JSON: []form{otherwise(object(
			must("arguments", empty), must("result", tells(not(filled, "success"), before(sentences, phrases(404, "*not recognized", "*no such*"), phrases(400, "no *", "invalid*")))), may("tag", integer),
		), 400)}},
	},
	{
		Name: "janus", Tier: Named,
		Sender:  "Janus WebRTC server",
		Source:  "janus.conf.meetecho.com, REST API; janus-gateway src/apierror.h; it sends errors with 200",
		Example: `{"janus":"error","session_id":1,"transaction":"t","error":{"code":458,"reason":"No such session 1"}}`, ContentType: "application/json",
		Status:  404,
		Alike:   `{"janus":"event","sender":1,"plugindata":{"plugin":"janus.plugin.echotest","data":{"error_code":412,"error":"x"}}}`,
		Differs: "an event of a plugin is delivered",
		Clients: "janus.js branches on janus in the body, and never learns of the error at another status",
		Shape: inspect.Shape{Name: "janus", JSON: []form{object(
			must("janus", one("error")), may("session_id", number), may("transaction", text), must("error", object(must("code", tells(integer, janusCodes)), must("reason", text))), may("sender", number),
		)}},
	},
	{
		Name: "webhook", Tier: Common,
		Sender:  "webhook, the server that runs commands",
		Source:  "ran: webhook 2.8.0, which sends this with 200",
		Example: "Hook rules were not satisfied.", ContentType: "text/plain; charset=utf-8",
		Status:  400,
		Alike:   "Hook rules were satisfied.",
		Differs: "it is another text",
		Clients: "those that send webhooks show a delivery with another status as failed, which it is",
		Shape:   inspect.Shape{Name: "webhook", Lines: []inspect.Lines{{First: []string{"Hook rules were not satisfied.", "Hook not found."}, Status: 400}}},
	},
	{
		Name: "ocs", Tier: Common,
		Sender:  "Nextcloud, ownCloud: OCS API 1",
		Source:  "docs.nextcloud.com, developer manual, OCS API, status codes; version 1 sends errors with 200",
		Example: `{"ocs":{"meta":{"status":"failure","statuscode":997,"message":"Current user is not logged in"},"data":[]}}`, ContentType: "application/json; charset=utf-8",
		Status:  401,
		Alike:   `{"ocs":{"meta":{"status":"ok","statuscode":100,"message":"OK"},"data":{"id":"1"}}}`,
		Differs: "the status is ok",
		Clients: "the clients ask for version 2, which has honest statuses and the same body",
		Shape: inspect.Shape{
			Name: "ocs",
			JSON: []form{object(must("ocs", object(
				must("meta", object(must("status", one("failure")), must("statuscode", tells(integer, ocsCodes)), may("message", or(text, inspect.KindNull)), may("totalitems", scalar), may("itemsperpage", scalar))), must("data", anything),
			)))},
			XML: []form{root("ocs", element(
				must("meta", element(must("status", one("failure")), must("statuscode", tells(text, ocsCodes)), may("message", text), may("totalitems", text), may("itemsperpage", text))), may("data", node),
			))},
		},
	},
	{
		Name: "subsonic", Tier: Named,
		Sender:  "Subsonic, Navidrome, Airsonic",
		Source:  "subsonic.org/pages/api.jsp, error handling; OpenSubsonic API; they send errors with 200",
		Example: `{"subsonic-response":{"status":"failed","version":"1.16.1","error":{"code":40,"message":"Wrong username or password"}}}`, ContentType: "application/json",
		Status:  401,
		Alike:   `{"subsonic-response":{"status":"ok","version":"1.16.1","license":{"valid":true}}}`,
		Differs: "the status is ok",
		Clients: "the players branch on the body, and take any status but 200 for a server that is down",
		Shape: inspect.Shape{
			Name: "subsonic",
			JSON: []form{object(must("subsonic-response", object(
				must("status", one("failed")), must("version", text), must("error", object(must("code", tells(integer, subsonicCodes)), may("message", text), may("helpUrl", text))), may("type", text), may("serverVersion", text), may("openSubsonic", boolean),
			)))},
			XML: []form{root("subsonic-response", in(element(must("@status", one("failed")), must("error", form{Kinds: inspect.KindText, Members: []member{must("@code", tells(text, subsonicCodes))}})), "http://subsonic.org/restapi"))},
		},
	},
	{
		Name: "synology", Tier: Common,
		Sender:  "Synology DSM",
		Source:  "global.synologydownload.com, DSM login web API guide; it sends errors with 200",
		Example: `{"error":{"code":400},"success":false}`, ContentType: "application/json",
		Status:  401,
		Alike:   `{"data":{"sid":"x"},"success":true}`,
		Differs: "success is true",
		Clients: "its clients branch on success in the body",
		Shape: inspect.Shape{Name: "synology", JSON: []form{otherwise(object(
			must("success", isFalse), must("error", object(must("code", tells(integer, synologyCodes)), may("errors", anything))),
		), 400)}},
	},
	{
		Name: "cpanel", Tier: Common,
		Sender:  "cPanel UAPI",
		Source:  "api.docs.cpanel.net, UAPI, return data; it sends errors with 200",
		Example: `{"errors":["You do not have the feature “emailmgr”."],"status":0,"data":null,"metadata":{},"messages":null,"warnings":null}`, ContentType: "application/json",
		Status:  400,
		Alike:   `{"errors":null,"status":1,"data":[],"metadata":{},"messages":null,"warnings":null}`,
		Differs: "the status is 1",
		Clients: "its clients branch on status in the body",
		Shape: inspect.Shape{Name: "cpanel", JSON: []form{otherwise(object(
			must("status", form{Kinds: inspect.KindNumber, Values: []string{"0"}}), must("errors", list(tells(filled, sentences))), may("data", anything), may("metadata", some), may("messages", anything), may("warnings", anything),
			may("func", text), may("module", text), may("apiversion", scalar),
		), 400)}},
	},
	{
		Name: "jira", Tier: Common,
		Sender:  "Jira, Confluence",
		Source:  "developer.atlassian.com, Jira REST API, ErrorCollection",
		Example: `{"errorMessages":["Issue does not exist or you do not have permission to see it."],"errors":{}}`, ContentType: "application/json",
		Status:  404,
		Alike:   `{"issues":[],"errors":[],"errorMessages":[]}`,
		Differs: "the list is empty, and there are issues",
		Clients: sdkClients,
		Shape: inspect.Shape{Name: "jira", JSON: []form{
			otherwise(object(must("errorMessages", list(tells(filled, sentences))), may("errors", some), may("warningMessages", array), may("status", status())), 400),
			object(must("statusCode", status()), must("message", text), may("data", some), may("reason", text)),
		}},
	},
	{
		Name: "icinga", Tier: Common,
		Sender:  "Icinga 2",
		Source:  "icinga.com/docs, Icinga 2 API, responses",
		Example: `{"error":404,"status":"No objects found."}`, ContentType: "application/json",
		Status:  404,
		Alike:   `{"results":[{"code":200,"status":"Object was created"}]}`,
		Differs: "it has results",
		Clients: sdkClients,
		Shape:   inspect.Shape{Name: "icinga", JSON: []form{object(must("error", status()), must("status", text), may("diagnostic_information", text))}},
	},
	{
		Name: "wordpress", Tier: Common,
		Sender:  "WordPress REST API, WooCommerce",
		Source:  "developer.wordpress.org, REST API; wp-includes/rest-api/class-wp-rest-server.php, error_to_response",
		Example: `{"code":"rest_no_route","message":"No route was found matching the URL and request method.","data":{"status":404}}`, ContentType: "application/json",
		Status:  404,
		Alike:   `{"code":"SUMMER24","message":"10 % off","data":{"status":"publish"}}`,
		Differs: "the status is none of HTTP",
		Clients: sdkClients,
		Shape: inspect.Shape{Name: "wordpress", JSON: []form{object(
			must("code", word), must("message", text), must("data", open(must("status", status()))), may("additional_errors", array), may("additional_data", array),
		)}},
	},
	{
		Name: "parse", Tier: Common,
		Sender:  "Parse Server, LeanCloud",
		Source:  "docs.parseplatform.org, REST API guide, error codes; Parse-SDK-JS ParseError.ts",
		Example: `{"code":101,"error":"Object not found."}`, ContentType: "application/json",
		Status:  404,
		Alike:   `{"code":0,"error":""}`,
		Differs: "the code is 0, and the error empty",
		Clients: sdkClients,
		Shape:   inspect.Shape{Name: "parse", JSON: []form{otherwise(object(must("code", tells(within(integer, 1, 999), &codes{Numbers: append(append(append(numbers(404, 101, 205), numbers(401, 206, 209)...), numbers(403, 119, 208)...), append(numbers(503, 124, 155), span(500, 1, 1))...)})), must("error", filled)), 400)}},
	},
	{
		Name: "atlas", Tier: Common,
		Sender:  "MongoDB Atlas, Ops Manager",
		Source:  "mongodb.com/docs/atlas, Admin API, ApiError schema",
		Example: `{"detail":"Cannot find resource /api/atlas/v2/x.","error":404,"errorCode":"RESOURCE_NOT_FOUND","parameters":["/x"],"reason":"Not Found"}`, ContentType: "application/json",
		Status:  404,
		Alike:   `{"results":[{"errorCode":"RESOURCE_NOT_FOUND"}],"totalCount":1}`,
		Differs: "it has results",
		Clients: sdkClients,
		Shape: inspect.Shape{Name: "atlas", JSON: []form{object(
			must("error", status()), must("errorCode", word), must("reason", text), may("detail", text), may("parameters", array), may("badRequestDetail", anything),
		)}},
	},
	{
		Name: "hasura", Tier: Common,
		Sender:  "Hasura metadata and query APIs",
		Source:  "hasura.io/docs, API reference, metadata API; graphql-engine server/src-lib/Hasura/Base/Error.hs",
		Example: `{"path":"$","error":"invalid \"x-hasura-admin-secret\"/\"x-hasura-access-key\"","code":"access-denied"}`, ContentType: "application/json",
		Status:  403,
		Alike:   `{"path":"$","code":"x"}`,
		Differs: "it has no error",
		Clients: sdkClients,
		Shape:   inspect.Shape{Name: "hasura", JSON: []form{otherwise(object(must("path", text), must("error", filled), must("code", tells(word, common)), may("internal", anything)), 400)}},
	},
}

var prometheusCodes = &codes{Words: []wordCode{
	words(400, "bad_data execution"), words(404, "not_found"), words(503, "timeout unavailable canceled too_many_requests"), words(500, "internal"), words(406, "not_acceptable"),
}}

var mediawikiCodes = before(common,
	words(503, "maxlag readonly ratelimited actionthrottledtext internal_api_error_DBQueryTimeoutError* internal_api_error_DBConnectionError* internal_api_error_ReadOnlyError*"),
	words(500, "internal_api_error_* unknownerror*"),
	words(403, "permissiondenied protectedpage* cantedit* blocked autoblocked writeapidenied readapidenied protectedtitle* customcssjsprotected nodelete*"),
	words(405, "mustbeposted* mustpostparams*"),
	words(401, "notloggedin assertuserfailed assertbotfailed assertnameduserfailed badlogintoken mwoauth-invalid-authorization* login-required"),
	words(404, "missingtitle nosuch* pagecannotexist invalidtitle unknown_action"),
	words(400, "badtoken notoken badvalue missingparam nodata editconflict articleexists"),
)

// janusCodes are those of apierror.h.
var janusCodes = &codes{Numbers: append(append(append(
	numbers(403, 403), numbers(401, 405)...), numbers(404, 458, 459, 460)...), append(append(numbers(405, 457), numbers(500, 450, 461, 462, 463, 490)...), span(400, 452, 470))...)}

// ocsCodes are those of version 1; the methods' own are from 101 on.
var ocsCodes = &codes{Numbers: append(append(append(
	numbers(500, 996, 999), numbers(401, 997)...), numbers(404, 998)...), span(400, 101, 399)), HTTP: true}

var subsonicCodes = &codes{Numbers: append(append(append(
	numbers(500, 0), numbers(400, 10, 20, 30, 43)...), numbers(401, 40, 41, 42, 44)...), append(numbers(403, 50, 60), numbers(404, 70)...)...)}

// synologyCodes are those that all APIs share, and those of the login.
var synologyCodes = &codes{Numbers: append(append(append(
	numbers(400, 101, 114, 120), numbers(405, 102, 103, 104)...), numbers(403, 105, 402, 407, 160)...),
	append(append(numbers(401, 106, 107, 119, 150, 400, 401, 403, 404, 406, 408, 409, 410), numbers(503, 109, 110, 111, 117, 118)...), numbers(500, 100)...)...)}
