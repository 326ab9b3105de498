package tests

import (
	"encoding/json"
	"os"

	"github.com/caddyserver/caddy/v2"
)

// chosenTransport is what reverse_proxy uses in these tests: http as long as
// nothing else is wanted.
//
//	STATUSGATE_TRANSPORT=direct go test ./tests
var chosenTransport = os.Getenv("STATUSGATE_TRANSPORT")

// load replaces the running configuration by one with the chosen transport.
func load(config string) error {
	if chosenTransport == "" {
		return caddy.Load([]byte(config), true)
	}
	var tree any
	if err := json.Unmarshal([]byte(config), &tree); err != nil {
		return err
	}
	chooseTransport(tree)
	chosen, err := json.Marshal(tree)
	if err != nil {
		return err
	}
	return caddy.Load(chosen, true)
}

// chooseTransport replaces the transport http, configured or not, at any depth.
func chooseTransport(tree any) {
	switch tree := tree.(type) {
	case []any:
		for _, element := range tree {
			chooseTransport(element)
		}
	case map[string]any:
		if tree["handler"] == "reverse_proxy" {
			transport, ok := tree["transport"].(map[string]any)
			if !ok {
				transport = map[string]any{"protocol": "http"}
				tree["transport"] = transport
			}
			if transport["protocol"] == "http" {
				transport["protocol"] = chosenTransport
			}
		}
		for _, element := range tree {
			chooseTransport(element)
		}
	}
}
