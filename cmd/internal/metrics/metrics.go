// Package metrics turns what is committed to the record into Prometheus
// metrics. Counters and histograms count the results that went by; gauges are
// read off the newest snapshot at each scrape, so a series that fell silent is
// gone by itself. The health of the scheduler, the browser, the ledger and the
// alert sender is not here: they export it themselves.
package metrics

import (
	"slices"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"genkan/alerting"
	"genkan/probes"
)

// Subject is what the metrics are about: it changes on reload.
type Subject struct {
	Probes     []probes.Probe
	Components []probes.Component
	Agent      string // the name of the process that runs the probes
}

// Metrics follows the record. It is safe for concurrent use.
type Metrics struct {
	runs      *prometheus.CounterVec
	matches   *prometheus.CounterVec
	incidents *prometheus.CounterVec
	lasted    *prometheus.HistogramVec
	duration  *prometheus.HistogramVec
	step      *prometheus.HistogramVec

	mu       sync.Mutex // guards what follows
	subject  Subject
	snapshot alerting.Snapshot
	newest   map[alerting.Series]probes.Result

	reloaded   bool // whether the last reload succeeded
	reloadedAt time.Time
}

// durations are bucket bounds in seconds for visits: from a warm local page to the longest time-out in use.
func durations() []float64 { return []float64{0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60} }

// periods are bucket bounds in seconds for incidents: from a minute to the week that the longest known error lasts.
func periods() []float64 {
	return []float64{60, 300, 900, 1800, 3600, 3 * 3600, 6 * 3600, 12 * 3600, 86400, 3 * 86400, 7 * 86400}
}

// New returns metrics about s, with every counter that s makes possible at 0.
func New(s Subject) *Metrics {
	m := &Metrics{
		runs:      counter("genkan_probe_runs_total", "Finished runs by what they found.", "probe", "location", "side", "cause"),
		matches:   counter("genkan_signature_matches_total", "Runs whose verdict a signature decided.", "signature", "probe", "location"),
		incidents: counter("genkan_incidents_total", "Incidents opened.", "component", "side"),
		lasted:    histogram("genkan_incident_duration_seconds", "How long resolved incidents lasted.", periods(), "component", "side"),
		duration:  histogram("genkan_probe_duration_seconds", "How long visits took, from their start to the page read.", durations(), "probe", "location"),
		step:      histogram("genkan_probe_step_duration_seconds", "How long the steps of visits took until they had settled.", durations(), "probe", "location", "step"),
		newest:    map[alerting.Series]probes.Result{},
	}
	m.Replace(s)
	return m
}

func counter(name, help string, labels ...string) *prometheus.CounterVec {
	return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
}

func histogram(name, help string, buckets []float64, labels ...string) *prometheus.HistogramVec {
	return prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: name, Help: help, Buckets: buckets,
		NativeHistogramBucketFactor: 1.1, NativeHistogramMaxBucketNumber: 100, NativeHistogramMinResetDuration: time.Hour,
	}, labels)
}

// Replace makes s what the metrics are about from now on. Counts go on; what
// belongs to series that are gone is dropped.
func (m *Metrics) Replace(s Subject) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, series := range s.series() {
		m.runs.WithLabelValues(series.Probe, series.Location, string(probes.SideNone), string(probes.OK))
	}
	for _, series := range m.subject.series() {
		if !slices.Contains(s.series(), series) {
			m.forget(series)
		}
	}
	for _, c := range s.Components {
		for _, side := range []probes.Side{probes.SideSystem, probes.SideUnknown} {
			m.incidents.WithLabelValues(c.ID, string(side))
		}
	}
	m.subject = s
}

// series are those of the probes at their locations.
func (s Subject) series() []alerting.Series {
	var list []alerting.Series
	for _, p := range s.Probes {
		for _, location := range p.Locations {
			list = append(list, alerting.Series{Probe: p.Name, Location: location})
		}
	}
	return list
}

func (m *Metrics) forget(s alerting.Series) {
	of := prometheus.Labels{"probe": s.Probe, "location": s.Location}
	m.runs.DeletePartialMatch(of)
	m.matches.DeletePartialMatch(of)
	m.duration.DeletePartialMatch(of)
	m.step.DeletePartialMatch(of)
	delete(m.newest, s)
}

// Follow takes in what was just committed.
func (m *Metrics) Follow(s alerting.Snapshot) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.snapshot = s
	if s.Result != nil {
		m.count(*s.Result)
	}
	for _, c := range s.Changes {
		labels := []string{c.Incident.Component, string(c.Incident.Side)}
		switch c.Kind {
		case alerting.Opened:
			m.incidents.WithLabelValues(labels...).Inc()
		case alerting.Resolved:
			m.lasted.WithLabelValues(labels...).Observe(c.Incident.Duration(s.At).Seconds())
		}
	}
}

// count counts a result. One of a run that was under way when its series was
// taken away doesn't bring that back.
func (m *Metrics) count(r probes.Result) {
	series := alerting.Series{Probe: r.Probe, Location: r.Location}
	if !slices.Contains(m.subject.series(), series) {
		return
	}
	m.runs.WithLabelValues(r.Probe, r.Location, string(r.Side), string(r.Cause)).Inc()
	m.duration.WithLabelValues(r.Probe, r.Location).Observe(r.Duration.Seconds())
	for _, s := range r.Steps {
		m.step.WithLabelValues(r.Probe, r.Location, s.Step).Observe(s.Duration.Seconds())
	}
	if r.Signature != "" {
		m.matches.WithLabelValues(r.Signature, r.Probe, r.Location).Inc()
	}
	if newest, ok := m.newest[series]; !ok || !r.StartedAt.Before(newest.StartedAt) {
		m.newest[series] = r
	}
}

// Reloaded notes how a reload of the configuration went.
func (m *Metrics) Reloaded(ok bool, at time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.reloaded = ok; ok {
		m.reloadedAt = at
	}
}
