package experiment_test

import (
	"context"
	"testing"
	"testing/synctest"

	"github.com/statusgate/statusgate/tests/overload/experiment"
)

func TestRoomsAreSharedOutInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rooms := experiment.NewRooms()
		leave, err := rooms.Enter(t.Context(), experiment.Budget/2)
		if err != nil {
			t.Fatal(err)
		}
		entered := make(chan string, 3)
		enter := func(name string, need int) {
			go func() {
				leave, err := rooms.Enter(t.Context(), need)
				if err != nil {
					t.Error(err)
					return
				}
				entered <- name
				leave()
			}()
			synctest.Wait()
		}
		enter("all of it", 10*experiment.Budget)
		enter("little, but later", 1)
		if len(entered) != 0 {
			t.Errorf("%q had no room, or was first in turn", <-entered)
		}
		leave()
		synctest.Wait()
		if first, second := <-entered, <-entered; first != "all of it" || second != "little, but later" {
			t.Errorf("got %q, then %q", first, second)
		}
	})
}

func TestNobodyWaitsForRoomInVain(t *testing.T) {
	rooms := experiment.NewRooms()
	if _, err := rooms.Enter(t.Context(), experiment.Budget); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := rooms.Enter(ctx, 1); err == nil {
		t.Error("no error")
	}
}

func TestNamesOfExperimentsAreUnique(t *testing.T) {
	seen := map[string]bool{}
	for _, e := range experiment.All() {
		if seen[e.Name] || e.Name == "" {
			t.Errorf("%q is there twice", e.Name)
		}
		seen[e.Name] = true
	}
}
