package browser

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"image/jpeg"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"genkan/probes"
	"genkan/probes/markup"
)

func launched(t testing.TB, change func(*Config)) *Browser {
	t.Helper()
	cfg := Config{Read: markup.Read, RunDir: shortDir(t)}
	if change != nil {
		change(&cfg)
	}
	b, err := New(context.Background(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.Close() })
	return b
}

// shortDir is a directory that a browser of any user can live below.
func shortDir(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "gk")
	if err == nil {
		err = os.Chmod(dir, 0o711)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

func runOf(url string, e probes.Expectation, timeout time.Duration) probes.Run {
	return probes.Run{Probe: probes.Probe{Name: "test", Timeout: timeout, Locale: "ja-JP", TimeZone: "Asia/Tokyo", Journey: probes.Visit(url), Expect: e}}
}

// visitOf is a visit with what it must have in common with all others: it ends
// in time, and without a fault. On a machine so starved that the browser doesn't
// answer in time a visit is inconclusive; then it is done again.
func visitOf(t *testing.T, b *Browser, run probes.Run) probes.View {
	t.Helper()
	var o probes.Observation
	for range 4 {
		o = b.Visit(t.Context(), run)
		if most := run.Probe.Timeout + 2*time.Second; o.Duration > most {
			t.Errorf("the visit took %s, at most %s is allowed", o.Duration, most)
		}
		if o.Fault == nil || o.Fault.Reason != probes.BrowserSilent {
			break
		}
		t.Logf("inconclusive: %s", o.Fault.Detail)
	}
	if o.Fault != nil {
		t.Fatalf("fault: %+v", *o.Fault)
	}
	if len(o.Views) != 1 {
		t.Fatalf("%d views, want 1", len(o.Views))
	}
	return o.Last()
}

var password = probes.Expectation{Selector: "[type=password]"}

type viewCase struct {
	path    string
	expect  probes.Expectation
	timeout time.Duration // 0: 30 s
	check   func(t *testing.T, v probes.View)
}

func TestViews(t *testing.T) {
	site := serve(t)
	b := launched(t, func(c *Config) { c.Slots = 4 })
	for name, c := range viewCases(site.URL) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.run(t, b, site.URL)
		})
	}
}

// TestHeavyViews are those that keep the whole machine busy: one after the other.
func TestHeavyViews(t *testing.T) {
	site := serve(t)
	b := launched(t, func(c *Config) { c.Slots = 1 })
	for name, c := range heavyCases() {
		t.Run(name, func(t *testing.T) { c.run(t, b, site.URL) })
	}
}

func (c viewCase) run(t *testing.T, b *Browser, site string) {
	url := c.path
	if strings.HasPrefix(url, "/") {
		url = site + url
	}
	v := visitOf(t, b, runOf(url, c.expect, cmp.Or(c.timeout, 30*time.Second)))
	if v.RequestedURL != url || v.Step != "open" {
		t.Errorf("requested %q in step %q", v.RequestedURL, v.Step)
	}
	c.check(t, v)
	if t.Failed() {
		v.HTML, v.Text = cut(v.HTML, 1000), cut(v.Text, 1000)
		t.Logf("%+v", v)
	}
}

// healthy checks a page that is shown and ready, with the log-in form in it.
func healthy(t *testing.T, v probes.View) {
	t.Helper()
	if v.Status != 200 || v.NetError != "" || v.TimedOut || v.Expected.Selector != probes.Met {
		t.Errorf("not healthy: status %d, %q, timed out %t, %+v", v.Status, v.NetError, v.TimedOut, v.Expected)
	}
	if len(v.Forms) != 1 || v.Forms[0].Kind != probes.LoginForm || !v.Forms[0].Usable() {
		t.Errorf("forms %+v", v.Forms)
	}
	if v.Timings.Load <= 0 || v.Timings.TTFB <= 0 {
		t.Errorf("timings %+v", v.Timings)
	}
}

// refused checks a visit that had nothing to show.
func refused(netError string, status int) func(*testing.T, probes.View) {
	return func(t *testing.T, v probes.View) {
		t.Helper()
		if v.NetError != netError || v.Status != status || v.TimedOut || v.HTML != "" || v.Text != "" || v.Title != "" {
			t.Errorf("%q, status %d, timed out %t, text %q, HTML %q; want %q, %d and nothing to read", v.NetError, v.Status, v.TimedOut, v.Text, v.HTML, netError, status)
		}
	}
}

// says checks that a page was shown with a status and a text.
func says(status int, text string) func(*testing.T, probes.View) {
	return func(t *testing.T, v probes.View) {
		t.Helper()
		if v.Status != status || v.TimedOut || !strings.Contains(v.Text, text) {
			t.Errorf("status %d, timed out %t, text %q; want %d and %q", v.Status, v.TimedOut, cut(v.Text, 500), status, text)
		}
	}
}

// late checks a page that wasn't ready in time, of which text was read all the same.
func late(text string) func(*testing.T, probes.View) {
	return func(t *testing.T, v probes.View) {
		t.Helper()
		if !v.TimedOut || v.NetError != "" || !strings.Contains(v.Text, text) {
			t.Errorf("timed out %t, %q, text %q; want it late, with %q", v.TimedOut, v.NetError, cut(v.Text, 500), text)
		}
	}
}

func ends(at string, hops ...probes.Hop) func(*testing.T, probes.View) {
	return func(t *testing.T, v probes.View) {
		t.Helper()
		healthy(t, v)
		if v.FinalURL != at {
			t.Errorf("ended on %q, want %q", v.FinalURL, at)
		}
		if diff := gocmp.Diff(hops, v.Redirects); diff != "" {
			t.Errorf("hops (-want +got):\n%s", diff)
		}
	}
}

func viewCases(site string) map[string]viewCase {
	short := 4 * time.Second // enough to load the page on a starved machine
	return map[string]viewCase{
		"healthy": {path: "/login", expect: probes.Expectation{Selector: "form [type=password]", URL: "http://127.0.0.1:*/log*", Text: "ログイン する"}, check: func(t *testing.T, v probes.View) {
			healthy(t, v)
			want := probes.ExpectedOnPage{Selector: probes.Met, URL: probes.Met, Text: probes.Unmet}
			if v.Expected != want || v.Title != "ログイン" || v.ContentType != "text/html" || v.Headers["content-type"] == "" {
				t.Errorf("expected %+v, title %q, %q, %v", v.Expected, v.Title, v.ContentType, v.Headers)
			}
			if !strings.HasPrefix(v.HTML, "<!DOCTYPE html>\n<html") || v.Timings.FCP <= 0 || v.Timings.LCP <= 0 {
				t.Errorf("HTML %q, timings %+v", v.HTML, v.Timings)
			}
		}},
		"unmet": {path: "/login", expect: probes.Expectation{Selector: "#nowhere", URL: "http://other/*", Text: "ログインする"}, check: func(t *testing.T, v probes.View) {
			want := probes.ExpectedOnPage{Selector: probes.Unmet, URL: probes.Unmet, Text: probes.Met}
			if v.Expected != want {
				t.Errorf("%+v, want %+v", v.Expected, want)
			}
		}},
		"redirects":               {path: "/hop", expect: password, check: ends(site+"/login", probes.Hop{URL: site + "/hop", Status: 301}, probes.Hop{URL: site + "/hop2", Status: 302})},
		"meta refresh":            {path: "/refresh", expect: password, check: ends(site+"/login", probes.Hop{URL: site + "/refresh", Status: 200})},
		"script redirects":        {path: "/js-redirect", expect: password, check: ends(site+"/login", probes.Hop{URL: site + "/js-redirect", Status: 200})},
		"script asks for nothing": {path: "/js-to-204", expect: password, check: ends(site + "/js-to-204")},
		"forbidden":               {path: "/403", expect: password, check: says(403, "permission")},
		"forbidden, empty":        {path: "/403-empty", check: says(403, "")},
		"server error":            {path: "/500", check: says(500, "Internal Server Error")},
		"basic auth":              {path: "/401", check: says(401, "Members only")},
		"JSON":                    {path: "/json", check: says(503, "maintenance")},
		"plain text":              {path: "/text", check: says(200, "メンテナンス中")},
		"image": {path: "/image", check: func(t *testing.T, v probes.View) {
			if v.Status != 200 || v.ContentType != "image/gif" || v.TimedOut {
				t.Errorf("%d %q", v.Status, v.ContentType)
			}
		}},
		"download":         {path: "/download", check: refused("net::ERR_ABORTED", 200)},
		"PDF":              {path: "/pdf", check: refused("net::ERR_ABORTED", 200)},
		"no content":       {path: "/204", check: refused("net::ERR_ABORTED", 204)},
		"connection reset": {path: "/reset", check: refused("net::ERR_CONNECTION_RESET", 0)},
		"refused":          {path: "http://127.0.0.1:9/", check: refused("net::ERR_UNSAFE_PORT", 0)},
		"no such host":     {path: "http://nowhere.invalid/", check: refused("net::ERR_NAME_NOT_RESOLVED", 0)},
		"another scheme":   {path: "file:///etc/passwd", check: refused("net::ERR_DISALLOWED_URL_SCHEME", 0)},
		"to a file":        {path: "/to-file", check: refused("net::ERR_UNSAFE_REDIRECT", 0)},
		"redirect loop": {path: "/loop", check: func(t *testing.T, v probes.View) {
			refused(tooManyRedirects, 0)(t, v)
			if len(v.Redirects) < 19 {
				t.Errorf("%d hops", len(v.Redirects))
			}
		}},
		"script loop": {path: "/js-loop", check: func(t *testing.T, v probes.View) {
			if v.NetError != tooManyRedirects || len(v.Redirects) < 15 || v.HTML != "" {
				t.Errorf("%q after %d hops, HTML %q", v.NetError, len(v.Redirects), v.HTML)
			}
		}},
		"body cut off": {path: "/truncated", check: func(t *testing.T, v probes.View) {
			if v.NetError != "net::ERR_CONTENT_LENGTH_MISMATCH" || !strings.Contains(v.Text, "ログイン") {
				t.Errorf("%q, %q", v.NetError, v.Text)
			}
		}},
		"never answers": {path: "/hang", timeout: short, check: func(t *testing.T, v probes.View) {
			if !v.TimedOut || v.NetError != "" || v.Status != 0 || v.HTML != "" {
				t.Errorf("timed out %t, %q, %d", v.TimedOut, v.NetError, v.Status)
			}
		}},
		"body trickles":   {path: "/trickle", timeout: short, check: late("The beginning of it")},
		"body never ends": {path: "/stream", timeout: short, check: late("ログインする")},
		"image hangs":     {path: "/image-hangs", expect: password, check: healthy},
		"load never":      {path: "/load-never", expect: password, check: healthy},
		"busy":            {path: "/busy", timeout: short, check: late("Some text")},
		"busy at once":    {path: "/busy-at-once", timeout: short, check: late("Some text")},
		"alerts for ever": {path: "/alerts", timeout: short, check: func(t *testing.T, v probes.View) {
			late("Some text")(t, v)
			if len(v.Dialogs) != maxDialogs {
				t.Errorf("%d dialogs", len(v.Dialogs))
			} else if v.Dialogs[0] != (probes.Dialog{Type: "alert", Message: "もう一度"}) {
				t.Errorf("the first dialog: %+v", v.Dialogs[0])
			}
		}},
		"confirm": {path: "/confirm", check: func(t *testing.T, v probes.View) {
			says(200, "answer: false")(t, v)
			if diff := gocmp.Diff([]probes.Dialog{{Type: "confirm", Message: "よろしいですか？"}}, v.Dialogs); diff != "" {
				t.Error(diff)
			}
		}},
		"popups":         {path: "/popups", check: says(200, "Some text")},
		"before unload":  {path: "/unload", check: says(200, "Some text")},
		"late error box": {path: "/late", expect: password, check: lateError},
		"late hydration": {path: "/hydrates", expect: password, check: healthyForm},
		"shadow DOM":     {path: "/shadow", expect: password, check: healthy},
		"frame, same origin": {path: "/frame-same", expect: password, check: func(t *testing.T, v probes.View) {
			healthy(t, v)
			if !strings.Contains(v.Text, "outside") || strings.Contains(v.Text, "permission") {
				t.Errorf("text %q", v.Text)
			}
		}},
		"frame, other site": {path: "/frame-cross", expect: probes.Expectation{Selector: "[type=password]", Text: "outside"}, check: func(t *testing.T, v probes.View) {
			lateError(t, v)
			if !strings.Contains(v.Text, "outside") || strings.Contains(v.Text, "permission") || !strings.Contains(v.HTML, "<!-- frame http://localhost:") {
				t.Errorf("text %q, HTML %q", v.Text, v.HTML)
			}
		}},
		"Shift_JIS":      {path: "/sjis", expect: password, check: ends(site + "/sjis")},
		"EUC-JP":         {path: "/eucjp", expect: password, check: ends(site + "/eucjp")},
		"what is hidden": {path: "/hidden", check: hiddenOnes},
		"locale":         {path: "/locale", check: says(200, "ja-JP,ja;q=0.9\nja-JP|Asia/Tokyo|1280|0|Mozilla/5.0 (X11; Linux")},
	}
}

func heavyCases() map[string]viewCase {
	return map[string]viewCase{
		"busy workers": {path: "/busy-workers", check: says(200, "Some text")},
		"10 MB": {path: "/big", expect: password, check: func(t *testing.T, v probes.View) {
			healthy(t, v)
			if len(v.HTML) > 4*snapshotHTML || !strings.Contains(v.Text, "長い文章") {
				t.Errorf("HTML of %d bytes, text of %d", len(v.HTML), len(v.Text))
			}
		}},
		"100,000 nodes": {path: "/many-nodes", check: says(200, "Some text")},
		"console flood": {path: "/console", check: func(t *testing.T, v probes.View) {
			says(200, "Some text")(t, v)
			if len(v.Console) != maxConsole || v.Console[0] != "line 0" {
				t.Errorf("%d lines, the first %q", len(v.Console), v.Console[:min(1, len(v.Console))])
			}
		}},
		"80 MB on the console": {path: "/huge-console", check: says(200, "Some text")},
	}
}

// healthyForm checks that the form that came late is there.
func healthyForm(t *testing.T, v probes.View) {
	t.Helper()
	if v.Expected.Selector != probes.Met || len(v.Forms) != 1 {
		t.Errorf("%+v, forms %+v", v.Expected, v.Forms)
	}
}

// lateError checks that the error box which a failed request brought was seen.
func lateError(t *testing.T, v probes.View) {
	t.Helper()
	if !strings.Contains(v.Text, "一時的にご利用いただけません") || v.Expected.Selector != probes.Met {
		t.Errorf("text %q, %+v", v.Text, v.Expected)
	}
	if len(v.Exchanges) != 1 || v.Exchanges[0].Status != 503 || !strings.Contains(v.Exchanges[0].Body, "E503") || v.Exchanges[0].Method != "GET" {
		t.Errorf("exchanges %+v", v.Exchanges)
	}
}

func hiddenOnes(t *testing.T, v probes.View) {
	t.Helper()
	for _, hidden := range []string{"n1", "n2", "n3", "n4", "n5", "typed"} {
		if strings.Contains(v.Text, hidden) {
			t.Errorf("%q can't be seen, but stands in %q", hidden, v.Text)
		}
	}
	for _, shown := range []string{"shown", "shown too", "sum", "over it"} {
		if !strings.Contains(v.Text, shown) {
			t.Errorf("%q isn't in %q", shown, v.Text)
		}
	}
	if !gocmp.Equal([]probes.Region{{Kind: probes.DialogRegion, Text: "over it"}}, v.Regions) {
		t.Errorf("regions %+v", v.Regions)
	}
}

func TestMobile(t *testing.T) {
	site := serve(t)
	b := launched(t, nil)
	run := runOf(site.URL+"/locale", probes.Expectation{}, 20*time.Second)
	run.Probe.Device, run.Probe.Locale, run.Probe.TimeZone = probes.Mobile, "en", "Europe/Berlin"
	v := visitOf(t, b, run)
	for _, want := range []string{"en\n", "en|Europe/Berlin|", "|5|", "Android", " Mobile ", "Genkan/1"} {
		if !strings.Contains(v.Text, want) {
			t.Errorf("%q isn't in %q", want, v.Text)
		}
	}
}

func TestVisitsShareNothing(t *testing.T) {
	site := serve(t)
	b := launched(t, nil)
	for range 2 {
		v := visitOf(t, b, runOf(site.URL+"/cookie", probes.Expectation{}, 20*time.Second))
		if !strings.Contains(v.Text, "cookie: false") || !strings.Contains(v.Text, "stored: undefined") {
			t.Errorf("the visit before is to be seen: %q", v.Text)
		}
	}
}

func TestEvidence(t *testing.T) {
	site := serve(t)
	var mu sync.Mutex
	files := map[probes.EvidenceKind][]byte{}
	var fail error
	b := launched(t, func(c *Config) {
		c.Store = func(kind probes.EvidenceKind, data []byte) (probes.Digest, error) {
			mu.Lock()
			defer mu.Unlock()
			files[kind] = data
			return probes.Digest(kind), fail
		}
	})
	run := runOf(site.URL+"/login", probes.Expectation{}, 20*time.Second)
	o := b.Visit(t.Context(), run)
	want := probes.Artifacts{probes.Screenshot: "screenshot", probes.PageHTML: "html"}
	if diff := gocmp.Diff(want, o.Artifacts); diff != "" {
		t.Error(diff)
	}
	picture, err := jpeg.DecodeConfig(bytes.NewReader(files[probes.Screenshot]))
	if err != nil || picture.Width != 1280 || picture.Height != 800 {
		t.Errorf("screenshot: %v, %d×%d", err, picture.Width, picture.Height)
	}
	if string(files[probes.PageHTML]) != o.Last().HTML {
		t.Error("the HTML that was kept isn't the view's")
	}
	mu.Lock()
	fail = errors.New("disk full")
	mu.Unlock()
	o = b.Visit(t.Context(), run)
	if o.Fault != nil || len(o.Artifacts) != 0 || o.Last().Status != 200 {
		t.Errorf("a full disk changed the visit: %+v, %v", o.Fault, o.Artifacts)
	}
}

func TestRefusedConnection(t *testing.T) {
	b := launched(t, nil)
	refused("net::ERR_CONNECTION_REFUSED", 0)(t, visitOf(t, b, runOf(closedPort(t), probes.Expectation{}, 20*time.Second)))
}

func TestVisitWithoutTime(t *testing.T) {
	b := launched(t, func(c *Config) { c.Slots = 1 })
	b.slots <- struct{}{}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	o := b.Visit(ctx, runOf("http://127.0.0.1/", probes.Expectation{}, time.Second))
	if o.Fault == nil || len(o.Views) != 0 {
		t.Errorf("%+v", o)
	}
	<-b.slots
}
