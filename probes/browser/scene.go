package browser

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"

	"genkan/probes"
)

// How long a page must be quiet to count as settled.
const (
	quietPlain = 300 * time.Millisecond // nothing is expected, or the answer is an error
	quietUnmet = time.Second            // what is expected isn't there yet
	quietMet   = 100 * time.Millisecond // it is there: time for an error box that comes with it
	settleMost = 5 * time.Second        // from DOMContentLoaded on, quiet or not
	metMost    = 1500 * time.Millisecond
)

// Bounds of what a page can make us write down.
const (
	maxHops          = 60
	maxDocuments     = 20 // client redirects followed, as many as Chromium follows of the server's
	maxDialogs       = 20
	maxExchanges     = 20
	maxConsole       = 50
	maxConsoleEvents = 2000 // of any level, before no more are wanted
	maxRequests      = 5000 // followed at the same time
	maxLine          = 500  // characters of a console line, or of a dialog's message ×4
	maxURL           = 4000
	maxBody          = 4 << 10
	maxFetched       = 256 << 10 // an answer whose beginning is wanted is fetched whole, up to this
)

// tooManyRedirects is Chromium's name, used also where the redirects were the pages' own.
const tooManyRedirects = "net::ERR_TOO_MANY_REDIRECTS"

// document is one document of the tab, on its way or shown.
type document struct {
	loader      cdp.LoaderID
	url         string
	status      int
	contentType string
	headers     map[string]string
	hops        []probes.Hop // the server's redirects to it, then with those of the documents before
	netError    string
	certExpiry  time.Time // when its certificate ends; zero over plain HTTP
	shown       time.Time // when it was committed
	parsed      time.Time // DOMContentLoaded
}

// scene is what the tab's events have told so far. The events are written by
// the connection's reader, the visit reads.
type scene struct {
	changed chan struct{} // holds one: something is new

	mu            sync.Mutex
	frame         cdp.FrameID // the main one
	urlMet        func(string) bool
	expects       bool // a selector, URL or text
	now           document
	coming        *document // requested by the main frame and neither shown nor failed
	documents     int       // requested so far
	failed        string    // why there is no document to show
	crashed       string    // how the renderer ended
	dialogs       []probes.Dialog
	stuck         bool // in a dialog that is left open: there were too many
	halted        bool // by us: what ends from now on is our doing
	console       []string
	consoleEvents int
	hush          sync.Once // ends the console's events
	requests      map[network.RequestID]*request
	exchanges     []*request
	met           time.Time // since when what the page's script measures is as expected
	mutated       time.Time // the last change that could be seen
	traffic       time.Time // the last change of what is under way
}

// request is one that the page waits for.
type request struct {
	kind     network.ResourceType
	frame    cdp.FrameID
	method   string
	url      string
	status   int
	netError string
	size     float64
	body     string
	fetched  chan struct{} // closed once body is as it will be; nil: nobody asked for it
}

func newScene(frame cdp.FrameID, e probes.Expectation) *scene {
	return &scene{
		changed: make(chan struct{}, 1), frame: frame, requests: map[network.RequestID]*request{},
		expects: e.OfPage(), urlMet: func(url string) bool { return e.URL == "" || glob(e.URL, url) },
	}
}

// update changes the scene and wakes the visit.
func (s *scene) update(change func(now time.Time)) {
	s.mu.Lock()
	change(time.Now())
	s.mu.Unlock()
	select {
	case s.changed <- struct{}{}:
	default:
	}
}

// stage is how far a page is.
type stage int

const (
	waiting  stage = iota // nothing to be read yet
	settling              // something could be read
	ready
	broken // there is no document, or no renderer
)

// look tells how far the page is, and when to look again if nothing happens.
func (s *scene) look(now time.Time) (stage, time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	never := now.Add(time.Hour)
	switch {
	case s.crashed != "" || s.failed != "":
		return broken, never
	case s.now.parsed.IsZero() || s.coming != nil:
		if s.now.shown.IsZero() {
			return waiting, never
		}
		return settling, never
	}
	if at := s.settledAt(); now.Before(at) {
		return settling, at
	}
	return ready, now
}

// settledAt is when the page will be settled if nothing more happens.
func (s *scene) settledAt() time.Time {
	most := s.now.parsed.Add(settleMost)
	quiet := latest(s.mutated, s.now.parsed)
	if s.expects && !s.met.IsZero() && s.urlMet(s.now.url) {
		met := latest(s.met, s.now.parsed)
		if s.pending(network.ResourceTypeXHR, network.ResourceTypeFetch, network.ResourceTypeScript) {
			return earliest(most, met.Add(metMost))
		}
		return earliest(most, latest(quiet, met).Add(quietMet))
	}
	if len(s.requests) > 0 {
		return most
	}
	quiet = latest(quiet, s.traffic)
	if s.expects && s.now.status < 400 {
		return earliest(most, quiet.Add(quietUnmet))
	}
	return earliest(most, quiet.Add(quietPlain))
}

func (s *scene) pending(kinds ...network.ResourceType) bool {
	for _, r := range s.requests {
		if slices.Contains(kinds, r.kind) {
			return true
		}
	}
	return false
}

// crash notes that the renderer ended.
func (s *scene) crash(status string) {
	s.update(func(time.Time) { s.crashed = cmp.Or(status, "crashed") })
}

// fail notes that the navigation came to nothing, unless another one is under way.
func (s *scene) fail(netError string) {
	s.update(func(time.Time) {
		if !s.halted && s.failed == "" && (netError != "net::ERR_ABORTED" || s.now.shown.IsZero() && s.coming == nil) {
			s.failed = netError
		}
	})
}

// blank reports whether there is no document to read.
func (s *scene) blank() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now.shown.IsZero()
}

// halt says that what ends from now on is our doing. It reports whether the
// page stands still before a dialog.
func (s *scene) halt() (inDialog bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.halted = true
	return s.stuck
}

// crashReason is how the tab's renderer ended, or "".
func (s *scene) crashReason() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.crashed == "" && s.lost() {
		return "while the page was on its way"
	}
	return s.crashed
}

// lost reports whether a page that had been answered never came to be shown:
// its renderer ended before it had it, of which no crash is told. What ends so
// and is no page was a download, or nothing to show (204, 205). The lock is held.
func (s *scene) lost() bool {
	d := s.outcome()
	nothing := d.status == http.StatusNoContent || d.status == http.StatusResetContent
	return s.failed == "net::ERR_ABORTED" && s.now.shown.IsZero() && d.contentType == "text/html" && d.status != 0 && !nothing
}

// fetches are the bodies that were asked for.
func (s *scene) fetches() (under []<-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.exchanges {
		if r.fetched != nil {
			under = append(under, r.fetched)
		}
	}
	return under
}

// fill writes what the events have told into the view.
func (s *scene) fill(view *probes.View) {
	s.mu.Lock()
	defer s.mu.Unlock()
	d := s.outcome()
	if d.url != "" {
		view.FinalURL = d.url
	}
	view.Redirects, view.Status, view.ContentType, view.Headers = d.hops, d.status, d.contentType, d.headers
	view.NetError, view.CertExpiry = cmp.Or(s.failed, d.netError), d.certExpiry
	view.Dialogs, view.Console = slices.Clone(s.dialogs), slices.Clone(s.console)
	for _, r := range s.exchanges {
		view.Exchanges = append(view.Exchanges, probes.Exchange{Method: r.method, URL: r.url, Status: r.status, NetError: r.netError, Body: r.body})
	}
}

// outcome is the document that the visit ended on: the one shown, or the one
// that didn't come. The lock is held.
func (s *scene) outcome() document {
	if s.coming == nil || s.failed == "" && !s.now.shown.IsZero() {
		return s.now
	}
	d := *s.coming
	if !s.now.shown.IsZero() {
		d.hops = appendHops(appendHops(s.now.hops, probes.Hop{URL: s.now.url, Status: s.now.status}), d.hops...)
	}
	return d
}

// glob reports whether url matches a pattern in which * stands for any run of characters.
func glob(pattern, url string) bool {
	parts := strings.Split(pattern, "*")
	last := len(parts) - 1
	if last == 0 {
		return pattern == url
	}
	rest, ok := strings.CutPrefix(url, parts[0])
	if !ok {
		return false
	}
	for _, part := range parts[1:last] {
		_, after, found := strings.Cut(rest, part)
		if !found {
			return false
		}
		rest = after
	}
	return strings.HasSuffix(rest, parts[last])
}

func latest(times ...time.Time) (t time.Time) {
	for _, other := range times {
		if other.After(t) {
			t = other
		}
	}
	return t
}

func earliest(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// cut is the beginning of s, at most n characters of it.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for i := range s {
		if n--; n < 0 {
			return s[:i]
		}
	}
	return s
}
