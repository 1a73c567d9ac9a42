package incident

import (
	"slices"
	"time"

	"genkan/alerting"
	"genkan/probes"
)

// Reduce folds one event into state under policy and returns the next state and
// what the event has changed, in order. The package's document has the rules.
func Reduce(state alerting.State, event alerting.Event, policy alerting.Policy) (alerting.State, []alerting.Change) {
	f := newFold(state, event, policy)
	f.adopt()
	if event.Result == nil {
		f.listen()
	} else if s := f.hear(*event.Result); s != nil {
		f.judge(s, *event.Result)
	}
	f.describe()
	return f.state, f.changes
}

// fold is one call of Reduce: the next state in the making.
type fold struct {
	policy  alerting.Policy
	at      time.Time
	state   alerting.State
	changes []alerting.Change
}

// newFold copies what the fold will change in place; what lies deeper is replaced, never written to.
func newFold(state alerting.State, event alerting.Event, policy alerting.Policy) *fold {
	policy.ConfirmRuns = max(1, policy.ConfirmRuns)
	policy.RecoverRuns = max(1, policy.RecoverRuns)
	policy.SilentAfter = max(1, policy.SilentAfter)
	state.Series = slices.Clone(state.Series)
	state.Open = slices.Clone(state.Open)
	return &fold{policy: policy, at: moment(event.At), state: state}
}

// judge says what a result that counts means for the component's incident.
func (f *fold) judge(s *alerting.SeriesState, r probes.Result) {
	p := f.policy.Probes[s.Probe]
	if p.Control {
		return
	}
	i := f.incidentOf(p.Component)
	in := i >= 0 && slices.Contains(f.state.Open[i].Series, s.Series)
	switch outcomeOf(r.Verdict) {
	case failed:
		f.failed(i, in, s, r)
	case passed:
		f.passed(i, in, s, r)
	case inconclusive:
		if r.Attempt > 0 && waits(*s, in) {
			f.ask(s, r)
		}
	}
}

func (f *fold) failed(i int, in bool, s *alerting.SeriesState, r probes.Result) {
	switch {
	case in:
		f.follow(i, s, r)
	case s.Failures < f.policy.ConfirmRuns:
		f.ask(s, r)
	case i < 0:
		f.open(s, r)
	default:
		f.join(i, s, r)
	}
}

func (f *fold) passed(i int, in bool, s *alerting.SeriesState, r probes.Result) {
	switch {
	case !in:
	case s.Passes < f.policy.RecoverRuns:
		f.ask(s, r)
	default:
		f.leave(i, s)
	}
}

// spareAttempts is how many confirmations of a tick may be inconclusive before
// the next tick has to decide.
const spareAttempts = 2

// ask wants another run of the series, in a browser younger than the run just seen.
func (f *fold) ask(s *alerting.SeriesState, r probes.Result) {
	if r.Attempt >= f.mostAttempts() {
		return
	}
	f.changes = append(f.changes, alerting.Change{Kind: alerting.Confirm, Confirmation: alerting.Confirmation{
		Series:      s.Series,
		ScheduledAt: moment(r.ScheduledAt),
		Attempt:     r.Attempt + 1,
		NotBefore:   f.at.Add(f.confirmAfter(s.Probe)),
		FreshSince:  moment(r.EndedAt()),
	}})
}

// waits reports whether a row of the series' runs has begun that is to lead it
// into an incident, or out of the one it is in.
func waits(s alerting.SeriesState, in bool) bool { return s.Failures > 0 && !in || s.Passes > 0 && in }

// mostAttempts is how many confirmations of one tick are asked for.
func (f *fold) mostAttempts() int {
	return max(f.policy.ConfirmRuns, f.policy.RecoverRuns) - 1 + spareAttempts
}

// confirmAfter leaves a confirmation the time to be over before the next tick:
// later, the tick would take its place, in the browser that has just failed.
func (f *fold) confirmAfter(probe string) time.Duration {
	if interval := f.policy.Probes[probe].Interval; interval > 0 {
		return min(f.policy.ConfirmAfter, interval/2)
	}
	return f.policy.ConfirmAfter
}

// outcome is what a verdict means for the site.
type outcome int

const (
	inconclusive outcome = iota
	passed
	failed
)

func outcomeOf(v probes.Verdict) outcome {
	switch side := sideOf(v); {
	case side == probes.SideMonitor:
		return inconclusive
	case !failing(side):
		return passed
	case v.OrSide != "":
		return inconclusive
	}
	return failed
}

// sideOf reads a side that is none of ours as unknown, like the empty one.
func sideOf(v probes.Verdict) probes.Side {
	if !slices.Contains(probes.Sides(), v.Side) {
		return probes.SideUnknown
	}
	return v.Side
}

func failing(s probes.Side) bool { return s == probes.SideSystem || s == probes.SideUnknown }

// moment is t as it reads back from the record: in UTC, without the monotonic clock.
func moment(t time.Time) time.Time { return t.Round(0).UTC() }
