package app

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"genkan/probes"
)

// manualRun is a run that somebody asked for: it has a random id and never
// enters the record.
func manualRun(p probes.Probe, location string) probes.Run {
	return probes.Run{ID: rand.Text(), Probe: p, Location: location, ScheduledAt: time.Now(), Origin: probes.Manual}
}

// serveProbe runs a configured probe now and answers in the way of
// blackbox_exporter. It never visits an arbitrary URL, and only one at a time:
// the slots are the schedule's.
func (a *App) serveProbe(w http.ResponseWriter, r *http.Request) {
	if fromElsewhere(r) {
		http.Error(w, "another site can't have a probe run", http.StatusForbidden)
		return
	}
	g := a.current.Load()
	name := r.URL.Query().Get("probe")
	i := slices.IndexFunc(g.config.Probes, func(p probes.Probe) bool { return p.Name == name })
	if i < 0 {
		http.Error(w, fmt.Sprintf("no probe is called %q; ?probe=NAME takes one of: %q", name, g.names()), http.StatusBadRequest)
		return
	}
	if !a.onDemand.TryLock() {
		w.Header().Set("Retry-After", "5")
		http.Error(w, "a probe is being run on demand already; ask again in a few seconds", http.StatusServiceUnavailable)
		return
	}
	defer a.onDemand.Unlock()
	p := g.config.Probes[i]
	result := g.prober.Probe(r.Context(), manualRun(p, p.Locations[0]))
	if r.URL.Query().Get("debug") == "true" {
		w.Header().Set("Content-Type", "application/json")
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		if err := e.Encode(result); err != nil {
			a.log.Debug("a debug answer was not read to its end", "err", err)
		}
		return
	}
	registry := prometheus.NewRegistry()
	registry.MustRegister(oneRun(result))
	promhttp.HandlerFor(registry, promhttp.HandlerOpts{}).ServeHTTP(w, r)
}

func (g *generation) names() []string {
	var names []string
	for _, p := range g.config.Probes {
		names = append(names, p.Name)
	}
	return names
}

// oneRun are the metrics of a single result, named as blackbox_exporter names them.
type oneRun probes.Result

// Describe sends nothing: what there is depends on the result.
func (oneRun) Describe(chan<- *prometheus.Desc) {}

// Collect sends the result's figures.
func (r oneRun) Collect(to chan<- prometheus.Metric) {
	send := func(name, help string, value float64) {
		to <- prometheus.MustNewConstMetric(prometheus.NewDesc(name, help, nil, nil), prometheus.GaugeValue, value)
	}
	success := 0.0
	if r.Side == probes.SideNone {
		success = 1
	}
	send("probe_success", "Whether the visit was healthy.", success)
	send("probe_duration_seconds", "How long the visit took.", r.Duration.Seconds())
	send("probe_http_status_code", "HTTP status of the document, 0 without an answer.", float64(r.HTTPStatus))
	send("probe_http_redirects", "Redirects before the document.", float64(len(r.Redirects)))
	if !r.CertExpiry.IsZero() {
		send("probe_ssl_earliest_cert_expiry", "When the earliest certificate ends, in unixtime.", float64(r.CertExpiry.Unix()))
	}
	verdict := prometheus.NewDesc("probe_side", "Whose fault the visit found.", []string{"side", "cause"}, nil)
	to <- prometheus.MustNewConstMetric(verdict, prometheus.GaugeValue, 1, string(r.Side), string(r.Cause))
}

// prune keeps the record and the evidence within their bounds, once an hour.
func (a *App) prune(ctx context.Context) {
	t := time.NewTicker(time.Hour)
	defer t.Stop()
	for {
		a.pruneOnce(ctx)
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
	}
}
