package report

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

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

// golden compares with a golden file.
func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("(-golden +got), rewrite with -update:\n%s", diff)
	}
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
			golden(t, format, b.String())
			if strings.ContainsAny(b.String(), "\x1b\u202e") {
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

func TestTerminal(t *testing.T) {
	tests := []struct {
		name  string
		words Words
	}{
		{"narrow", Words{Lang: "ja", Width: 44, Guidance: japanese}},
		{"wide", Words{Lang: "en", Width: 300, Colour: true, Guidance: japanese, Path: func(d probes.Digest) string { return "kept/" + string(d) }}},
		{"too narrow to break lines", Words{Lang: "ja", Width: 10, Guidance: japanese}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var b bytes.Buffer
			w, err := New("text", &b, test.words)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range every() {
				r.FinalURL = "https://example.jp/elsewhere"
				r.Artifacts = probes.Artifacts{probes.Screenshot: "sha256:2", probes.PageHTML: "sha256:1"}
				if err := w.Write(r); err != nil {
					t.Fatal(err)
				}
			}
			golden(t, "terminal-"+strings.ReplaceAll(test.name, " ", "-"), b.String())
		})
	}
}

func japanese(string, probes.Cause) probes.Guidance {
	return probes.Guidance{
		Title:  probes.Text{"ja": "会員登録が完了しませんでした（io001）", "en": "Sign-up was not completed (io001)"},
		Advice: probes.Text{"ja": "しばらくお待ちください。「パスワードを忘れた」から https://example.jp/a/rather/long/address/that/stays/whole をご覧ください。", "en": strings.Repeat("Wait a little and try again. ", 8)},
		Tell:   probes.Text{"ja": "上限に達していなければ、サービス側の問題です。"},
	}
}

func TestMeanings(t *testing.T) {
	var b bytes.Buffer
	list := []Meaning{
		{Signature: "iqos/io001", Side: probes.SideSystem, Cause: probes.ServerError, Score: 0.876, Title: "Sign-up was not completed", Text: "Wait."},
		{Signature: "iqos/pack-code-failed", Side: probes.SideUser, OrSide: probes.SideSystem, Cause: probes.LimitReached, Score: 0.5, Title: "The code", Text: "Check\nit.", Tell: "If it is right, the site is at fault."},
	}
	for _, lang := range []string{"en", "ja"} {
		if err := Meanings(&b, Words{Lang: lang}, list); err != nil {
			t.Fatal(err)
		}
	}
	golden(t, "meanings", b.String())
}

func TestEverySideAndLabelHasWords(t *testing.T) {
	for _, lang := range []string{"en", "ja"} {
		for _, s := range probes.Sides() {
			if whose(s)[lang] == "" {
				t.Errorf("side %s has no words in %s", s, lang)
			}
		}
		for _, l := range []label{labelWhat, labelSide, labelOr, labelPage, labelSeen, labelToDo, labelRule, labelKept} {
			if n := columns(l.in(lang)); n == 0 || n >= valueColumn-labelColumn {
				t.Errorf("label %s takes %d columns in %s", l, n, lang)
			}
		}
	}
}

// failing takes n bytes.
type failing struct{ n int }

func (f *failing) Write(b []byte) (int, error) {
	if f.n -= len(b); f.n < 0 {
		return 0, io.ErrClosedPipe
	}
	return len(b), nil
}

func TestAFailedWriteIsTold(t *testing.T) {
	for _, format := range Formats() {
		for _, room := range []int{0, 100} {
			w, err := New(format, &failing{room}, Words{Lang: "en", Guidance: guidance})
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range every() {
				if err == nil {
					err = w.Write(r)
				}
			}
			if err == nil {
				err = w.Close()
			}
			if !errors.Is(err, io.ErrClosedPipe) {
				t.Errorf("%s with room for %d bytes: error %v, want that of the write", format, room, err)
			}
		}
	}
}

func FuzzWrap(f *testing.F) {
	f.Add("Wait a little and try again.", 12)
	f.Add("会員登録の処理が、サイト側で「完了」しませんでした。（io001）https://example.jp/a?b=c", 20)
	f.Add("a\u0301 e\u200d", 3)
	f.Fuzz(func(t *testing.T, s string, room int) {
		s = Clean(s)
		room %= 200
		lines := wrap(s, room)
		squeezed := func(s string) string { return strings.ReplaceAll(s, " ", "") }
		if squeezed(strings.Join(lines, "")) != squeezed(s) {
			t.Fatalf("wrap(%q, %d) = %q loses or adds text", s, room, lines)
		}
		for _, line := range lines {
			if room > 0 && columns(line) > room && len(pieces(line)) > 1 {
				t.Errorf("wrap(%q, %d): %q has %d columns and could be broken", s, room, line, columns(line))
			}
		}
	})
}

func FuzzClean(f *testing.F) {
	f.Add("\x1b]0;title\x07 \u202e\u2028\u009b31m\xff")
	f.Fuzz(func(t *testing.T, s string) {
		var b bytes.Buffer
		if err := Line(&b, map[string]string{"quote": s}); err != nil {
			t.Fatal(err)
		}
		written := strings.TrimSuffix(b.String(), "\n")
		for _, shown := range []string{Clean(s), written} {
			if i := strings.IndexFunc(shown, steers); i >= 0 {
				t.Errorf("%q: what could steer a terminal is left at %d", shown, i)
			}
		}
		var read map[string]string
		if err := json.Unmarshal([]byte(written), &read); err != nil {
			t.Fatalf("%s: %v", written, err)
		}
		if want := strings.ToValidUTF8(s, "\ufffd"); utf8.ValidString(s) && read["quote"] != want {
			t.Errorf("%q was read back as %q", s, read["quote"])
		}
	})
}

func TestNagiosLine(t *testing.T) {
	r := of(probes.SideSystem, probes.Forbidden)
	r.URL = "https://example.jp/?a=b|c'd"
	line, status := Nagios([]probes.Result{r})
	want := "GENKAN CRITICAL - https://example.jp/?a=b%7Cc'd system forbidden | 'https://example.jp/?a=b%7Cc''d'=0.420s"
	if line != want || status != 2 {
		t.Errorf("Nagios = %q, %d; want %q, 2", line, status, want)
	}
	if line, status = NagiosFailure("no\nbrowser | at all"); line != "GENKAN UNKNOWN - no browser %7C at all" || status != 3 {
		t.Errorf("NagiosFailure = %q, %d", line, status)
	}
}

func TestExit(t *testing.T) {
	tests := []struct {
		name         string
		sides        []probes.Side
		exit, nagios int
	}{
		{"nothing", nil, 0, 3},
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
