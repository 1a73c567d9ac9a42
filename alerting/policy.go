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
	SilentAfter  int                    // ticks without a result that make a series silent
}

// ProbePolicy is what Reduce needs to know of a probe.
type ProbePolicy struct {
	Component string
	Interval  time.Duration
	Timeout   time.Duration
	// Due is the n-th tick after t, for schedules with gaps, such as office hours;
	// nil: n intervals later.
	Due       func(t time.Time, n int) time.Time
	Locations []string
	Control   bool
}

// SilentAt is when a series of the probe that was last heard at t is silent
// after so many ticks: these have passed, and the last one's visit would be over.
func (p ProbePolicy) SilentAt(t time.Time, ticks int) time.Time {
	due := t.Add(time.Duration(ticks) * p.Interval)
	if p.Due != nil {
		due = p.Due(t, ticks)
	}
	return due.Add(p.Timeout)
}

// Maintenance is a planned period.
type Maintenance struct {
	Name       string
	Components []string
	StartsAt   time.Time
	EndsAt     time.Time
}
