package shapes

import "github.com/statusgate/statusgate/inspect"

// frameworks are the errors that frameworks make of an exception.
var frameworks = []Row{
	{
		Name: "spring", Tier: Common,
		Sender:  "Spring Boot",
		Source:  "spring-boot DefaultErrorAttributes.java; docs.spring.io, Spring Boot 3, error handling",
		Example: `{"timestamp":"2024-05-01T10:00:00.000+00:00","status":404,"error":"Not Found","path":"/orders/7"}`, ContentType: "application/json",
		Status:  404,
		Alike:   `{"timestamp":"2024-05-01T10:00:00Z","status":200,"path":"/orders/7"}`,
		Differs: "the status is none of an error",
		Clients: sdkClients,
		Shape: inspect.Shape{Name: "spring", JSON: []form{object(
			must("timestamp", scalar), must("status", status()), must("error", text), may("message", scalar), may("path", scalar), may("exception", text), may("trace", text), may("errors", anything),
			may("requestId", scalar), may("locale", scalar), may("traceId", scalar), may("code", scalar), may("details", anything),
		)}},
	},
	{
		Name: "boom", Tier: Common,
		Sender:  "Fastify, hapi, NestJS, Strapi: statusCode, error and message",
		Source:  "ran: npm fastify 5.6.1, @hapi/hapi 21.4.3; nestjs/nest HttpException",
		Example: `{"statusCode":404,"error":"Not Found","message":"Route GET:/nf not found"}`, ContentType: "application/json; charset=utf-8",
		Status:  404,
		Alike:   `{"statusCode":200,"message":"ok"}`,
		Differs: "the status is none of an error",
		Clients: sdkClients,
		Shape: inspect.Shape{Name: "boom", JSON: []form{object(
			must("statusCode", status()), must("message", or(filled, inspect.KindArray)), may("error", scalar), may("code", scalar), may("validation", anything), may("attributes", anything), may("timestamp", scalar),
			may("path", scalar), may("details", anything), may("name", scalar), may("validationContext", scalar), may("requestId", scalar), may("data", or(some, inspect.KindNull)), may("stack", anything), may("url", scalar),
		)}},
	},
	{
		Name: "laravel", Tier: Common,
		Sender:  "Laravel",
		Source:  "laravel/framework 11, Illuminate/Foundation/Exceptions/Handler.php, convertExceptionToArray and invalidJson",
		Example: `{"message":"The email field is required.","errors":{"email":["The email field is required."]}}`, ContentType: "application/json",
		Status:  400,
		Alike:   `{"message":"Imported","errors":{"total":0}}`,
		Differs: "errors has a number in it",
		Clients: sdkClients,
		Shape: inspect.Shape{Name: "laravel", JSON: []form{
			otherwise(object(must("message", filled), must("errors", form{Kinds: inspect.KindObject, Items: true, Members: []member{laravelField}})), 400),
			object(must("message", tells(text, sentences)), must("exception", filled), must("file", filled), must("line", integer), must("trace", array)),
		}},
	},
	{
		Name: "rails", Tier: Common,
		Sender:  "Ruby on Rails",
		Source:  "rails/rails 7.1, actionpack public_exceptions.rb and debug_exceptions.rb",
		Example: `{"status":404,"error":"Not Found","exception":"#<ActionController::RoutingError: No route matches [GET] \"/x\">","traces":{"Application Trace":[]}}`, ContentType: "application/json",
		Status:  404,
		Alike:   `{"status":"ok","error":null}`,
		Differs: "the status is no number, and error null",
		Clients: sdkClients,
		Shape:   inspect.Shape{Name: "rails", JSON: []form{object(must("status", status()), must("error", filled), may("exception", text), may("traces", some))}},
	},
	{
		Name: "django-rest", Tier: Common,
		Sender:  "Django REST framework, FastAPI: detail alone",
		Source:  "encode/django-rest-framework 3.15 exceptions.py; fastapi 0.111 exception_handlers.py; hydra of API Platform",
		Example: `{"detail":"Authentication credentials were not provided."}`, ContentType: "application/json",
		Status:  401,
		Alike:   `{"detail":"Password has been changed."}`,
		Differs: "the text is none of the framework's own",
		Clients: sdkClients,
		Shape: inspect.Shape{Name: "django-rest", JSON: []form{
			object(must("detail", closed(
				phrases(401, "Authentication credentials were not provided.", "Incorrect authentication credentials.", "Invalid token*", "Given token not valid for any token type", "Not authenticated", "Could not validate credentials", "Invalid username/password.", "User inactive or deleted.", "Token is invalid or expired", "No active account found with the given credentials", "Signature has expired.", "Invalid authentication credentials"),
				phrases(403, "You do not have permission to perform this action.", "Forbidden", "CSRF Failed:*", "Not enough permissions"),
				phrases(404, "Not found.", "Not Found", "No * matches the given query.", "Invalid page*", "Item not found"),
				phrases(405, `Method "*" not allowed.`, "Method Not Allowed"),
				phrases(406, "Could not satisfy the request Accept header."),
				phrases(415, `Unsupported media type "*" in request.`),
				phrases(503, "Request was throttled.*", "Too Many Requests", "Rate limit exceeded*"),
				phrases(500, "A server error occurred.", "Internal Server Error"),
				phrases(400, "Malformed request.", "JSON parse error - *", "There was an error parsing the body", "Multipart form parse error - *", "Invalid input."),
			)), may("code", scalar), may("messages", array)),
			otherwise(object(must("detail", list(object(
				must("loc", array), must("msg", text), must("type", word), may("input", anything), may("ctx", anything), may("url", text),
			))), may("body", anything)), 400),
		}},
	},
	{
		Name: "hydra", Tier: Common,
		Sender:  "API Platform, Symfony",
		Source:  "api-platform/core 3, hydra ErrorNormalizer and ConstraintViolationListNormalizer",
		Example: `{"@context":"/contexts/Error","@type":"hydra:Error","hydra:title":"An error occurred","hydra:description":"Not Found"}`, ContentType: "application/ld+json",
		Status:  404,
		Alike:   `{"@context":"/contexts/Book","@type":"hydra:Collection","hydra:member":[]}`,
		Differs: "the type is a collection",
		Clients: sdkClients,
		Shape: inspect.Shape{Name: "hydra", JSON: []form{
			object(must("@context", text), must("@type", one("hydra:Error", "Error")), may("hydra:title", text), may("hydra:description", tells(text, sentences)), may("title", text), may("detail", tells(text, sentences)), may("status", status()), may("type", text), may("trace", array), may("@id", text), may("description", text)),
			otherwise(object(must("@context", text), must("@type", one("ConstraintViolationList", "ConstraintViolation")), must("violations", array), may("hydra:title", text), may("hydra:description", text), may("title", text), may("detail", text), may("status", status()), may("type", text), may("@id", text), may("description", text)), 400),
		}},
	},
	{
		Name: "aspnet", Tier: Common,
		Sender:  "ASP.NET Web API, ASMX with JSON",
		Source:  "learn.microsoft.com, System.Web.Http.HttpError; System.Web.Script.Services.RestHandler",
		Example: `{"Message":"An error has occurred.","ExceptionMessage":"Object reference not set to an instance of an object.","ExceptionType":"System.NullReferenceException","StackTrace":"   at Acme.OrdersController.Get()"}`, ContentType: "application/json",
		Status:  500,
		Alike:   `{"Message":"Welcome","Id":1}`,
		Differs: "it has neither an exception nor a text of the framework",
		Clients: sdkClients,
		Shape: inspect.Shape{Name: "aspnet", JSON: []form{
			object(must("Message", text), must("ExceptionMessage", text), must("ExceptionType", text), may("StackTrace", or(text, inspect.KindNull)), may("InnerException", anything)),
			otherwise(object(must("Message", tells(text, sentences)), must("ExceptionType", text), must("StackTrace", or(text, inspect.KindNull))), 500),
			otherwise(object(must("Message", tells(text, sentences)), must("ModelState", some)), 400),
			object(must("Message", tells(text, sentences)), must("MessageDetail", text)),
			object(must("Message", closed(
				phrases(500, "An error has occurred."), phrases(401, "Authorization has been denied for this request."), phrases(405, "The requested resource does not support http method '*'."),
				phrases(404, "No HTTP resource was found that matches the request URI '*'."), phrases(415, "The request entity's media type '*' is not supported for this resource."),
			))),
		}},
	},
	{
		Name: "jetty-json", Tier: Common,
		Sender:  "Jetty",
		Source:  "ran: Jetty 9.4.57",
		Example: "{\n\"message\":\"Not Found\",\n\"url\":\"/nf\",\n\"status\":\"404\"\n}", ContentType: "application/json",
		Status:  404,
		Alike:   `{"message":"stored","url":"/nf"}`,
		Differs: "it has no status of an error",
		Clients: sdkClients,
		Shape: inspect.Shape{Name: "jetty-json", JSON: []form{object(
			must("url", text), must("status", status()), must("message", text), may("servlet", scalar), may("cause0", text), may("cause1", text), may("cause2", text),
		)}},
	},
	{
		Name: "apigee", Tier: Common,
		Sender:  "Apigee, WSO2 API Manager, Axway: fault",
		Source:  "docs.apigee.com, runtime errors; apim.docs.wso2.com, error handling",
		Example: `{"fault":{"faultstring":"Invalid ApiKey","detail":{"errorcode":"oauth.v2.InvalidApiKey"}}}`, ContentType: "application/json",
		Status:  401,
		Alike:   `{"faults":[],"fault":null}`,
		Differs: "fault is null",
		Clients: sdkClients,
		Shape: inspect.Shape{
			Name: "apigee",
			JSON: []form{
				object(must("fault", object(must("detail", object(must("errorcode", tells(text, apigeeCodes)), may("reason", text))), must("faultstring", tells(text, sentences))))),
				object(must("fault", object(must("code", tells(integer, wso2Codes)), must("message", text), may("description", text), may("type", text)))),
				object(must("code", tells(fitting("900*", "3030*", "1015*"), wso2Codes)), must("message", text), must("description", text), may("moreInfo", scalar), may("error", array), may("type", text)),
			},
			XML: []form{root("fault", in(element(must("code", tells(text, wso2Codes)), may("type", text), must("message", text), may("description", text)), "http://wso2.org/apimanager", "http://wso2.org/apimanager/security", "http://wso2.org/apimanager/throttling"))},
		},
	},
}

// laravelField is a field of a request that was refused, with the reasons.
var laravelField = member{Name: "*", Form: form{Kinds: inspect.KindArray, Items: true, Element: &filled}}

var apigeeCodes = &codes{Words: []wordCode{
	words(401, "oauth.v2.InvalidApiKey* oauth.v2.FailedToResolveAPIKey oauth.v2.InvalidAccessToken keymanagement.service.invalid_access_token keymanagement.service.*token* steps.oauth.v2.* steps.jwt.* steps.basicauthentication.*"),
	words(403, "accesscontrol.* oauth.v2.InsufficientScope keymanagement.service.*"), words(404, "messaging.adaptors.http.flow.ApplicationNotFound messaging.runtime.RouteFailed"),
	words(503, "policies.ratelimit.* messaging.adaptors.http.flow.ServiceUnavailable messaging.adaptors.http.flow.GatewayTimeout messaging.adaptors.http.flow.LB* messaging.adaptors.http.flow.NoActiveTargets"),
	words(405, "protocol.http.MethodNotAllowed messaging.adaptors.http.flow.MethodNotAllowed"), words(400, "steps.jsonthreatprotection.* steps.xmlthreatprotection.* steps.regexprotection.* steps.extractvariables.* protocol.http.*"),
}}

var wso2Codes = &codes{Numbers: []numberCode{
	span(401, 900900, 900904), span(403, 900905, 900910), span(503, 900800, 900806), span(404, 404, 404), span(405, 405, 405),
	span(503, 101500, 101599), span(503, 303001, 303001),
}, HTTP: true}
