package command

import (
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/statusgate/statusgate/internal/dryrun"
)

func init() { subcommands = append(subcommands, testCommand) }

// tester is what the flags of the command say, and how its tests come out.
type tester struct {
	source
	run, junit string
	update     bool
	stages     map[source]*dryrun.Stage
	outcomes   []*outcome
}

func testCommand() *cobra.Command {
	t := &tester{stages: make(map[source]*dryrun.Stage)}
	cmd := &cobra.Command{
		Use:   "test [flags] FILE.yaml...",
		Short: "Runs tests of what the gates make of responses",
		Long: `
Takes the exchanges in the files through the gates and compares what comes out with
what is expected. A test that fails is shown with what was wanted, what came, and
how it came about.

    config: ../Caddyfile            # relative to this file
    site: api.example.com
    tests:
      - name: an expired session is a 401, not a redirect
        request:  {method: GET, url: /account, headers: {Accept: application/json}}
        response: {status: 302, headers: {Location: /login?next=/account}}
        expect:
          status: 401
          reason: rule
          headers: {WWW-Authenticate: Bearer, Location: null}
          body: {json: {/status: 401}}

A response has status, headers and body or body_file; or raw_file with a whole answer;
or 'error: refused' (or another error of 'explain'); or 'not_asked: true'. A header
that is null must not be there. A body has json, text, contains, or 'backend: true'
for that of the backend, unchanged. --config takes the place of what the files name.`,
		Example: `  caddy statusgate test tests/*.yaml
  caddy statusgate test --run session --junit report.xml tests/gate.yaml
  caddy statusgate test --update tests/new.yaml`,
	}
	t.source.flags(cmd)
	f := cmd.Flags()
	f.StringVar(&t.run, "run", "", "Run only tests whose name matches this regular expression")
	f.StringVar(&t.junit, "junit", "", "Write a report for continuous integration to this file")
	f.BoolVar(&t.update, "update", false, "Write what comes into the expect of tests that have none")
	return runs(cmd, 1, -1, t.test)
}

// outcome is how a test came out.
type outcome struct {
	suite       *suite
	test        *testCase
	explanation *explanation
	differences []difference
	took        time.Duration
	updated     bool
}

// failed reports whether the test failed.
func (o *outcome) failed() bool { return len(o.differences) > 0 }

// test runs all tests. They are as wanted if none fails.
func (t *tester) test(cmd *cobra.Command, files []string) (bool, error) {
	chosen, err := regexp.Compile(t.run)
	if err != nil {
		return false, fmt.Errorf("--run: %w", err)
	}
	suites := make([]*suite, 0, len(files))
	var mistakes []error
	for _, file := range files {
		s, err := readSuite(file)
		suites, mistakes = append(suites, s), append(mistakes, err)
	}
	if err := errors.Join(mistakes...); err != nil {
		return false, err
	}
	defer t.close()
	for _, s := range suites {
		if err := t.suite(cmd, s, chosen); err != nil {
			return false, err
		}
	}
	if len(t.outcomes) == 0 {
		return false, fmt.Errorf("--run: no test has a name that matches %q", t.run)
	}
	return t.report(cmd)
}

// report writes what came out.
func (t *tester) report(cmd *cobra.Command) (wanted bool, err error) {
	p := newPrinter(cmd.OutOrStdout())
	failed := 0
	for _, o := range t.outcomes {
		if o.failed() {
			failed++
			o.write(p)
		}
	}
	t.summary(p, failed)
	if t.junit != "" {
		text, err := junit(t.outcomes)
		if err != nil {
			return false, err
		}
		if err := os.WriteFile(t.junit, text, 0o644); err != nil { //nolint:gosec // for others to read
			return false, err
		}
	}
	return failed == 0, p.err
}

// suite runs the tests of one file.
func (t *tester) suite(cmd *cobra.Command, s *suite, chosen *regexp.Regexp) error {
	var new []*outcome
	for _, c := range s.cases {
		if !chosen.MatchString(c.name) {
			continue
		}
		stage, err := t.stage(cmd, s)
		if err != nil {
			return err
		}
		c.request.Site = s.site
		start := time.Now()
		result, err := stage.Run(cmd.Context(), &c.request, c.script)
		if err != nil {
			return fmt.Errorf("%s:%d: %s: %w", s.file, c.line, c.name, err)
		}
		o := &outcome{suite: s, test: c, took: time.Since(start)}
		if o.explanation, err = newExplanation(&c.request, result, c.request.Gate); err != nil {
			return fmt.Errorf("%s:%d: %s: %w", s.file, c.line, c.name, err)
		}
		switch {
		case c.expect != nil:
			o.differences = c.differences(o.explanation)
		case t.update:
			o.updated = true
			new = append(new, o)
		default:
			o.differences = []difference{{"expect", "what is expected", "nothing: --update writes what comes"}}
		}
		t.outcomes = append(t.outcomes, o)
	}
	if len(new) == 0 {
		return nil
	}
	return s.update(new)
}

// stage is the configuration of a file of tests. Each is loaded once.
func (t *tester) stage(cmd *cobra.Command, s *suite) (*dryrun.Stage, error) {
	src := t.source
	if src.config == "" && s.config != "" {
		src.config, src.adapter = s.beside(s.config), s.adapter
	}
	if stage := t.stages[src]; stage != nil {
		return stage, nil
	}
	stage, err := src.load(cmd)
	if err != nil {
		return nil, err
	}
	t.stages[src] = stage
	return stage, nil
}

// close gives back what was loaded.
func (t *tester) close() {
	for _, stage := range t.stages {
		_ = stage.Close() // the process ends
	}
}

// summary prints how many tests there were.
func (t *tester) summary(p *printer, failed int) {
	updated := 0
	for _, o := range t.outcomes {
		if o.updated {
			updated++
		}
	}
	text := fmt.Sprintf("%d passed", len(t.outcomes)-failed-updated)
	if updated > 0 {
		text += fmt.Sprintf(", %d written", updated)
	}
	if failed > 0 {
		text += ", " + p.in(red, fmt.Sprintf("%d failed", failed))
	}
	p.printf("%s\n", text)
}

// write prints a test that failed.
func (o *outcome) write(p *printer) {
	p.printf("%s %s  %s\n", p.in(red, "FAIL"), p.in(bold, o.test.name), p.in(faint, fmt.Sprintf("%s:%d", o.suite.file, o.test.line)))
	for _, line := range o.beside() {
		p.printf("  %s\n", line)
	}
	p.printf("\n")
	var b strings.Builder
	trace := &printer{w: &b, colour: p.colour}
	_ = o.explanation.write(trace) // a Builder takes all
	for line := range strings.SplitSeq(strings.TrimRight(b.String(), "\n"), "\n") {
		p.printf("%s\n", strings.TrimRight("  "+line, " "))
	}
	p.printf("\n")
}

// columnWidth is how wide what was wanted and what came are at most, side by side.
const columnWidth = 40

// apart reports whether what was wanted and what came have lines of their own.
func (d *difference) apart() bool {
	return len([]rune(d.want)) > columnWidth || strings.Contains(d.want+d.got, "\n")
}

// beside gives what was wanted and what came, side by side; below each other where
// they are too long for that.
func (o *outcome) beside() (lines []string) {
	first, second := len("what"), len("want")
	for _, d := range o.differences {
		first = max(first, len(d.what))
		if !d.apart() {
			second = max(second, len([]rune(d.want)))
		}
	}
	row := func(what, want, got string) {
		lines = append(lines, fmt.Sprintf("%-*s  %-*s  %s", first, what, second, want, got))
	}
	row("", "want", "got")
	for _, d := range o.differences {
		if d.apart() {
			lines = append(lines, d.what, "  want "+short(d.want), "  got  "+short(d.got))
			continue
		}
		row(d.what, d.want, short(d.got))
	}
	return lines
}

// shortLimit is how much of a value is shown, in characters.
const shortLimit = 400

// short is a value on one line, or the begin of it.
func short(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	if runes := []rune(text); len(runes) > shortLimit {
		return string(runes[:shortLimit]) + "…"
	}
	return text
}
