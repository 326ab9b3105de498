package exchange_test

import (
	"fmt"
	"os"
	"testing"

	"github.com/statusgate/statusgate/internal/exchange"
)

// Whatever the tests did, no state was to be entered that may not follow.
func TestMain(m *testing.M) {
	code := m.Run()
	if n := exchange.Missteps(); n != 0 {
		fmt.Printf("FAIL: %d states of bodies were to be entered that may not follow\n", n)
		code = 1
	}
	os.Exit(code)
}
