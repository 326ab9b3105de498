package openapi

import "strings"

// role is what a map of a description holds, as far as the reader cares.
type role uint8

const (
	roleNone role = iota
	roleRoot
	rolePaths
	rolePathItem
	roleOperations
	roleOperation
	roleBodies
	roleBody
	roleResponses
	roleResponse
	roleContent
	roleHeaders
	roleHeader
	roleComponents
)

// use is what the reader does with the value of a key.
type use uint8

const (
	useNothing use = iota
	useKey         // that it is there
	useWhole
	useMap // some of its members: those that its role says
)

// known says what is used of the maps whose keys OpenAPI defines.
var known = map[role]map[string]role{
	roleRoot: {
		"openapi": roleNone, "swagger": roleNone, "basePath": roleNone, "servers": roleNone, "consumes": roleNone,
		"produces": roleNone, "paths": rolePaths, "components": roleComponents, "responses": roleResponses,
	},
	roleOperation: {
		"servers": roleNone, "consumes": roleNone, "produces": roleNone, "requestBody": roleBody, "responses": roleResponses,
	},
	roleBody:     {"$ref": roleNone, "required": roleNone, "content": roleContent},
	roleResponse: {"$ref": roleNone, "content": roleContent, "headers": roleHeaders},
	roleHeader:   {"$ref": roleNone, "required": roleNone},
	roleComponents: {
		"responses": roleResponses, "requestBodies": roleBodies, "headers": roleHeaders, "pathItems": rolePaths,
	},
}

// members are the roles of the values of maps whose keys OpenAPI does not define.
var members = map[role]role{
	rolePaths: rolePathItem, roleOperations: roleOperation, roleBodies: roleBody, roleResponses: roleResponse,
	roleHeaders: roleHeader,
}

// of says what is used of the value of a key in a map with role r.
func (r role) of(key string, parameters bool) (use, role) {
	switch {
	case key == "<<" || key == "$ref" && r != roleOperation:
		return useWhole, roleNone
	case key == "parameters" && (r == roleRoot || r == roleComponents || r == rolePathItem || r == roleOperation):
		if parameters {
			return useWhole, roleNone
		}
		return useNothing, roleNone
	case r == roleContent, r == roleResponse && key == "schema":
		return useKey, roleNone
	case r == rolePathItem:
		return ofPathItem(key)
	}
	if value, ok := members[r]; ok {
		return useMap, value
	}
	value, ok := known[r][key]
	switch {
	case !ok:
		return useNothing, roleNone
	case value == roleNone:
		return useWhole, roleNone
	default:
		return useMap, value
	}
}

func ofPathItem(key string) (use, role) {
	switch {
	case key == "summary" || key == "description" || isExtension(key):
		return useNothing, roleNone
	case key == "servers":
		return useWhole, roleNone
	case key == "additionalOperations":
		return useMap, roleOperations
	case isMethod(strings.ToUpper(key)):
		return useMap, roleOperation
	default: // for the warning
		return useKey, roleNone
	}
}
