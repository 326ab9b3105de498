// Command gateway is Caddy with its standard modules and Statusgate.
package main

import (
	caddycmd "github.com/caddyserver/caddy/v2/cmd"
	_ "github.com/caddyserver/caddy/v2/modules/standard"

	_ "github.com/statusgate/statusgate"
)

func main() {
	caddycmd.Main()
}
