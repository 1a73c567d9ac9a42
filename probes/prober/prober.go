// Package prober makes one result of one run: observe, then classify. It knows
// nothing of queues, places or storage, and it never fails: what goes wrong on
// our side is itself a verdict, side monitor.
package prober

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"runtime/debug"
	"time"

	"genkan/probes"
)

// Observer visits what a run names. It always returns: what kept it from
// seeing stands in the observation's Fault.
type Observer interface {
	Visit(ctx context.Context, run probes.Run) probes.Observation
}

// Classifier judges an observation and says by which packs.
type Classifier interface {
	Classify(o probes.Observation, e probes.Expectation) probes.Verdict
	Versions() map[string]string
}

// Prober joins an observer and a classifier.
type Prober struct {
	observer   Observer
	classifier Classifier
	log        *slog.Logger
}

// New returns a prober that observes with o and judges with c.
func New(o Observer, c Classifier, log *slog.Logger) *Prober {
	return &Prober{observer: o, classifier: c, log: log}
}

// Probe executes the run. The result is always whole. When ctx ended early it is worth
// nothing, and the caller drops it: shutting down is no verdict.
func (p *Prober) Probe(ctx context.Context, run probes.Run) probes.Result {
	o := p.observe(ctx, run)
	return result(run, o, p.judge(run, o), p.classifier.Versions())
}

func (p *Prober) observe(ctx context.Context, run probes.Run) (o probes.Observation) {
	started := time.Now()
	defer func() {
		if fault := p.fault(run, recover()); fault != nil {
			o = probes.Observation{StartedAt: started, Duration: time.Since(started), Fault: fault}
		}
	}()
	return p.observer.Visit(ctx, run)
}

func (p *Prober) judge(run probes.Run, o probes.Observation) (v probes.Verdict) {
	defer func() {
		if fault := p.fault(run, recover()); fault != nil {
			v = probes.Verdict{Side: probes.SideMonitor, Cause: probes.AgentFault, Rule: "panic"}.Settled()
		}
	}()
	return p.classifier.Classify(o, run.Probe.Expect).Settled()
}

// fault turns a recovered panic into a fault of ours, so that one page that
// finds a bug costs one run and not the daemon.
func (p *Prober) fault(run probes.Run, recovered any) *probes.Fault {
	if recovered == nil {
		return nil
	}
	p.log.Error("bug: a probe panicked", "probe", run.Probe.Name, "run", run.ID, "panic", recovered, "stack", string(debug.Stack()))
	return &probes.Fault{Reason: probes.ProberPanicked, Detail: fmt.Sprint(recovered)}
}

func result(run probes.Run, o probes.Observation, v probes.Verdict, versions map[string]string) probes.Result {
	view := deciding(o, v.Step)
	r := probes.Result{
		ID: run.ID, Probe: run.Probe.Name, Component: run.Probe.Component, Location: run.Location,
		ScheduledAt: run.ScheduledAt, StartedAt: o.StartedAt, Duration: probes.Seconds(o.Duration),
		URL: run.Probe.Journey.URL(), FinalURL: view.FinalURL, HTTPStatus: view.Status, NetError: view.NetError,
		Redirects: view.Redirects, Origin: run.Origin, Attempt: run.Attempt, Verdict: v, Title: view.Title,
		FailedStep: view.Failed, Timings: view.Timings, CLS: view.CLS,
		PackVersions: maps.Clone(versions), Artifacts: o.Artifacts, Steps: []probes.StepDuration{},
	}
	for _, v := range o.Views {
		r.Steps = append(r.Steps, probes.StepDuration{Step: v.Step, Duration: probes.Seconds(v.Duration)})
		if !v.CertExpiry.IsZero() && (r.CertExpiry.IsZero() || v.CertExpiry.Before(r.CertExpiry)) {
			r.CertExpiry = v.CertExpiry
		}
	}
	if r.Redirects == nil {
		r.Redirects = []probes.Hop{}
	}
	if r.Artifacts == nil {
		r.Artifacts = probes.Artifacts{}
	}
	return r
}

// deciding is the view of the step that decided, else the last one.
func deciding(o probes.Observation, step string) probes.View {
	for _, v := range o.Views {
		if step != "" && v.Step == step {
			return v
		}
	}
	return o.Last()
}
