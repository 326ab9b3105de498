package command

import (
	"encoding/xml"
	"fmt"
	"slices"
	"strings"
	"time"
)

// junitReport is a report as continuous integration reads it: the format of Ant's
// JUnit task, as Jenkins, GitLab and GitHub's actions take it.
type junitReport struct {
	XMLName  xml.Name     `xml:"testsuites"`
	Tests    int          `xml:"tests,attr"`
	Failures int          `xml:"failures,attr"`
	Time     string       `xml:"time,attr"`
	Suites   []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Time     string      `xml:"time,attr"`
	Cases    []junitCase `xml:"testcase"`

	took time.Duration
}

type junitCase struct {
	Name    string        `xml:"name,attr"`
	Class   string        `xml:"classname,attr"`
	File    string        `xml:"file,attr"`
	Line    int           `xml:"line,attr"`
	Time    string        `xml:"time,attr"`
	Failure *junitFailure `xml:"failure,omitempty"`
}

type junitFailure struct {
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

// junit makes the report.
func junit(outcomes []*outcome) ([]byte, error) {
	report := new(junitReport)
	var took time.Duration
	for _, o := range outcomes {
		i := slices.IndexFunc(report.Suites, func(s junitSuite) bool { return s.Name == o.suite.file })
		if i < 0 {
			i = len(report.Suites)
			report.Suites = append(report.Suites, junitSuite{Name: o.suite.file})
		}
		s := &report.Suites[i]
		c := junitCase{Name: o.test.name, Class: o.suite.file, File: o.suite.file, Line: o.test.line, Time: seconds(o.took)}
		if o.failed() {
			c.Failure = o.junitFailure()
			s.Failures++
			report.Failures++
		}
		s.Cases = append(s.Cases, c)
		s.Tests++
		report.Tests++
		s.took += o.took
		took += o.took
		s.Time = seconds(s.took)
	}
	report.Time = seconds(took)
	text, err := xml.MarshalIndent(report, "", "  ")
	if err != nil {
		return nil, err
	}
	return append([]byte(xml.Header), append(text, '\n')...), nil
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.3f", d.Seconds()) }

// junitFailure tells what is not as expected, and how it came about.
func (o *outcome) junitFailure() *junitFailure {
	first := o.differences[0]
	var text strings.Builder
	o.write(&printer{w: &text})
	return &junitFailure{Message: fmt.Sprintf("%s: want %s, got %s", first.what, short(first.want), short(first.got)), Text: text.String()}
}
