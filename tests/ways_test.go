package tests

import (
	"encoding/json"
	"os"
	"slices"

	"github.com/caddyserver/caddy/v2"
)

// chosenWay is how these tests reach their backends: stock, that is reverse_proxy
// with the transport http, unless it is transport (the transport direct), handler
// (statusgate_proxy) or both.
//
//	STATUSGATE_PROXY=both go test ./tests
var (
	chosenWay  = os.Getenv("STATUSGATE_PROXY")
	useDirect  = chosenWay == "transport" || chosenWay == "both"
	useHandler = chosenWay == "handler" || chosenWay == "both"
)

// load replaces the running configuration by one that goes the chosen way.
func load(config string) error {
	if !slices.Contains([]string{"", "stock", "transport", "handler", "both"}, chosenWay) {
		panic("STATUSGATE_PROXY is " + chosenWay + ", want stock, transport, handler or both")
	}
	if !useDirect && !useHandler {
		return caddy.Load([]byte(config), true)
	}
	var tree any
	if err := json.Unmarshal([]byte(config), &tree); err != nil {
		return err
	}
	chooseWay(tree)
	chosen, err := json.Marshal(tree)
	if err != nil {
		return err
	}
	return caddy.Load(chosen, true)
}

// chooseWay replaces the handler reverse_proxy and the transport http, configured
// or not, at any depth.
func chooseWay(tree any) {
	switch tree := tree.(type) {
	case []any:
		for _, element := range tree {
			chooseWay(element)
		}
	case map[string]any:
		if tree["handler"] == "reverse_proxy" {
			chooseTransport(tree)
			if useHandler {
				tree["handler"] = "statusgate_proxy"
			}
		}
		for _, element := range tree {
			chooseWay(element)
		}
	}
}

func chooseTransport(proxy map[string]any) {
	if !useDirect {
		return
	}
	transport, ok := proxy["transport"].(map[string]any)
	if !ok {
		transport = map[string]any{"protocol": "http"}
		proxy["transport"] = transport
	}
	if transport["protocol"] == "http" {
		transport["protocol"] = "direct"
	}
}
