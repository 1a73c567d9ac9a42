package incident_test

import (
	"slices"
	"time"

	"genkan/alerting"
	"genkan/probes"
)

// The model is what Reduce is held against: it keeps whole lists of what each
// series has heard and works everything out of them again, without rows, copies
// or states to carry on.
type model struct {
	heard map[alerting.Series][]entry
	since map[alerting.Series]time.Time
	open  map[string]*disturbance // by component
}

// entry is a result that counted or, without one, the beginning of a silence.
type entry struct {
	result *probes.Result
}

// disturbance is an open incident.
type disturbance struct {
	members map[alerting.Series]bool
	lead    alerting.Series
	side    probes.Side
	cause   probes.Cause
	start   time.Time
}

// said counts the changes of one event by kind.
type said map[alerting.ChangeKind]int

func newModel() *model {
	return &model{heard: map[alerting.Series][]entry{}, since: map[alerting.Series]time.Time{}, open: map[string]*disturbance{}}
}

func (m *model) fold(e alerting.Event, p alerting.Policy) said {
	out := said{}
	m.reload(e.At, p, out)
	if e.Result == nil {
		m.tick(e.At, p, out)
	} else {
		m.result(e.At, *e.Result, p, out)
	}
	return out
}

func (m *model) reload(at time.Time, p alerting.Policy, out said) {
	for s := range m.since {
		if !slices.Contains(p.Probes[s.Probe].Locations, s.Location) {
			delete(m.since, s)
			delete(m.heard, s)
		}
	}
	for name, probe := range p.Probes {
		for _, l := range probe.Locations {
			s := alerting.Series{Probe: name, Location: l}
			if _, ok := m.since[s]; !ok {
				m.since[s] = at
			}
		}
	}
	for component, d := range m.open {
		for s := range d.members {
			if _, ok := m.since[s]; !ok || p.Probes[s.Probe].Component != component {
				delete(d.members, s)
			}
		}
		m.end(component, out)
	}
}

// end closes what has no members any more.
func (m *model) end(component string, out said) {
	if len(m.open[component].members) == 0 {
		delete(m.open, component)
		out[alerting.Resolved]++
	}
}

func (m *model) silent(s alerting.Series) bool {
	l := m.heard[s]
	return len(l) > 0 && l[len(l)-1].result == nil
}

func (m *model) newest(s alerting.Series) *probes.Result {
	for _, e := range slices.Backward(m.heard[s]) {
		if e.result != nil {
			return e.result
		}
	}
	return nil
}

// succeeded is the end of the newest healthy result.
func (m *model) succeeded(s alerting.Series) time.Time {
	for _, e := range slices.Backward(m.heard[s]) {
		if e.result != nil && e.result.Side == probes.SideNone {
			return e.result.EndedAt()
		}
	}
	return time.Time{}
}

func (m *model) tick(at time.Time, p alerting.Policy, out said) {
	for s, last := range m.since {
		if r := m.newest(s); r != nil {
			last = r.EndedAt()
		}
		limit := 3*p.Probes[s.Probe].Interval + p.Probes[s.Probe].Timeout
		if !m.silent(s) && at.Sub(last) > limit {
			m.heard[s] = append(m.heard[s], entry{})
			out[alerting.Silenced]++
		}
	}
}

// row is how many of the newest results are of the kind, counting from the end and
// passing over inconclusive ones, and the oldest of them.
func (m *model) row(s alerting.Series, kind string) (int, probes.Result) {
	n, oldest := 0, probes.Result{}
	for _, e := range slices.Backward(m.heard[s]) {
		switch {
		case e.result == nil:
			return n, oldest
		case kindOf(*e.result) == kind:
			n, oldest = n+1, *e.result
		case kindOf(*e.result) != "nothing":
			return n, oldest
		}
	}
	return n, oldest
}

func kindOf(r probes.Result) string {
	switch {
	case r.Side == "none" || r.Side == "user" || r.Side == "environment":
		return "pass"
	case r.Side == "monitor" || r.OrSide != "":
		return "nothing"
	}
	return "failure"
}

func (m *model) result(at time.Time, r probes.Result, p alerting.Policy, out said) {
	s := alerting.Series{Probe: r.Probe, Location: r.Location}
	if _, ok := m.since[s]; !ok || r.Origin == probes.Manual {
		return
	}
	if n := m.newest(s); n != nil && !n.ScheduledAt.After(at) {
		if r.ScheduledAt.Before(n.ScheduledAt) || r.ScheduledAt.Equal(n.ScheduledAt) && r.Attempt <= n.Attempt {
			return
		}
	}
	if r.Side == "strange" {
		r.Side = probes.SideUnknown
	}
	m.heard[s] = append(m.heard[s], entry{&r})
	if probe := p.Probes[r.Probe]; !probe.Control {
		m.judge(s, probe.Component, r, p, out)
	}
}

func (m *model) judge(s alerting.Series, component string, r probes.Result, p alerting.Policy, out said) {
	d := m.open[component]
	failures, oldest := m.row(s, "failure")
	passes, _ := m.row(s, "pass")
	ask := false
	switch kind := kindOf(r); {
	case d != nil && d.members[s]:
		ask = passes > 0 && passes < p.RecoverRuns && (kind == "pass" || r.Attempt > 0)
		switch {
		case kind == "failure":
			d.say(s, r, out)
		case kind == "pass" && passes >= p.RecoverRuns:
			delete(d.members, s)
			m.end(component, out)
		}
	case kind == "failure" && failures >= p.ConfirmRuns && d == nil:
		m.open[component] = &disturbance{members: map[alerting.Series]bool{s: true}, lead: s, side: r.Side, cause: r.Cause, start: oldest.StartedAt}
		out[alerting.Opened]++
	case kind == "failure" && failures >= p.ConfirmRuns:
		d.members[s] = true
		d.say(s, r, out)
	default:
		ask = failures > 0 && (kind == "failure" || r.Attempt > 0)
	}
	if ask && r.Attempt < max(p.ConfirmRuns, p.RecoverRuns)+1 {
		out[alerting.Confirm]++
	}
}

func (d *disturbance) say(s alerting.Series, r probes.Result, out said) {
	if d.lead != s && d.members[d.lead] && !(d.side == "unknown" && r.Side == "system") {
		return
	}
	d.lead = s
	side := r.Side
	if d.side == "system" {
		side = "system"
	}
	if side != d.side || r.Cause != d.cause {
		d.side, d.cause = side, r.Cause
		out[alerting.Updated]++
	}
}
