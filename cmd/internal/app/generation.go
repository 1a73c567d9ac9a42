package app

import (
	"log/slog"
	"time"

	"genkan/alerting"
	"genkan/cmd/internal/config"
	"genkan/cmd/internal/metrics"
	"genkan/dashboards/status"
	"genkan/probes/prober"
	"genkan/probes/signature"
)

// silentAfter is how many ticks without a result make a series silent.
const silentAfter = 3

// stalled is how long the line may stand still before the page says so: time
// itself is folded every second.
const stalled = time.Minute

// ticks is the n-th tick of a schedule after t.
type ticks = func(t time.Time, n int) time.Time

// generation is what one configuration becomes. It doesn't change.
type generation struct {
	config *config.Config
	set    *signature.Set
	policy alerting.Policy
	prober *prober.Prober
}

// build makes a generation of the configuration at path, without touching
// anything that runs. The error tells all that is wrong with the file.
func build(path string) (*generation, error) {
	var set *signature.Set
	due := map[string]ticks{}
	c, err := config.Load(path, readSchedules(due), checkSelectors, loadSignatures(&set), checkAlerting)
	if err != nil {
		return nil, err
	}
	return &generation{config: c, set: set, policy: policy(c, due)}, nil
}

func policy(c *config.Config, due map[string]ticks) alerting.Policy {
	p := alerting.Policy{
		Probes:      map[string]alerting.ProbePolicy{},
		ConfirmRuns: c.Policy.ConfirmRuns, ConfirmAfter: confirmAfter(c.Policy.ConfirmWithin),
		RecoverRuns: c.Policy.RecoverRuns, SilentAfter: silentAfter,
	}
	for _, component := range c.Components {
		p.Components = append(p.Components, component.ID)
	}
	for _, probe := range c.Probes {
		p.Probes[probe.Name] = alerting.ProbePolicy{
			Component: probe.Component, Interval: probe.Interval, Timeout: probe.Timeout, Locations: probe.Locations, Control: probe.Control,
			Due: due[probe.Name],
		}
	}
	return p
}

// confirmAfter leaves a confirmation that has to be there within d the greater
// part of d to start a browser and make the visit in.
func confirmAfter(d time.Duration) time.Duration { return d / 3 }

// observeWith gives the generation its prober. It comes last, since the
// browser outlives generations.
func (g *generation) observeWith(o prober.Observer, log *slog.Logger) {
	g.prober = prober.New(o, g.set, log)
}

func (g *generation) subject() metrics.Subject {
	return metrics.Subject{Probes: g.config.Probes, Components: g.config.Components, Agent: "daemon"}
}

func (g *generation) pageConfig(url string, log *slog.Logger) status.Config {
	return status.Config{
		Site: g.config.Site, Components: g.config.Components, Guidance: g.set.Guidance,
		MaxAge: stalled, FreshUntil: g.freshUntil, URL: url, Logger: log,
	}
}

// freshUntil is until when the newest result of a component speaks for it: as
// long as any of its probes may take to be silent.
func (g *generation) freshUntil(component string, last time.Time) time.Time {
	fresh := last
	for _, p := range g.policy.Probes {
		if p.Component != component {
			continue
		}
		if at := p.SilentAt(last, silentAfter); at.After(fresh) {
			fresh = at
		}
	}
	return fresh
}

// needsRestart names the settings that differ in next and that a running
// daemon can't change.
func (g *generation) needsRestart(next *generation) []string {
	var names []string
	if g.config.Browser != next.config.Browser {
		names = append(names, "browser")
	}
	if g.config.Storage.Retention != next.config.Storage.Retention {
		names = append(names, "storage.retention")
	}
	if g.config.Zone.String() != next.config.Zone.String() {
		names = append(names, "site.time_zone")
	}
	return names
}
