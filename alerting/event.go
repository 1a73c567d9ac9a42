package alerting

import (
	"time"

	"genkan/probes"
)

// Event is the one input of the fold: a result, or, when Result is nil, a tick
// of the clock.
type Event struct {
	At     time.Time // when the event was taken in; a result's own times are the prober's
	Result *probes.Result
}

// ChangeKind is what kind of change an event made.
type ChangeKind string

// The kinds of change.
const (
	Opened   ChangeKind = "opened"
	Updated  ChangeKind = "updated"
	Resolved ChangeKind = "resolved"
	Confirm  ChangeKind = "confirm" // asks for a run; concerns no incident yet
	Silenced ChangeKind = "silent"  // a series has fallen silent
)

// Change is one thing that an event changed.
type Change struct {
	Kind         ChangeKind
	Incident     Incident     // for Opened, Updated, Resolved: as it is now
	Confirmation Confirmation // for Confirm
	Series       Series       // for Silenced
}

// Confirmation asks for another run of a series soon, in a new browser process.
type Confirmation struct {
	Series
	ScheduledAt time.Time // nominal tick of the run to confirm
	Attempt     int       // of the run asked for
	NotBefore   time.Time
	FreshSince  time.Time // the browser must have been started later than this
}

// State is what has been made of all events so far. It is plain data: the
// ledger keeps it as JSON. Reduce returns a new one and never changes its input.
type State struct {
	Series     []SeriesState    `json:"series"`     // sorted by probe, location
	Components []ComponentState `json:"components"` // in the policy's order
	Open       []Incident       `json:"open"`       // by start
}

// SeriesState is where one series stands.
type SeriesState struct {
	Series
	Since       time.Time       `json:"since"`            // known since: silence counts from here until the first result
	LastAt      time.Time       `json:"last_at,omitzero"` // scheduled time of the newest result
	LastAttempt int             `json:"last_attempt"`
	EndedAt     time.Time       `json:"ended_at,omitzero"` // of that result
	Side        probes.Side     `json:"side"`              // its verdict's, "" before the first
	Cause       probes.Cause    `json:"cause"`
	Signature   string          `json:"signature"`
	Advice      []probes.Advice `json:"advice"`
	FailedSince time.Time       `json:"failed_since,omitzero"` // begin of the present row of system or unknown results
	Failures    int             `json:"failures"`              // length of that row
	Passes      int             `json:"passes"`                // length of the present row of results that say the site is not at fault
	PassedSince time.Time       `json:"passed_since,omitzero"`
	Silent      bool            `json:"silent"`
	SucceededAt time.Time       `json:"succeeded_at,omitzero"` // end of the newest healthy result
}

// ComponentState is what there is to tell of a component.
type ComponentState struct {
	ID        string          `json:"id"`
	Status    Status          `json:"status"`
	Side      probes.Side     `json:"side"` // of the open incident, else of the newest results; unknown when nothing is known
	Cause     probes.Cause    `json:"cause"`
	Signature string          `json:"signature"`
	Advice    []probes.Advice `json:"advice"`
	Since     time.Time       `json:"since"`            // since when the status and side are these
	LastAt    time.Time       `json:"last_at,omitzero"` // end of its newest result
	Incident  string          `json:"incident"`         // id of the open incident, or ""
}
