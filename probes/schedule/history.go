package schedule

import "time"

// history remembers which ticks of a series were dealt with, so that none is
// run twice when the clock is set back. Neighbouring ticks make one span; only
// a changed clock begins another, so a few suffice.
type history []span

type span struct{ first, last time.Time }

const maxSpans = 16

func (h history) has(tick time.Time) bool {
	for _, s := range h {
		if !tick.Before(s.first) && !tick.After(s.last) {
			return true
		}
	}
	return false
}

// with is h and tick: it prolongs the span whose next tick it is.
func (h history) with(tick time.Time, s Schedule) history {
	for i := range h {
		if s.Next(h[i].last).Equal(tick) {
			h[i].last = tick
			return h
		}
	}
	h = append(h, span{first: tick, last: tick})
	return h[max(0, len(h)-maxSpans):]
}
