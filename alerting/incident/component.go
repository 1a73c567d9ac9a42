package incident

import (
	"slices"
	"time"

	"genkan/alerting"
	"genkan/probes"
)

// describe says of each of the policy's components what there is to tell.
func (f *fold) describe() {
	before := f.state.Components
	f.state.Components = make([]alerting.ComponentState, 0, len(f.policy.Components))
	for _, id := range f.policy.Components {
		f.state.Components = append(f.state.Components, f.component(id, named(before, id)))
	}
}

// named is the component as it was, or one of which nothing is known.
func named(list []alerting.ComponentState, id string) alerting.ComponentState {
	for _, c := range list {
		if c.ID == id {
			return c
		}
	}
	return nothingKnown(id)
}

func nothingKnown(id string) alerting.ComponentState {
	return alerting.ComponentState{ID: id, Status: alerting.StatusUnknown, Side: probes.SideUnknown}
}

func (f *fold) component(id string, was alerting.ComponentState) alerting.ComponentState {
	var series []alerting.SeriesState
	for _, s := range f.state.Series {
		if f.belongs(s.Series, id) {
			series = append(series, s)
		}
	}
	var now alerting.ComponentState
	if i := f.incidentOf(id); i >= 0 {
		now = troubled(f.state.Open[i], len(series))
	} else {
		now = untroubled(series, was)
	}
	now.ID = id
	now.LastAt = time.Time{}
	for _, s := range series {
		if s.EndedAt.After(now.LastAt) {
			now.LastAt = s.EndedAt
		}
	}
	now.Since = was.Since
	if now.Since.IsZero() || now.Status != was.Status || now.Side != was.Side {
		now.Since = f.at
	}
	return now
}

// troubled is a component with an open incident.
func troubled(in alerting.Incident, series int) alerting.ComponentState {
	now := alerting.ComponentState{Incident: in.ID, Side: in.Side, Cause: in.Cause, Signature: in.Signature, Advice: in.Advice}
	switch {
	case in.Side == probes.SideUnknown:
		now.Status = alerting.Degraded
	case in.Cause == probes.UnderMaintenance:
		now.Status = alerting.UnderMaintenance
	case len(in.Series) < series:
		now.Status = alerting.PartialOutage
	default:
		now.Status = alerting.MajorOutage
	}
	return now
}

// untroubled is a component without one.
func untroubled(series []alerting.SeriesState, was alerting.ComponentState) alerting.ComponentState {
	heard := slices.DeleteFunc(slices.Clone(series), func(s alerting.SeriesState) bool { return s.Side == "" })
	silent := slices.ContainsFunc(series, func(s alerting.SeriesState) bool { return s.Silent })
	if was.Incident != "" {
		was = nothingKnown(was.ID) // what was told of an incident that is over is no longer so
	}
	switch {
	case silent || len(heard) == 0:
		return nothingKnown(was.ID)
	case slices.ContainsFunc(heard, func(s alerting.SeriesState) bool { return failing(s.Side) }):
		return was
	}
	worst := slices.MaxFunc(heard, func(a, b alerting.SeriesState) int { return weight(a.Side) - weight(b.Side) })
	now := alerting.ComponentState{Status: was.Status, Side: worst.Side, Cause: worst.Cause, Signature: worst.Signature, Advice: worst.Advice}
	if slices.ContainsFunc(heard, func(s alerting.SeriesState) bool { return s.Side != probes.SideMonitor }) {
		now.Status = alerting.Operational
	}
	return now
}

// weight orders the sides of a component without an incident, the worst last.
func weight(s probes.Side) int {
	return slices.Index([]probes.Side{probes.SideNone, probes.SideMonitor, probes.SideUser, probes.SideEnvironment}, s)
}
