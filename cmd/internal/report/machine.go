package report

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"genkan/probes"
)

// junit collects results into one JUnit document, in the dialect that CI
// servers read (Jenkins' junit-10.xsd): not healthy is a failure, inconclusive an error.
type junit struct {
	w     io.Writer
	cases []junitCase
}

type junitSuite struct {
	XMLName  xml.Name    `xml:"testsuite"`
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Errors   int         `xml:"errors,attr"`
	Time     string      `xml:"time,attr"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Name    string      `xml:"name,attr"`
	Class   string      `xml:"classname,attr"`
	Time    string      `xml:"time,attr"`
	Failure *junitFault `xml:"failure,omitempty"`
	Error   *junitFault `xml:"error,omitempty"`

	seconds float64
}

type junitFault struct {
	Type    string `xml:"type,attr"`
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

// Write keeps r until Close.
func (j *junit) Write(r probes.Result) error {
	c := junitCase{Name: Clean(r.URL), Class: "genkan." + r.Probe, Time: fmt.Sprintf("%.3f", r.Duration.Seconds()), seconds: r.Duration.Seconds()}
	fault := &junitFault{Type: string(r.Cause), Message: summary(r), Text: quotes(r)}
	switch r.Side {
	case probes.SideNone:
	case probes.SideMonitor:
		c.Error = fault
	default:
		c.Failure = fault
	}
	j.cases = append(j.cases, c)
	return nil
}

// Close writes the document.
func (j *junit) Close() error {
	s := junitSuite{Name: "genkan", Tests: len(j.cases), Cases: j.cases}
	total := 0.0
	for _, c := range j.cases {
		total += c.seconds
		if c.Failure != nil {
			s.Failures++
		}
		if c.Error != nil {
			s.Errors++
		}
	}
	s.Time = fmt.Sprintf("%.3f", total)
	b, err := xml.MarshalIndent(s, "", "  ")
	if err != nil {
		return fmt.Errorf("write JUnit: %w", err)
	}
	if _, err := fmt.Fprintf(j.w, "%s%s\n", xml.Header, b); err != nil {
		return fmt.Errorf("write JUnit: %w", err)
	}
	return nil
}

// tap writes the Test Anything Protocol, version 13 (testanything.org): the plan comes last, so that results can be shown as they come.
type tap struct {
	w io.Writer
	n int
}

// Write writes r as a test point.
func (t *tap) Write(r probes.Result) error {
	if t.n == 0 {
		if _, err := fmt.Fprintln(t.w, "TAP version 13"); err != nil {
			return fmt.Errorf("write TAP: %w", err)
		}
	}
	t.n++
	word := "not ok"
	if r.Side == probes.SideNone {
		word = "ok"
	}
	// A # would begin a directive.
	if _, err := fmt.Fprintf(t.w, "%s %d - %s: %s\n", word, t.n, strings.ReplaceAll(Clean(r.URL), "#", "\\#"), summary(r)); err != nil {
		return fmt.Errorf("write TAP: %w", err)
	}
	return nil
}

// Close writes the plan.
func (t *tap) Close() error {
	if _, err := fmt.Fprintf(t.w, "1..%d\n", t.n); err != nil {
		return fmt.Errorf("write TAP: %w", err)
	}
	return nil
}

// summary is a result in a few words, none of them the page's.
func summary(r probes.Result) string {
	return strings.TrimSpace(fmt.Sprintf("%s %s %s", r.Side, r.Cause, r.Signature))
}

func quotes(r probes.Result) string {
	var b strings.Builder
	for _, q := range r.Quotes {
		fmt.Fprintf(&b, "%s: %s\n", q.Matcher, Clean(q.Quote))
	}
	return b.String()
}
