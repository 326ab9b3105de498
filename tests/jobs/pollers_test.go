package jobs_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/Azure/go-autorest/autorest"
	"github.com/Azure/go-autorest/autorest/azure"
)

// A poller asks for a job and waits for its end: whether it has succeeded, and what
// it says.
type poller func(ctx context.Context, t *testing.T, uri string) (succeeded bool, text string)

// Each poller that is deployed completes jobs, learns of those that fail, and of those
// that are canceled meanwhile.
func TestPollers(t *testing.T) {
	for name, poll := range map[string]poller{
		"azcore": pollAzcore, "go-autorest": pollAutorest, "core-lro": pollCoreLRO, "curl": pollCurl, "chromium": pollChromium,
	} {
		t.Run(name, func(t *testing.T) {
			l := newLegacy(t)
			site := serve(t, "match path /*\nafter 0s", l.URL)
			for path, want := range map[string]bool{"/completes": true, "/fails": false, "/canceled": false} {
				ctx, cancel := context.WithTimeout(t.Context(), 90*time.Second)
				go func() {
					select {
					case <-l.began:
					case <-ctx.Done():
						return
					}
					if path == "/canceled" {
						return // who cancels is the poller, by itself or by cancelSoon
					}
					l.free <- struct{}{}
				}()
				succeeded, text := poll(ctx, t, site+path)
				cancel()
				if succeeded != want || want && !strings.Contains(text, "17") {
					t.Errorf("%s: got %v\n%s", path, succeeded, text)
				}
				if path == "/canceled" {
					select {
					case <-l.gone:
					case <-time.After(20 * time.Second):
						t.Error("the backend works on")
					}
				}
			}
		})
	}
}

// cancel cancels a job as any program would.
func cancelJob(t *testing.T, job string) {
	t.Helper()
	r, err := http.NewRequest(http.MethodDelete, job, nil)
	if err != nil {
		t.Fatal(err)
	}
	a, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	a.Body.Close()
	if a.StatusCode != http.StatusAccepted {
		t.Errorf("DELETE: got %d", a.StatusCode)
	}
}

// azcore polls by Location, and takes a 5xx for one that goes away unless its body
// says that the work has failed.
func pollAzcore(ctx context.Context, t *testing.T, uri string) (bool, string) {
	pipeline := runtime.NewPipeline("statusgate", "v1", runtime.PipelineOptions{}, &policy.ClientOptions{Retry: policy.RetryOptions{MaxRetries: 1, RetryDelay: time.Millisecond}})
	r, err := runtime.NewRequest(ctx, http.MethodPost, uri)
	if err != nil {
		t.Fatal(err)
	}
	a, err := pipeline.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	p, err := runtime.NewPoller[map[string]any](a, pipeline, nil)
	if err != nil {
		t.Fatal(err)
	}
	if strings.HasSuffix(uri, "/canceled") {
		cancelJob(t, a.Header.Get("Location"))
	}
	result, err := p.PollUntilDone(ctx, &runtime.PollUntilDoneOptions{Frequency: time.Second})
	if err != nil {
		if _, ok := errors.AsType[*azcore.ResponseError](err); !ok {
			t.Errorf("azcore: %v", err)
		}
		return false, err.Error()
	}
	return true, strings.TrimSuffix(strings.TrimPrefix(toText(result["id"]), `"`), `"`)
}

func toText(v any) string {
	if n, ok := v.(float64); ok && n == 17 {
		return "17"
	}
	return ""
}

func pollAutorest(ctx context.Context, t *testing.T, uri string) (bool, string) {
	client := autorest.NewClientWithUserAgent("statusgate")
	client.PollingDelay, client.RetryAttempts, client.RetryDuration = time.Second, 1, time.Millisecond
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, uri, nil)
	if err != nil {
		t.Fatal(err)
	}
	a, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	future, err := azure.NewFutureFromResponse(a)
	if err != nil {
		t.Fatal(err)
	}
	if strings.HasSuffix(uri, "/canceled") {
		cancelJob(t, a.Header.Get("Location"))
	}
	if err := future.WaitForCompletionRef(ctx, client); err != nil {
		if ctx.Err() != nil {
			t.Errorf("go-autorest: %v", err)
		}
		return false, err.Error()
	}
	result, err := future.GetResult(client)
	if err != nil {
		return false, err.Error()
	}
	defer result.Body.Close()
	text, _ := io.ReadAll(result.Body)
	return true, string(text)
}

const coreLRO = "@azure/core-lro@3.3.1"

// pollCoreLRO runs the poller of Azure's SDK for JavaScript.
func pollCoreLRO(ctx context.Context, t *testing.T, uri string) (bool, string) {
	for _, program := range []string{"node", "npm"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("%s is not installed", program)
		}
	}
	folder := filepath.Join(os.TempDir(), "statusgate-core-lro-3.3.1")
	if _, err := os.Stat(filepath.Join(folder, "node_modules")); err != nil {
		if err := os.MkdirAll(folder, 0o755); err != nil {
			t.Fatal(err)
		}
		if out, err := exec.CommandContext(ctx, "npm", "install", "--prefix", folder, "--no-audit", "--no-fund", coreLRO).CombinedOutput(); err != nil {
			t.Skipf("npm: %v\n%s", err, out)
		}
	}
	script, err := os.ReadFile("lro.mjs")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "lro.mjs"), script, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(ctx, "node", filepath.Join(folder, "lro.mjs"), uri).CombinedOutput()
	if _, ok := errors.AsType[*exec.ExitError](err); err != nil && (!ok || ctx.Err() != nil) {
		t.Errorf("node: %v\n%s", err, out)
	}
	return err == nil, string(out)
}

// pollCurl is the loop that one writes in a shell.
func pollCurl(ctx context.Context, t *testing.T, uri string) (bool, string) {
	if _, err := exec.LookPath("curl"); err != nil {
		t.Skip("curl is not installed")
	}
	const loop = `
job=$(curl -s -o /dev/null -w '%header{location}' -X POST "$1" || exit 2)
case $1 in */canceled) curl -s -o /dev/null -X DELETE "$job" ;; esac
while
	status=$(curl -s -o "$2" -w '%{http_code}' "$job")
	[ "$status" = 202 ]
do sleep 1; done
cat "$2"
[ "$status" -lt 400 ]
`
	command := exec.CommandContext(ctx, "sh", "-c", loop, "sh", uri, filepath.Join(t.TempDir(), "outcome"))
	var out bytes.Buffer
	command.Stdout, command.Stderr = &out, &out
	err := command.Run()
	if ctx.Err() != nil {
		t.Errorf("curl: %v\n%s", err, out.String())
	}
	return err == nil, out.String()
}
