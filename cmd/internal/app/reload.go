package app

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// reloadOnHangUp reads the configuration again at every SIGHUP.
func (a *App) reloadOnHangUp(ctx context.Context) {
	hangUp := make(chan os.Signal, 1)
	signal.Notify(hangUp, syscall.SIGHUP)
	defer signal.Stop(hangUp)
	for {
		select {
		case <-ctx.Done():
			return
		case <-hangUp:
			_ = a.reload() // has been logged
		}
	}
}

// reload builds the new generation whole before it takes the old one's place.
// What runs goes on under the generation that it began with.
func (a *App) reload() error {
	a.swap.Lock()
	defer a.swap.Unlock()
	err := a.replace()
	a.metrics.Reloaded(err == nil, time.Now())
	if err != nil {
		a.log.Error("the configuration was not reloaded: the old one stays", "file", a.options.ConfigFile, "err", err)
		return err
	}
	a.log.Info("the configuration was reloaded", "file", a.options.ConfigFile)
	return nil
}

func (a *App) replace() error {
	g, err := build(a.options.ConfigFile)
	if err != nil {
		return err
	}
	old := a.current.Load()
	if fixed := old.needsRestart(g); len(fixed) > 0 {
		a.log.Warn("these settings change with the next start only", "settings", fixed)
	}
	swapAlerts, err := a.prepareAlerts(g)
	if err != nil {
		return err
	}
	g.observeWith(a.browser, a.log)
	if err := a.scheduler.Replace(g.config.Probes); err != nil {
		return fmt.Errorf("change the schedule: %w", err)
	}
	if err := a.page.Replace(g.pageConfig(a.options.StatusURL, a.log)); err != nil {
		return fmt.Errorf("change the public page: %w", err)
	}
	a.use(g)
	swapAlerts() // may take seconds, and the line goes on
	return nil
}

// use makes g the generation of the events from now on.
func (a *App) use(g *generation) {
	a.line.Lock()
	defer a.line.Unlock()
	a.current.Store(g)
	a.metrics.Replace(g.subject())
}
