package probes

import "time"

// Observation is everything a visit saw, before any judgement.
type Observation struct {
	StartedAt time.Time     `json:"started_at"`
	Duration  time.Duration `json:"duration"` // of the whole visit, in ns
	Views     []View        `json:"views"`    // one per settled step, in order; the last one may be unfinished
	Fault     *Fault        `json:"fault,omitempty"`
	Artifacts Artifacts     `json:"artifacts,omitempty"`
}

// Last is the last view, or the zero View when nothing was seen.
func (o Observation) Last() View {
	if len(o.Views) == 0 {
		return View{}
	}
	return o.Views[len(o.Views)-1]
}

// Fault says that the observation itself failed, through our own doing: the
// browser couldn't start, died, or no longer answered. It says nothing of the site.
type Fault struct {
	Reason FaultReason `json:"reason"`
	Detail string      `json:"detail"` // for operators' eyes only
}

// FaultReason is why an observation failed, short enough for a label.
type FaultReason string

// The reasons for which an observation fails.
const (
	BrowserMissing   FaultReason = "browser_missing"   // none installed, or it can't start
	BrowserDied      FaultReason = "browser_died"      // the process or the renderer ended during the visit
	BrowserSilent    FaultReason = "browser_silent"    // it didn't answer a command within its deadline
	EvidenceUnstored FaultReason = "evidence_unstored" // the disk refused
	ProberPanicked   FaultReason = "prober_panicked"   // a bug of ours
)

// View is what was to be seen once a step had settled. Texts are as the page
// has them, bounded in size, and never trusted.
type View struct {
	Step         string            `json:"step"`
	RequestedURL string            `json:"requested_url"`
	FinalURL     string            `json:"final_url"`
	Redirects    []Hop             `json:"redirects,omitempty"` // every hop before the document, in order
	Status       int               `json:"status"`              // of the document; 0: no answer, or not over HTTP
	ContentType  string            `json:"content_type"`        // the document's MIME type
	Headers      map[string]string `json:"headers,omitempty"`   // of the document: lower-case names, a chosen few
	NetError     string            `json:"net_error"`           // Chromium's name, such as net::ERR_CONNECTION_RESET
	TimedOut     bool              `json:"timed_out"`           // the time ran out before the page was ready

	Reading
	HTML      string     `json:"html"` // the document as it stands, frames' documents behind it
	Dialogs   []Dialog   `json:"dialogs,omitempty"`
	Exchanges []Exchange `json:"exchanges,omitempty"` // XHR and fetch that failed or were answered with an error
	Console   []string   `json:"console,omitempty"`   // errors only

	Submitted  bool           `json:"submitted"` // what is seen follows the sending of a form
	Failed     *StepFailure   `json:"failed,omitempty"`
	Expected   ExpectedOnPage `json:"expected"`
	Timings    Timings        `json:"timings"`
	Duration   time.Duration  `json:"duration"`             // of the step until it had settled, in ns
	CertExpiry time.Time      `json:"cert_expiry,omitzero"` // earliest end of validity in the document's certificate; zero over plain HTTP
	CLS        float64        `json:"cls"`                  // cumulative layout shift, unitless (web.dev/cls)
}

// Reading is what a visitor reads on a page and can do there, taken from its
// rendered markup.
type Reading struct {
	Title   string   `json:"title"`
	Text    string   `json:"text"`              // visible text of all frames; block elements end lines
	Regions []Region `json:"regions,omitempty"` // the parts of Text that stand out
	Forms   []Form   `json:"forms,omitempty"`
	Content bool     `json:"content"` // there is main content beside forms: an article, lists, paragraphs of some length
}

// Hop is one redirect: the URL that answered and its status.
type Hop struct {
	URL    string `json:"url"`
	Status int    `json:"status"`
}

// Region is a part of the visible text that stands out.
type Region struct {
	Kind RegionKind `json:"kind"`
	Text string     `json:"text"`
}

// RegionKind is how a part of the page stands out.
type RegionKind string

// The kinds of region.
const (
	AlertRegion     RegionKind = "alert"      // role=alert, aria-live, or an element whose class names an error
	DialogRegion    RegionKind = "dialog"     // an open dialog or modal in the page
	HeadingRegion   RegionKind = "heading"    // h1 to h3
	FormErrorRegion RegionKind = "form_error" // an error beside a field or inside a form
)

// Form is a form, or what serves as one.
type Form struct {
	Kind    FormKind `json:"kind"`
	Visible bool     `json:"visible"`
	Enabled bool     `json:"enabled"` // at least one field and what sends it can be used
}

// Usable reports whether a visitor could fill in the form and send it.
func (f Form) Usable() bool { return f.Visible && f.Enabled }

// FormKind is what a form is for.
type FormKind string

// The kinds of form.
const (
	LoginForm  FormKind = "log-in"
	SignupForm FormKind = "sign-up"
	CodeForm   FormKind = "code"
	UploadForm FormKind = "upload"
	OtherForm  FormKind = "other"
)

// Dialog is a JavaScript dialog (alert, confirm, prompt, beforeunload); it was dismissed.
type Dialog struct {
	Type    string `json:"type"`
	Message string `json:"message"`
}

// Exchange is an XHR or fetch that failed or was answered with an error.
type Exchange struct {
	Method   string `json:"method"`
	URL      string `json:"url"`
	Status   int    `json:"status"`
	NetError string `json:"net_error"`
	Body     string `json:"body"` // the beginning of the answer
}

// StepFailure is a step that couldn't be done, and why.
type StepFailure struct {
	Step   string `json:"step"`
	Index  int    `json:"index"` // from 0
	Reason string `json:"reason"`
}

// ExpectedOnPage is how each part of the expectation came out in the browser.
type ExpectedOnPage struct {
	Selector Outcome `json:"selector"`
	URL      Outcome `json:"url"`
	Text     Outcome `json:"text"`
}

// Outcome is how one part of an expectation came out. The zero value is
// Unmeasured: nothing was expected, or nobody looked (as for a saved page).
type Outcome string

// The outcomes.
const (
	Unmeasured Outcome = ""
	Met        Outcome = "met"
	Unmet      Outcome = "unmet"
)

// Timings are the phases of a visit in seconds since its navigation began; 0: not measured.
type Timings struct {
	TTFB float64 `json:"ttfb"` // first byte of the document
	FCP  float64 `json:"fcp"`  // first contentful paint
	LCP  float64 `json:"lcp"`  // largest contentful paint
	Load float64 `json:"load"` // ready by our own condition, else the load event
}
