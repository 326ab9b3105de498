// Command backend is the server that the experiments overload. It prints its
// addresses as a line of JSON and runs until it is killed.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"

	"github.com/statusgate/statusgate/tests/overload/backend"
)

func main() {
	fmt.Fprintln(os.Stderr, "backend:", run())
	os.Exit(1)
}

// run serves until the process is killed, or returns what is in the way.
func run() error {
	listen := flag.String("listen", "127.0.0.1:0", "address of the port that is overloaded")
	control := flag.String("control", "127.0.0.1:0", "address of the port of the experiment")
	text := flag.String("settings", "{}", "the settings, as JSON")
	flag.Parse()
	var settings backend.Settings
	if err := json.Unmarshal([]byte(*text), &settings); err != nil {
		return fmt.Errorf("settings %s: %w", *text, err)
	}
	_, addresses, err := backend.Serve(backend.Addresses{Service: *listen, Control: *control}, settings)
	if err != nil {
		return err
	}
	if err := json.NewEncoder(os.Stdout).Encode(addresses); err != nil {
		return err
	}
	select {}
}
