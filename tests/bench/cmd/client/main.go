// Command client drives servers by a plan, given as JSON, and prints what it
// comes to as a line of JSON.
package main

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/statusgate/statusgate/tests/bench/drive"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "client:", err)
		os.Exit(1)
	}
}

func run() error {
	if len(os.Args) != 2 {
		return fmt.Errorf("usage: %s <plan>", os.Args[0])
	}
	var plan drive.Plan
	if err := json.Unmarshal([]byte(os.Args[1]), &plan); err != nil {
		return fmt.Errorf("the plan: %w", err)
	}
	result, err := plan.Run()
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(result)
}
