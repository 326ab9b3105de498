package backend

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"
)

// Control talks to the control port of a backend.
type Control struct {
	Address string
}

// controlTimeout bounds one exchange with the control port.
const controlTimeout = 5 * time.Second

// Set switches the backend over.
func (c Control) Set(ctx context.Context, settings Settings) error {
	content, err := json.Marshal(settings)
	if err != nil {
		return err
	}
	return c.exchange(ctx, http.MethodPut, "/settings", content, &settings)
}

// Change applies a change to the settings that the backend has.
func (c Control) Change(ctx context.Context, change func(*Settings)) error {
	var settings Settings
	if err := c.exchange(ctx, http.MethodGet, "/settings", nil, &settings); err != nil {
		return err
	}
	change(&settings)
	return c.Set(ctx, settings)
}

// Stats asks what the backend has done. reset begins a new peak.
func (c Control) Stats(ctx context.Context, reset bool) (Stats, error) {
	path := "/stats"
	if reset {
		path += "?reset"
	}
	var stats Stats
	return stats, c.exchange(ctx, http.MethodGet, path, nil, &stats)
}

func (c Control) exchange(ctx context.Context, method, path string, content []byte, into any) error {
	ctx, cancel := context.WithTimeout(ctx, controlTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, "http://"+c.Address+path, bytes.NewReader(content))
	if err != nil {
		return err
	}
	req.Close = true
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close() //nolint:errcheck // it was read
	if resp.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(io.LimitReader(resp.Body, 1<<10)) // what is there of it
		return fmt.Errorf("%s %s on the control port: %s: %s", method, path, resp.Status, text)
	}
	return json.NewDecoder(resp.Body).Decode(into)
}
