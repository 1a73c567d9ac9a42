package alerting

import (
	"time"

	"genkan/probes"
)

// Incident is a period in which a component is not as it should be, for one
// side. Its cause, signature and advice may change while it lasts.
type Incident struct {
	ID         string           `json:"id"` // hash of component, side and the run that opened it
	Component  string           `json:"component"`
	Side       probes.Side      `json:"side"`
	Cause      probes.Cause     `json:"cause"`
	Signature  string           `json:"signature"`
	Advice     []probes.Advice  `json:"advice"`
	StartedAt  time.Time        `json:"started_at"`           // when the first failing run began
	OpenedAt   time.Time        `json:"opened_at"`            // when it was confirmed
	UpdatedAt  time.Time        `json:"updated_at"`           // of the newest update
	ResolvedAt time.Time        `json:"resolved_at,omitzero"` // when the first run of the recovery began; zero while open
	Series     []Series         `json:"series"`               // those that have been failing in it and have not recovered
	Lead       Series           `json:"lead"`                 // the series whose verdict it tells
	Updates    []Update         `json:"updates"`              // oldest first; the first is the opening
	Result     string           `json:"result"`               // id of the result that tells it best: the newest failing one
	Artifacts  probes.Artifacts `json:"artifacts,omitempty"`  // of that result
}

// Open reports whether the incident is going on.
func (i Incident) Open() bool { return i.ResolvedAt.IsZero() }

// Duration is how long it lasted, or has lasted at now.
func (i Incident) Duration(now time.Time) time.Duration {
	if i.Open() {
		return now.Sub(i.StartedAt)
	}
	return i.ResolvedAt.Sub(i.StartedAt)
}

// Update is one entry of an incident's history.
type Update struct {
	At        time.Time       `json:"at"`
	Kind      ChangeKind      `json:"kind"` // Opened, Updated or Resolved
	Side      probes.Side     `json:"side"`
	Cause     probes.Cause    `json:"cause"`
	Signature string          `json:"signature"`
	Advice    []probes.Advice `json:"advice"`
}

// Series is one line of results: a probe at a location.
type Series struct {
	Probe    string `json:"probe"`
	Location string `json:"location"`
}

// Status is what the public is told of a component.
type Status string

// The statuses. All but StatusUnknown are Statuspage's words; Unknown is said when
// nothing has been heard for three intervals, or nothing yet.
const (
	Operational      Status = "operational"
	Degraded         Status = "degraded_performance"
	PartialOutage    Status = "partial_outage"
	MajorOutage      Status = "major_outage"
	UnderMaintenance Status = "under_maintenance"
	StatusUnknown    Status = "unknown"
)

// Statuses are all statuses.
func Statuses() []Status {
	return []Status{Operational, Degraded, PartialOutage, MajorOutage, UnderMaintenance, StatusUnknown}
}
