package probes

import "time"

// Probe is a journey on a schedule, from a set of locations, with what a
// healthy visit looks like.
type Probe struct {
	Name      string        `json:"name"`
	Component string        `json:"component"` // a Component's ID
	Schedule  string        `json:"schedule"`  // as configured: cron, or "@every 1m"
	Interval  time.Duration `json:"interval"`  // the usual time between two ticks, measured from Schedule
	Timeout   time.Duration `json:"timeout"`   // for the whole visit
	Device    Device        `json:"device"`
	Locale    string        `json:"locale"`    // BCP 47, sent as Accept-Language
	TimeZone  string        `json:"time_zone"` // IANA name, seen by the page
	Journey   Journey       `json:"journey"`
	Expect    Expectation   `json:"expect"`
	Locations []string      `json:"locations"` // never empty once configured
	Control   bool          `json:"control"`   // a known-good page that proves the location's own network
}

// Device is the kind of screen a visit pretends to have.
type Device string

// The devices.
const (
	Desktop Device = "desktop"
	Mobile  Device = "mobile"
)

// Journey is what a visitor does: an ordered list of actions.
type Journey struct {
	Steps []Step `json:"steps"`
}

// Visit is the journey of a probe that has none: one step, navigate.
func Visit(url string) Journey {
	return Journey{Steps: []Step{{Name: "open", Action: Navigate, URL: url}}}
}

// URL is where the journey begins: the address of its first navigate step, or "".
func (j Journey) URL() string {
	for _, s := range j.Steps {
		if s.Action == Navigate {
			return s.URL
		}
	}
	return ""
}

// Step is one action of a journey.
type Step struct {
	Name   string `json:"name"`
	Action Action `json:"action"`
	URL    string `json:"url,omitempty"` // for Navigate
}

// Action is what a step does, named after Chrome DevTools Recorder's step types.
type Action string

// Navigate opens the step's URL.
const Navigate Action = "navigate"

// Expectation is what a healthy visit looks like. Empty fields expect nothing;
// the zero value leaves the judgement to what the page itself shows.
type Expectation struct {
	Selector  string `json:"selector,omitempty"`  // CSS: at least one visible element matches
	URL       string `json:"url,omitempty"`       // the final URL; * stands for any run of characters
	Text      string `json:"text,omitempty"`      // stands in the visible text, compared after normalisation
	Signature string `json:"signature,omitempty"` // a signature's id ("iqos/already-registered") that a healthy visit ends in
}

// OfPage reports whether the expectation asks for anything that is measured on
// the page: a selector, a URL or a text.
func (e Expectation) OfPage() bool { return e.Selector != "" || e.URL != "" || e.Text != "" }
