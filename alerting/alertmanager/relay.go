package alertmanager

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"genkan/alerting"
)

// The rhythm of sending. Alertmanager asks its clients for one send every 30 s
// to 3 min; ahead is four of them.
const (
	every    = time.Minute
	again    = 10 * time.Second // after a failure
	deadline = 10 * time.Second // of one send

	// keep is how long what has ended is still told; lookback, how old an end
	// may be that a process tells which wasn't there when it was recorded.
	keep     = 15 * time.Minute
	lookback = 24 * time.Hour
)

// Sender hands alerts to one Alertmanager: all that fire and all that ended of
// late, each time. It returns an error when they were not taken, and is asked
// again soon.
type Sender interface {
	Send(ctx context.Context, alerts []alerting.Alert) error
}

// Route is what is sent where. It changes on reload.
type Route struct {
	Wording Wording
	Senders []Sender // each is sent to on its own: a slow one delays itself only
}

// Relay follows the record and sends what it tells. It is safe for concurrent
// use, and exports genkan_alertmanager_send_errors_total.
type Relay struct {
	logger *slog.Logger
	errors prometheus.Counter

	mu       sync.Mutex // guards what follows; held for moments only
	route    Route
	replaced chan struct{} // closed when route changes
	snapshot *alerting.Snapshot
	news     chan struct{} // closed when there is something to tell at once
}

// NewRelay returns a relay that sends nothing before Run, nor before the first snapshot.
func NewRelay(route Route, logger *slog.Logger) *Relay {
	return &Relay{
		logger: logger,
		errors: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "genkan_alertmanager_send_errors_total",
			Help: "Attempts to hand alerts to Alertmanager that failed.",
		}),
		route:    route,
		replaced: make(chan struct{}),
		news:     make(chan struct{}),
	}
}

// Follow takes in what was just committed. It never blocks: only the newest
// snapshot is kept.
func (r *Relay) Follow(s alerting.Snapshot) {
	r.mu.Lock()
	defer r.mu.Unlock()
	first := r.snapshot == nil
	r.snapshot = &s
	if first || changed(s.Changes) {
		close(r.news)
		r.news = make(chan struct{})
	}
}

// changed reports whether an incident did.
func changed(changes []alerting.Change) bool {
	for _, c := range changes {
		switch c.Kind {
		case alerting.Opened, alerting.Updated, alerting.Resolved:
			return true
		}
	}
	return false
}

// Replace makes route what is sent where from now on.
func (r *Relay) Replace(route Route) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.route = route
	close(r.replaced)
	r.replaced = make(chan struct{})
}

// Run sends until ctx is done.
func (r *Relay) Run(ctx context.Context) {
	started := time.Now()
	for ctx.Err() == nil {
		r.mu.Lock()
		route, replaced := r.route, r.replaced
		r.mu.Unlock()
		inner, cancel := context.WithCancel(ctx)
		var lines sync.WaitGroup
		for _, s := range route.Senders {
			lines.Go(func() { r.line(inner, route.Wording, s, started) })
		}
		select {
		case <-ctx.Done():
		case <-replaced:
		}
		cancel()
		lines.Wait()
	}
}

// line sends to one sender until ctx is done.
func (r *Relay) line(ctx context.Context, w Wording, s Sender, started time.Time) {
	failing := false
	for {
		snapshot, news := r.look()
		var pause <-chan time.Time
		if snapshot != nil {
			now := time.Now()
			err := send(ctx, s, w.Alerts(*snapshot, now, since(now, started)))
			r.note(ctx, err, failing)
			failing = err != nil
			pause = time.After(rest(failing))
		}
		select {
		case <-ctx.Done():
			return
		case <-news:
		case <-pause:
		}
	}
}

// look returns the newest snapshot and what is closed when a newer one matters.
func (r *Relay) look() (*alerting.Snapshot, <-chan struct{}) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.snapshot, r.news
}

func send(ctx context.Context, s Sender, alerts []alerting.Alert) error {
	ctx, cancel := context.WithTimeout(ctx, deadline)
	defer cancel()
	return s.Send(ctx, alerts)
}

func rest(failing bool) time.Duration {
	if failing {
		return again
	}
	return every
}

// since is when the oldest end that is still told was recorded. A process that
// has just started also tells what ended while none was there to tell it;
// Alertmanager's notification log keeps out what was told before.
func since(now, started time.Time) time.Time {
	if now.Sub(started) < keep {
		return started.Add(-lookback)
	}
	return now.Add(-keep)
}

// note counts a failed send, and logs when sending begins to fail and when it is well again.
func (r *Relay) note(ctx context.Context, err error, failing bool) {
	switch {
	case ctx.Err() != nil:
	case err != nil:
		r.errors.Inc()
		if !failing {
			r.logger.Warn("alerts can't be sent; trying again", "every", again, "err", err)
		}
	case failing:
		r.logger.Info("alerts are sent again")
	}
}

// Describe announces the metric.
func (r *Relay) Describe(to chan<- *prometheus.Desc) { r.errors.Describe(to) }

// Collect gives the metric.
func (r *Relay) Collect(to chan<- prometheus.Metric) { r.errors.Collect(to) }
