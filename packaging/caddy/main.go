// Command caddy is Caddy with its standard modules and Statusgate: what releases and the
// image have. It is built in this module, so that the binary says of itself which
// Statusgate it is, and nothing of the machine that built it. For further plugins build
// your own with xcaddy.
package main

import (
	caddycmd "github.com/caddyserver/caddy/v2/cmd"
	_ "github.com/caddyserver/caddy/v2/modules/standard"

	_ "github.com/statusgate/statusgate"
)

func main() {
	caddycmd.Main()
}
