package browser

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/inspector"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/target"

	"genkan/probes"
)

const (
	defaultTimeout = 30 * time.Second

	// What happens after the probe's timeout, counted from it. A visit ends
	// within 2 s of it whatever the page does.
	graceAnswer = 500 * time.Millisecond  // the browser shows that it is still there
	graceRead   = 1200 * time.Millisecond // what stands on the page is read all the same
	graceEnd    = 1700 * time.Millisecond // frames and the screenshot
)

// visit is one run in a browser process.
type visit struct {
	run     probes.Run
	proc    *process
	cfg     Config
	log     *slog.Logger
	scene   *scene
	began   time.Time
	timeout time.Time // the probe's

	context  cdp.BrowserContextID
	tab      target.ID
	page     *session
	children children
	bodies   context.Context // of what is fetched in the background
	stop     context.CancelFunc
}

func newVisit(run probes.Run, p *process, cfg Config) *visit {
	now := time.Now()
	v := &visit{run: run, proc: p, cfg: cfg, log: cfg.Logger.With("probe", run.Probe.Name, "run", run.ID), began: now, timeout: now.Add(timeoutOf(run))}
	v.bodies, v.stop = context.WithDeadline(context.Background(), v.timeout.Add(graceEnd))
	return v
}

func timeoutOf(run probes.Run) time.Duration {
	if run.Probe.Timeout <= 0 {
		return defaultTimeout
	}
	return run.Probe.Timeout
}

// observe does the journey. A fault ends it.
func (v *visit) observe(ctx context.Context) probes.Observation {
	ctx, cancel := context.WithDeadline(ctx, v.timeout.Add(graceEnd))
	defer cancel()
	o := probes.Observation{StartedAt: v.began}
	if err := v.open(ctx); err != nil {
		o.Fault = v.fault(fmt.Errorf("open a tab: %w", err))
	}
	for _, step := range v.run.Probe.Journey.Steps {
		if o.Fault != nil {
			break
		}
		began := time.Now()
		view, fault := v.navigate(ctx, step)
		view.Duration = time.Since(began)
		if o.Fault = fault; fault == nil {
			o.Views = append(o.Views, view)
		}
	}
	if o.Fault == nil {
		o.Artifacts = v.evidence(ctx, o.Last())
	}
	o.Duration = time.Since(v.began)
	return o
}

// fault tells why a command wasn't carried out, through no doing of the site's.
func (v *visit) fault(err error) *probes.Fault {
	if !v.proc.alive() || errors.Is(err, errConnectionLost) {
		return v.proc.lost()
	}
	if errors.Is(err, errSessionEnded) {
		return &probes.Fault{Reason: probes.BrowserDied, Detail: err.Error()}
	}
	return &probes.Fault{Reason: probes.BrowserSilent, Detail: err.Error()}
}

// open makes a browser context and a tab in it, and readies the tab.
func (v *visit) open(ctx context.Context) error {
	made, err := call(ctx, v.proc.root, target.CreateBrowserContext, target.CreateBrowserContextParams{})
	if err != nil {
		return err
	}
	v.context = made.BrowserContextID
	deny := send(ctx, v.proc.root, browser.SetDownloadBehavior, browser.SetDownloadBehaviorParams{Behavior: browser.SetDownloadBehaviorBehaviorDeny, BrowserContextID: v.context})
	tab, err := call(ctx, v.proc.root, target.CreateTarget, target.CreateTargetParams{URL: "about:blank", BrowserContextID: v.context})
	if err != nil {
		return err
	}
	v.tab = tab.TargetID
	v.scene = newScene(cdp.FrameID(v.tab), v.run.Probe.Expect)
	v.proc.join(v.tab, v)
	attached, err := call(ctx, v.proc.root, target.AttachToTarget, target.AttachToTargetParams{TargetID: v.tab, Flatten: new(true)})
	if err != nil {
		return err
	}
	v.page = v.proc.conn.adopt(attached.SessionID, v.event)
	if _, err := deny.wait(ctx); err != nil {
		return err
	}
	return v.ready(ctx)
}

// ready asks the tab for what is read of it and makes it the device that the
// probe wants, all at once.
func (v *visit) ready(ctx context.Context) error {
	b := batch{ctx: ctx, session: v.page}
	enqueue(&b, network.Enable, network.EnableParams{MaxTotalBufferSize: new(int64(8 << 20)), MaxResourceBufferSize: new(int64(2 * maxFetched))})
	enqueue(&b, page.Enable, page.EnableParams{})
	enqueue(&b, page.SetLifecycleEventsEnabled, page.SetLifecycleEventsEnabledParams{Enabled: true})
	enqueue(&b, runtime.Enable, cdp.Empty{})
	enqueue(&b, log.Enable, cdp.Empty{})
	enqueue(&b, inspector.Enable, cdp.Empty{})
	v.follow(&b)
	v.dress(&b, v.proc.product)
	return b.wait()
}

// navigate does a navigate step and tells what was to be seen.
func (v *visit) navigate(ctx context.Context, step probes.Step) (probes.View, *probes.Fault) {
	view := probes.View{Step: step.Name, RequestedURL: step.URL, FinalURL: step.URL}
	if u, err := url.Parse(step.URL); err != nil || u.Scheme != "http" && u.Scheme != "https" {
		view.NetError = "net::ERR_DISALLOWED_URL_SCHEME"
		return view, nil
	}
	began := time.Now()
	go v.begin(ctx, step.URL)
	var reading reading
	for tries := 3; ; tries-- {
		stage, err := v.settle(ctx)
		if err != nil {
			return view, v.fault(err)
		}
		view.TimedOut = stage != ready && stage != broken
		if stage == broken || v.scene.blank() {
			break
		}
		view.Timings.Load = time.Since(began).Seconds()
		if reading, err = v.read(ctx, &view.TimedOut); err == nil {
			break
		}
		if fault := v.unread(err, tries); fault != nil {
			return view, fault
		}
	}
	if reason := v.scene.crashReason(); reason != "" {
		return view, &probes.Fault{Reason: probes.BrowserDied, Detail: "the tab's renderer ended: " + reason}
	}
	if view.TimedOut && v.scene.blank() {
		if err := v.wellEnough(ctx); err != nil {
			return view, v.fault(err)
		}
	}
	v.awaitBodies(ctx)
	v.scene.fill(&view)
	reading.fill(&view, v.run.Probe.Expect)
	return view, nil
}

// begin asks for the page. The answer comes only once the server's headers have.
func (v *visit) begin(ctx context.Context, url string) {
	ctx, cancel := context.WithDeadline(ctx, v.timeout)
	defer cancel()
	result, err := call(ctx, v.page, page.Navigate, page.NavigateParams{URL: url})
	var refused *cdpError
	switch {
	case errors.As(err, &refused):
		v.scene.fail("net::ERR_INVALID_URL")
	case err == nil && result.ErrorText != "":
		v.scene.fail(result.ErrorText)
	}
}

// settle waits until the page is ready by our own condition, or the probe's
// time is over. An error is our own failure.
func (v *visit) settle(ctx context.Context) (stage, error) {
	for {
		now := time.Now()
		stage, next := v.scene.look(now)
		if stage == ready || stage == broken || !now.Before(v.timeout) {
			return stage, nil
		}
		timer := time.NewTimer(earliest(next, v.timeout).Sub(now))
		select {
		case <-v.scene.changed:
		case <-timer.C:
		case <-v.proc.conn.ended:
			return stage, errConnectionLost
		case <-v.page.ended:
			return stage, errSessionEnded
		case <-ctx.Done():
			return stage, ctx.Err()
		}
		timer.Stop()
	}
}

// wellEnough makes sure that the silence is the server's and not our browser's:
// both its process and the empty tab must still answer.
func (v *visit) wellEnough(ctx context.Context) error {
	ctx, cancel := context.WithDeadline(ctx, v.timeout.Add(graceRead))
	defer cancel()
	v.scene.halt()
	_ = send(ctx, v.page, page.StopLoading, cdp.Empty{}) // or all commands of the tab would wait for the server
	alive := send(ctx, v.proc.root, browser.GetVersion, cdp.Empty{})
	if _, err := call(ctx, v.page, runtime.Evaluate, runtime.EvaluateParams{Expression: "1"}); err != nil {
		return err
	}
	_, err := alive.wait(ctx)
	return err
}

// unread tells whether a page that couldn't be read is our fault. It isn't
// while the page is on its way to another one, which is then read instead.
func (v *visit) unread(err error, tries int) *probes.Fault {
	var refused *cdpError
	if errors.As(err, &refused) && tries > 1 && time.Now().Before(v.timeout) {
		return nil
	}
	if v.scene.crashReason() != "" {
		return &probes.Fault{Reason: probes.BrowserDied, Detail: "the tab's renderer ended: " + v.scene.crashReason()}
	}
	if errors.Is(err, context.DeadlineExceeded) {
		v.proc.spoil() // a renderer that doesn't even heed the order to stop stays for ever
	}
	return v.fault(fmt.Errorf("read the page: %w", err))
}

// clean removes the tab with all that the page has made. A browser that can't
// do that is replaced.
func (v *visit) clean() {
	v.stop()
	if v.tab != "" {
		v.proc.leave(v.tab)
	}
	if v.context == "" || !v.proc.alive() {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), answerDeadline)
	defer cancel()
	_, err := call(ctx, v.proc.root, target.DisposeBrowserContext, target.DisposeBrowserContextParams{BrowserContextID: v.context})
	if err != nil && v.proc.alive() {
		v.log.Warn("a tab couldn't be removed; the browser will be replaced", "err", err)
		v.proc.spoil()
	}
	if v.page != nil {
		v.proc.conn.abandon(v.page.id)
	}
	v.children.abandon(v.proc.conn)
}
