package shapes

import "github.com/statusgate/statusgate/inspect"

// geography is the errors of servers of maps.
var geography = []Row{
	{
		Name: "ogc-se", Family: "ogc", Tier: Named,
		Sender:  "WMS 1.1 and 1.3, WFS 1.0, WCS 1.0: MapServer, GeoServer, QGIS Server, deegree",
		Source:  "OGC 06-042, WMS 1.3.0 §6.11 and annex E.2; ran: MapServer 8.0.0, which sends them with 200",
		Example: `<?xml version='1.0' encoding="UTF-8" standalone="no" ?>` + "\n" + `<ServiceExceptionReport version="1.3.0" xmlns="http://www.opengis.net/ogc"><ServiceException code="LayerNotDefined">` + "\nmsWMSLoadGetMapParams(): WMS server error. Invalid layer(s) given in the LAYERS parameter.\n" + `</ServiceException></ServiceExceptionReport>`, ContentType: "text/xml; charset=UTF-8",
		Status:  404,
		Alike:   `<ServiceExceptionReport version="1.3.0" xmlns="http://www.opengis.net/ogc"><ServiceException code="CurrentUpdateSequence">unchanged</ServiceException></ServiceExceptionReport>`,
		Differs: "CurrentUpdateSequence says that what the client has is up to date",
		Clients: "OWSLib and QGIS read the report at 200, and show the bare status at 4xx",
		Shape: inspect.Shape{Name: "ogc-se", XML: []form{otherwise(root("ServiceExceptionReport", in(element(
			many("ServiceException", form{Kinds: inspect.KindText, Members: []member{may("@code", tells(not(text, "CurrentUpdateSequence"), ogcCodes))}}),
		), "http://www.opengis.net/ogc", "")), 400)}},
	},
	{
		Name: "ows", Family: "ogc", Tier: Named,
		Sender:  "WFS 1.1 and 2.0, WCS 1.1 and 2.0, CSW, WPS, SOS, WMTS: MapServer, GeoServer, pycsw, 52°North",
		Source:  "OGC 06-121r9, OWS Common 2.0 §8; ran: MapServer 8.0.0, which sends those of WFS 1.1 with 200",
		Example: `<?xml version="1.0" encoding="UTF-8"?><ows:ExceptionReport xmlns:ows="http://www.opengis.net/ows" version="1.1.0" language="en-US"><ows:Exception exceptionCode="InvalidParameterValue" locator="typename"><ows:ExceptionText>msWFSGetFeature(): WFS server error. TYPENAME 'nope' doesn't exist in this server.</ows:ExceptionText></ows:Exception></ows:ExceptionReport>`, ContentType: "text/xml; charset=UTF-8",
		Status:  400,
		Alike:   `<wfs:FeatureCollection xmlns:wfs="http://www.opengis.net/wfs/2.0" numberReturned="0"/>`,
		Differs: "the root is another element",
		Clients: "OWSLib reads the report at 200 and at 400; QGIS shows the bare status",
		Shape: inspect.Shape{Name: "ows", XML: []form{otherwise(root("ExceptionReport", in(element(
			many("Exception", form{Kinds: inspect.KindObject | inspect.KindText, Members: []member{must("@exceptionCode", tells(not(text, "CurrentUpdateSequence"), ogcCodes)), any("ExceptionText", node)}}),
		), "http://www.opengis.net/ows", "http://www.opengis.net/ows/1.1", "http://www.opengis.net/ows/2.0")), 400)}},
	},
	{
		Name: "ogcapi", Family: "ogc", Tier: Named,
		Sender:  "OGC API Features, Processes, Records: pygeoapi, ldproxy",
		Source:  "OGC 17-069r4, OGC API Features part 1, exception schema; pygeoapi 0.16 api.py",
		Example: `{"code":"NotFound","type":"NotFound","description":"Collection not found"}`, ContentType: "application/json",
		Status:  404,
		Alike:   `{"code":"EPSG:4326","description":"WGS 84"}`,
		Differs: "the code is none of the standards'",
		Clients: sdkClients,
		Shape: inspect.Shape{Name: "ogcapi", JSON: []form{otherwise(object(
			must("code", tells(one("NotFound", "InvalidParameterValue", "MissingParameterValue", "NoApplicableCode", "InvalidParameter", "InvalidQuery", "ServerError", "OperationNotSupported", "OptionNotSupported", "ConnectionError", "InvalidUpdateSequence", "NoSuchProcess", "JobNotFound", "ResultNotReady"), ogcCodes)),
			may("description", text), may("type", text),
		), 400)}},
	},
	{
		Name: "mapserver", Family: "pages", Tier: Common,
		Sender:  "MapServer in its own mode",
		Source:  "ran: MapServer 8.0.0, which sends this with 200",
		Example: "<HTML>\n<HEAD><TITLE>MapServer Message</TITLE></HEAD>\n<!-- MapServer version 8.0.0 OUTPUT=PNG -->\n<BODY BGCOLOR=\"#FFFFFF\">\nmsCGISetMode(): Web application error. Invalid mode.\n</BODY></HTML>", ContentType: "text/html",
		Status:  500,
		Alike:   "<html><head><title>MapServer Documentation</title></head></html>",
		Differs: "the title is another one",
		Clients: pageClients,
		Shape:   inspect.Shape{Name: "mapserver", Pages: []inspect.Page{{Titles: []string{"MapServer Message"}, Marks: []string{"<!-- MapServer version "}, Status: 500}}},
	},
	{
		Name: "arcgis", Tier: Common,
		Sender:  "ArcGIS Server, ArcGIS Online, Portal",
		Source:  "developers.arcgis.com, ArcGIS REST API, status and error codes; they send errors with 200",
		Example: `{"error":{"code":498,"message":"Invalid token.","details":[]}}`, ContentType: "application/json",
		Status:  401,
		Alike:   `{"addResults":[{"objectId":-1,"success":false,"error":{"code":1000,"description":"x"}}]}`,
		Differs: "it is the outcome of each edit of many",
		Clients: "@esri/arcgis-rest-request branches on error in the body; at another status it throws without the code",
		Shape: inspect.Shape{Name: "arcgis", JSON: []form{object(must("error", object(
			must("code", tells(integer, &codes{Numbers: []numberCode{span(401, 498, 499), span(500, 0, 0)}, HTTP: true, Rest: 500})), must("message", text), must("details", or(array, inspect.KindNull)), may("messageCode", text), may("extendedCode", integer),
		)))}},
	},
	{
		Name: "osrm", Tier: Common,
		Sender:  "OSRM, Mapbox Directions",
		Source:  "project-osrm.org, HTTP API, responses",
		Example: `{"code":"InvalidQuery","message":"Query string malformed close to position 41"}`, ContentType: "application/json",
		Status:  400,
		Alike:   `{"code":"Ok","routes":[],"waypoints":[]}`,
		Differs: "the code is Ok",
		Clients: sdkClients,
		Shape: inspect.Shape{Name: "osrm", JSON: []form{otherwise(object(
			must("code", tells(one("InvalidUrl", "InvalidService", "InvalidVersion", "InvalidOptions", "InvalidQuery", "InvalidValue", "NoSegment", "TooBig", "NoRoute", "NoTable", "NotImplemented", "NoTrips", "NoMatch", "ProfileNotFound", "InvalidInput", "DisabledDataset"), &codes{Words: []wordCode{
				words(404, "InvalidService ProfileNotFound"), words(405, "NotImplemented"), words(403, "DisabledDataset"), words(400, "*"),
			}})), must("message", text), may("data_version", text),
		), 400)}},
	},
}

// ogcCodes are those of OWS Common, WMS and WFS.
var ogcCodes = &codes{Words: []wordCode{
	words(404, "LayerNotDefined StyleNotDefined CoverageNotDefined NoSuchCoverage NoSuchProcess NotFound NoSuchField JobNotFound"),
	words(405, "OperationNotSupported OptionNotSupported LayerNotQueryable"),
	words(500, "NoApplicableCode ServerError OperationProcessingFailed OperationParsingFailed ConnectionError"),
	words(400, "*"),
}}
