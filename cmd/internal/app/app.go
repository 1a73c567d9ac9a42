package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	versioncollector "github.com/prometheus/client_golang/prometheus/collectors/version"
	"github.com/prometheus/exporter-toolkit/web"
	"golang.org/x/sync/errgroup"

	"genkan/alerting"
	"genkan/alerting/alertmanager"
	"genkan/alerting/incident"
	"genkan/alerting/ledger"
	"genkan/cmd/internal/metrics"
	"genkan/dashboards/console"
	"genkan/dashboards/status"
	"genkan/probes/browser"
	"genkan/probes/evidence"
	"genkan/probes/markup"
	"genkan/probes/schedule"
)

// Options are what the command line says; the configuration file says the rest.
type Options struct {
	ConfigFile    string
	StoragePath   string
	Web           *web.FlagConfig // the operators' listener
	StatusAddress string          // the public listener
	ExternalURL   string          // where operators reach the daemon; "": where it listens
	StatusURL     string          // where the public reaches the page; "": links are relative
	NoSandbox     bool
	Ready         func() // called once the daemon is at work; nil: nobody waits
}

// App is the daemon, put together.
type App struct {
	options Options
	log     *slog.Logger
	current atomic.Pointer[generation]
	ready   atomic.Bool
	line    sync.Mutex // one event at a time
	swap    sync.Mutex // one reload at a time

	onDemand sync.Mutex // one probe on demand at a time

	evidence  *evidence.Store
	ledger    *ledger.Ledger
	browser   *browser.Browser
	scheduler *schedule.Scheduler
	metrics   *metrics.Metrics
	page      *status.Page
	console   http.Handler
	embedded  *alertmanager.Embedded // nil while Alertmanager is elsewhere
	relay     *alertmanager.Relay
	registry  *prometheus.Registry
	listeners []net.Listener // the operators'; nil: handed over by the system
	public    net.Listener

	closers []closer
}

// closer ends something that was begun. They run last in, first out.
type closer struct {
	name string
	end  func() error
}

// Serve runs the daemon until ctx ends. An error is one of usage,
// configuration, or of this machine; nothing was begun then that still runs.
func Serve(ctx context.Context, o Options, log *slog.Logger) (err error) {
	a := &App{options: o, log: log, registry: prometheus.NewRegistry()}
	defer func() { err = errors.Join(err, a.close()) }()
	if err := a.open(ctx); err != nil {
		return err
	}
	return a.run(ctx)
}

// open builds everything that can fail, in the order in which one needs another.
func (a *App) open(ctx context.Context) error {
	g, err := build(a.options.ConfigFile)
	if err != nil {
		return err
	}
	a.current.Store(g)
	for _, part := range []func(context.Context, *generation) error{
		a.openListeners, a.openRecord, a.openFollowers, a.openAlerts, a.openBrowser, a.openScheduler, a.openRegistry,
	} {
		if err := part(ctx, g); err != nil {
			return err
		}
	}
	return nil
}

func (a *App) openListeners(context.Context, *generation) (err error) {
	if err = web.Validate(*a.options.Web.WebConfigFile); err != nil {
		return fmt.Errorf("read --web.config.file: %w", err)
	}
	if a.listeners, err = a.options.listen(); err != nil {
		return err
	}
	a.public, err = net.Listen("tcp", a.options.StatusAddress)
	if err != nil {
		return fmt.Errorf("listen for the public: %w; choose another --status.listen-address", err)
	}
	for _, l := range append([]net.Listener{a.public}, a.listeners...) {
		a.closing("listener", func() error { _ = l.Close(); return nil }) // its server has closed it, unless there never was one
	}
	return nil
}

func (a *App) openRecord(_ context.Context, g *generation) (err error) {
	if err = a.lockStorage(); err != nil {
		return err
	}
	if a.evidence, err = evidence.Open(filepath.Join(a.options.StoragePath, "evidence")); err != nil {
		return fmt.Errorf("open the evidence: %w", err)
	}
	a.ledger, err = ledger.Open(filepath.Join(a.options.StoragePath, "genkan.db"), ledger.Config{Zone: g.config.Zone, Retention: g.config.Storage.Retention, Logger: a.log})
	if err != nil {
		return fmt.Errorf("open the record: %w", err)
	}
	a.closing("ledger", a.ledger.Close)
	return nil
}

func (a *App) openFollowers(_ context.Context, g *generation) (err error) {
	a.metrics = metrics.New(g.subject())
	a.metrics.Reloaded(true, time.Now())
	if a.page, err = status.New(g.pageConfig(a.options.StatusURL, a.log)); err != nil {
		return fmt.Errorf("make the public page: %w", err)
	}
	c, err := console.New(console.Config{
		Results: a.ledger.Results, Result: a.ledger.Result, Incidents: a.incidents, Incident: a.incident,
		Groups: groups, Signatures: func() []console.Signature { return inUse(a.current.Load().set) },
		Evidence: a.evidence.Open, Snapshot: a.ledger.Snapshot, Zone: g.config.Zone, Logger: a.log,
	})
	if err != nil {
		return fmt.Errorf("make the console: %w", err)
	}
	a.console = c.Handler()
	return nil
}

// incidents are those on record, or only those going on: these stand in the
// snapshot, also while the record can't be written.
func (a *App) incidents(ctx context.Context, open bool) ([]alerting.Incident, error) {
	if open {
		return a.ledger.Snapshot().State.Open, nil
	}
	return a.ledger.Incidents(ctx, time.Time{}, 1000)
}

func (a *App) openBrowser(ctx context.Context, g *generation) (err error) {
	b := g.config.Browser
	// The browser outlives ctx: visits under way are abandoned first, then it ends.
	a.browser, err = browser.New(context.WithoutCancel(ctx), browser.Config{
		Path: b.Path, Slots: b.Slots, RecycleAfter: b.RecycleAfter, NoSandbox: a.options.NoSandbox,
		Logger: a.log, Read: markup.Read, Store: a.evidence.Put,
	})
	if err != nil {
		return fmt.Errorf("start the browser: %w", err)
	}
	a.closing("browser", a.browser.Close)
	g.observeWith(a.browser, a.log)
	return nil
}

func (a *App) openScheduler(_ context.Context, g *generation) (err error) {
	a.scheduler, err = schedule.New(g.config.Probes, g.config.Zone, schedule.Config{Logger: a.log, Jitter: jitter})
	if err != nil {
		return fmt.Errorf("make the schedule: %w", err)
	}
	return nil
}

// jitter is the most by which starts are spread.
const jitter = 5 * time.Second

func (a *App) openRegistry(context.Context, *generation) error {
	for _, c := range []prometheus.Collector{
		a.metrics, a.scheduler, a.browser, a.ledger, a.relay,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), versioncollector.NewCollector("genkan"),
	} {
		if err := a.registry.Register(c); err != nil {
			return fmt.Errorf("register metrics: %w", err)
		}
	}
	return nil
}

// run does the daemon's work until ctx ends or a part of it fails.
func (a *App) run(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	a.tell(a.ledger.Snapshot())
	for _, c := range incident.Awaited(a.ledger.Snapshot().State, a.current.Load().policy, time.Now()) {
		a.confirm(c)
	}
	group.Go(func() error { return a.serveOperators(ctx) })
	group.Go(func() error { return a.servePublic(ctx) })
	group.Go(func() error { return a.scheduler.Run(ctx) })
	for range a.browser.Slots() {
		group.Go(func() error { a.work(ctx); return nil })
	}
	for _, loop := range []func(context.Context){a.tick, a.prune, a.relay.Run, a.reloadOnHangUp} {
		group.Go(func() error { loop(ctx); return nil })
	}
	a.ready.Store(true)
	defer a.ready.Store(false)
	if a.options.Ready != nil {
		a.options.Ready()
	}
	a.log.Info("ready", "operators", *a.options.Web.WebListenAddresses, "public", a.public.Addr(), "probes", len(a.current.Load().config.Probes), "slots", a.browser.Slots())
	if err := group.Wait(); err != nil {
		return fmt.Errorf("run: %w", err)
	}
	return nil
}

func (a *App) closing(name string, end func() error) {
	a.closers = append(a.closers, closer{name, end})
}

// close ends what was begun, last in first out, and goes on past what fails.
func (a *App) close() error {
	var errs []error
	for i := len(a.closers) - 1; i >= 0; i-- {
		if err := a.closers[i].end(); err != nil {
			errs = append(errs, fmt.Errorf("end the %s: %w", a.closers[i].name, err))
		}
	}
	return errors.Join(errs...)
}

// incident is one on record, or one that goes on and can't be written yet.
func (a *App) incident(ctx context.Context, id string) (alerting.Incident, bool, error) {
	for _, i := range a.ledger.Snapshot().State.Open {
		if i.ID == id {
			return i, true, nil
		}
	}
	return a.ledger.Incident(ctx, id)
}

func (a *App) pruneOnce(ctx context.Context) {
	storage := a.current.Load().config.Storage
	if _, err := a.ledger.Prune(ctx, time.Now()); err != nil && ctx.Err() == nil {
		a.log.Error("the record could not be pruned", "err", err)
		return
	}
	if err := a.evidence.Sweep(ctx, a.ledger.Digests, time.Now(), storage.EvidenceRetention, storage.EvidenceBytes); err != nil && ctx.Err() == nil {
		a.log.Error("the evidence could not be swept", "err", err)
	}
}
