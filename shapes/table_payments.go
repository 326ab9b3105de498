package shapes

import "github.com/statusgate/statusgate/inspect"

// payments are the errors of shops, banks and parcels.
var payments = []Row{
	{
		Name: "paypal-nvp", Family: "paypal", Tier: Common,
		Sender:  "PayPal NVP, and gateways that copy it",
		Source:  "developer.paypal.com, NVP API, error responses; it sends errors with 200",
		Example: "TIMESTAMP=2011%2d11%2d15T20%3a27%3a02Z&CORRELATIONID=5be53331d9700&ACK=Failure&VERSION=78%2e0&BUILD=000000&L_ERRORCODE0=10002&L_SHORTMESSAGE0=Security%20error&L_LONGMESSAGE0=Security%20header%20is%20not%20valid&L_SEVERITYCODE0=Error", ContentType: "text/plain",
		Status:  401,
		Alike:   "TOKEN=EC%2d1&TIMESTAMP=2011%2d11%2d15T20%3a27%3a02Z&ACK=SuccessWithWarning&L_ERRORCODE0=11607",
		Differs: "ACK is SuccessWithWarning",
		Clients: "its SDKs branch on ACK in the body",
		Shape: inspect.Shape{Name: "paypal-nvp", Lines: []inspect.Lines{{
			First:  []string{"TIMESTAMP=*&ACK=Failure*&L_ERRORCODE0={code}&*", "ACK=Failure*&L_ERRORCODE0={code}&*", "CORRELATIONID=*&ACK=Failure*&L_ERRORCODE0={code}&*"},
			Status: 400,
			Tells: &codes{Numbers: append(append(append(numbers(401, 10002, 10008), numbers(403, 10007)...), numbers(500, 10001)...),
				numbers(503, 10101)...)},
		}}},
	},
	{
		Name: "paypal", Family: "paypal", Tier: Common,
		Sender:  "PayPal REST APIs",
		Source:  "developer.paypal.com, REST APIs, API responses, error response",
		Example: `{"name":"INVALID_REQUEST","message":"Request is not well-formed, syntactically incorrect, or violates schema.","debug_id":"90957fca61718","details":[{"field":"/intent","issue":"INVALID_PARAMETER_VALUE"}],"links":[]}`, ContentType: "application/json",
		Status:  400,
		Alike:   `{"id":"5O190127TN364715T","status":"VOIDED","name":"order","links":[]}`,
		Differs: "an order has an id and a status",
		Clients: sdkClients,
		Shape: inspect.Shape{Name: "paypal", JSON: []form{otherwise(object(
			must("name", tells(word, common)), must("message", text), must("debug_id", filled), may("details", array), may("links", array), may("information_link", text), may("localizedMessage", text),
		), 400)}},
	},
	{
		Name: "authorizenet", Tier: Common,
		Sender:  "Authorize.net",
		Source:  "developer.authorize.net, API reference, response codes; it sends errors with 200 and a byte order mark",
		Example: "\ufeff" + `{"messages":{"resultCode":"Error","message":[{"code":"E00007","text":"User authentication failed due to invalid authentication values."}]}}`, ContentType: "application/json",
		Status:  401,
		Alike:   `{"messages":{"resultCode":"Ok","message":[{"code":"I00001","text":"Successful."}]}}`,
		Differs: "resultCode is Ok",
		Clients: "its SDKs branch on resultCode in the body",
		Shape: inspect.Shape{
			Name: "authorizenet",
			JSON: []form{otherwise(object(
				must("messages", object(must("resultCode", one("Error")), must("message", list(object(must("code", tells(word, authorizeCodes)), must("text", text)))))),
				may("transactionResponse", anything), may("refId", scalar), may("sessionToken", scalar), may("clientId", scalar),
			), 400)},
			XML: []form{
				otherwise(root("ErrorResponse", in(element(must("messages", authorizeMessages), may("refId", text)), authorizeSpace)), 400),
				otherwise(root("createTransactionResponse", in(element(must("messages", authorizeMessages), may("refId", text), may("transactionResponse", node)), authorizeSpace)), 400),
			},
		},
	},
	{
		Name: "ebay", Tier: Common,
		Sender:  "eBay Trading, Shopping and Finding APIs",
		Source:  "developer.ebay.com, Trading API, error handling; it sends errors with 200",
		Example: `<?xml version="1.0" encoding="UTF-8"?><GetItemResponse xmlns="urn:ebay:apis:eBLBaseComponents"><Timestamp>2024-01-01T00:00:00.000Z</Timestamp><Ack>Failure</Ack><Errors><ShortMessage>Auth token is invalid.</ShortMessage><ErrorCode>931</ErrorCode><SeverityCode>Error</SeverityCode></Errors></GetItemResponse>`, ContentType: "text/xml",
		Status:  401,
		Alike:   `<GetItemResponse xmlns="urn:ebay:apis:eBLBaseComponents"><Ack>Warning</Ack><Errors><ShortMessage>Deprecated field.</ShortMessage><SeverityCode>Warning</SeverityCode></Errors><Item/></GetItemResponse>`,
		Differs: "Ack is Warning, and there is an Item",
		Clients: "its SDKs branch on Ack in the body",
		Shape: inspect.Shape{
			Name: "ebay",
			JSON: []form{
				otherwise(object(must("errorMessage", list(object(must("error", list(object(
					must("errorId", list(tells(scalar, ebayCodes))), must("domain", array), must("severity", list(one("Error"))), may("category", array), must("message", array), may("subdomain", array),
					may("parameter", array), may("exceptionId", array),
				))))))), 400),
				otherwise(object(must("errors", list(object(
					must("errorId", tells(integer, ebayCodes)), must("domain", text), may("category", tells(text, &codes{Words: []wordCode{phrases(500, "APPLICATION"), phrases(400, "REQUEST", "BUSINESS")}})),
					must("message", text), may("longMessage", text), may("parameters", array), may("subdomain", text), may("inputRefIds", array), may("outputRefIds", array),
				))), may("warnings", array)), 400),
			},
			XML: []form{otherwise(root("*", ebayFailure), 400)},
		},
	},
	{
		Name: "usps", Tier: Common,
		Sender:  "USPS Web Tools",
		Source:  "usps.com, Web Tools API user guides, error responses; it sends errors with 200",
		Example: `<?xml version="1.0" encoding="UTF-8"?><Error><Number>80040B1A</Number><Description>API Authorization failure. User XXXX is not authorized to use API Verify.</Description><Source>USPSCOM::DoAuth</Source></Error>`, ContentType: "text/xml",
		Status:  401,
		Alike:   `<AddressValidateResponse><Address ID="0"><Error><Number>-2147219401</Number><Description>Address Not Found.</Description></Error></Address></AddressValidateResponse>`,
		Differs: "Error is not the root: of some addresses, one was not found",
		Clients: "its clients branch on the root element",
		Shape: inspect.Shape{Name: "usps", XML: []form{otherwise(root("Error", element(
			must("Number", tells(text, &codes{Words: []wordCode{phrases(401, "80040b1a", "80040B18"), phrases(500, "80040B19*")}})), must("Description", tells(text, sentences)), may("Source", text), may("HelpFile", text), may("HelpContext", text),
		)), 400)}},
	},
	{
		Name: "adyen", Tier: Common,
		Sender:  "Adyen",
		Source:  "Adyen OpenAPI, CheckoutService v71, ServiceError",
		Example: `{"status":401,"errorCode":"000","message":"HTTP Status Response - Unauthorized","errorType":"security"}`, ContentType: "application/json",
		Status:  401,
		Alike:   `{"pspReference":"8516091485743033","resultCode":"Refused","refusalReason":"Not enough balance"}`,
		Differs: "a refused payment is a result",
		Clients: sdkClients,
		Shape: inspect.Shape{Name: "adyen", JSON: []form{object(
			must("status", status()), must("errorCode", text), must("message", text), must("errorType", word), may("pspReference", text), may("additionalData", anything),
		)}},
	},
	{
		Name: "magento", Tier: Common,
		Sender:  "Adobe Commerce, Magento 2",
		Source:  "developer.adobe.com/commerce, REST, status codes and responses; magento2 lib/internal/Magento/Framework/Webapi/ErrorProcessor.php",
		Example: `{"message":"No such entity with %fieldName = %fieldValue","parameters":{"fieldName":"orderId","fieldValue":99}}`, ContentType: "application/json",
		Status:  404,
		Alike:   `{"message":"%1 items were imported","parameters":["3"]}`,
		Differs: "the message is none of the framework's own",
		Clients: sdkClients,
		Shape: inspect.Shape{Name: "magento", JSON: []form{
			object(must("message", closed(
				phrases(404, "No such entity*", "Request does not match any route.", "The product that was requested doesn't exist.*"),
				phrases(401, "The consumer isn't authorized to access %*", "Consumer is not authorized to access %*", "The account sign-in was incorrect or your account is disabled temporarily.*"),
				phrases(400, "%fieldName is a required field.", `"%fieldName" is required.*`, "Invalid value of*", "One or more input exceptions have occurred."),
				phrases(500, "Internal Error. Details are available in Magento log file.*"),
			)), may("parameters", anything), may("errors", array), may("trace", text), may("code", integer)),
		}},
	},
	{
		Name: "shopify", Tier: Common,
		Sender:  "Shopify Admin API, HashiCorp Vault: errors is a text, or a list of texts",
		Source:  "shopify.dev, API response status and error codes; developer.hashicorp.com/vault/api-docs, error response",
		Example: `{"errors":"[API] Invalid API key or access token (unrecognized login or wrong password)"}`, ContentType: "application/json",
		Status:  401,
		Alike:   `{"errors":[],"products":[]}`,
		Differs: "the list is empty, and not alone",
		Clients: sdkClients,
		Shape: inspect.Shape{Name: "shopify", JSON: []form{
			otherwise(object(must("errors", tells(filled, sentences))), 400),
			object(must("errors", list(tells(filled, sentences)))),
			otherwise(object(must("errors", list(tells(filled, sentences))), must("message", tells(filled, sentences))), 400),
		}},
	},
}

const authorizeSpace = "AnetApi/xml/v1/schema/AnetApiSchema.xsd"

var authorizeMessages = element(must("resultCode", one("Error")), many("message", element(must("code", tells(text, authorizeCodes)), may("text", text))))

var authorizeCodes = &codes{Words: []wordCode{
	words(401, "E00005 E00006 E00007 E00059 E00095 E00117 E00124"), words(403, "E00008 E00009 E00010 E00011 E00034 E00044 E00063 E00082"),
	words(404, "E00035 E00040 E00083"), words(500, "E00001 E00053"), words(503, "E00104"), words(400, "E000* E001*"),
}}

// ebayFailure is the response of any call: each has a root of its own.
var ebayFailure = in(element(
	may("Timestamp", text), must("Ack", one("Failure")), may("CorrelationID", text), may("Version", text), may("Build", text), may("HardExpirationWarning", text),
	may("Message", text), may("NotificationEventName", text), may("DuplicateInvocationDetails", node), may("RecipientUserID", text), may("EIASToken", text), may("ExternalUserData", text),
	many("Errors", element(
		may("ShortMessage", text), may("LongMessage", text), must("ErrorCode", tells(text, ebayCodes)), must("SeverityCode", text),
		may("ErrorClassification", tells(text, &codes{Words: []wordCode{words(500, "SystemError"), words(400, "RequestError")}})), any("ErrorParameters", node), may("UserDisplayHint", text),
	)),
), "urn:ebay:apis:eBLBaseComponents")

// ebayCodes are those of "Errors by number" that are not of one call alone.
var ebayCodes = &codes{Numbers: append(append(append(append(
	numbers(401, 931, 932, 16110, 16112, 16118, 17470, 841, 1001, 1002), numbers(403, 11, 21916013, 1100, 196)...), numbers(404, 17, 35, 11001)...),
	numbers(503, 518, 21919144, 2001)...), numbers(500, 10007)...)}
