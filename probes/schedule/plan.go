package schedule

import (
	"cmp"
	"slices"
	"time"

	"genkan/probes"
)

// reason is why a run that was wanted didn't take place.
type reason string

const (
	overlap  reason = "overlap"  // another run of the series was under way
	missed   reason = "missed"   // the process or the machine was not there; one run stands for all
	late     reason = "late"     // no worker took it in time, or a newer tick had been run
	repeated reason = "repeated" // the clock was set back, and the tick had been dealt with
)

func reasons() []reason { return []reason{overlap, missed, late, repeated} }

// plan is what is to be run, without a clock or a channel of its own: it is
// told the time. Not safe for concurrent use.
type plan struct {
	lines   []*line // by probe, location
	running map[Series]running
	seen    time.Time // the newest reading of the clock
	skip    func(Series, reason, int)
}

// running is the run of a series that is under way.
type running struct {
	id   string
	tick time.Time
}

// line is the line of a series, or nil.
func (p *plan) line(s Series) *line {
	i, found := slices.BinarySearchFunc(p.lines, s, func(l *line, s Series) int { return compare(l.Series, s) })
	if !found {
		return nil
	}
	return p.lines[i]
}

func compare(a, b Series) int {
	return cmp.Or(cmp.Compare(a.Probe, b.Probe), cmp.Compare(a.Location, b.Location))
}

// replace puts lines in the place of those there are. Runs under way stay
// known, whether or not their series stays.
func (p *plan) replace(lines []*line) {
	slices.SortFunc(lines, func(a, b *line) int { return compare(a.Series, b.Series) })
	for _, l := range lines {
		if old := p.line(l.Series); old != nil {
			l.inherit(old, p.seen)
		}
	}
	p.lines = lines
}

// advance brings the plan to now: it queues what has come due and drops what
// is not worth running any more.
func (p *plan) advance(now time.Time) {
	back := p.seen.Sub(now)
	p.seen = now
	for _, l := range p.lines {
		if !l.begun {
			l.begin(now)
		} else if back > 0 {
			l.turnBack(now, back)
		}
		p.queue(l, now)
		p.prune(l, now)
	}
}

// queue puts the line's due tick in its place, if it has one and it may run.
func (p *plan) queue(l *line, now time.Time) {
	tick, gone, ok := l.take(now)
	if !ok {
		return
	}
	p.count(l, missed, gone)
	if l.done.has(tick) {
		p.count(l, repeated, 1)
		return
	}
	l.done = l.done.with(tick, l.schedule)
	if _, busy := p.running[l.Series]; busy {
		p.count(l, overlap, 1)
		return
	}
	if l.tick != nil {
		p.count(l, late, 1)
	}
	l.tick = l.want(tick)
}

// prune drops what waits and must not or need not be run any more.
func (p *plan) prune(l *line, now time.Time) {
	if why := p.against(l, l.tick, now); why != "" {
		l.tick = nil
		p.count(l, why, 1)
	}
	if why := p.against(l, l.confirm, now); why != "" {
		l.confirm = nil
		p.count(l, why, 1)
	}
}

// against is what speaks against a request at now, or "". A confirmation waits
// for the run that it confirms to be over; once a newer tick has been run, it
// has nothing left to confirm.
func (p *plan) against(l *line, r *request, now time.Time) reason {
	if r == nil || r.due.After(now) {
		return ""
	}
	under, busy := p.running[l.Series]
	own := busy && r.attempt > 0 && under.tick.Equal(r.tick)
	superseded := r.attempt > 0 && !l.newest.tick.IsZero() && !l.newest.tick.Equal(r.tick)
	switch {
	case busy && !own:
		return overlap
	case superseded, !now.Before(r.notAfter):
		return late
	}
	return ""
}

func (p *plan) count(l *line, why reason, n int) {
	if n > 0 {
		p.skip(l.Series, why, n)
	}
}

// confirm asks for a confirmation. It replaces one that still waits; one that
// has been handed out already is not run again.
func (p *plan) confirm(s Series, r request) {
	l := p.line(s)
	if l == nil || (l.newest.tick.Equal(r.tick) && l.newest.attempt >= r.attempt) {
		return
	}
	r.notAfter = r.due.Add(l.schedule.Interval())
	if old := l.confirm; old != nil && !(old.tick.Equal(r.tick) && old.attempt == r.attempt) {
		p.count(l, late, 1)
	}
	l.confirm = &r
}

// offer is the run to hand out at now, taken from the plan as if somebody had
// taken it: confirmations first, then what has been due the longest.
func (p *plan) offer(now time.Time) (offered, bool) {
	var best offered
	for _, l := range p.lines {
		if _, busy := p.running[l.Series]; busy {
			continue
		}
		for _, r := range []*request{l.confirm, l.tick} {
			if r != nil && !r.due.After(now) && (best.request == nil || r.before(best.request)) {
				best = offered{line: l, request: r}
			}
		}
	}
	if best.request == nil {
		return offered{}, false
	}
	best.run = best.line.run(best.request)
	best.lift()
	p.running[best.line.Series] = running{id: best.run.ID, tick: best.request.tick}
	return best, true
}

// offered is a run held out to the workers.
type offered struct {
	line    *line // as it was when the offer was made
	request *request
	run     probes.Run
}

// lift takes an offer out of its line.
func (o offered) lift() {
	if o.line.confirm == o.request {
		o.line.confirm = nil
	} else {
		o.line.tick = nil
	}
}

func (r *request) before(o *request) bool {
	if (r.attempt > 0) != (o.attempt > 0) {
		return r.attempt > 0
	}
	return r.due.Before(o.due)
}

// withdraw puts an offer that nobody took back, unless its line is gone or has
// been given something newer.
func (p *plan) withdraw(o offered) {
	p.over(o.line.Series, o.run.ID)
	switch l := p.line(o.line.Series); {
	case l == nil:
	case o.request.attempt > 0 && l.confirm == nil:
		l.confirm = o.request
	case o.request.attempt == 0 && l.tick == nil:
		l.tick = o.request
	}
}

// taken notes that an offer was taken.
func (p *plan) taken(o offered) {
	if l := p.line(o.line.Series); l != nil {
		l.newest = *o.request
	}
}

// over notes that a run has ended. Runs that aren't the plan's are let pass.
func (p *plan) over(s Series, id string) {
	if p.running[s].id == id {
		delete(p.running, s)
	}
}

// wake is when the plan has to be looked at again: the first moment after now
// at which something comes due or becomes worthless, or the zero time.
func (p *plan) wake(now time.Time) time.Time {
	var first time.Time
	sooner := func(t time.Time) {
		if t.After(now) && (first.IsZero() || t.Before(first)) {
			first = t
		}
	}
	for _, l := range p.lines {
		sooner(l.due())
		for _, r := range []*request{l.tick, l.confirm} {
			if r != nil {
				sooner(r.due)
				sooner(r.notAfter)
			}
		}
	}
	return first
}
