package alerting

import "time"

// Policy is what turns results into incidents: which series there are and how
// sure one has to be. It is part of Reduce's input, so a reload changes it
// between two events and never within one.
type Policy struct {
	Probes       map[string]ProbePolicy // by probe name
	Components   []string               // ids, in the order of the page
	ConfirmRuns  int                    // failing runs in a row that open an incident, the first included; at least 1
	ConfirmAfter time.Duration          // how long after a first failing run its confirmation is due
	RecoverRuns  int                    // runs in a row without the fault that resolve it; at least 1
	SilentAfter  int                    // intervals without a result that make a series silent
}

// ProbePolicy is what Reduce needs to know of a probe.
type ProbePolicy struct {
	Component string
	Interval  time.Duration
	Timeout   time.Duration
	Locations []string
	Control   bool
}

// Maintenance is a planned period.
type Maintenance struct {
	Name       string
	Components []string
	StartsAt   time.Time
	EndsAt     time.Time
}
