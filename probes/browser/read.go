package browser

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"golang.org/x/text/unicode/norm"

	"genkan/probes"
)

// Bounds of what is read of a page.
const (
	snapshotNodes  = 20_000
	snapshotChars  = 1 << 20
	snapshotHTML   = 1 << 20
	snapshotMillis = 600 // that the script may spend in a frame
)

// errNoSnapshot says that the script gave nothing, as when it was cut short.
var errNoSnapshot = errors.New("the page's script gave no snapshot")

// snapshot is what the page's script reads of a frame.
type snapshot struct {
	URL    string `json:"url"`
	Head   string `json:"head"`   // rendered markup
	Body   string `json:"body"`   // rendered markup
	HTML   string `json:"html"`   // as it stands
	Sealed int    `json:"sealed"` // visible frames that it couldn't read
	Met    bool   `json:"met"`    // the expected selector
	Vitals struct {
		TTFB float64 `json:"ttfb"` // ms, as the others
		FCP  float64 `json:"fcp"`
		LCP  float64 `json:"lcp"`
		CLS  float64 `json:"cls"`
	} `json:"vitals"`
}

// reading is what was read of the tab with its frames.
type reading struct {
	snapshot
	read func(string) probes.Reading
}

// markup is the rendered markup of the whole page.
func (r reading) markup() string {
	return "<!DOCTYPE html>" + r.Head + r.Body + "</html>"
}

// fill writes what was read into the view, and how the expectation came out.
func (r reading) fill(view *probes.View, e probes.Expectation) {
	if r.read != nil {
		view.Reading = r.read(r.markup())
		view.HTML = r.HTML
		view.Timings.TTFB, view.Timings.FCP, view.Timings.LCP = r.Vitals.TTFB/1000, r.Vitals.FCP/1000, r.Vitals.LCP/1000
		view.CLS = r.Vitals.CLS
	}
	view.Expected = probes.ExpectedOnPage{
		Selector: outcome(e.Selector, r.Met),
		URL:      outcome(e.URL, glob(e.URL, view.FinalURL)),
		Text:     outcome(e.Text, strings.Contains(plain(view.Text), plain(e.Text))),
	}
}

func outcome(expected string, met bool) probes.Outcome {
	switch {
	case expected == "":
		return probes.Unmeasured
	case met:
		return probes.Met
	}
	return probes.Unmet
}

// plain is a text in which widths and white space make no difference.
func plain(s string) string { return strings.Join(strings.Fields(norm.NFKC.String(s)), " ") }

// read reads the page. One that doesn't answer until the probe's time is over
// has timed out; it is stopped, and what stands there is read all the same.
func (v *visit) read(ctx context.Context, timedOut *bool) (reading, error) {
	if !*timedOut {
		until := latest(v.timeout, time.Now().Add(graceAnswer))
		r, err := v.readUntil(ctx, until)
		if !errors.Is(err, context.DeadlineExceeded) || ctx.Err() != nil {
			return r, err
		}
		*timedOut = true
	}
	if err := v.halt(ctx); err != nil {
		return reading{}, err
	}
	r, err := v.readUntil(ctx, v.timeout.Add(graceRead))
	if err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return v.readUntil(ctx, v.timeout.Add(graceRead)) // the order to stop may have hit our own script
	}
	return r, err
}

// halt stops what the page is doing: loading, looping, waiting in a dialog. It
// makes sure that the browser itself still answers.
func (v *visit) halt(ctx context.Context) error {
	inDialog := v.scene.halt()
	_ = send(ctx, v.page, page.StopLoading, cdp.Empty{})
	_ = send(ctx, v.page, runtime.TerminateExecution, cdp.Empty{}) // answered only when something was running
	if inDialog {
		_ = send(ctx, v.page, page.HandleJavaScriptDialog, page.HandleJavaScriptDialogParams{})
	}
	if !v.proc.answers(ctx, time.Until(v.timeout.Add(graceRead))) {
		return fmt.Errorf("the browser doesn't answer: %w", context.DeadlineExceeded)
	}
	return nil
}

func (v *visit) readUntil(ctx context.Context, until time.Time) (reading, error) {
	ctx, cancel := context.WithDeadline(ctx, until)
	defer cancel()
	s, err := v.snapshot(ctx, v.page, v.scene.frame)
	if err != nil {
		return reading{}, err
	}
	if s == nil {
		return reading{}, errNoSnapshot
	}
	r := reading{snapshot: *s, read: v.cfg.Read}
	if s.Sealed > 0 {
		v.readFrames(ctx, &r)
	}
	return r, nil
}

// snapshot runs the script in a frame; nil means that its parent reads it.
func (v *visit) snapshot(ctx context.Context, s *session, frame cdp.FrameID) (*snapshot, error) {
	expression := fmt.Sprintf("%s\ngenkan.snapshot({nodes: %d, chars: %d, html: %d, milliseconds: %d, selector: %s})",
		pageScript, snapshotNodes, snapshotChars, snapshotHTML, snapshotMillis, quote(v.run.Probe.Expect.Selector))
	var shot *snapshot
	err := v.evaluate(ctx, s, frame, expression, &shot)
	return shot, err
}

// evaluate runs an expression in our world of a frame.
func (v *visit) evaluate(ctx context.Context, s *session, frame cdp.FrameID, expression string, into any) error {
	world, err := call(ctx, s, page.CreateIsolatedWorld, page.CreateIsolatedWorldParams{FrameID: frame, WorldName: worldName})
	if err != nil {
		return err
	}
	result, err := call(ctx, s, runtime.Evaluate, runtime.EvaluateParams{
		Expression: expression, ContextID: world.ExecutionContextID, ReturnByValue: new(true), Silent: new(true),
	})
	switch {
	case err != nil:
		return err
	case result.ExceptionDetails != nil:
		return fmt.Errorf("%w: %s", errNoSnapshot, result.ExceptionDetails.Text)
	case !decode(result.Result.Value, into):
		return errNoSnapshot
	}
	return nil
}

// evidence keeps the screenshot and the HTML of the last view, if anything is
// to be seen. What can't be kept is missing.
func (v *visit) evidence(ctx context.Context, last probes.View) probes.Artifacts {
	if v.cfg.Store == nil || last.HTML == "" {
		return nil
	}
	kept := probes.Artifacts{}
	v.keep(kept, probes.PageHTML, []byte(last.HTML))
	shot, err := call(ctx, v.page, page.CaptureScreenshot, page.CaptureScreenshotParams{
		Format: page.CaptureScreenshotFormatJpeg, Quality: new(int64(70)), OptimizeForSpeed: new(true),
	})
	if err != nil {
		v.log.Warn("no screenshot", "err", err)
		return kept
	}
	v.keep(kept, probes.Screenshot, shot.Data)
	return kept
}

func (v *visit) keep(kept probes.Artifacts, kind probes.EvidenceKind, data []byte) {
	digest, err := v.cfg.Store(kind, data)
	if err != nil {
		v.log.Error("evidence not kept", "kind", kind, "err", err)
		return
	}
	kept[kind] = digest
}
