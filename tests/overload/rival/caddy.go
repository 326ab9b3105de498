package rival

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/statusgate/statusgate/tests/overload/process"
)

// adminTimeout bounds one exchange with Caddy's administration.
const adminTimeout = 10 * time.Second

// Shed is Caddy with Statusgate and its shedding. The options, a line each, are
// those of the block of shed; policy is how reverse_proxy chooses among
// backends, "" for Caddy's default.
func Shed(name, options, policy string) Rival {
	block := "shed"
	if options != "" {
		block = "shed {\n\t\t\t" + strings.ReplaceAll(strings.TrimSpace(options), "\n", "\n\t\t\t") + "\n\t\t}"
	}
	r := caddy(name, "statusgate {\n\t\t"+block+"\n\t}\n\t", policy)
	r.Sheds = true
	return r
}

// Statusgate is Caddy with Statusgate that does not shed.
func Statusgate(name string) Rival { return caddy(name, "statusgate\n\t", "") }

// Plain is Caddy without Statusgate.
func Plain(name, policy string) Rival { return caddy(name, "", policy) }

// Respond is Caddy that answers everything by a 503 of its own, and asks no
// backend.
func Respond(name string) Rival {
	return Rival{Name: name, start: func(s site) (string, []string, string) {
		return caddyCommand(s, fmt.Sprintf(caddyfile, s.admin, port(s.listen), "respond \"Service Unavailable\" 503\n"))
	}}
}

// caddyfile has the address of the administration, the port and the directives.
const caddyfile = `{
	admin %s
	persist_config off
	auto_https off
}
http://:%s {
	bind 127.0.0.1
	%s}
`

func caddy(name, gate, policy string) Rival {
	return Rival{Name: name, start: func(s site) (string, []string, string) {
		way := os.Getenv("STATUSGATE_PROXY")
		proxy := "reverse_proxy "
		if way == "handler" || way == "both" {
			proxy = "statusgate_proxy "
		}
		proxy += strings.Join(s.upstreams, " ")
		var options []string
		if policy != "" {
			options = append(options, "lb_policy "+policy)
		}
		if way == "transport" || way == "both" {
			options = append(options, "transport direct")
		}
		if len(options) > 0 {
			proxy += " {\n\t\t" + strings.Join(options, "\n\t\t") + "\n\t}"
		}
		return caddyCommand(s, fmt.Sprintf(caddyfile, s.admin, port(s.listen), gate+proxy+"\n"))
	}}
}

func caddyCommand(s site, config string) (string, []string, string) {
	return s.tools.Caddy, []string{"run", "--config", s.file(), "--adapter", "caddyfile"}, config
}

func port(address string) string { return address[strings.LastIndexByte(address, ':')+1:] }

// CanShed tells whether the Caddy takes the shed option; if not, why.
func CanShed(ctx context.Context, tools process.Tools, directory string) error {
	file := filepath.Join(directory, "shed.caddyfile")
	if err := os.WriteFile(file, []byte(":80 {\n\tstatusgate {\n\t\tshed\n\t}\n}\n"), 0o600); err != nil {
		return err
	}
	adapt := exec.CommandContext(ctx, tools.Caddy, "adapt", "--config", file, "--adapter", "caddyfile") //nolint:gosec // built here
	if output, err := adapt.CombinedOutput(); err != nil {
		return fmt.Errorf("this Statusgate does not take shed: %w: %s", err, strings.TrimSpace(string(output)))
	}
	return nil
}

// Reload has Caddy load its configuration anew.
func (g *Gateway) Reload(ctx context.Context) error {
	_, err := g.administer(ctx, http.MethodPost, "/load", g.config)
	return err
}

// Metric sums up the series of a metric of Caddy's; ok tells whether there is
// one. Labels are those that a series must have, such as `class="critical"`.
func (g *Gateway) Metric(ctx context.Context, name string, labels ...string) (value float64, ok bool, err error) {
	text, err := g.administer(ctx, http.MethodGet, "/metrics", "")
	if err != nil {
		return 0, false, err
	}
	return metric(text, name, labels...)
}

// metric reads the text format of Prometheus.
func metric(text, name string, labels ...string) (value float64, ok bool, err error) {
	lines := bufio.NewScanner(strings.NewReader(text))
next:
	for lines.Scan() {
		rest, found := strings.CutPrefix(lines.Text(), name)
		if !found || rest == "" || rest[0] != ' ' && rest[0] != '{' {
			continue
		}
		for _, label := range labels {
			if !strings.Contains(rest, label) {
				continue next
			}
		}
		number, err := strconv.ParseFloat(rest[strings.LastIndexByte(rest, ' ')+1:], 64)
		if err != nil {
			return 0, false, fmt.Errorf("the metric %s: %w", lines.Text(), err)
		}
		value, ok = value+number, true
	}
	return value, ok, lines.Err()
}

// maxAdmin bounds what is read of an answer of the administration.
const maxAdmin = 4 << 20

func (g *Gateway) administer(ctx context.Context, method, path, content string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, adminTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, "http://"+g.admin+path, strings.NewReader(content))
	if err != nil {
		return "", err
	}
	req.Close = true
	req.Header.Set("Content-Type", "text/caddyfile")
	req.Header.Set("Cache-Control", "must-revalidate") // reload even if nothing has changed
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close() //nolint:errcheck // it was read
	text, err := io.ReadAll(io.LimitReader(resp.Body, maxAdmin))
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s %s: %s: %s", method, path, resp.Status, text)
	}
	return string(text), err
}
