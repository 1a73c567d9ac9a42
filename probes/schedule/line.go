package schedule

import (
	"crypto/sha256"
	"encoding/binary"
	"time"

	"genkan/probes"
)

// Series is one line of runs: a probe at a location.
type Series struct {
	Probe    string
	Location string
}

// line is where one series stands.
type line struct {
	Series
	probe    probes.Probe
	schedule Schedule
	offset   time.Duration // jitter: how long after its tick a run starts

	begun   bool      // next is known
	next    time.Time // the tick to come; zero: none for years
	since   time.Time // nothing is due before: when the line began
	done    history
	newest  request  // handed out last
	tick    *request // due, and waiting for a worker
	confirm *request // asked for, and waiting for its time or a worker
}

// request is a run that is wanted and not yet handed out.
type request struct {
	tick       time.Time // nominal
	attempt    int
	due        time.Time
	notAfter   time.Time
	freshSince time.Time
}

// run is the run that a request asks for. The probe is today's, also where the
// request is older than a reload.
func (l *line) run(r *request) probes.Run {
	return probes.Run{
		ID:          probes.RunID(l.Probe, l.Location, r.tick, r.attempt),
		Probe:       l.probe,
		Location:    l.Location,
		ScheduledAt: r.tick,
		NotAfter:    r.notAfter,
		Attempt:     r.attempt,
		Origin:      probes.Scheduled,
		FreshSince:  r.freshSince,
	}
}

// begin finds the first tick of a new line: the last one that has been, so
// that nobody waits a whole interval for the first run.
func (l *line) begin(now time.Time) {
	l.begun, l.since = true, now
	l.next = l.schedule.Last(now)
	if l.next.IsZero() {
		l.next = l.schedule.Next(now)
	}
}

// due is when the tick to come is to be run, or the zero time.
func (l *line) due() time.Time {
	if l.next.IsZero() {
		return l.next
	}
	return later(l.next.Add(l.offset), l.since)
}

// want is the request for a tick: it holds until the next one is due.
func (l *line) want(tick time.Time) *request {
	notAfter := l.schedule.Next(tick).Add(l.offset)
	if !notAfter.After(tick) {
		notAfter = tick.Add(l.schedule.Interval())
	}
	return &request{tick: tick, due: later(tick.Add(l.offset), l.since), notAfter: notAfter}
}

// take is the due tick at now, and how many before it were missed: after a
// pause only the last of them is worth a run. ok is false when none is due.
func (l *line) take(now time.Time) (tick time.Time, missed int, ok bool) {
	const limit = 100_000
	ready := now.Add(-l.offset)
	if l.next.IsZero() || l.next.After(ready) {
		return time.Time{}, 0, false
	}
	tick = l.next
	if l.schedule.within(tick, ready) {
		tick = l.schedule.Last(ready)
		missed = l.schedule.between(l.next, tick, limit)
	}
	l.next = l.schedule.Next(tick)
	return tick, missed, true
}

// turnBack follows a clock that was set back by d: the ticks to come are those
// after now, and what waits goes on waiting as long as it would have.
func (l *line) turnBack(now time.Time, d time.Duration) {
	if !l.begun {
		return
	}
	l.next, l.since = l.schedule.Next(now.Add(-l.offset)), now
	for _, r := range []*request{l.tick, l.confirm} {
		if r != nil {
			r.due, r.notAfter = r.due.Add(-d), r.notAfter.Add(-d)
		}
	}
}

// inherit takes over what a line of the same series knew before a reload.
func (l *line) inherit(old *line, now time.Time) {
	l.begun, l.next, l.since = old.begun, old.next, old.since
	l.done, l.newest, l.confirm = old.done, old.newest, old.confirm
	if l.probe.Schedule == old.probe.Schedule {
		l.tick = old.tick
	} else if l.begun {
		l.next = l.schedule.Next(now)
	}
}

// jitter is a series' own offset: the same in every process, spread evenly
// over at most limit and at most a tenth of the interval.
func jitter(s Series, interval, limit time.Duration) time.Duration {
	limit = min(limit, interval/10)
	if limit <= 0 {
		return 0
	}
	sum := sha256.Sum256([]byte(s.Probe + "\x00" + s.Location))
	share := float64(binary.BigEndian.Uint32(sum[:])) / (1 << 32)
	return time.Duration(share * float64(limit)).Truncate(time.Millisecond)
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
