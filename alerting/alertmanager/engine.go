package alertmanager

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/prometheus/alertmanager/alert"
	"github.com/prometheus/alertmanager/dispatch"
	"github.com/prometheus/alertmanager/eventrecorder"
	"github.com/prometheus/alertmanager/inhibit"
	"github.com/prometheus/alertmanager/notify"
	"github.com/prometheus/alertmanager/timeinterval"
)

// engine is one configuration at work: groups alerts, inhibits, notifies.
type engine struct {
	inhibitor  *inhibit.Inhibitor
	dispatcher *dispatch.Dispatcher
	gate       *gate
}

// start sets p to work on all alerts held. The order is that of Alertmanager's
// own reloader: the inhibitor knows the alerts before the dispatcher asks it.
func (e *Embedded) start(p *plan) *engine {
	inhibitor := p.inhibitor(e.alerts, e.logger)
	stages := e.pipeline.New(p.receivers, noWait, inhibitor, e.silencer, timeinterval.NewIntervener(p.intervals), e.muted, e.notified, nil)
	g := &gate{next: stages}
	d := dispatch.NewDispatcher(e.alerts, p.route, g, e.muted, timeout, maintenance, nil, e.logger, eventrecorder.NopRecorder(), e.measured, p.tmpl)
	go inhibitor.Run()
	inhibitor.WaitForLoading()
	go d.Run(time.Now())
	d.WaitForLoading()
	return &engine{inhibitor: inhibitor, dispatcher: d, gate: g}
}

// noWait is how long to wait for other replicas of a cluster: there are none.
func noWait() time.Duration { return 0 }

func timeout(d time.Duration) time.Duration { return max(d, notify.MinTimeout) }

// stop lets notifications under way end, cancels those that don't, and returns
// when none is left.
func (e *engine) stop() {
	e.gate.close(grace)
	e.inhibitor.Stop()
	e.dispatcher.Stop()
	e.gate.wait(grace)
}

// gate is the stage in front of all others. Once closed it lets no notification
// in any more, so that those inside can end and be written to the notification
// log; cut off half-way they would be repeated after the restart.
type gate struct {
	next notify.Stage

	mu     sync.Mutex // guards what follows
	closed bool
	inside int
	empty  chan struct{} // made when closed, closed when nobody is inside
}

// Exec implements notify.Stage. In front of a closed gate it waits until the
// dispatcher stops.
func (g *gate) Exec(ctx context.Context, l *slog.Logger, alerts ...*alert.Alert) (context.Context, []*alert.Alert, error) {
	if !g.enter() {
		<-ctx.Done()
		return ctx, nil, ctx.Err()
	}
	defer g.leave()
	return g.next.Exec(ctx, l, alerts...)
}

func (g *gate) enter() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.closed {
		g.inside++
	}
	return !g.closed
}

func (g *gate) leave() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.inside--
	if g.closed && g.inside == 0 {
		close(g.empty)
	}
}

func (g *gate) close(wait time.Duration) {
	g.mu.Lock()
	g.closed, g.empty = true, make(chan struct{})
	if g.inside == 0 {
		close(g.empty)
	}
	g.mu.Unlock()
	g.wait(wait)
}

func (g *gate) wait(most time.Duration) {
	select {
	case <-g.empty:
	case <-time.After(most):
	}
}
