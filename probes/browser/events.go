package browser

import (
	"maps"
	"strings"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/cdp/jsonv2"
	"github.com/chromedp/cdproto/inspector"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"

	"genkan/probes"
)

// decode reads an event; one that can't be read is as if it hadn't come.
func decode(params jsonv2.Value, event any) bool {
	return jsonv2.Unmarshal(params, event, chromedp.DefaultUnmarshalOptions) == nil
}

// on calls f with the event that params hold.
func on[E any](params jsonv2.Value, f func(*E)) {
	e := new(E)
	if decode(params, e) {
		f(e)
	}
}

// event receives the events of the visit's tab and of its frames of other sites.
func (v *visit) event(s *session, method string, params jsonv2.Value) {
	switch method {
	case network.RequestWillBeSent.Method:
		on(params, v.scene.requested)
	case network.ResponseReceived.Method:
		on(params, v.scene.responded)
	case network.DataReceived.Method:
		on(params, v.scene.received)
	case network.LoadingFinished.Method:
		on(params, func(e *network.EventLoadingFinished) { v.finished(s, e) })
	case network.LoadingFailed.Method:
		on(params, v.scene.loadingFailed)
	case page.FrameNavigated.Method:
		on(params, v.scene.navigated)
	case page.NavigatedWithinDocument.Method:
		on(params, v.scene.movedWithin)
	case page.FrameRequestedNavigation.Method:
		v.scene.update(func(now time.Time) { v.scene.mutated = now })
	case page.FrameStoppedLoading.Method:
		on(params, v.scene.stoppedLoading)
	case page.LifecycleEvent.Method:
		on(params, v.scene.lifecycle)
	case page.JavascriptDialogOpening.Method:
		on(params, func(e *page.EventJavascriptDialogOpening) { v.dialog(s, e) })
	case runtime.BindingCalled.Method:
		on(params, v.scene.changedTo(s == v.page))
	case runtime.ConsoleAPICalled.Method, runtime.ExceptionThrown.Method, log.EntryAdded.Method:
		v.consoleEvent(s, method, params)
	case inspector.TargetCrashed.Method:
		if s == v.page {
			v.scene.crash("the renderer crashed")
		}
	case target.AttachedToTarget.Method:
		on(params, v.attached)
	case target.DetachedFromTarget.Method:
		on(params, func(e *target.EventDetachedFromTarget) { v.detached(e.SessionID) })
	}
}

// requested notes a request and, where it is for the tab's document, the redirect it follows.
func (s *scene) requested(e *network.EventRequestWillBeSent) {
	if e.Request == nil {
		return
	}
	s.update(func(now time.Time) {
		if e.Type == network.ResourceTypeDocument && e.FrameID == s.frame && string(e.LoaderID) == string(e.RequestID) {
			s.documentRequested(e)
		}
		switch e.Type {
		case network.ResourceTypeDocument, network.ResourceTypeScript, network.ResourceTypeStylesheet, network.ResourceTypeXHR, network.ResourceTypeFetch:
		default:
			return
		}
		if len(s.requests) < maxRequests {
			s.requests[e.RequestID] = &request{kind: e.Type, frame: e.FrameID, method: e.Request.Method, url: cut(e.Request.URL, maxURL)}
			s.traffic = now
		}
	})
}

// documentRequested notes the document that the tab asks for. The lock is held.
func (s *scene) documentRequested(e *network.EventRequestWillBeSent) {
	if r := e.RedirectResponse; r != nil && s.coming != nil && s.coming.loader == e.LoaderID {
		s.coming.hops = appendHops(s.coming.hops, probes.Hop{URL: cut(r.URL, maxURL), Status: int(r.Status)})
		s.coming.url = cut(e.Request.URL, maxURL)
		return
	}
	s.coming = &document{loader: e.LoaderID, url: cut(e.Request.URL, maxURL)}
	if s.documents++; s.documents > maxDocuments {
		s.failed = tooManyRedirects
	}
}

// moved notes that a frame went on to a process of its own, where the rest of
// its document's events is told without naming the request.
func (s *scene) moved(frame cdp.FrameID) {
	s.update(func(now time.Time) {
		s.traffic = now
		maps.DeleteFunc(s.requests, func(_ network.RequestID, r *request) bool {
			return r.kind == network.ResourceTypeDocument && r.frame == frame
		})
	})
}

func appendHops(hops []probes.Hop, more ...probes.Hop) []probes.Hop {
	return append(hops, more[:min(len(more), max(0, maxHops-len(hops)))]...)
}

func (s *scene) responded(e *network.EventResponseReceived) {
	if e.Response == nil {
		return
	}
	s.update(func(time.Time) {
		if r := s.requests[e.RequestID]; r != nil {
			r.status = int(e.Response.Status)
		}
		d := s.coming
		if d == nil || string(d.loader) != string(e.RequestID) {
			d = &s.now
		}
		if string(d.loader) != string(e.RequestID) {
			return
		}
		d.status, d.contentType, d.headers = int(e.Response.Status), e.Response.MimeType, keptHeaders(e.Response.Headers)
		d.url = cut(e.Response.URL, maxURL)
		d.certExpiry = certExpiry(e.Response.SecurityDetails)
	})
}

// certExpiry is when the certificate of an answer ends; the zero time over plain HTTP.
func certExpiry(d *network.SecurityDetails) time.Time {
	if d == nil || d.ValidTo <= 0 {
		return time.Time{}
	}
	return time.Unix(int64(d.ValidTo), 0).UTC()
}

// keptHeaders are the headers worth telling, by their lower-case names.
func keptHeaders(all network.Headers) map[string]string {
	kept := map[string]string{}
	for name, value := range all {
		switch name = strings.ToLower(name); name {
		case "server", "content-type", "retry-after", "location", "cf-ray", "cf-mitigated", "x-cache", "via", "www-authenticate":
			if text, ok := value.(string); ok {
				kept[name] = cut(text, maxLine)
			}
		}
	}
	return kept
}

func (s *scene) received(e *network.EventDataReceived) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r := s.requests[e.RequestID]; r != nil {
		r.size += float64(e.DataLength)
	}
}

// finished notes the end of a request, and has the answer fetched if it was an error.
func (v *visit) finished(s *session, e *network.EventLoadingFinished) {
	v.scene.update(func(now time.Time) {
		r := v.scene.requests[e.RequestID]
		if r == nil {
			return
		}
		delete(v.scene.requests, e.RequestID)
		v.scene.traffic = now
		if r.exchange() && r.status >= 400 && v.scene.keep(r) && r.size <= maxFetched {
			v.fetchBody(s, e.RequestID, r)
		}
	})
}

func (r *request) exchange() bool {
	return r.kind == network.ResourceTypeXHR || r.kind == network.ResourceTypeFetch
}

// keep writes down an exchange while there is room. The lock is held.
func (s *scene) keep(r *request) bool {
	if len(s.exchanges) >= maxExchanges {
		return false
	}
	s.exchanges = append(s.exchanges, r)
	return true
}

// loadingFailed notes a request that failed; the document's own, when it was
// not shown yet, leaves the tab with nothing to show.
func (s *scene) loadingFailed(e *network.EventLoadingFailed) {
	s.update(func(now time.Time) {
		if r := s.requests[e.RequestID]; r != nil {
			delete(s.requests, e.RequestID)
			s.traffic = now
			r.netError = e.ErrorText
			if r.exchange() && !e.Canceled {
				s.keep(r)
			}
		}
		if s.halted {
			return
		}
		switch string(e.RequestID) {
		case string(s.now.loader):
			s.now.netError = e.ErrorText
		case s.comingLoader():
			s.documentFailed(e.ErrorText)
		}
	})
}

func (s *scene) comingLoader() string {
	if s.coming == nil {
		return ""
	}
	return string(s.coming.loader)
}

// documentFailed notes that the coming document won't come. Of a first one
// nothing is left to show; a page that asked for a download, or for nothing,
// stays as it is. The lock is held.
func (s *scene) documentFailed(netError string) {
	if netError == "net::ERR_ABORTED" && !s.now.shown.IsZero() {
		s.coming = nil
		return
	}
	if s.failed == "" {
		s.failed = netError
	}
}

// navigated notes that the tab shows another document.
func (s *scene) navigated(e *page.EventFrameNavigated) {
	s.update(func(now time.Time) {
		s.mutated = now
		f := e.Frame
		if f == nil || f.ID != s.frame || f.UnreachableURL != "" || f.URL == "about:blank" && s.coming == nil {
			return
		}
		next := document{loader: f.LoaderID, url: cut(f.URL+f.URLFragment, maxURL), contentType: f.MimeType}
		if s.coming != nil && s.coming.loader == f.LoaderID {
			next = *s.coming
			next.url = cut(f.URL+f.URLFragment, maxURL)
		}
		if !s.now.shown.IsZero() {
			before := appendHops(s.now.hops, probes.Hop{URL: s.now.url, Status: s.now.status})
			next.hops = appendHops(before, next.hops...)
		}
		next.shown = now
		s.now, s.coming, s.met = next, nil, time.Time{}
	})
}

func (s *scene) movedWithin(e *page.EventNavigatedWithinDocument) {
	s.update(func(now time.Time) {
		if e.FrameID == s.frame {
			s.now.url, s.mutated = cut(e.URL, maxURL), now
		}
	})
}

func (s *scene) lifecycle(e *page.EventLifecycleEvent) {
	if e.Name != "DOMContentLoaded" {
		return
	}
	s.update(func(now time.Time) {
		if e.FrameID == s.frame && e.LoaderID == s.now.loader {
			s.now.parsed = now
		}
	})
}

// stoppedLoading notes the end of a document that will never be parsed to its
// end, as when it went elsewhere and nothing came of that.
func (s *scene) stoppedLoading(e *page.EventFrameStoppedLoading) {
	s.update(func(now time.Time) {
		if e.FrameID == s.frame && s.coming == nil && !s.now.shown.IsZero() && s.now.parsed.IsZero() {
			s.now.parsed = now
		}
	})
}

// changedTo notes a change on the page and, where it is the tab's own document,
// whether it is as expected now.
func (s *scene) changedTo(main bool) func(*runtime.EventBindingCalled) {
	return func(e *runtime.EventBindingCalled) {
		s.update(func(now time.Time) {
			s.mutated = now
			switch {
			case !main || e.Name != bindingName:
			case e.Payload != "1":
				s.met = time.Time{}
			case s.met.IsZero():
				s.met = now
			}
		})
	}
}

// dialog dismisses a dialog at once; of a page that never ends opening them the
// last one is left open until the page is halted, which at least keeps it quiet.
func (v *visit) dialog(s *session, e *page.EventJavascriptDialogOpening) {
	v.scene.update(func(time.Time) {
		if full := len(v.scene.dialogs) >= maxDialogs; full && !v.scene.halted {
			v.scene.stuck = true
			return
		} else if !full {
			v.scene.dialogs = append(v.scene.dialogs, probes.Dialog{Type: string(e.Type), Message: cut(e.Message, 4*maxLine)})
		}
		leave := e.Type == page.DialogTypeBeforeunload
		post(s, page.HandleJavaScriptDialog, page.HandleJavaScriptDialogParams{Accept: leave})
	})
}

// consoleEvent notes an error that the page wrote to its console. When there are
// enough of them the tab is asked to tell no more.
func (v *visit) consoleEvent(s *session, method string, params jsonv2.Value) {
	sc := v.scene
	sc.mu.Lock()
	defer sc.mu.Unlock()
	if len(sc.console) >= maxConsole || sc.consoleEvents >= maxConsoleEvents {
		sc.hush.Do(func() {
			post(s, runtime.Disable, cdp.Empty{})
			post(s, log.Disable, cdp.Empty{})
		})
		return
	}
	sc.consoleEvents++
	if line := consoleLine(method, params); line != "" {
		sc.console = append(sc.console, cut(line, maxLine))
	}
}

// consoleLine is the error that an event tells of, or "".
func consoleLine(method string, params jsonv2.Value) (line string) {
	switch method {
	case runtime.ConsoleAPICalled.Method:
		on(params, func(e *runtime.EventConsoleAPICalled) {
			if e.Type == runtime.ConsoleAPICalledTypeError || e.Type == runtime.ConsoleAPICalledTypeAssert {
				line = argumentsLine(e.Args)
			}
		})
	case runtime.ExceptionThrown.Method:
		on(params, func(e *runtime.EventExceptionThrown) {
			if d := e.ExceptionDetails; d != nil && d.Exception != nil {
				line = d.Text + " " + d.Exception.Description
			}
		})
	case log.EntryAdded.Method:
		on(params, func(e *log.EventEntryAdded) {
			if e.Entry != nil && e.Entry.Level == log.EntryLevelError {
				line = strings.TrimSpace(e.Entry.Text + " " + e.Entry.URL)
			}
		})
	}
	return line
}

func argumentsLine(args []*runtime.RemoteObject) string {
	words := make([]string, 0, len(args))
	for _, a := range args {
		if a == nil {
			continue
		}
		word := a.Description
		if text := ""; decode(a.Value, &text) {
			word = text
		} else if word == "" {
			word = string(a.Value)
		}
		words = append(words, word)
	}
	return strings.Join(words, " ")
}
