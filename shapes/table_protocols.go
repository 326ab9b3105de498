package shapes

import (
	"github.com/statusgate/statusgate/inspect"
)

// protocols are the errors of protocols that say how an error is written.
var protocols = []Row{
	{
		Name: "soap", Tier: Safe,
		Sender:  "servers of SOAP 1.1 and 1.2",
		Source:  "SOAP 1.1 §4.4 and §6.2, SOAP 1.2 part 1 §5.4; ran: npm soap 1.3.0, which sends faults with 200",
		Example: `<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body><soap:Fault><faultcode>soap:Server</faultcode><faultstring>No such order</faultstring></soap:Fault></soap:Body></soap:Envelope>`, ContentType: "text/xml",
		Status:  500,
		Alike:   `<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body><ListFaultsResponse><Fault>none</Fault></ListFaultsResponse></soap:Body></soap:Envelope>`,
		Differs: "Fault is not the first element of the body, or not of SOAP's namespace",
		Clients: "SOAP 1.1 demands 500 for a fault; 22 clients read the fault at 500, none is worse off than at 200",
		Shape:   inspect.Shape{Name: "soap", Known: inspect.SOAPFault()},
	},
	{
		Name: "graphql-request", Tier: Safe,
		Sender:  "GraphQL servers under their own label, application/graphql-response+json",
		Source:  "GraphQL over HTTP §6.4.2; GraphQL specification §7.1.1",
		Example: `{"errors":[{"message":"Cannot query field \"nope\" on type \"Query\".","locations":[{"line":1,"column":2}]}]}`, ContentType: "application/graphql-response+json",
		Status:  400,
		Alike:   `{"errors":[{"message":"x","path":["boom"]}],"data":{"boom":null}}`,
		Differs: "there is a data member: the request was executed",
		Clients: "that label was made for honest statuses: a client that asks for it reads the body at any status",
		Shape:   inspect.Shape{Name: "graphql-request", Known: inspect.GraphQLRequestError()},
	},
	{
		Name: "graphql", Tier: Named,
		Sender:  "GraphQL servers",
		Source:  "GraphQL specification §7.1; ran: graphql-http 1.22.4, graphql-yoga 5.16.2, @apollo/server 5.2.0",
		Example: `{"errors":[{"message":"Cannot query field \"nope\" on type \"Query\".","locations":[{"line":1,"column":2}],"extensions":{"code":"GRAPHQL_VALIDATION_FAILED"}}]}`, ContentType: "application/json",
		Status:  400,
		Alike:   `{"data":{"hero":{"name":"R2-D2","friend":null}},"errors":[{"message":"not found","path":["hero","friend"]}]}`,
		Differs: "data is not null: a part of the answer can be used",
		Clients: "some clients give up at any status but 200 and never show the errors",
		Shape:   inspect.Shape{Name: "graphql", Known: inspect.GraphQLNoData()},
	},
	{
		Name: "jsonrpc2", Family: "jsonrpc", Tier: Named,
		Sender:  "servers of JSON-RPC 2.0: Zabbix, Odoo, Kodi, Ethereum nodes, language servers",
		Source:  "JSON-RPC 2.0 §5; ran: npm jayson 4.2.0, which sends errors with 200",
		Example: `{"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"Method not found"}}`, ContentType: "application/json",
		Status:  404,
		Alike:   `[{"jsonrpc":"2.0","result":7,"id":"1"},{"jsonrpc":"2.0","error":{"code":-32601,"message":"Method not found"},"id":"5"}]`,
		Differs: "of a batch, one response is none",
		Clients: "the Model Context Protocol takes a 404 for the end of its session",
		Shape:   inspect.Shape{Name: "jsonrpc2", Known: inspect.JSONRPCError()},
	},
	{
		Name: "jsonrpc1", Family: "jsonrpc", Tier: Named,
		Sender:  "servers of JSON-RPC 1.0: Deluge, Bitcoin, Trac",
		Source:  "JSON-RPC 1.0 specification; ran: deluge-web 2.0.3, and npm jayson 5.0.0 for version 1, which leaves result out",
		Example: `{"result": null, "error": {"message": "Unknown method", "code": 2}, "id": 2}`, ContentType: "application/json",
		Status:  500,
		Alike:   `{"result": true, "error": null, "id": 1}`,
		Differs: "error is null",
		Clients: "as for JSON-RPC 2.0",
		Shape: inspect.Shape{Name: "jsonrpc1", JSON: []form{
			object(
				must("result", nothing), must("id", scalar),
				must("error", open(may("code", tells(integer, rpcCodes)), must("message", text))), may("jsonrpc", one("1.0")),
			),
			object(must("result", nothing), must("id", scalar), must("error", filled)),
			object(must("id", scalar), must("error", open(must("code", tells(between(-32768, -32000), rpcCodes)), must("message", text)))),
			object(must("version", one("1.1")), may("id", scalar), must("error", open(must("code", tells(integer, rpcCodes)), must("message", text)))),
		}},
	},
	{
		Name: "xmlrpc", Tier: Never,
		Sender:  "servers of XML-RPC: WordPress, supervisord, rTorrent, aria2",
		Source:  "XML-RPC specification; ran: supervisor 4.2.5, aria2 1.36.0, which send faults with 200",
		Example: `<?xml version='1.0'?><methodResponse><fault><value><struct><member><name>faultCode</name><value><int>10</int></value></member><member><name>faultString</name><value><string>BAD_NAME: nope</string></value></member></struct></value></fault></methodResponse>`, ContentType: "text/xml",
		Status:  500,
		Alike:   `<?xml version="1.0"?><methodResponse><params><param><value><string>no fault found</string></value></param></params></methodResponse>`,
		Differs: "it has params",
		Clients: "the specification demands 200 for faults, and Python's xmlrpc.client raises ProtocolError at any other status, without the fault",
		Shape:   inspect.Shape{Name: "xmlrpc", XML: []form{root("methodResponse", element(must("fault", element(must("value", xmlrpcValue)))))}},
	},
	{
		Name: "odata4", Family: "odata", Tier: Common,
		Sender:  "OData 4: Azure, Microsoft Graph, Dynamics, SAP",
		Source:  "OData JSON Format 4.01 §21; Microsoft REST API Guidelines, error condition responses",
		Example: `{"error":{"code":"ResourceNotFound","message":"The Resource 'Microsoft.Web/sites/x' under resource group 'y' was not found."}}`, ContentType: "application/json",
		Status:  404,
		Alike:   `{"id":"batch_1","status":"failed","error":{"code":"invalid_file","message":"no lines"}}`,
		Differs: "error is not alone: it is a state of something",
		Clients: sdkClients,
		Shape: inspect.Shape{Name: "odata4", JSON: []form{object(must("error", object(
			must("code", tells(text, common)), must("message", tells(text, sentences)), may("target", scalar), may("details", or(array, inspect.KindNull)),
			may("innererror", anything), may("innerError", anything), may("additionalInfo", anything),
		)))}},
	},
	{
		Name: "odata2", Family: "odata", Tier: Common,
		Sender:  "OData 2: SAP Gateway, WCF Data Services",
		Source:  "help.sap.com, SAP Gateway, error response; OData 2.0 JSON format",
		Example: `{"error":{"code":"/IWBEP/CM_MGW_RT/020","message":{"lang":"en","value":"Resource not found"},"innererror":{"transactionid":"4FDF3748112322F4E10000000A420C41","errordetails":[]}}}`, ContentType: "application/json",
		Status:  404,
		Alike:   `{"d":{"results":[{"code":"/IWBEP/CM_MGW_RT/020","message":"Resource not found"}]}}`,
		Differs: "a feed of messages has no error member",
		Clients: sdkClients,
		Shape: inspect.Shape{Name: "odata2", JSON: []form{otherwise(object(must("error", object(
			must("code", tells(or(text, inspect.KindNull), common)),
			must("message", object(may("lang", scalar), must("value", tells(text, sentences)))), may("innererror", anything),
		))), 400)}},
	},
	{
		Name: "odata3", Family: "odata", Tier: Common,
		Sender:  "OData 3: SharePoint, Azure Table Storage",
		Source:  "OData 3.0 JSON format §19; learn.microsoft.com, Table Storage error codes",
		Example: `{"odata.error":{"code":"ResourceNotFound","message":{"lang":"en-US","value":"The specified resource does not exist."}}}`, ContentType: "application/json;odata=minimalmetadata",
		Status:  404,
		Alike:   `{"odata.metadata":"https://example.org/$metadata#errors","value":[{"code":"ResourceNotFound"}]}`,
		Differs: "it has no odata.error",
		Clients: sdkClients,
		Shape: inspect.Shape{Name: "odata3", JSON: []form{object(must("odata.error", object(
			must("code", tells(text, common)), must("message", object(may("lang", scalar), must("value", tells(text, sentences)))), may("innererror", anything),
		)))}},
	},
	{
		Name: "odata-xml", Family: "odata", Tier: Common,
		Sender:  "OData 2 to 4 in Atom and XML",
		Source:  "OData Atom Format 4.0 §17; OData 2.0 Atom format",
		Example: `<m:error xmlns:m="http://schemas.microsoft.com/ado/2007/08/dataservices/metadata"><m:code>ResourceNotFound</m:code><m:message xml:lang="en-US">The specified resource does not exist.</m:message></m:error>`, ContentType: "application/xml",
		Status:  404,
		Alike:   `<error xmlns="urn:log"><code>ResourceNotFound</code><message>logged</message></error>`,
		Differs: "it is in another namespace",
		Clients: sdkClients,
		Shape: inspect.Shape{Name: "odata-xml", XML: []form{root("error", in(element(
			must("code", tells(text, common)), must("message", tells(text, sentences)), may("target", node), may("details", node),
			may("innererror", node),
		), "http://schemas.microsoft.com/ado/2007/08/dataservices/metadata", "http://docs.oasis-open.org/odata/ns/metadata"))}},
	},
	{
		Name: "jsonapi", Tier: Common,
		Sender:  "servers of JSON:API: Drupal, Ruby, Laravel packages",
		Source:  "JSON:API 1.1, errors",
		Example: `{"errors":[{"status":"422","source":{"pointer":"/data/attributes/firstName"},"title":"Invalid Attribute","detail":"First name must contain at least two characters."}]}`, ContentType: "application/vnd.api+json",
		Status:  400,
		Alike:   `{"data":[{"type":"errors","id":"1","attributes":{"status":"422","title":"Invalid Attribute"}}]}`,
		Differs: "it has data, which the specification forbids beside errors",
		Clients: sdkClients,
		Shape: inspect.Shape{Name: "jsonapi", JSON: []form{
			object(must("errors", list(jsonapiError(must("status", status())))), may("meta", some), may("jsonapi", some), may("links", some)),
			object(must("errors", list(jsonapiError(must("detail", filled), must("title", tells(filled, sentences))))), may("meta", some), must("jsonapi", some), may("links", some)),
		}},
	},
	{
		Name: "google", Tier: Common,
		Sender:  "Google APIs, and others that copy google.rpc.Status: Firebase, Gemini, YouTube",
		Source:  "google.aip.dev/193; googleapis/google/rpc/code.proto",
		Example: `{"error":{"code":404,"message":"Requested entity was not found.","status":"NOT_FOUND","details":[]}}`, ContentType: "application/json",
		Status:  404,
		Alike:   `{"name":"operations/1","done":true,"error":{"code":5,"message":"not found"}}`,
		Differs: "error is not alone: an operation was found, and has failed",
		Clients: sdkClients,
		Shape: inspect.Shape{Name: "google", JSON: []form{
			object(must("error", object(must("code", status()), must("message", text), may("status", word), may("errors", array), may("details", array)))),
			{Kinds: inspect.KindArray, Items: true, Element: new(object(must("error", object(must("code", status()), must("message", text), must("status", word), may("details", array)))))},
		}},
	},
	{
		Name: "grpc", Tier: Common,
		Sender:  "grpc-gateway, and Go services that serve REST through it: etcd, Argo, Cosmos",
		Source:  "grpc-gateway v2 runtime/errors.go, DefaultHTTPErrorHandler",
		Example: `{"code":5,"message":"Not Found","details":[]}`, ContentType: "application/json",
		Status:  404,
		Alike:   `{"code":0,"message":"","details":[]}`,
		Differs: "code 0 is OK",
		Clients: sdkClients,
		Shape: inspect.Shape{Name: "grpc", JSON: []form{
			object(must("code", tells(within(integer, 1, 16), grpc)), must("message", text), must("details", array), may("error", text)),
			object(must("code", tells(within(integer, 1, 16), grpc)), must("message", text), must("error", filled), may("grpc_code", integer), may("http_code", integer)),
		}},
	},
	{
		Name: "connect", Tier: Common,
		Sender:  "servers of Connect RPC: connect-go, buf",
		Source:  "connectrpc.com, protocol reference, error codes",
		Example: `{"code":"not_found","message":"no such order"}`, ContentType: "application/json",
		Status:  404,
		Alike:   `{"code":"DE","message":"Deutschland"}`,
		Differs: "the code is none of the sixteen",
		Clients: "connect-go reads the code from the body at any status but 200",
		Shape: inspect.Shape{Name: "connect", JSON: []form{object(
			must("code", tells(one(
				"canceled", "unknown", "invalid_argument", "deadline_exceeded", "not_found", "already_exists", "permission_denied", "resource_exhausted",
				"failed_precondition", "aborted", "out_of_range", "unimplemented", "internal", "unavailable", "data_loss", "unauthenticated",
			), grpc)),
			may("message", text), may("details", array),
		)}},
	},
	{
		Name: "oauth2", Tier: Common,
		Sender:  "OAuth 2.0 token endpoints: Keycloak, Auth0, Azure AD",
		Source:  "RFC 6749 §5.2 and §4.1.2.1, RFC 6750 §3.1, RFC 7591 §3.2.2, RFC 8628 §3.5",
		Example: `{"error":"invalid_grant","error_description":"The refresh token is invalid, expired or revoked"}`, ContentType: "application/json",
		Status:  400,
		Alike:   `{"access_token":"2YotnFZFEjr1zCsicMWpAA","token_type":"Bearer","expires_in":3600}`,
		Differs: "it has no error",
		Clients: "RFC 6749 demands 400, or 401 for invalid_client; clients read the body at both",
		Shape: inspect.Shape{Name: "oauth2", JSON: []form{otherwise(object(
			must("error", tells(word, oauthCodes)), must("error_description", text), may("error_uri", text), may("state", scalar), may("error_codes", array),
			may("timestamp", scalar), may("trace_id", scalar), may("correlation_id", scalar), may("error_subcode", scalar), may("suberror", scalar), may("claims", scalar),
			may("error_hint", scalar), may("status_code", integer), may("error_debug", scalar), may("hint", scalar), may("message", scalar),
		), 400)}},
	},
	{
		Name: "problem-json", Tier: Common,
		Sender:  "servers that send RFC 9457 problem details as plain JSON: ASP.NET Core, Symfony, Spring",
		Source:  "RFC 9457 §3.1; Symfony 7 ProblemNormalizer; ASP.NET Core ValidationProblemDetails",
		Example: `{"type":"https://tools.ietf.org/html/rfc9110#section-15.5.5","title":"Not Found","status":404,"traceId":"00-1df2"}`, ContentType: "application/json",
		Status:  404,
		Alike:   `{"type":"article","title":"Not Found","status":404,"author":"Ada"}`,
		Differs: "the type is no URI, and there is a member that problems of these servers do not have",
		Clients: sdkClients,
		Shape: inspect.Shape{Name: "problem-json", JSON: []form{
			object(
				must("type", uri), must("title", filled), must("status", status()), may("detail", scalar),
				may("instance", scalar), may("errors", anything), may("traceId", scalar), may("class", scalar), may("trace", anything), may("violations", anything),
				may("code", scalar), may("errorCode", scalar), may("requestId", scalar), may("extensions", anything), may("invalidFields", anything),
				may("timestamp", scalar), may("path", scalar), may("error", scalar), may("message", scalar), may("invalid-params", anything), may("error_code", scalar),
			),
			object(must("type", uri), must("title", filled), must("detail", filled), must("instance", text), may("invalid_parameters", array), may("errors", anything), may("traceId", scalar)),
			object(
				must("type", one("about:blank")), must("title", filled), must("status", status()), must("detail", text), may("instance", scalar),
				may("properties", anything), may("timestamp", scalar), may("path", scalar), may("errors", anything), may("code", scalar),
			),
		}},
	},
}

// sdkClients is what most clients of REST APIs do.
const sdkClients = "clients of REST APIs branch on the status first, and read this body at 4xx and 5xx, where its senders themselves mostly have it"

var rpcCodes = &codes{Numbers: []numberCode{
	span(400, -32700, -32700), span(400, -32600, -32600), span(404, -32601, -32601), span(400, -32602, -32602), span(500, -32603, -32603),
}}

var xmlrpcValue = element(must("struct", form{Kinds: inspect.KindObject, Members: []member{many("member", node)}}))

var oauthCodes = &codes{Words: []wordCode{
	words(401, "invalid_client invalid_token interaction_required login_required"),
	words(403, "insufficient_scope unauthorized_client access_denied consent_required"),
	words(503, "temporarily_unavailable slow_down"), words(500, "server_error"),
	words(400, "invalid_request invalid_grant unsupported_grant_type invalid_scope unsupported_response_type invalid_redirect_uri invalid_client_metadata"),
	words(400, "authorization_pending expired_token unsupported_token_type invalid_software_statement unapproved_software_statement invalid_target"),
}}

// jsonapiError is an error object with some members, and any other that JSON:API
// has.
func jsonapiError(required ...member) form {
	for _, m := range []member{
		may("id", scalar), may("links", anything), may("status", scalar), may("code", tells(scalar, common)), may("title", scalar), may("detail", scalar),
		may("source", anything), may("meta", anything),
	} {
		known := false
		for _, r := range required {
			known = known || r.Name == m.Name
		}
		if !known {
			required = append(required, m)
		}
	}
	return object(required...)
}

// within bounds an integer.
func within(f form, low, high int) form {
	f.Min, f.Max = low, high
	return f
}
