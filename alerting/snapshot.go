package alerting

import (
	"time"

	"genkan/probes"
)

// Snapshot is what the record holds at one moment, as its followers see it. It
// is shared: nobody changes it.
type Snapshot struct {
	At       time.Time // of the event it ends with
	State    State
	Recent   []Incident            // resolved ones, newest first, bounded
	Days     map[string][]DayTotal // by component, oldest first, 90 at most
	Result   *probes.Result        // what the last event brought, if it counted
	Changes  []Change              // what the last event changed
	Writable bool                  // false: Result and Changes are held in memory only
}

// DayTotal sums up one component's day in the site's time zone.
type DayTotal struct {
	Day    string              `json:"day"`    // 2026-11-22
	Runs   map[probes.Side]int `json:"runs"`   // by side
	Failed time.Duration       `json:"failed"` // how long incidents were open
}

// Query asks the record for results, newest first. Zero fields ask for any.
type Query struct {
	Probe    string
	Location string
	Side     probes.Side
	Since    time.Time
	Before   time.Time
	Limit    int
}
