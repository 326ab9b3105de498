// Command gateway is Caddy with its standard modules and Statusgate.
package main

import (
	_ "github.com/statusgate/statusgate"

	caddycmd "github.com/caddyserver/caddy/v2/cmd"
	_ "github.com/caddyserver/caddy/v2/modules/standard"
)

func main() {
	caddycmd.Main()
}
