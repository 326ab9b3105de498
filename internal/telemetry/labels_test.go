package telemetry_test

import (
	"fmt"
	"testing"

	"github.com/statusgate/statusgate/internal/telemetry"
	"github.com/statusgate/statusgate/normalize"
)

func TestStatusLabelsAreAClosedSet(t *testing.T) {
	labels := make(map[string]bool)
	for status := -2000; status < 5000; status++ {
		label := telemetry.StatusLabel(status)
		labels[label] = true
		if label != "other" && label != "none" && label != fmt.Sprintf("%03d", status) {
			t.Errorf("status %d: got label %q", status, label)
		}
	}
	if got := telemetry.StatusLabel(normalize.NotAsked); got != "none" {
		t.Errorf("a backend that was not asked: got label %q, want none", got)
	}
	if len(labels) > 400 {
		t.Errorf("got %d labels, want no more than the table has entries", len(labels))
	}
}

func TestStatusesArePlaceholderValues(t *testing.T) {
	for status, want := range map[int]any{normalize.NotAsked: "none", 0: 0, 404: 404, 999: 999, 1000: 1000, -5: -5} {
		if got := telemetry.BoxedStatus(status); got != want {
			t.Errorf("%d as a placeholder: got %v, want %v", status, got, want)
		}
	}
}
