package schedule

import (
	"slices"
	"time"
)

// Schedule is when a probe is due: a row of ticks that depends on nothing but
// what was parsed. The zero value never ticks.
type Schedule struct {
	rule     rule
	interval time.Duration
}

// rule is what a schedule repeats by: the first tick after a moment, or the
// zero time when there is none within five years.
type rule interface {
	next(after time.Time) time.Time
}

// Next is the first tick later than after, in UTC, or the zero time when none
// comes within five years.
func (s Schedule) Next(after time.Time) time.Time {
	if s.rule == nil {
		return time.Time{}
	}
	return s.rule.next(after)
}

// After is the n-th tick later than t, in UTC. Where the schedule ends before,
// it is as many usual intervals later as are missing.
func (s Schedule) After(t time.Time, n int) time.Time {
	for i := range n {
		next := s.Next(t)
		if next.IsZero() {
			return t.Add(time.Duration(n-i) * s.interval)
		}
		t = next
	}
	return t
}

// Interval is the usual distance between two ticks: the (upper) median over
// some fifty of them. It doesn't depend on the day it is asked.
func (s Schedule) Interval() time.Duration { return s.interval }

// Last is the last tick not later than at, or the zero time when there was
// none within ten years.
func (s Schedule) Last(at time.Time) time.Time {
	const horizon = 10 * 366 * 24 * time.Hour
	back := max(s.interval, minEvery)
	for !s.within(at.Add(-back), at) {
		if back > horizon {
			return time.Time{}
		}
		back *= 2
	}
	low, high := s.Next(at.Add(-back)), at // low is a tick; none lies in (high, at]
	for s.within(low, at) {
		middle := low.Add(high.Sub(low) / 2)
		if s.within(middle, at) {
			low = s.Next(middle)
		} else {
			high = middle
		}
	}
	return low
}

// within reports whether a tick lies in (from, to].
func (s Schedule) within(from, to time.Time) bool {
	next := s.Next(from)
	return !next.IsZero() && !next.After(to)
}

// between counts the ticks in [from, to), from being one; it stops at limit,
// so that a clock set by decades costs no more than one set by a day.
func (s Schedule) between(from, to time.Time, limit int) int {
	n := 0
	for t := from; !t.IsZero() && t.Before(to) && n < limit; t = s.Next(t) {
		n++
	}
	return n
}

// reference is where intervals are measured from: any fixed day would do.
func reference() time.Time { return time.Date(2024, time.January, 1, 0, 0, 0, 0, time.UTC) }

func usualInterval(r rule) time.Duration {
	const ticks = 49
	var gaps []time.Duration
	last := r.next(reference())
	for range ticks {
		next := r.next(last)
		if next.IsZero() {
			break
		}
		gaps = append(gaps, next.Sub(last))
		last = next
	}
	if len(gaps) == 0 {
		return maxEvery
	}
	slices.Sort(gaps)
	return gaps[len(gaps)/2]
}

// every ticks at the multiples of a duration since the Unix epoch, so that two
// processes, or one before and after a restart, tick together.
type every time.Duration

func (e every) next(after time.Time) time.Time {
	epoch, d := time.Unix(0, 0).UTC(), time.Duration(e)
	since := after.Sub(epoch)
	into := since % d
	if into < 0 {
		into += d
	}
	return epoch.Add(since - into + d)
}
