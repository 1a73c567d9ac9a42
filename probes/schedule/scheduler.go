package schedule

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"genkan/probes"
)

// Config is how a Scheduler behaves. The zero value is of use.
type Config struct {
	Logger *slog.Logger     // nil: slog.Default
	Jitter time.Duration    // the most by which a start lies behind its tick; a tenth of the interval where that is less; 0: none
	Now    func() time.Time // the wall clock; nil: time.Now
}

// Scheduler says what is to be run now. It hands runs out one by one, ticks
// and confirmations, and never two of a series at a time.
//
// Right after it was started, and for probes that a reload adds, each series
// is given one run for the last tick that has been; in the same way one run
// makes up for all ticks of a pause. Each run holds until the next tick of its
// series is due.
type Scheduler struct {
	zone    *time.Location
	config  Config
	metrics *metrics
	runs    chan probes.Run
	changed chan struct{} // holds a token when the plan was changed from outside the loop

	mu     sync.Mutex
	plan   plan
	looped bool
}

// New makes a scheduler for probes, whose schedules are in zone unless they
// name one. It fails when a schedule can't be read or two probes have a name.
func New(list []probes.Probe, zone *time.Location, cfg Config) (*Scheduler, error) {
	if cfg.Logger == nil {
		cfg.Logger = slog.Default()
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	s := &Scheduler{
		zone:    zone,
		config:  cfg,
		metrics: newMetrics(),
		runs:    make(chan probes.Run),
		changed: make(chan struct{}, 1),
	}
	s.plan = plan{running: map[Series]running{}, skip: s.skip}
	if err := s.Replace(list); err != nil {
		return nil, err
	}
	return s, nil
}

// Runs is where workers receive what to run. It is not buffered: a run is
// handed out when somebody is there for it. It is closed when Run returns.
func (s *Scheduler) Runs() <-chan probes.Run { return s.runs }

// Done says that a run received from Runs is over, however it ended. Runs that
// aren't the scheduler's are let pass.
func (s *Scheduler) Done(run probes.Run) {
	s.change(func() { s.plan.over(Series{Probe: run.Probe.Name, Location: run.Location}, run.ID) })
}

// Confirm asks for another run of the tick scheduledAt of a series: attempt n
// (1 or more), not before notBefore, by a browser started later than
// freshSince. It is left out when the series isn't scheduled any more, when a
// newer tick is run first, or when nobody takes it within an interval.
func (s *Scheduler) Confirm(series Series, scheduledAt time.Time, attempt int, notBefore, freshSince time.Time) {
	s.change(func() {
		s.plan.confirm(series, request{tick: scheduledAt, attempt: attempt, due: notBefore.Round(0), freshSince: freshSince})
	})
}

// Replace puts another list of probes in the place of the present one, or
// fails and changes nothing. Runs under way go on; confirmations asked for and
// the ticks dealt with are kept for the probes that stay.
func (s *Scheduler) Replace(list []probes.Probe) error {
	lines, err := s.parse(list)
	if err != nil {
		return err
	}
	s.change(func() {
		s.plan.replace(lines)
		s.metrics.keep(lines)
	})
	return nil
}

// parse makes a line of each probe at each of its locations.
func (s *Scheduler) parse(list []probes.Probe) ([]*line, error) {
	var (
		lines []*line
		errs  []error
		known = map[Series]bool{}
	)
	for _, p := range list {
		schedule, err := Parse(p.Schedule, s.zone)
		if err != nil {
			errs = append(errs, fmt.Errorf("probe %q: %w", p.Name, err))
			continue
		}
		p.Interval = schedule.Interval()
		for _, location := range p.Locations {
			series := Series{Probe: p.Name, Location: location}
			if known[series] {
				errs = append(errs, fmt.Errorf("probe %q is there twice at %q; give each probe a name of its own", p.Name, location))
			}
			known[series] = true
			lines = append(lines, &line{Series: series, probe: p, schedule: schedule, offset: jitter(series, p.Interval, s.config.Jitter)})
		}
	}
	return lines, errors.Join(errs...)
}

// Run is the loop. It ends when ctx does, without an error: what waits is
// left, since at the next start each series begins with its last tick anyway.
// It can be run once.
func (s *Scheduler) Run(ctx context.Context) error {
	if !s.start() {
		return errors.New("schedule: the scheduler was run before; make a new one")
	}
	defer close(s.runs)
	for ctx.Err() == nil {
		s.step(ctx)
	}
	return nil
}

func (s *Scheduler) start() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	first := !s.looped
	s.looped = true
	return first
}

// step holds out the run that is due, if one is, until somebody takes it or
// there is reason to look at the plan again.
func (s *Scheduler) step(ctx context.Context) {
	offer, has, pause := s.look()
	timer := time.NewTimer(pause)
	defer timer.Stop()
	var out chan<- probes.Run
	if has {
		out = s.runs
	}
	select {
	case out <- offer.run:
		s.taken(offer)
		return
	case <-s.changed:
	case <-timer.C:
	case <-ctx.Done():
	}
	if has {
		s.withdraw(offer)
	}
}

// look reads the clock and brings the plan up to it. pause is how long nothing
// will change by itself; it is never long, so that a clock that was set, or a
// machine that slept, is noticed.
func (s *Scheduler) look() (offer offered, has bool, pause time.Duration) {
	const longest, shortest = 30 * time.Second, time.Millisecond
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.config.Now().Round(0)
	s.plan.advance(now)
	pause = longest
	if wake := s.plan.wake(now); !wake.IsZero() {
		pause = min(longest, max(shortest, wake.Sub(now)))
	}
	offer, has = s.plan.offer(now)
	return offer, has, pause
}

func (s *Scheduler) taken(o offered) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.plan.taken(o)
	s.metrics.lag.Observe(max(0, s.config.Now().Round(0).Sub(o.request.due)).Seconds())
}

func (s *Scheduler) withdraw(o offered) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.plan.withdraw(o)
}

// change changes the plan and wakes the loop.
func (s *Scheduler) change(do func()) {
	s.mu.Lock()
	do()
	s.mu.Unlock()
	select {
	case s.changed <- struct{}{}:
	default:
	}
}

func (s *Scheduler) skip(series Series, why reason, n int) {
	s.metrics.skipped.WithLabelValues(series.Probe, series.Location, string(why)).Add(float64(n))
	s.config.Logger.Debug("runs skipped", "probe", series.Probe, "location", series.Location, "reason", string(why), "runs", n)
}
