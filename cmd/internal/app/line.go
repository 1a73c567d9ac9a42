package app

import (
	"context"
	"log/slog"
	"time"

	"genkan/alerting"
	"genkan/alerting/incident"
	"genkan/probes/schedule"
)

// clockTick is how often time itself is folded as an event, so that silence is
// noticed soon after the third interval.
const clockTick = time.Second

// work is the line, for one browser slot: a run is received, probed, committed
// and only then said to be done. A run that the shutdown cut short is abandoned:
// it says nothing of the site.
func (a *App) work(ctx context.Context) {
	for run := range a.scheduler.Runs() {
		result := a.current.Load().prober.Probe(ctx, run)
		if ctx.Err() == nil {
			a.commit(ctx, alerting.Event{At: time.Now(), Result: &result})
		}
		a.scheduler.Done(run)
	}
}

// commit folds one event into the record and tells the followers. One event at
// a time: they see the snapshots in the order in which these were committed.
func (a *App) commit(ctx context.Context, event alerting.Event) {
	a.line.Lock()
	defer a.line.Unlock()
	g := a.current.Load()
	snapshot, err := a.ledger.Append(ctx, event, g.fold)
	if err != nil {
		a.log.Error("an event could not be recorded", "err", err)
		return
	}
	a.tell(snapshot)
	a.logEvent(event, snapshot)
}

// fold is Reduce under this generation's policy.
func (g *generation) fold(s alerting.State, e alerting.Event) (alerting.State, []alerting.Change) {
	return incident.Reduce(s, e, g.policy)
}

// tell hands the newest snapshot to all who follow the record, none of whom blocks.
func (a *App) tell(s alerting.Snapshot) {
	a.metrics.Follow(s)
	a.page.Follow(s)
	a.relay.Follow(s)
	for _, c := range s.Changes {
		if c.Kind == alerting.Confirm {
			a.confirm(c.Confirmation)
		}
	}
}

func (a *App) confirm(c alerting.Confirmation) {
	a.scheduler.Confirm(schedule.Series(c.Series), c.ScheduledAt, c.Attempt, c.NotBefore, c.FreshSince)
}

func (a *App) logEvent(e alerting.Event, s alerting.Snapshot) {
	if r := s.Result; r != nil {
		level := slog.LevelDebug
		if !r.Healthy() {
			level = slog.LevelInfo
		}
		a.log.Log(context.Background(), level, "run", "probe", r.Probe, "location", r.Location, "attempt", r.Attempt, "side", r.Side,
			"cause", r.Cause, "signature", r.Signature, "rule", r.Rule, "duration", time.Duration(r.Duration).Round(time.Millisecond), "id", r.ID)
	}
	for _, c := range s.Changes {
		switch c.Kind {
		case alerting.Opened, alerting.Updated, alerting.Resolved:
			i := c.Incident
			a.log.Warn("incident "+string(c.Kind), "component", i.Component, "side", i.Side, "cause", i.Cause, "signature", i.Signature,
				"lasted", i.Duration(e.At).Round(time.Second), "id", i.ID)
		case alerting.Silenced:
			a.log.Warn("series is silent", "probe", c.Series.Probe, "location", c.Series.Location)
		}
	}
}

// tick folds the passing of time until ctx ends.
func (a *App) tick(ctx context.Context) {
	t := time.NewTicker(clockTick)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
			a.commit(ctx, alerting.Event{At: time.Now()})
		}
	}
}
