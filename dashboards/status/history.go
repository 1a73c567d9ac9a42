package status

import (
	"slices"
	"strconv"
	"time"

	"genkan/alerting"
	"genkan/probes"
)

// spread is how long past incidents of the same error lasted.
type spread struct {
	count                     int
	shortest, median, longest time.Duration
}

// enough is how many past incidents it takes to speak from experience.
const enough = 3

// pastOf looks for what in was before: the same signature, or where none
// decided the same side and cause.
func pastOf(recent []alerting.Incident, in alerting.Incident) spread {
	var lasted []time.Duration
	for _, r := range recent {
		if r.Signature == in.Signature && (in.Signature != "" || r.Side == in.Side && r.Cause == in.Cause) {
			lasted = append(lasted, r.ResolvedAt.Sub(r.StartedAt))
		}
	}
	if len(lasted) == 0 {
		return spread{}
	}
	slices.Sort(lasted)
	n := len(lasted)
	return spread{count: n, shortest: lasted[0], median: (lasted[(n-1)/2] + lasted[n/2]) / 2, longest: lasted[n-1]}
}

// days is a component's last 90 days as a row of bars. Height says what colour
// says: taller is worse, and a day without data is a dot.
type days struct {
	Bars    []bar
	Summary string
}

// bar is one day, in the units of the picture: 90 days are 540 wide and 32 high.
type bar struct {
	X, Y, Height int
	Grade        string
	Title        string
}

const (
	daysShown = 90
	dayWidth  = 6
	barRoom   = 32
	badDay    = time.Hour // an incident of so long makes a bad day
)

func (e *edition) days(totals []alerting.DayTotal, now time.Time) *days {
	byDay := make(map[string]alerting.DayTotal, len(totals))
	for _, t := range totals {
		byDay[t.Day] = t
	}
	d := &days{}
	known, troubled, failed := 0, 0, time.Duration(0)
	first := now.AddDate(0, 0, 1-daysShown)
	for i := range daysShown {
		// Noon, so that no change of the clock moves a day.
		day := time.Date(first.Year(), first.Month(), first.Day()+i, 12, 0, 0, 0, e.zone)
		total := byDay[day.Format(time.DateOnly)]
		b := e.bar(i, day, total)
		d.Bars = append(d.Bars, b)
		if b.Grade != "none" {
			known++
		}
		if total.Failed > 0 {
			troubled++
			failed += total.Failed
		}
	}
	if known == 0 {
		return nil
	}
	d.Summary = e.daysSummary(known, troubled, failed)
	return d
}

func (e *edition) daysSummary(known, troubled int, failed time.Duration) string {
	if troubled == 0 {
		return e.words.say("days.well", "{known}", e.words.count("duration.day", known))
	}
	return e.words.say("days.troubled", "{known}", e.words.count("duration.day", known),
		"{days}", e.words.count("duration.day", troubled), "{failed}", e.words.duration(failed))
}

func (e *edition) bar(i int, day time.Time, total alerting.DayTotal) bar {
	grade, height := gradeOf(total)
	return bar{
		X: i * dayWidth, Y: barRoom - height, Height: height, Grade: grade,
		Title: e.words.say("day."+grade, "{day}", day.Format(e.words.say("time.date")), "{failed}", e.words.duration(total.Failed)),
	}
}

// gradeOf says how a day went, and how tall its bar is.
func gradeOf(t alerting.DayTotal) (grade string, height int) {
	answered := t.Runs[probes.SideNone] + t.Runs[probes.SideUser] + t.Runs[probes.SideEnvironment]
	switch {
	case t.Failed >= badDay:
		return "bad", barRoom
	case t.Failed > 0:
		return "warn", barRoom * 3 / 4
	case answered > 0:
		return "good", barRoom / 2
	}
	return "none", 3
}

func itoa(n int) string { return strconv.Itoa(n) }
