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
	most := max(policy.ConfirmRuns, policy.RecoverRuns) - 1 + spareAttempts
	for _, s := range state.Series {
		in := slices.ContainsFunc(state.Open, func(i alerting.Incident) bool { return slices.Contains(i.Series, s.Series) })
		waits := s.Failures > 0 && !in || s.Passes > 0 && in
		if p, known := policy.Probes[s.Probe]; !waits || s.Silent || !known || p.Control || s.LastAttempt >= most {
			continue
		}
		all = append(all, alerting.Confirmation{
			Series: s.Series, ScheduledAt: s.LastAt, Attempt: s.LastAttempt + 1, NotBefore: now, FreshSince: s.EndedAt,
		})
	}
	return all
}
