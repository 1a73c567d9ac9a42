package ledger

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"genkan/alerting"
	"genkan/probes"
)

// How much of the past a snapshot holds.
const (
	recentKept = 50 // resolved incidents
	daysKept   = 90
)

// memory is what the ledger knows without asking the disk. It is a value: take
// makes a new one and leaves the old as it was, for snapshots share its parts.
type memory struct {
	zone   *time.Location
	at     time.Time
	state  alerting.State
	recent []alerting.Incident            // resolved, newest first
	days   map[string][]alerting.DayTotal // by component; the time of open incidents is not in it yet
}

// take folds an event in.
func (m memory) take(e alerting.Event, fold Fold) (memory, []alerting.Change) {
	next := m
	next.at = e.At.Round(0).UTC() // as it reads back
	var changes []alerting.Change
	next.state, changes = fold(m.state, e)
	if r := e.Result; r != nil {
		next.days = m.withDay(r.Component, m.day(r.StartedAt), func(t *alerting.DayTotal) { t.Runs[r.Side]++ })
	}
	for _, c := range changes {
		if c.Kind == alerting.Resolved {
			next.recent = withRecent(next.recent, c.Incident)
			next.days = next.withFailure(c.Incident)
		}
	}
	return next, changes
}

// snapshot shows what is remembered, with what open incidents add to the days.
func (m memory) snapshot() alerting.Snapshot {
	shown := m
	for _, in := range m.state.Open {
		shown.days = shown.withFailure(in)
	}
	days := make(map[string][]alerting.DayTotal, len(shown.days))
	for component, list := range shown.days {
		if list = m.kept(list); len(list) > 0 {
			days[component] = list
		}
	}
	return alerting.Snapshot{At: m.at, State: m.state, Recent: m.recent, Days: days}
}

// withRecent is the list with one more resolved incident.
func withRecent(list []alerting.Incident, in alerting.Incident) []alerting.Incident {
	list = append(slices.Clone(list), in)
	slices.SortFunc(list, func(a, b alerting.Incident) int {
		return cmp.Or(b.ResolvedAt.Compare(a.ResolvedAt), cmp.Compare(a.ID, b.ID))
	})
	return list[:min(len(list), recentKept)]
}

// withFailure is the days with the time that the incident was open, up to now.
func (m memory) withFailure(in alerting.Incident) map[string][]alerting.DayTotal {
	end := in.ResolvedAt
	if in.Open() {
		end = m.at
	}
	days := m.days
	begin := in.StartedAt
	if oldest := m.midnight(end, -daysKept); begin.Before(oldest) {
		begin = oldest
	}
	for begin.Before(end) {
		next := m.midnight(begin, 1)
		if !next.After(begin) { // no midnight that day: clocks were set forward
			next = begin.Add(time.Hour)
		}
		spent := min(next.Sub(begin), end.Sub(begin))
		m.days = days
		days = m.withDay(in.Component, m.day(begin), func(t *alerting.DayTotal) { t.Failed += spent })
		begin = next
	}
	return days
}

// withDay is the days with one changed; what is shared is copied first.
func (m memory) withDay(component, day string, change func(*alerting.DayTotal)) map[string][]alerting.DayTotal {
	list := slices.Clone(m.days[component])
	i, ok := slices.BinarySearchFunc(list, day, func(t alerting.DayTotal, day string) int { return cmp.Compare(t.Day, day) })
	if !ok {
		list = slices.Insert(list, i, alerting.DayTotal{Day: day})
	}
	total := &list[i]
	total.Runs = maps.Clone(total.Runs)
	if total.Runs == nil {
		total.Runs = map[probes.Side]int{}
	}
	change(total)
	days := maps.Clone(m.days)
	if days == nil {
		days = map[string][]alerting.DayTotal{}
	}
	days[component] = m.kept(list)
	return days
}

// kept leaves out the days that are too long ago.
func (m memory) kept(list []alerting.DayTotal) []alerting.DayTotal {
	oldest := m.oldestDay()
	i := slices.IndexFunc(list, func(t alerting.DayTotal) bool { return t.Day >= oldest })
	if i < 0 {
		return nil
	}
	return slices.Clip(list[i:])
}

// oldestDay is the first day of those shown, today being the last.
func (m memory) oldestDay() string { return m.day(m.midnight(m.at, 1-daysKept)) }

func (m memory) day(t time.Time) string { return t.In(m.zone).Format(time.DateOnly) }

// midnight is the begin of the day that lies days after t's. Days have 23 to 25 hours.
func (m memory) midnight(t time.Time, days int) time.Time {
	year, month, day := t.In(m.zone).Date()
	return time.Date(year, month, day+days, 0, 0, 0, 0, m.zone)
}
