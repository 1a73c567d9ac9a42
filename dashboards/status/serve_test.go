package status_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"

	"genkan/alerting"
	"genkan/dashboards/status"
	"genkan/probes"
)

func TestRoutes(t *testing.T) {
	p := newPage(t, config())
	p.Follow(wellSnapshot())
	tests := []struct {
		path, kind string
		status     int
	}{
		{"/", "", http.StatusFound},
		{"/ja", "", http.StatusFound},
		{"/ja/", "text/html; charset=utf-8", http.StatusOK},
		{"/en/", "text/html; charset=utf-8", http.StatusOK},
		{"/en/feed.atom", "application/atom+xml; charset=utf-8", http.StatusOK},
		{"/style.css", "text/css; charset=utf-8", http.StatusOK},
		{"/icon.svg", "image/svg+xml", http.StatusOK},
		{"/favicon.ico", "image/svg+xml", http.StatusOK},
		{"/fr/", "text/html; charset=utf-8", http.StatusNotFound},
		{"/ja/nothing", "text/html; charset=utf-8", http.StatusNotFound},
		{"/ja/feed.atom/", "text/html; charset=utf-8", http.StatusNotFound},
		{"/words/ja.json", "text/html; charset=utf-8", http.StatusNotFound},
		{"//ja/", "text/html; charset=utf-8", http.StatusNotFound},
	}
	for _, test := range tests {
		t.Run(test.path, func(t *testing.T) {
			w := get(p, test.path)
			if w.Code != test.status {
				t.Errorf("status %d, want %d", w.Code, test.status)
			}
			if got := w.Header().Get("Content-Type"); test.kind != "" && got != test.kind {
				t.Errorf("content type %q, want %q", got, test.kind)
			}
			if csp := w.Header().Get("Content-Security-Policy"); !strings.HasPrefix(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") {
				t.Errorf("content security policy %q", csp)
			}
		})
	}
}

func TestMethods(t *testing.T) {
	p := newPage(t, config())
	for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodOptions} {
		w := httptest.NewRecorder()
		p.Handler().ServeHTTP(w, httptest.NewRequest(method, "/ja/", nil))
		if w.Code != http.StatusMethodNotAllowed || w.Header().Get("Allow") != "GET, HEAD" {
			t.Errorf("%s: status %d, Allow %q", method, w.Code, w.Header().Get("Allow"))
		}
	}
	for _, path := range []string{"/ja/", "/ja/feed.atom", "/nothing", "/style.css"} {
		w := httptest.NewRecorder()
		p.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodHead, path, nil))
		if w.Body.Len() != 0 {
			t.Errorf("HEAD %s has a body", path)
		}
	}
}

func TestLanguageNegotiation(t *testing.T) {
	p := newPage(t, config())
	tests := []struct{ accept, want string }{
		{"", "/ja/"},
		{"en", "/en/"},
		{"en-GB,en;q=0.9,ja;q=0.5", "/en/"},
		{"ja-JP", "/ja/"},
		{"fr,en;q=0.3", "/en/"},
		{"ko", "/ja/"},
		{"*", "/ja/"},
		{";;;q=,,", "/ja/"},
		{strings.Repeat("en-", 5000), "/ja/"},
	}
	for _, test := range tests {
		w := get(p, "/", "Accept-Language", test.accept)
		if got := w.Header().Get("Location"); got != test.want {
			t.Errorf("Accept-Language %.40q leads to %q, want %q", test.accept, got, test.want)
		}
		if w.Header().Get("Vary") != "Accept-Language" {
			t.Errorf("Vary is %q", w.Header().Get("Vary"))
		}
	}
}

func TestMissingSpeaksAllLanguages(t *testing.T) {
	body := get(newPage(t, config()), "/nothing<b>").Body.String()
	for _, want := range []string{"ページが見つかりません", "Page not found", `href="/ja/"`, `href="/en/"`} {
		if !strings.Contains(body, want) {
			t.Errorf("the answer lacks %q", want)
		}
	}
	if strings.Contains(body, "nothing<b>") {
		t.Error("the answer repeats the path")
	}
}

func TestUnchangedIsNotSentAgain(t *testing.T) {
	cfg, now := config(), noon
	cfg.Now = func() time.Time { return now }
	p := newPage(t, cfg)
	p.Follow(systemSnapshot(14 * time.Minute))
	for _, path := range []string{"/ja/", "/ja/feed.atom", "/style.css"} {
		first := get(p, path)
		tag := first.Header().Get("ETag")
		now = now.Add(2 * time.Second)
		if w := get(p, path, "If-None-Match", tag); w.Code != http.StatusNotModified || w.Body.Len() != 0 {
			t.Errorf("%s with its own tag: status %d: %s", path, w.Code, cmp.Diff(first.Body.String(), w.Body.String()))
		}
		p.Follow(unknownSnapshot())
		if w := get(p, path, "If-None-Match", tag); path != "/style.css" && w.Code != http.StatusOK {
			t.Errorf("%s with an old tag: status %d", path, w.Code)
		}
		p.Follow(systemSnapshot(14 * time.Minute))
	}
}

// TestNeverGreenInSilence looks at a page whose snapshots have stopped.
func TestNeverGreenInSilence(t *testing.T) {
	cfg, now := config(), noon
	cfg.Now = func() time.Time { return now }
	p := newPage(t, cfg)
	p.Follow(snapshot(nil, component("sign-up", nil), component("login", nil), component("store", nil)))
	tests := []struct {
		after time.Duration
		green int
		old   bool
	}{
		{0, 3, false},
		{3 * time.Minute, 3, false},
		{5 * time.Minute, 0, true},
		{time.Hour, 0, true},
		{800 * 24 * time.Hour, 0, true},
	}
	for _, test := range tests {
		now = noon.Add(test.after)
		body := get(p, "/ja/").Body.String()
		if got := strings.Count(body, `class="card good"`); got != test.green {
			t.Errorf("after %v: %d components are green, want %d", test.after, got, test.green)
		}
		if got := strings.Contains(body, "この画面の情報は古くなっています"); got != test.old {
			t.Errorf("after %v: says that it is old: %v", test.after, got)
		}
		if test.old && (strings.Contains(body, "すべて正常") || !strings.Contains(body, "11:59 JST")) {
			t.Errorf("after %v: the headline is well, or lacks the time of the data", test.after)
		}
	}
}

// TestMoodsOfComponents holds every state a component can be in against what is
// shown of it.
func TestMoodsOfComponents(t *testing.T) {
	type is = alerting.ComponentState
	tests := []struct {
		name   string
		state  func(*is)
		tone   string
		saying string
	}{
		{"none", func(*is) {}, "good", "正常"},
		{"user", func(c *is) { c.Side = probes.SideUser }, "info", "ご確認ください"},
		{"environment", func(c *is) { c.Side = probes.SideEnvironment }, "info", "ご確認ください"},
		{"monitor", func(c *is) { c.Side = probes.SideMonitor }, "dim", "サイトに問題があるとは限りません"},
		{"monitor, nothing else known", func(c *is) { c.Status, c.Side = alerting.StatusUnknown, probes.SideMonitor }, "dim", "サイトに問題があるとは限りません"},
		{"system, unconfirmed", func(c *is) { c.Side = probes.SideSystem }, "dim", "確認結果がまだそろっていません"},
		{"unknown, unconfirmed", func(c *is) { c.Side = probes.SideUnknown }, "dim", "確認結果がまだそろっていません"},
		{"no side", func(c *is) { c.Side = "" }, "dim", "確認結果がまだそろっていません"},
		{"partly silent", func(c *is) { c.Status, c.Side = alerting.StatusUnknown, probes.SideUnknown }, "dim", "確認結果がまだそろっていません"},
		{"silent", func(c *is) { c.Status, c.LastAt = alerting.StatusUnknown, ago(time.Hour) }, "dim", "新しい確認結果が届いていません"},
		{"never seen", func(c *is) { c.LastAt = time.Time{} }, "dim", "まだ一度も確認していません"},
		{"maintenance", func(c *is) { c.Status = alerting.UnderMaintenance }, "info", "メンテナンス中"},
		{"major", func(c *is) { c.Status = alerting.MajorOutage }, "bad", "ご利用いただけません"},
		{"partial", func(c *is) { c.Status = alerting.PartialOutage }, "warn", "一部で問題あり"},
		{"degraded", func(c *is) { c.Status = alerting.Degraded }, "warn", "一部で問題あり"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p := newPage(t, config())
			p.Follow(snapshot(nil, component("sign-up", test.state), component("login", nil), component("store", nil)))
			body := get(p, "/ja/").Body.String()
			if !strings.Contains(body, `class="card `+test.tone+`" id="sign-up"`) || !strings.Contains(body, test.saying) {
				t.Errorf("not shown as %q with %q:\n%s", test.tone, test.saying, body)
			}
		})
	}
}

func TestOtherLanguagesFallBackToEnglish(t *testing.T) {
	cfg := config()
	cfg.Site.Languages = []string{"ja", "fr"}
	cfg.Site.Name["fr"] = "Membres de Minato"
	p := newPage(t, cfg)
	body := get(p, "/fr/").Body.String()
	for _, want := range []string{`<html lang="en">`, `<span lang="fr">Membres de Minato</span>`, "What to do"} {
		if want == "What to do" {
			p.Follow(systemSnapshot(time.Hour))
			body = get(p, "/fr/").Body.String()
		}
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if get(p, "/en/").Code != http.StatusNotFound {
		t.Error("a language that the site doesn't have is served")
	}
}

func TestReplace(t *testing.T) {
	p := newPage(t, config())
	p.Follow(wellSnapshot())
	bad := config()
	bad.Site.TimeZone = "Mars/Olympus"
	if err := p.Replace(bad); err == nil {
		t.Error("an unknown time zone was taken")
	}
	none := config()
	none.Site.Languages = nil
	if err := p.Replace(none); err == nil {
		t.Error("a site without a language was taken")
	}
	if body := get(p, "/ja/").Body.String(); !strings.Contains(body, "みなと会員サイト") {
		t.Error("after a bad configuration the old one is gone")
	}
	next := config()
	next.Site.Name["ja"] = "新しい名前"
	if err := p.Replace(next); err != nil {
		t.Fatal(err)
	}
	if body := get(p, "/ja/").Body.String(); !strings.Contains(body, "新しい名前") || !strings.Contains(body, "すべて正常") {
		t.Error("the new configuration isn't shown, or what was followed is gone")
	}
}

func TestReadersAndSnapshotsTogether(t *testing.T) {
	p := newPage(t, config())
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for range 20 {
				if w := get(p, "/"+[]string{"ja", "en"}[i%2]+"/"); w.Code != http.StatusOK {
					t.Errorf("status %d", w.Code)
				}
				get(p, "/ja/feed.atom")
			}
		})
	}
	wg.Go(func() {
		for _, s := range situations() {
			p.Follow(s.told)
			if err := p.Replace(config()); err != nil {
				t.Error(err)
			}
		}
	})
	wg.Wait()
}

// TestHostileWords puts markup into everything that is configured.
func TestHostileWords(t *testing.T) {
	for _, evil := range []string{
		`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `javascript:alert(1)`, `'-alert(1)-'`,
		`</style><svg onload=alert(1)>`, `{{.}}`, `&lt;b&gt;`, "\x00\xff\u202e", `{time}{site}{n}`, `]]>`,
	} {
		t.Run(evil, func(t *testing.T) {
			p := newPage(t, hostile(evil))
			p.Follow(systemSnapshot(time.Hour))
			for _, path := range []string{"/ja/", "/en/", "/nothing"} {
				harmless(t, get(p, path).Body.Bytes())
			}
			for _, path := range []string{"/ja/feed.atom", "/en/feed.atom"} {
				for _, e := range parseFeed(t, get(p, path).Body.Bytes()).Entries {
					harmless(t, []byte(e.Content.Text))
				}
			}
		})
	}
}

func hostile(evil string) status.Config {
	cfg := config()
	text := probes.Text{"ja": evil, "en": evil}
	cfg.Site.Name = text
	cfg.Site.Support = nil
	for _, kind := range []probes.SupportKind{probes.SupportPhone, probes.SupportChat, probes.SupportMail, probes.SupportStore, "other"} {
		cfg.Site.Support = append(cfg.Site.Support, probes.Support{Kind: kind, Label: text, Value: evil, Hours: text})
	}
	for i := range cfg.Components {
		cfg.Components[i].Name = text
	}
	cfg.Guidance = func(string, probes.Cause) probes.Guidance {
		return probes.Guidance{Title: text, Advice: text, Tell: text}
	}
	return cfg
}

// harmless fails when a page has a script, a handler or a link that runs one.
func harmless(t *testing.T, page []byte) {
	t.Helper()
	doc, err := html.Parse(bytes.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	for n := range doc.Descendants() {
		if n.Type == html.ElementNode && (n.Data == "script" || n.Data == "iframe" || n.Data == "style") {
			t.Errorf("there is a <%s>", n.Data)
		}
		for _, a := range n.Attr {
			if strings.HasPrefix(a.Key, "on") || strings.HasPrefix(strings.TrimSpace(strings.ToLower(a.Val)), "javascript:") && a.Key == "href" {
				t.Errorf("<%s %s=%q>", n.Data, a.Key, a.Val)
			}
		}
	}
}

// TestNothingPrivate looks for what must never be told.
func TestNothingPrivate(t *testing.T) {
	for _, s := range situations() {
		p := newPage(t, config())
		p.Follow(s.told)
		for _, path := range []string{"/ja/", "/en/", "/ja/feed.atom", "/en/feed.atom"} {
			body := get(p, path).Body.String()
			for _, private := range []string{"site/registration-failed", "site/restricted", "server_error", "unexpected_content", "bot_challenge", `href="https://members.example/"`} {
				if strings.Contains(body, private) {
					t.Errorf("%s, %s: tells %q", s.name, path, private)
				}
			}
		}
	}
}

func TestSupportLinks(t *testing.T) {
	tests := []struct {
		kind  probes.SupportKind
		value string
		want  string // "" for none
	}{
		{probes.SupportPhone, "0120-00-0000", `href="tel:0120000000"`},
		{probes.SupportPhone, "+81 3 0000 0000", `href="tel:&#43;81300000000"`},
		{probes.SupportPhone, "ask at the desk", ""},
		{probes.SupportMail, "help@members.example", `href="mailto:help@members.example"`},
		{probes.SupportMail, "not an address", ""},
		{probes.SupportChat, "https://members.example/chat?a=1&b=2", `href="https://members.example/chat?a=1&amp;b=2"`},
		{probes.SupportChat, "javascript:alert(1)", ""},
		{probes.SupportChat, "//members.example/chat", ""},
		{probes.SupportStore, "data:text/html,x", ""},
		{probes.SupportStore, "the store at the harbour", ""},
	}
	for _, test := range tests {
		t.Run(fmt.Sprint(test.kind, " ", test.value), func(t *testing.T) {
			cfg := config()
			cfg.Site.Support = []probes.Support{{Kind: test.kind, Value: test.value}}
			p := newPage(t, cfg)
			p.Follow(systemSnapshot(time.Hour))
			_, after, _ := strings.Cut(get(p, "/en/").Body.String(), `<ul class="support">`)
			list, _, _ := strings.Cut(after, "</ul>")
			if test.want == "" && strings.Contains(list, "href") || !strings.Contains(list, test.want) {
				t.Errorf("want %q in %s", test.want, list)
			}
		})
	}
}
