package browser

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp/jsonv2"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/target"

	"genkan/probes"
)

// benchPage is a log-in page with a script and a stylesheet.
func benchPage() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/", shown(`<!doctype html><link rel=stylesheet href=/s.css><script defer src=/s.js></script>`+loginPage))
	mux.HandleFunc("/s.css", answer(200, "text/css", "form { margin: 2em }"))
	mux.HandleFunc("/s.js", answer(200, "text/javascript", "document.title += '!'"))
	return mux
}

// BenchmarkVisit measures a whole visit, evidence included, beside the floor:
// in the same browser, a tab in a new context that is made ahead, navigated to
// the load event and never read.
func BenchmarkVisit(b *testing.B) {
	site := httptest.NewServer(benchPage())
	b.Cleanup(site.Close)
	store := func(kind probes.EvidenceKind, _ []byte) (probes.Digest, error) { return probes.Digest(kind), nil }
	run := runOf(site.URL+"/", probes.Expectation{Selector: "form [type=password]"}, 20*time.Second)
	visit := func(br *Browser, run probes.Run) func(*testing.B) {
		return func(b *testing.B) {
			for b.Loop() {
				if o := br.Visit(b.Context(), run); o.Fault != nil || o.Last().Status != 200 {
					b.Fatalf("%+v", o.Fault)
				}
			}
		}
	}
	plainBrowser := launched(b, func(c *Config) { c.Slots = 1; c.RecycleAfter = 1 << 30 })
	storing := launched(b, func(c *Config) { c.Slots = 1; c.RecycleAfter = 1 << 30; c.Store = store })
	nothing := run
	nothing.Probe.Expect = probes.Expectation{}
	b.Run("met", visit(plainBrowser, run))
	b.Run("met and evidence", visit(storing, run))
	b.Run("nothing expected", visit(plainBrowser, nothing))
	b.Run("floor", func(b *testing.B) { benchmarkFloor(b, plainBrowser, site.URL+"/") })
}

func benchmarkFloor(b *testing.B, br *Browser, url string) {
	p, err := br.pool.lease(b.Context(), time.Time{})
	if err != nil {
		b.Fatal(err)
	}
	defer br.pool.release(p)
	for b.Loop() {
		b.StopTimer()
		v := newVisit(runOf(url, probes.Expectation{}, 20*time.Second), p, br.cfg)
		loaded := bareTab(b, v)
		b.StartTimer()
		if _, err := call(b.Context(), v.page, page.Navigate, page.NavigateParams{URL: url}); err != nil {
			b.Fatal(err)
		}
		<-loaded
		b.StopTimer()
		v.clean()
		b.StartTimer()
	}
}

// bareTab opens a tab in a context of its own of which only the load event is told.
func bareTab(b *testing.B, v *visit) <-chan struct{} {
	b.Helper()
	ctx := context.Background()
	made, err := call(ctx, v.proc.root, target.CreateBrowserContext, target.CreateBrowserContextParams{})
	if err != nil {
		b.Fatal(err)
	}
	v.context = made.BrowserContextID
	tab, err := call(ctx, v.proc.root, target.CreateTarget, target.CreateTargetParams{URL: "about:blank", BrowserContextID: v.context})
	if err != nil {
		b.Fatal(err)
	}
	attached, err := call(ctx, v.proc.root, target.AttachToTarget, target.AttachToTargetParams{TargetID: tab.TargetID, Flatten: new(true)})
	if err != nil {
		b.Fatal(err)
	}
	loaded := make(chan struct{}, 1)
	v.page = v.proc.conn.adopt(attached.SessionID, func(_ *session, method string, _ jsonv2.Value) {
		if method == page.LoadEventFired.Method {
			select {
			case loaded <- struct{}{}:
			default:
			}
		}
	})
	if _, err := call(ctx, v.page, page.Enable, page.EnableParams{}); err != nil {
		b.Fatal(err)
	}
	return loaded
}
