package incident

import (
	"slices"
	"time"

	"genkan/alerting"
)

// Awaited are the confirmations that state still waits for, for who takes up a
// record at now: a change asks only once, and whoever heard it may have ended since.
func Awaited(state alerting.State, policy alerting.Policy, now time.Time) []alerting.Confirmation {
	var all []alerting.Confirmation
	f := newFold(state, alerting.Event{At: now}, policy)
	for _, s := range state.Series {
		p, known := f.policy.Probes[s.Probe]
		i := f.incidentOf(p.Component)
		in := i >= 0 && slices.Contains(state.Open[i].Series, s.Series)
		if !known || p.Control || s.Silent || !waits(s, in) || s.LastAttempt >= f.mostAttempts() {
			continue
		}
		all = append(all, alerting.Confirmation{
			Series: s.Series, ScheduledAt: s.LastAt, Attempt: s.LastAttempt + 1, NotBefore: now, FreshSince: s.EndedAt,
		})
	}
	return all
}
