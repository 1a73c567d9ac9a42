package schedule

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var zones = []string{"Asia/Tokyo", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"}

// What happens on the days when the clocks change, written down by hand.
func TestClockChanges(t *testing.T) {
	for name, c := range map[string]struct {
		zone, spec, from string
		want             []string
	}{
		"Berlin, 02:30 doesn't exist":        {"Europe/Berlin", "30 2 * * *", "2026-03-28T12:00:00Z", []string{"2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"}},
		"Berlin, 02:00 and 03:00 are one":    {"Europe/Berlin", "0 2,3 * * *", "2026-03-28T12:00:00Z", []string{"2026-03-29T01:00:00Z", "2026-03-30T00:00:00Z"}},
		"Berlin, 02:30 comes twice":          {"Europe/Berlin", "30 2 * * *", "2026-10-24T12:00:00Z", []string{"2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"}},
		"Berlin, asked between the two":      {"Europe/Berlin", "30 2 * * *", "2026-10-25T00:45:00Z", []string{"2026-10-26T01:30:00Z", "2026-10-27T01:30:00Z"}},
		"Berlin, asked in the second":        {"Europe/Berlin", "45 2,3 * * *", "2026-10-25T01:10:00Z", []string{"2026-10-25T02:45:00Z", "2026-10-26T01:45:00Z"}},
		"Berlin, hourly through both":        {"Europe/Berlin", "0 * * * *", "2026-10-24T23:30:00Z", []string{"2026-10-25T00:00:00Z", "2026-10-25T01:00:00Z", "2026-10-25T02:00:00Z"}},
		"Berlin, minutes through both":       {"Europe/Berlin", "*/30 2 * * *", "2026-10-24T23:30:00Z", []string{"2026-10-25T00:00:00Z", "2026-10-25T00:30:00Z", "2026-10-25T01:00:00Z", "2026-10-25T01:30:00Z", "2026-10-26T01:00:00Z"}},
		"Berlin, hourly through the gap":     {"Europe/Berlin", "0 * * * *", "2026-03-28T23:30:00Z", []string{"2026-03-29T00:00:00Z", "2026-03-29T01:00:00Z", "2026-03-29T02:00:00Z"}},
		"New York, 02:30 doesn't exist":      {"America/New_York", "30 2 * * *", "2026-03-07T12:00:00Z", []string{"2026-03-08T07:00:00Z", "2026-03-09T06:30:00Z"}},
		"New York, 01:30 comes twice":        {"America/New_York", "30 1 * * *", "2026-10-31T12:00:00Z", []string{"2026-11-01T05:30:00Z", "2026-11-02T06:30:00Z"}},
		"Lord Howe, 02:15 doesn't exist":     {"Australia/Lord_Howe", "15 2 * * *", "2026-10-03T00:00:00Z", []string{"2026-10-03T15:30:00Z", "2026-10-04T15:15:00Z"}},
		"Lord Howe, half an hour twice":      {"Australia/Lord_Howe", "45 1 * * *", "2026-04-04T00:00:00Z", []string{"2026-04-04T14:45:00Z", "2026-04-05T15:15:00Z"}},
		"Lord Howe, 01:15 comes once":        {"Australia/Lord_Howe", "15 1 * * *", "2026-04-04T00:00:00Z", []string{"2026-04-04T14:15:00Z", "2026-04-05T14:45:00Z"}},
		"Tokyo, a day like any other":        {"Asia/Tokyo", "30 2 * * *", "2026-03-28T12:00:00Z", []string{"2026-03-28T17:30:00Z", "2026-03-29T17:30:00Z"}},
		"Apia, the day that was left out":    {"Pacific/Apia", "0 12 * * *", "2011-12-29T00:00:00Z", []string{"2011-12-29T22:00:00Z", "2011-12-30T10:00:00Z", "2011-12-30T22:00:00Z"}},
		"Sao Paulo, midnight doesn't exist":  {"America/Sao_Paulo", "0 0 * * *", "2018-11-03T12:00:00Z", []string{"2018-11-04T03:00:00Z", "2018-11-05T02:00:00Z"}},
		"Casablanca, offset below the usual": {"Africa/Casablanca", "30 2 * * *", "2026-02-14T12:00:00Z", []string{"2026-02-15T01:30:00Z", "2026-02-16T02:30:00Z"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := parsed(t, c.spec, zone(t, c.zone))
			if diff := cmp.Diff(c.want, ticks(s, at(t, c.from), len(c.want))); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// Every nominal day of seven years has its tick, once, at the first instant at
// which the clock on the wall shows the nominal time or has jumped over it.
func TestEachDayTicksOnce(t *testing.T) {
	for _, name := range zones {
		z := zone(t, name)
		for _, nominal := range []struct{ hour, minute int }{{0, 0}, {1, 15}, {1, 45}, {2, 0}, {2, 15}, {2, 30}, {3, 0}, {23, 59}} {
			spec := fmt.Sprintf("%d %d * * *", nominal.minute, nominal.hour)
			t.Run(name+" "+spec, func(t *testing.T) {
				s := parsed(t, spec, z)
				day := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
				tick := s.Next(time.Date(2023, 12, 31, 23, 59, 59, 0, z))
				for ; day.Year() <= 2030; day = day.AddDate(0, 0, 1) {
					want := instant(day.Add(time.Duration(nominal.hour)*time.Hour+time.Duration(nominal.minute)*time.Minute), z)
					if !tick.Equal(want) {
						t.Fatalf("%s: ticks at %s, want %s", day.Format(time.DateOnly), tick, want)
					}
					tick = s.Next(tick)
				}
			})
		}
	}
}

// instant is the first minute at which the wall clock of z shows reading, which
// is written as UTC, or more. It looks at one minute after the other where the
// clocks change nearby.
func instant(reading time.Time, z *time.Location) time.Time {
	shown := func(t time.Time) time.Time {
		_, offset := t.In(z).Zone()
		return t.Add(time.Duration(offset) * time.Second).UTC()
	}
	guess := time.Date(reading.Year(), reading.Month(), reading.Day(), reading.Hour(), reading.Minute(), 0, 0, z)
	from, to := guess.Add(-3*time.Hour), guess.Add(3*time.Hour)
	if shown(from).Sub(from) == shown(to).Sub(to) {
		return guess
	}
	for t := from; ; t = t.Add(time.Minute) {
		if !shown(t).Before(reading) {
			return t
		}
	}
}

// What recurs within the hour never pauses, whatever the clocks do.
func TestRecurringNeverPauses(t *testing.T) {
	for _, name := range zones {
		for spec, want := range map[string]time.Duration{"*/30 * * * *": 30 * time.Minute} {
			t.Run(name+" "+spec, func(t *testing.T) {
				s := parsed(t, spec, zone(t, name))
				last := s.Next(at(t, "2024-01-01T00:00:00Z"))
				for last.Year() <= 2030 {
					next := s.Next(last)
					if next.Sub(last) != want {
						t.Fatalf("from %s to %s it is %s", last, next, next.Sub(last))
					}
					last = next
				}
			})
		}
	}
}
