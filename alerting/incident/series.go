package incident

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"genkan/alerting"
	"genkan/probes"
)

// adopt makes the series those of the policy. What the policy no longer has
// leaves its incident, and an incident without series is over.
func (f *fold) adopt() {
	known := f.state.Series
	f.state.Series = nil
	for _, name := range slices.Sorted(maps.Keys(f.policy.Probes)) {
		locations := slices.Sorted(slices.Values(f.policy.Probes[name].Locations))
		for _, location := range slices.Compact(locations) {
			f.state.Series = append(f.state.Series, f.known(known, alerting.Series{Probe: name, Location: location}))
		}
	}
	for _, in := range slices.Clone(f.state.Open) {
		f.keep(in, func(s alerting.Series) bool { return f.belongs(s, in.Component) }, f.at)
	}
}

// known is the series as it stood, or a new one.
func (f *fold) known(list []alerting.SeriesState, key alerting.Series) alerting.SeriesState {
	if i, ok := find(list, key); ok {
		return list[i]
	}
	return alerting.SeriesState{Series: key, Since: f.at}
}

// belongs reports whether the policy has the series and its results may enter
// the component's incidents.
func (f *fold) belongs(s alerting.Series, component string) bool {
	p := f.policy.Probes[s.Probe]
	return !p.Control && p.Component == component && slices.Contains(p.Locations, s.Location)
}

// hear takes a result into its series and returns that, or nil when the result doesn't count.
func (f *fold) hear(r probes.Result) *alerting.SeriesState {
	i, ok := find(f.state.Series, alerting.Series{Probe: r.Probe, Location: r.Location})
	if !ok || r.Origin == probes.Manual || f.stale(f.state.Series[i], r) {
		return nil
	}
	s := &f.state.Series[i]
	v := r.Settled()
	s.LastAt, s.LastAttempt, s.EndedAt = moment(r.ScheduledAt), r.Attempt, moment(r.EndedAt())
	s.Side, s.Cause, s.Signature, s.Advice = sideOf(v), v.Cause, v.Signature, slices.Clone(v.Advice)
	s.Silent = false
	if s.Side == probes.SideNone {
		s.SucceededAt = s.EndedAt
	}
	lengthen(s, outcomeOf(v), moment(r.StartedAt))
	return s
}

// stale reports whether the series has heard something as new already. What it
// heard from the future, before the clock was set back, is no measure.
func (f *fold) stale(s alerting.SeriesState, r probes.Result) bool {
	if s.Side == "" || s.LastAt.After(f.at) {
		return false
	}
	newer := cmp.Or(r.ScheduledAt.Compare(s.LastAt), cmp.Compare(r.Attempt, s.LastAttempt))
	return newer <= 0
}

// lengthen adds an outcome to the present row of its kind and ends the other's.
func lengthen(s *alerting.SeriesState, o outcome, began time.Time) {
	switch o {
	case failed:
		s.Passes, s.PassedSince = 0, time.Time{}
		s.Failures++
		s.FailedSince = first(s.FailedSince, began)
	case passed:
		s.Failures, s.FailedSince = 0, time.Time{}
		s.Passes++
		s.PassedSince = first(s.PassedSince, began)
	}
}

func first(since, began time.Time) time.Time {
	if since.IsZero() {
		return began
	}
	return since
}

// listen finds the series that have fallen silent.
func (f *fold) listen() {
	for i := range f.state.Series {
		s := &f.state.Series[i]
		if s.Silent || !f.at.After(f.deadline(*s)) {
			continue
		}
		s.Silent = true
		s.Failures, s.FailedSince = 0, time.Time{}
		s.Passes, s.PassedSince = 0, time.Time{}
		f.changes = append(f.changes, alerting.Change{Kind: alerting.Silenced, Series: s.Series})
	}
}

// deadline is when a series that is not heard until then is silent.
func (f *fold) deadline(s alerting.SeriesState) time.Time {
	p := f.policy.Probes[s.Probe]
	last := s.EndedAt
	if s.Side == "" {
		last = s.Since
	}
	return p.SilentAt(last, f.policy.SilentAfter)
}

// find looks a series up in a list that is sorted by probe and location.
func find(list []alerting.SeriesState, key alerting.Series) (int, bool) {
	return slices.BinarySearchFunc(list, key, func(s alerting.SeriesState, k alerting.Series) int {
		return cmp.Or(cmp.Compare(s.Probe, k.Probe), cmp.Compare(s.Location, k.Location))
	})
}
