package shapes

import "github.com/statusgate/statusgate/inspect"

// clouds are the errors of clouds, and of what runs containers.
var clouds = []Row{
	{
		Name: "aws-json", Family: "aws", Tier: Common,
		Sender:  "AWS services of the protocols json and rest-json: DynamoDB, Lambda, Cognito; LocalStack",
		Source:  "smithy.io, AWS JSON 1.0 protocol, operation error serialization",
		Example: `{"__type":"com.amazonaws.dynamodb.v20120810#ResourceNotFoundException","message":"Requested resource not found"}`, ContentType: "application/x-amz-json-1.0",
		Status:  404,
		Alike:   `{"Items":[{"__type":{"S":"ResourceNotFoundException"},"message":{"S":"logged"}}],"Count":1}`,
		Differs: "what an item has is not what the response has",
		Clients: sdkClients,
		Shape: inspect.Shape{Name: "aws-json", JSON: []form{
			object(must("__type", tells(fitting("*Exception", "*Error", "*Fault", "*NotFound", "*#*"), aws)), may("message", scalar), may("Message", scalar), may("Type", scalar), may("Code", scalar)),
		}},
	},
	{
		Name: "aws-query", Family: "aws", Tier: Common,
		Sender:  "AWS services of the protocols query and ec2: EC2, SQS, SNS, IAM; ElasticMQ",
		Source:  "smithy.io, AWS query protocol and EC2 query protocol, operation error serialization",
		Example: `<ErrorResponse xmlns="http://queue.amazonaws.com/doc/2012-11-05/"><Error><Type>Sender</Type><Code>AWS.SimpleQueueService.NonExistentQueue</Code><Message>The specified queue does not exist.</Message><Detail/></Error><RequestId>42d59b56</RequestId></ErrorResponse>`, ContentType: "text/xml",
		Status:  404,
		Alike:   `<ErrorReport><Error><Code>1</Code></Error></ErrorReport>`,
		Differs: "the root is another element",
		Clients: sdkClients,
		Shape: inspect.Shape{Name: "aws-query", XML: []form{
			root("ErrorResponse", element(
				must("Error", element(may("Type", tells(text, awsSides)), must("Code", tells(word, aws)), may("Message", text), may("Detail", node))),
				may("RequestId", text), may("RequestID", text),
			)),
			root("Response", element(
				must("Errors", element(many("Error", element(must("Code", tells(word, aws)), may("Message", text), may("BoxUsage", text))))), must("RequestID", text),
			)),
		}},
	},
	{
		Name: "s3", Tier: Common,
		Sender:  "Amazon S3 and what speaks its protocol: MinIO, Ceph, Azure Storage in XML",
		Source:  "docs.aws.amazon.com, S3 API, error responses, and CompleteMultipartUpload, which sends errors with 200",
		Example: `<Error><Code>InternalError</Code><Message>We encountered an internal error. Please try again.</Message><RequestId>656c76696e6727732072657175657374</RequestId><HostId>Uuag1LuByRx9e6j5Onimru9pO4ZVKnJ2Qz7</HostId></Error>`, ContentType: "application/xml",
		Status:  500,
		Alike:   `<DeleteResult><Deleted><Key>a</Key></Deleted><Error><Key>b</Key><Code>AccessDenied</Code><Message>Access Denied</Message></Error></DeleteResult>`,
		Differs: "Error is not the root: of many objects, some were deleted",
		Clients: sdkClients,
		Shape: inspect.Shape{Name: "s3", XML: []form{root("Error", element(
			must("Code", tells(word, aws)), must("Message", text), may("RequestId", text), may("HostId", text), may("Resource", text), may("Key", text),
			may("BucketName", text), may("Region", text), may("Endpoint", text), may("Bucket", text), may("AWSAccessKeyId", text), may("StringToSign", text),
			may("SignatureProvided", text), may("StringToSignBytes", text), may("CanonicalRequest", text), may("CanonicalRequestBytes", text), may("Method", text),
			may("ResourceType", text), may("ArgumentName", text), may("ArgumentValue", text), may("UploadId", text), may("Condition", text), may("Header", text),
			may("AuthenticationErrorDetail", text), may("QueryParameterName", text), may("QueryParameterValue", text), may("Reason", text), may("ETag", text),
			may("RequestTime", text), may("ServerTime", text), may("MaxAllowedSkewMilliseconds", text), may("ProposedSize", text), may("MaxSizeAllowed", text),
			may("HeaderName", text), may("HeaderValue", text), may("ExceptionDetails", node), may("X-Amz-Expires", text), may("Expires", text), may("VersionId", text),
			may("RangeRequested", text), may("ActualObjectSize", text), may("PartNumber", text), may("Token-0", text), may("Detail", node),
		))}},
	},
	{
		Name: "azure-xml", Tier: Common,
		Sender:  "Azure Service Management and Service Bus in XML",
		Source:  "learn.microsoft.com, Service Management status and error codes",
		Example: `<Error xmlns="http://schemas.microsoft.com/windowsazure" xmlns:i="http://www.w3.org/2001/XMLSchema-instance"><Code>AuthenticationFailed</Code><Message>The server failed to authenticate the request.</Message></Error>`, ContentType: "application/xml",
		Status:  401,
		Alike:   `<Errors xmlns="http://schemas.microsoft.com/windowsazure"/>`,
		Differs: "the root is another element",
		Clients: sdkClients,
		Shape: inspect.Shape{Name: "azure-xml", XML: []form{
			root("Error", in(element(must("Code", tells(text, serviceBus)), must("Message", text)), "http://schemas.microsoft.com/windowsazure")),
			root("Error", element(must("Code", status()), must("Detail", text))),
		}},
	},
	{
		Name: "aliyun", Tier: Common,
		Sender:  "Alibaba Cloud, RPC and ROA style APIs",
		Source:  "alibabacloud.com, API error format; aliyun-openapi-java-sdk",
		Example: `{"RequestId":"7463B73D-35CC-4D19-A010-6B8D65D242EF","HostId":"ecs.aliyuncs.com","Code":"InvalidInstanceId.NotFound","Message":"The specified InstanceId does not exist."}`, ContentType: "application/json",
		Status:  404,
		Alike:   `{"RequestId":"7463B73D","Code":"OK","Message":"OK","BizId":"9006"}`,
		Differs: "the code is OK",
		Clients: sdkClients,
		Shape: inspect.Shape{Name: "aliyun", JSON: []form{
			object(must("RequestId", filled), must("HostId", filled), must("Code", tells(word, aws)), must("Message", text), may("Recommend", text), may("AccessDeniedDetail", anything), may("Data", nothing)),
			object(must("RequestId", filled), must("Code", tells(not(word, "OK", "200", "Success", "success"), aws)), must("Message", text), must("Recommend", text), may("AccessDeniedDetail", anything)),
		}},
	},
	{
		Name: "tencent-cloud", Tier: Common,
		Sender:  "Tencent Cloud API 3.0",
		Source:  "cloud.tencent.com, API 3.0, return values; it sends errors with 200",
		Example: `{"Response":{"Error":{"Code":"AuthFailure.SignatureFailure","Message":"The provided credentials could not be validated."},"RequestId":"ed93f3cb-f35e-473f-b9f3-0d451b8b79c6"}}`, ContentType: "application/json",
		Status:  401,
		Alike:   `{"Response":{"TotalCount":0,"InstanceStatusSet":[],"RequestId":"b5b41468-520d-4192-b42f-595cc34b6c1c"}}`,
		Differs: "the response has no Error",
		Clients: "the vendor's SDKs read the body at 200 only; at another status they throw without the code",
		Shape: inspect.Shape{Name: "tencent-cloud", JSON: []form{object(must("Response", object(
			must("Error", object(must("Code", tells(word, aws)), must("Message", text))), must("RequestId", text),
		)))}},
	},
	{
		Name: "kubernetes", Tier: Common,
		Sender:  "Kubernetes API servers, and aggregated ones",
		Source:  "kubernetes.io, API concepts, Status kind; apimachinery pkg/apis/meta/v1/types.go",
		Example: `{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"pods \"x\" not found","reason":"NotFound","details":{"name":"x","kind":"pods"},"code":404}`, ContentType: "application/json",
		Status:  404,
		Alike:   `{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Success","details":{"name":"p"}}`,
		Differs: "the status is Success",
		Clients: "client-go reads the Status from the body at any status but 2xx",
		Shape: inspect.Shape{Name: "kubernetes", JSON: []form{object(
			must("kind", one("Status")), must("apiVersion", word), must("status", one("Failure")), may("metadata", some), may("message", text), may("reason", tells(text, common)),
			may("details", or(some, inspect.KindNull)), must("code", tells(integer, byStatus)),
		)}},
	},
	{
		Name: "registry", Tier: Common,
		Sender:  "container registries: Docker distribution, Harbor, Quay, GitLab",
		Source:  "OCI distribution specification 1.1, error codes",
		Example: `{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown","detail":{"Tag":"latest"}}]}`, ContentType: "application/json",
		Status:  404,
		Alike:   `{"errors":[{"line":3,"column":1,"kind":"Invalid pattern","message":"Invalid pattern on line 3","path":".github/CODEOWNERS"}]}`,
		Differs: "the list is of findings, without codes of a registry",
		Clients: "Docker, skopeo and containerd read the codes at 4xx",
		Shape: inspect.Shape{Name: "registry", JSON: []form{object(must("errors", list(object(
			must("code", tells(one(
				"BLOB_UNKNOWN", "BLOB_UPLOAD_INVALID", "BLOB_UPLOAD_UNKNOWN", "DIGEST_INVALID", "MANIFEST_BLOB_UNKNOWN", "MANIFEST_INVALID", "MANIFEST_UNKNOWN",
				"MANIFEST_UNVERIFIED", "NAME_INVALID", "NAME_UNKNOWN", "SIZE_INVALID", "TAG_INVALID", "UNAUTHORIZED", "DENIED", "UNSUPPORTED", "TOOMANYREQUESTS",
				"PAGINATION_NUMBER_INVALID", "RANGE_INVALID", "UNAVAILABLE", "UNKNOWN",
			), registryCodes)),
			may("message", text), may("detail", anything),
		))))}},
	},
	{
		Name: "gateway", Tier: Common,
		Sender:  "Docker Engine, AWS API Gateway, Kong: a message of a closed list, alone",
		Source:  "docs.docker.com, Engine API, errors; AWS API Gateway gateway responses; Kong 3 kong/error_handlers.lua",
		Example: `{"message":"No such container: nope"}`, ContentType: "application/json",
		Status:  404,
		Alike:   `{"message":"Deleted"}`,
		Differs: "the message is none of those that these servers have for errors",
		Clients: sdkClients,
		Shape: inspect.Shape{Name: "gateway", JSON: []form{object(must("message", closed(
			phrases(404, "No such container: *", "No such image: *", "No such network: *", "no such volume: *", "page not found", "no Route matched with those values", "Not Found", "*: no such volume", "network * not found"),
			phrases(401, "Unauthorized", "Missing Authentication Token", "The security token included in the request is invalid.", "The security token included in the request is expired", "No API key found in request", "Invalid authentication credentials", "No credentials found for given *"),
			phrases(403, "Forbidden", "User is not authorized to access this resource*", "You cannot consume this service", "Access Denied"),
			phrases(503, "Too Many Requests", "Limit Exceeded", "API rate limit exceeded", "Endpoint request timed out", "Service Unavailable", "The upstream server is timing out", "failure to get a peer from the ring-balancer", "name resolution failed", "An invalid response was received from the upstream server"),
			phrases(500, "Internal server error", "Internal Server Error", "An unexpected error occurred"),
			phrases(400, "Invalid request body", "Unsupported Media Type", "Request body is not valid JSON*", "Bad Request", "Bad request"),
		)), may("request_id", text), may("requestId", text))}},
	},
}

var aws = before(common,
	words(503, "RequestLimitExceeded RequestThrottled* RequestTimeout* SlowDown ServiceUnavailable Throttling* ProvisionedThroughputExceeded* PriorRequestNotComplete"),
	words(401, "AuthFailure* InvalidClientTokenId InvalidAccessKeyId SignatureDoesNotMatch UnrecognizedClientException MissingAuthenticationToken* IncompleteSignature*"),
	words(401, "ExpiredToken* RequestExpired InvalidToken NotAuthorizedException InvalidSignature* *AccessKeyId* SignatureNonceUsed"),
	words(403, "AccessDenied* UnauthorizedOperation OptInRequired AllAccessDisabled AccountProblem Forbidden* NoPermission* InvalidObjectState InvalidPayer RequestTimeTooSkewed"),
	words(404, "NoSuch* *NotFound* *NonExistent* ResourceNotFound* *DoesNotExist*"),
	words(405, "MethodNotAllowed InvalidAction* UnknownOperation* UnsupportedOperation"),
	words(500, "InternalError* InternalFailure* InternalServer* InternalService* FailedOperation*"),
	words(400, "*Validation* *Invalid* Missing* *Malformed* Incomplete* Bucket* *Exists* *Limit* Entity* KeyTooLong* *Conflict* PreconditionFailed*"),
	words(400, "DryRunOperation Ambiguous* Bad* *TooLarge* *TooSmall* *Unsupported* SerializationException *InUse* ConditionalCheckFailed*"),
)

var awsSides = &codes{Words: []wordCode{}}

var serviceBus = before(common, words(401, "AuthenticationFailed 401"), words(403, "ForbiddenError"))

var registryCodes = &codes{Words: []wordCode{
	words(401, "UNAUTHORIZED"), words(403, "DENIED"), words(404, "*_UNKNOWN"), words(503, "TOOMANYREQUESTS UNAVAILABLE"), words(405, "UNSUPPORTED"),
	words(400, "*INVALID MANIFEST_UNVERIFIED"), words(500, "UNKNOWN"),
}}

// fitting is a word that one of some patterns fits.
func fitting(patterns ...string) form {
	return form{Kinds: inspect.KindText, Fits: patterns}
}

// closed is a text that is one of a closed list, and tells by it.
func closed(lists ...wordCode) form {
	f := form{Kinds: inspect.KindText, Tells: &codes{Words: lists}}
	for _, l := range lists {
		f.Fits = append(f.Fits, l.Words...)
	}
	return f
}
