package main

import (
	"context"
	"os"
	"testing"

	"github.com/statusgate/statusgate/tests/overload/experiment"
	"github.com/statusgate/statusgate/tests/overload/lab"
	"github.com/statusgate/statusgate/tests/overload/lab/labtest"
)

// TestShortForm fails only where a figure is so far off that a busy machine is
// no excuse.
func TestShortForm(t *testing.T) {
	labtest.ShortForm(t, os.Getenv("OVERLOAD_CADDY"), func(ctx context.Context, options lab.Options) (lab.Opened, error) {
		opened, err := experiment.Open(ctx, options, false)
		if err != nil {
			return nil, err
		}
		if err := opened.CanShed(); err != nil {
			opened.Close()
			t.Skip(err)
		}
		return opened, nil
	})
}

func TestALabThatIsCalledOff(t *testing.T) {
	labtest.CalledOff(t, func(ctx context.Context, options lab.Options) (lab.Opened, error) {
		return open(ctx, options, false)
	})
}
