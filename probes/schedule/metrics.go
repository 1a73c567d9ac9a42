package schedule

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics is the health of the schedule.
type metrics struct {
	lag     prometheus.Histogram
	skipped *prometheus.CounterVec
	known   map[Series]bool
}

func newMetrics() *metrics {
	return &metrics{
		lag: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name:                            "genkan_probe_schedule_lag_seconds",
			Help:                            "How long after it was due, jitter included, a run was handed to a worker.",
			Buckets:                         []float64{.005, .01, .05, .1, .5, 1, 2.5, 5, 10, 30, 60, 300},
			NativeHistogramBucketFactor:     1.1,
			NativeHistogramMaxBucketNumber:  160,
			NativeHistogramMinResetDuration: time.Hour,
		}),
		skipped: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "genkan_probe_skipped_total",
			Help: "Runs that were due and left out: overlap (another run of the probe was under way), missed (nobody was there; one run made up for all), late (no worker in time), repeated (the clock was set back).",
		}, []string{"probe", "location", "reason"}),
		known: map[Series]bool{},
	}
}

// keep has the counters of the lines' series begin at 0, and drops the others'.
func (m *metrics) keep(lines []*line) {
	gone := m.known
	m.known = map[Series]bool{}
	for _, l := range lines {
		m.known[l.Series] = true
		delete(gone, l.Series)
		for _, why := range reasons() {
			m.skipped.WithLabelValues(l.Probe, l.Location, string(why))
		}
	}
	for s := range gone {
		m.skipped.DeletePartialMatch(prometheus.Labels{"probe": s.Probe, "location": s.Location})
	}
}

// Describe implements prometheus.Collector.
func (s *Scheduler) Describe(ch chan<- *prometheus.Desc) {
	s.metrics.lag.Describe(ch)
	s.metrics.skipped.Describe(ch)
}

// Collect implements prometheus.Collector.
func (s *Scheduler) Collect(ch chan<- prometheus.Metric) {
	s.metrics.lag.Collect(ch)
	s.metrics.skipped.Collect(ch)
}
