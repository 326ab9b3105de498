package tests

import (
	"path/filepath"
	"testing"
)

// describedOrders is a description for tests of what a gate makes of one.
const describedOrders = `openapi: 3.1.0
info: {title: Orders, version: "1"}
paths:
  /orders:
    get: {responses: {"200": {content: {application/json: {}}}, "404": {}}}
    post: {requestBody: {content: {application/json: {}}}, responses: {"201": {}, "409": {}, 5XX: {}}}
  /orders/{id}:
    get: {responses: {"200": {headers: {X-Version: {}}, content: {application/json: {}}}, "404": {}}}
    delete: {responses: {"204": {}, default: {}}}
`

// ordersFile is a file with that description.
func ordersFile(t *testing.T) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "orders.yaml")
	writeFile(t, file, describedOrders)
	return file
}

func TestTheAccessLogHasTheOperation(t *testing.T) {
	lines := accessLogOf(t, "openapi "+ordersFile(t), "", map[string]backend{
		"/orders/17": answers(200, "{}"), "/orders": answers(409, "{}"), "/nothing": answers(200, "{}"),
	})
	for path, want := range map[string]any{"/orders/17": "GET /orders/{id}", "/orders": "GET /orders", "/nothing": nil} {
		if got := lines[path].Statusgate["operation"]; got != want {
			t.Errorf("%s: got %v, want %v", path, got, want)
		}
	}
}
