// Command healthcheck asks a URL, and says by its exit status whether the answer is a
// success. It is for images that have neither a shell nor curl.
//
//	healthcheck http://127.0.0.1:8080/-/healthy
package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"time"
)

// patience bounds the whole exchange. It is below what Docker and Kubernetes wait.
const patience = 2 * time.Second

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: healthcheck <url>")
		os.Exit(2)
	}
	if err := check(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "healthcheck:", err)
		os.Exit(1)
	}
}

// check reports what is wrong with the answer of a URL. Redirects are not followed: who
// sends one is not what was asked for.
func check(url string) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil) //nolint:gosec // the URL is what it was told to ask
	if err != nil {
		return err
	}
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		return err
	}
	_ = resp.Body.Close()
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return fmt.Errorf("%s answers %s", url, resp.Status)
	}
	return nil
}
