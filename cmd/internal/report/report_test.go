package report

import (
	"bytes"
	"encoding/xml"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"genkan/probes"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func of(side probes.Side, cause probes.Cause) probes.Result {
	return probes.Result{ID: string(side), Probe: "check", URL: "https://example.jp/" + string(side) + "#top", Duration: probes.Seconds(420 * time.Millisecond), HTTPStatus: 200,
		Verdict: probes.Verdict{Side: side, Cause: cause, Rule: "rule"}}
}

func every() []probes.Result {
	forbidden := of(probes.SideSystem, probes.Forbidden)
	forbidden.Signature, forbidden.HTTPStatus = "iqos/forbidden", 403
	forbidden.Quotes = []probes.Quote{{Matcher: "text", Quote: "You don't have \x1b[31m permission\n\tto access \u202e& <b>"}}
	either := of(probes.SideUser, probes.LimitReached)
	either.OrSide = probes.SideSystem
	reset := of(probes.SideSystem, probes.ConnectionError)
	reset.HTTPStatus, reset.NetError = 0, "net::ERR_CONNECTION_RESET"
	return []probes.Result{of(probes.SideNone, probes.OK), forbidden, either, of(probes.SideEnvironment, probes.GeoRestricted),
		of(probes.SideMonitor, probes.BotChallenge), of(probes.SideUnknown, probes.BlankPage), reset}
}

func guidance(signature string, cause probes.Cause) probes.Guidance {
	return probes.Guidance{Title: probes.Text{"en": "Title of " + string(cause), "ja": "題"}, Advice: probes.Text{"en": "What to do."}, Tell: probes.Text{"en": "how to tell"}}
}

func TestFormats(t *testing.T) {
	for _, format := range Formats() {
		t.Run(format, func(t *testing.T) {
			var b bytes.Buffer
			w, err := New(format, &b, Words{Lang: "en", Guidance: guidance})
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range every() {
				if err := w.Write(r); err != nil {
					t.Fatal(err)
				}
			}
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
			golden := filepath.Join("testdata", format+".golden")
			if *update {
				if err := os.WriteFile(golden, b.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), b.String()); diff != "" {
				t.Errorf("(-golden +got), rewrite with -update:\n%s", diff)
			}
			if format != "json" && strings.ContainsAny(b.String(), "\x1b\u202e") {
				t.Error("a page's control characters reach the terminal")
			}
		})
	}
}

func TestJUnitCanBeRead(t *testing.T) {
	var b bytes.Buffer
	j := junit{w: &b}
	for _, r := range every() {
		if err := j.Write(r); err != nil {
			t.Fatal(err)
		}
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	var s junitSuite
	if err := xml.Unmarshal(b.Bytes(), &s); err != nil {
		t.Fatal(err)
	}
	if s.Tests != 7 || s.Failures != 5 || s.Errors != 1 {
		t.Errorf("%d tests, %d failures, %d errors; want 7, 5, 1", s.Tests, s.Failures, s.Errors)
	}
}

func TestExit(t *testing.T) {
	tests := []struct {
		name         string
		sides        []probes.Side
		exit, nagios int
	}{
		{"nothing", nil, 0, 0},
		{"healthy", []probes.Side{probes.SideNone}, 0, 0},
		{"system", []probes.Side{probes.SideNone, probes.SideSystem}, 1, 2},
		{"user", []probes.Side{probes.SideUser}, 1, 1},
		{"environment", []probes.Side{probes.SideEnvironment}, 1, 1},
		{"unknown", []probes.Side{probes.SideUnknown}, 1, 3},
		{"the zero value is not healthy", []probes.Side{""}, 1, 3},
		{"monitor", []probes.Side{probes.SideNone, probes.SideMonitor}, 3, 3},
		{"monitor and system", []probes.Side{probes.SideMonitor, probes.SideSystem}, 1, 2},
		{"monitor and user", []probes.Side{probes.SideMonitor, probes.SideUser}, 1, 1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var results []probes.Result
			for _, s := range test.sides {
				results = append(results, of(s, probes.OK))
			}
			if got := Exit(results); got != test.exit {
				t.Errorf("exit = %d, want %d", got, test.exit)
			}
			if _, got := Nagios(results); got != test.nagios {
				t.Errorf("nagios = %d, want %d", got, test.nagios)
			}
		})
	}
}
