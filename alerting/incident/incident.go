package incident

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"time"

	"genkan/alerting"
	"genkan/probes"
)

// maxUpdates bounds an incident's history. What comes then pushes out the oldest
// but the opening: a site that alternates between two errors for days must not
// make the record grow with each run.
const maxUpdates = 100

// incidentOf is the index of the component's open incident, or -1.
func (f *fold) incidentOf(component string) int {
	return slices.IndexFunc(f.state.Open, func(in alerting.Incident) bool { return in.Component == component })
}

// open starts the component's incident with the series' row of failures.
func (f *fold) open(s *alerting.SeriesState, r probes.Result) {
	component := f.policy.Probes[s.Probe].Component
	in := alerting.Incident{
		ID:        incidentID(component, s.Side, r.ID),
		Component: component,
		StartedAt: s.FailedSince,
		OpenedAt:  f.at,
		Series:    []alerting.Series{s.Series},
		Lead:      s.Series,
	}
	tell(&in, s, r)
	f.record(&in, alerting.Opened)
	f.state.Open = append(f.state.Open, in)
	slices.SortFunc(f.state.Open, func(a, b alerting.Incident) int {
		return cmp.Or(a.StartedAt.Compare(b.StartedAt), cmp.Compare(a.ID, b.ID))
	})
}

// join takes one more failing series into the open incident.
func (f *fold) join(i int, s *alerting.SeriesState, r probes.Result) {
	in := &f.state.Open[i]
	in.Series = append(slices.Clone(in.Series), s.Series)
	slices.SortFunc(in.Series, func(a, b alerting.Series) int {
		return cmp.Or(cmp.Compare(a.Probe, b.Probe), cmp.Compare(a.Location, b.Location))
	})
	f.follow(i, s, r)
}

// follow lets the incident tell what the series' newest failure says, if the
// series has the lead or takes it.
func (f *fold) follow(i int, s *alerting.SeriesState, r probes.Result) {
	in := &f.state.Open[i]
	vacant := !slices.Contains(in.Series, in.Lead)
	sharper := in.Side == probes.SideUnknown && s.Side == probes.SideSystem
	if in.Lead != s.Series && !vacant && !sharper {
		return
	}
	in.Lead = s.Series
	if tell(in, s, r) {
		f.record(in, alerting.Updated)
	}
}

// tell makes the incident say what the series' newest result says, and reports
// whether that is news. A side once known to be the system's stays.
func tell(in *alerting.Incident, s *alerting.SeriesState, r probes.Result) bool {
	side := s.Side
	if in.Side == probes.SideSystem {
		side = in.Side
	}
	news := in.Side != side || in.Cause != s.Cause || in.Signature != s.Signature || !slices.Equal(in.Advice, s.Advice)
	in.Side, in.Cause, in.Signature, in.Advice = side, s.Cause, s.Signature, s.Advice
	in.Result, in.Artifacts = r.ID, nil
	if len(r.Artifacts) > 0 {
		in.Artifacts = maps.Clone(r.Artifacts)
	}
	return news
}

// leave takes a recovered series out of the incident.
func (f *fold) leave(i int, s *alerting.SeriesState) {
	f.keep(f.state.Open[i], func(other alerting.Series) bool { return other != s.Series }, s.PassedSince)
}

// keep leaves in the incident only the series that stay; without any it ends at end.
func (f *fold) keep(in alerting.Incident, stays func(alerting.Series) bool, end time.Time) {
	i := f.incidentOf(in.Component)
	in.Series = slices.DeleteFunc(slices.Clone(in.Series), func(s alerting.Series) bool { return !stays(s) })
	if len(in.Series) > 0 {
		f.state.Open[i] = in
		return
	}
	in.ResolvedAt = end
	if end.Before(in.StartedAt) {
		in.ResolvedAt = in.StartedAt
	}
	f.record(&in, alerting.Resolved)
	f.state.Open = slices.Delete(f.state.Open, i, i+1)
}

// record writes the incident as it is now into its history and among the changes.
func (f *fold) record(in *alerting.Incident, kind alerting.ChangeKind) {
	in.UpdatedAt = f.at
	in.Updates = append(slices.Clone(in.Updates), alerting.Update{
		At: f.at, Kind: kind, Side: in.Side, Cause: in.Cause, Signature: in.Signature, Advice: in.Advice,
	})
	if len(in.Updates) > maxUpdates {
		in.Updates = slices.Delete(in.Updates, 1, 2)
	}
	f.changes = append(f.changes, alerting.Change{Kind: kind, Incident: *in})
}

// incidentID is a hash of the component, the side and the run that opened the
// incident: the same in every process that folds the same events.
func incidentID(component string, side probes.Side, run string) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q %q", component, side, run))
	return hex.EncodeToString(sum[:8])
}
