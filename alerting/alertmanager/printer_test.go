package alertmanager

import (
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"genkan/probes"
)

func printed(t *testing.T, method, body string) (string, int) {
	t.Helper()
	var b strings.Builder
	p := NewPrinter(&b, time.FixedZone("JST", 9*3600), []string{"en", "ja"}, quiet())
	w := httptest.NewRecorder()
	p.ServeHTTP(w, httptest.NewRequest(method, "/", strings.NewReader(body)))
	return b.String(), w.Code
}

const message = `{"version":"4","status":"firing","alerts":[
 {"status":"firing","labels":{"alertname":"GenkanIncident","component":"login","side":"system"},
  "annotations":{"cause":"forbidden","signature":"iqos/forbidden","title_en":"Forbidden","advice_en":"Wait.","advice_ja":"お待ちください。\u001b[2J"},
  "startsAt":"2026-11-22T12:00:00Z","endsAt":"0001-01-01T00:00:00Z"},
 {"status":"resolved","labels":{"alertname":"GenkanIncident","component":"sign-up","side":"unknown"},
  "annotations":{"cause":"blank_page","advice_en":"Wait."},"startsAt":"2026-11-22T12:00:00Z","endsAt":"2026-11-22T12:10:00Z"},
 {"status":"firing","labels":{"alertname":"GenkanDown"},"annotations":{},"startsAt":"2026-11-22T12:00:00Z"}]}`

func TestPrinter(t *testing.T) {
	got, code := printed(t, "POST", message)
	want := `FIRING   login: system / forbidden, since 2026-11-22 21:00:00 (iqos/forbidden)
         Forbidden — Wait.
         お待ちください。 [2J
RESOLVED sign-up: unknown / blank_page, from 2026-11-22 21:00:00 to 2026-11-22 21:10:00
FIRING   GenkanDown:  / , since 2026-11-22 21:00:00
`
	if d := cmp.Diff(want, got); d != "" || code != 200 {
		t.Errorf("status %d\n%s", code, d)
	}
}

func TestPrinterRefuses(t *testing.T) {
	cases := []struct {
		name, method, body string
		want               int
	}{
		{"GET", "GET", "", 405},
		{"no JSON", "POST", "hello", 400},
		{"cut off", "POST", message[:200], 400},
		{"empty", "POST", "{}", 400},
		{"no alerts", "POST", `{"version":"4","alerts":[]}`, 400},
		{"null", "POST", "null", 400},
		{"too large", "POST", `{"version":"` + strings.Repeat("4", largest) + `"}`, 400},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got, code := printed(t, c.method, c.body); code != c.want || got != "" {
				t.Errorf("status %d, want %d; printed %q", code, c.want, got)
			}
		})
	}
}

func TestPrinterBehindARealAlertmanager(t *testing.T) {
	lines := make(chan string, 10)
	hook := httptest.NewServer(NewPrinter(sendTo(lines), time.UTC, []string{"ja"}, quiet()))
	defer hook.Close()
	e := embedded(t, t.TempDir(), hook.URL)
	i := sharpened(open("a", probes.SideSystem, noon()), time.Now())
	i.StartedAt = noon().Add(-24 * 365 * time.Hour)
	tell(t, e, i)
	for _, want := range []string{"FIRING   login: system / forbidden, since 2025-11-22 12:00:00 (iqos/forbidden)\n         サーバーのエラー — しばらくお待ちください。\n"} {
		select {
		case got := <-lines:
			if d := cmp.Diff(want, got); d != "" {
				t.Error(d)
			}
		case <-time.After(30 * time.Second):
			t.Fatal("nothing was printed")
		}
	}
}

type sendTo chan<- string

func (s sendTo) Write(b []byte) (int, error) { s <- string(b); return len(b), nil }

func FuzzPrinter(f *testing.F) {
	f.Add(message)
	f.Add("{}")
	f.Fuzz(func(t *testing.T, body string) {
		got, code := printed(t, "POST", body)
		if code != 200 && code != 400 {
			t.Errorf("status %d", code)
		}
		for line := range strings.Lines(got) {
			if line != plain(strings.TrimSuffix(line, "\n"))+"\n" {
				t.Errorf("a control character was printed: %q", line)
			}
		}
	})
}
