package schedule

import (
	"time"

	"github.com/robfig/cron/v3"
)

// wallClock ticks where the clock on the wall of a zone matches a cron
// expression. On most days that is all; on the days when the clocks change:
//
//   - A nominal time that doesn't exist ticks at the next instant that does.
//   - A nominal time that comes twice ticks the first time only, unless the
//     expression is recurring: "*/5 * * * *" means every five minutes, and
//     would otherwise leave an hour unwatched.
//
// cron itself is asked about readings of the wall clock written as UTC, which
// knows no such days.
type wallClock struct {
	matcher   *cron.SpecSchedule // its Location is UTC
	zone      *time.Location
	recurring bool // the minute or the hour is a wildcard, or in steps
}

func (w wallClock) next(after time.Time) time.Time {
	for s := stretchAt(after.In(w.zone)); ; s = stretchAt(s.end) {
		tick := w.nextIn(s, after)
		if tick.IsZero() || s.end.IsZero() || tick.Before(s.end) {
			return tick.UTC()
		}
	}
}

// nextIn is the first tick later than after among those the stretch s owns, or
// one beyond its end when there is none. after lies in s or before it.
func (w wallClock) nextIn(s stretch, after time.Time) time.Time {
	from := after.Add(s.offset)
	if !s.start.IsZero() {
		first := s.firstReading(w.recurring).Add(-time.Nanosecond)
		if after.Before(s.start) || from.Before(first) {
			from = first
		}
	}
	reading := w.matcher.Next(from.UTC())
	if reading.IsZero() {
		return reading
	}
	tick := reading.Add(-s.offset)
	if tick.Before(s.start) {
		tick = s.start
	}
	return tick
}

// stretch is a time in which a zone's offset doesn't change: from start, with
// it, to end, without; zero where there is no such end. The stretches divide
// the readings of the wall clock among them: one owns those from where the
// stretch before it stops to where itself stops. So a gap's readings belong to
// the stretch after the gap, and readings that come twice to the first time.
type stretch struct {
	start, end     time.Time
	offset, before time.Duration // east of UTC: in it, and just before it
}

// stretchAt is the stretch that t, in the zone it is given in, lies in.
func stretchAt(t time.Time) stretch {
	start, end := t.ZoneBounds()
	if !end.IsZero() && !end.After(t) {
		end = t.Add(24 * time.Hour) // Go 1.26 ends leap years beyond 2037 a day early; a stretch may as well end without a change
	}
	s := stretch{start: start, end: end, offset: offset(t)}
	s.before = s.offset
	if !start.IsZero() {
		s.before = offset(start.Add(-time.Nanosecond))
	}
	return s
}

// firstReading is the first reading of the wall clock that the stretch owns;
// with again, also those that have been seen before belong to it.
func (s stretch) firstReading(again bool) time.Time {
	if again {
		return s.start.Add(min(s.before, s.offset))
	}
	return s.start.Add(s.before)
}

func offset(t time.Time) time.Duration {
	_, seconds := t.Zone()
	return time.Duration(seconds) * time.Second
}
