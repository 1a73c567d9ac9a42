package metrics

import (
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"genkan/alerting"
	"genkan/probes"
)

// gauge describes one gauge that is made anew at each scrape.
type gauge struct{ desc *prometheus.Desc }

func newGauge(name, help string, labels ...string) gauge {
	return gauge{prometheus.NewDesc(name, help, labels, nil)}
}

func (g gauge) send(to chan<- prometheus.Metric, value float64, labels ...string) {
	to <- prometheus.MustNewConstMetric(g.desc, prometheus.GaugeValue, value, labels...)
}

func (g gauge) sendTime(to chan<- prometheus.Metric, at time.Time, labels ...string) {
	if !at.IsZero() {
		g.send(to, float64(at.UnixMilli())/1000, labels...)
	}
}

func (g gauge) sendMeasured(to chan<- prometheus.Metric, value float64, labels ...string) {
	if value > 0 {
		g.send(to, value, labels...)
	}
}

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// gauges are all gauges. They hold no values, so one set serves for ever.
type gauges struct {
	side, success, info                      gauge
	status, redirects, expiry                gauge
	ttfb, fcp, lcp, cls                      gauge
	lastRun, lastSuccess                     gauge
	componentStatus, componentAdvice, opened gauge
	agentUp, agentControl                    gauge
	reloaded, reloadedAt                     gauge
}

func (g gauges) all() []gauge {
	return []gauge{g.side, g.success, g.info, g.status, g.redirects, g.expiry, g.ttfb, g.fcp, g.lcp, g.cls, g.lastRun, g.lastSuccess,
		g.componentStatus, g.componentAdvice, g.opened, g.agentUp, g.agentControl, g.reloaded, g.reloadedAt}
}

func newGauges() gauges {
	series := []string{"probe", "location"}
	return gauges{
		side:            newGauge("genkan_probe_side", "Whose fault the newest run found: 1 for its side, 0 for the others.", "probe", "location", "side"),
		success:         newGauge("genkan_probe_success", "Whether the newest run was healthy.", series...),
		info:            newGauge("genkan_probe_info", "A configured probe.", "probe", "component", "schedule"),
		status:          newGauge("genkan_probe_http_status_code", "HTTP status of the document that the newest run judged.", series...),
		redirects:       newGauge("genkan_probe_redirects", "Redirects before that document.", series...),
		expiry:          newGauge("genkan_probe_ssl_earliest_cert_expiry", "When the earliest certificate of the newest run ends, in unixtime.", series...),
		ttfb:            newGauge("genkan_probe_web_vital_ttfb_seconds", "Time to first byte of the newest run.", series...),
		fcp:             newGauge("genkan_probe_web_vital_fcp_seconds", "First contentful paint of the newest run.", series...),
		lcp:             newGauge("genkan_probe_web_vital_lcp_seconds", "Largest contentful paint of the newest run.", series...),
		cls:             newGauge("genkan_probe_web_vital_cls", "Cumulative layout shift of the newest run.", series...),
		lastRun:         newGauge("genkan_probe_last_run_timestamp_seconds", "When the newest run ended, in unixtime.", series...),
		lastSuccess:     newGauge("genkan_probe_last_success_timestamp_seconds", "When the newest healthy run ended, in unixtime.", series...),
		componentStatus: newGauge("genkan_component_status", "What the public is told of a component: 1 for its status, 0 for the others.", "component", "status"),
		componentAdvice: newGauge("genkan_component_advice", "Advice given for a component at present.", "component", "advice"),
		opened:          newGauge("genkan_incidents_open", "Open incidents.", "component", "side"),
		agentUp:         newGauge("genkan_agent_up", "Whether results come from a location.", "location", "agent"),
		agentControl:    newGauge("genkan_agent_control_ok", "Whether the control probe of a location is healthy.", "location", "agent"),
		reloaded:        newGauge("genkan_config_last_reload_successful", "Whether the last attempt to load the configuration succeeded."),
		reloadedAt:      newGauge("genkan_config_last_reload_success_timestamp_seconds", "When the configuration was last loaded, in unixtime."),
	}
}

// Describe announces all metrics.
func (m *Metrics) Describe(to chan<- *prometheus.Desc) {
	for _, c := range m.counted() {
		c.Describe(to)
	}
	for _, g := range newGauges().all() {
		to <- g.desc
	}
}

func (m *Metrics) counted() []prometheus.Collector {
	return []prometheus.Collector{m.runs, m.matches, m.incidents, m.lasted, m.duration, m.step}
}

// Collect gives the counts so far and the gauges of the newest snapshot.
func (m *Metrics) Collect(to chan<- prometheus.Metric) {
	for _, c := range m.counted() {
		c.Collect(to)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	g := newGauges()
	g.reloaded.send(to, truth(m.reloaded))
	g.reloadedAt.sendTime(to, m.reloadedAt)
	m.collectProbes(g, to)
	m.collectSeries(g, to)
	m.collectComponents(g, to)
	m.collectAgents(g, to)
}

func (m *Metrics) collectProbes(g gauges, to chan<- prometheus.Metric) {
	for _, p := range m.subject.Probes {
		g.info.send(to, 1, p.Name, p.Component, p.Schedule)
	}
}

func (m *Metrics) collectSeries(g gauges, to chan<- prometheus.Metric) {
	for _, s := range m.snapshot.State.Series {
		if s.Silent || s.LastAt.IsZero() {
			continue
		}
		for _, side := range probes.Sides() {
			g.side.send(to, truth(side == s.Side), s.Probe, s.Location, string(side))
		}
		g.success.send(to, truth(s.Side == probes.SideNone), s.Probe, s.Location)
		g.lastRun.sendTime(to, s.EndedAt, s.Probe, s.Location)
		g.lastSuccess.sendTime(to, s.SucceededAt, s.Probe, s.Location)
		if r, ok := m.newest[s.Series]; ok {
			g.collectResult(r, to)
		}
	}
}

func (g gauges) collectResult(r probes.Result, to chan<- prometheus.Metric) {
	series := []string{r.Probe, r.Location}
	g.status.sendMeasured(to, float64(r.HTTPStatus), series...)
	g.redirects.send(to, float64(len(r.Redirects)), series...)
	g.expiry.sendTime(to, r.CertExpiry, series...)
	g.ttfb.sendMeasured(to, r.Timings.TTFB, series...)
	g.fcp.sendMeasured(to, r.Timings.FCP, series...)
	g.lcp.sendMeasured(to, r.Timings.LCP, series...)
	if r.Timings.FCP > 0 {
		g.cls.send(to, r.CLS, series...)
	}
}

func (m *Metrics) collectComponents(g gauges, to chan<- prometheus.Metric) {
	open := map[[2]string]int{}
	for _, c := range m.subject.Components {
		open[[2]string{c.ID, string(probes.SideSystem)}] = 0
		open[[2]string{c.ID, string(probes.SideUnknown)}] = 0
	}
	for _, i := range m.snapshot.State.Open {
		open[[2]string{i.Component, string(i.Side)}]++
	}
	for labels, n := range open {
		g.opened.send(to, float64(n), labels[0], labels[1])
	}
	for _, c := range m.snapshot.State.Components {
		for _, status := range alerting.Statuses() {
			g.componentStatus.send(to, truth(status == c.Status), c.ID, string(status))
		}
		for _, advice := range c.Advice {
			g.componentAdvice.send(to, 1, c.ID, string(advice))
		}
	}
}

// collectAgents says of each location whether anything is heard from it and
// whether its control probes are well. A control probe that is silent proves nothing.
func (m *Metrics) collectAgents(g gauges, to chan<- prometheus.Metric) {
	heard, control := map[string]bool{}, map[string]bool{}
	for _, s := range m.snapshot.State.Series {
		alive := !s.Silent && !s.LastAt.IsZero()
		heard[s.Location] = heard[s.Location] || alive
		if m.isControl(s.Probe) && alive {
			before, seen := control[s.Location]
			control[s.Location] = s.Side == probes.SideNone && (before || !seen)
		}
	}
	for location, up := range heard {
		g.agentUp.send(to, truth(up), location, m.subject.Agent)
	}
	for location, ok := range control {
		g.agentControl.send(to, truth(ok), location, m.subject.Agent)
	}
}

func (m *Metrics) isControl(probe string) bool {
	return slices.ContainsFunc(m.subject.Probes, func(p probes.Probe) bool { return p.Control && p.Name == probe })
}
